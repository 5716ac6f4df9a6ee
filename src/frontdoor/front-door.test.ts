// The front door in this process: connections whose addresses say which way they came, as in the services namespace,
// requests by names, and what guests get: bytes, refusals in the service's words, or a truthful description.
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { createServer as createHttpServer, type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Network } from '../engine/testing.ts';
import { formatAddress } from '../net/ipv4.ts';
import { identityOf, proxyOf } from '../plan/addressing.ts';
import { systemClock } from '../std/clock.ts';
import { authorityIn } from './authority.ts';
import { toOwnApi } from './backends.ts';
import { createFrontDoor } from './front-door.ts';
import { S3 } from './s3/s3.ts';

const account = '111111111111';
const stranger = '222222222222';
const s3Address = '54.231.0.1';
let network: Network;
let ends: { local: string; remote: string };
let directory: string;
let door: Server;
let control: Server;
let s3: S3;
let isFull = false;
let upstreams: Map<string, URL>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-door-'));
  const controlSocket = join(directory, 'control.sock');
  control = createHttpServer((asked, response) => {
    asked
      .resume()
      .on('end', () =>
        response.end(`${asked.method} ${asked.headers.host} ${asked.url}${asked.headers['x-scope'] ?? ''}`),
      );
  }).on('connect', (_request, socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  await new Promise<void>((resolve) => control.listen(controlSocket, resolve));
  s3 = new S3(join(directory, 's3'));
  const frontDoor = createFrontDoor({
    authority: authorityIn(join(directory, 'authority'), systemClock),
    clock: systemClock,
    snapshot: () => network.tables,
    settings: async () => ({ defaultAccountId: '000000000000', upstreams }),
    controlSocket,
    builtIn: async (service) => {
      if (isFull) throw new Error('no space left on device');
      return service === 's3' ? s3 : undefined;
    },
    dynamoDb: { connect: toOwnApi(controlSocket), scopeHeader: 'x-scope' },
    log: () => undefined,
  });
  door = createServer({ allowHalfOpen: true }, (socket) => {
    Object.defineProperty(socket, 'localAddress', { value: ends.local });
    Object.defineProperty(socket, 'remoteAddress', { value: ends.remote });
    frontDoor.plain(socket);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  door.close();
  control.close();
  s3.close();
  rmSync(directory, { recursive: true });
});

beforeEach(() => {
  upstreams = new Map();
  network = new Network();
  network.vpc('vpc-1');
  network.subnet('subnet-1', 'vpc-1', '10.0.1.0/24');
  network.instance('a', 'subnet-1', '10.0.1.10');
  network.endpoint('q', 'x', [['subnet-1', '10.0.1.20']]);
  network.toAwsService('vpce-q', 'sqs');
  publicly();
});

function publicly(): void {
  ends = { local: s3Address, remote: '198.18.0.9' };
}

const identity = (id: string) => identityOf(1, network.tables.get('networkInterface', id)?.number ?? 0);

function throughInterface(policyDocument = '', service = 'sqs'): void {
  network.toAwsService('vpce-q', service, { policyDocument });
  const local = formatAddress(proxyOf(identity('eni-q-a')));
  ends = { local, remote: formatAddress(identity('eni-a')) };
}

function throughGateway(policyDocument = ''): void {
  const routes = { endpointType: 'Gateway', routeTableIds: ['rtb-vpc-1'] } as const;
  network.toAwsService('vpce-q', 's3', { ...routes, policyDocument });
  ends = { local: s3Address, remote: formatAddress(identity('eni-a')) };
}

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Asked {
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** Whose key; none: nobody's. */
  readonly as?: string;
}

/** `PUT host/path`. */
function ask(line: string, { headers = {}, body = '', as = account }: Asked = {}): Promise<Got> {
  const [, method = '', host = '', path = ''] = /^(\S+) ([^/]+)(\/.*)$/s.exec(line) ?? [];
  const credential = `AWS4-HMAC-SHA256 Credential=${as}/20260101/us-east-1/s3/aws4_request, Signature=0`;
  const signed = as === '' ? {} : { authorization: credential };
  return new Promise((resolve, reject) => {
    const { port } = door.address() as AddressInfo;
    const sent = request({ port, method, path, headers: { host, ...signed, ...headers }, agent: false });
    sent.once('error', reject).once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    sent.end(body);
  });
}

const sqs = 'sqs.us-east-1.amazonaws.com';
const s3Host = 's3.us-east-1.amazonaws.com';
const policy = (...statements: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allowAll = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };

describe('ways', () => {
  it('describes truthfully what nothing stands behind', async () => {
    throughInterface();
    const { body } = await ask(`GET ${sqs}/`);
    expect(JSON.parse(body)).toMatchObject({
      way: 'interface-endpoint',
      endpointId: 'vpce-q',
      sourceAddress: '10.0.1.10',
    });
  });

  it('leads an endpoint to its own service only', async () => {
    throughInterface();
    expect((await ask(`GET ${s3Host}/`)).status).toBe(421);
    expect((await ask('GET example.com/')).status).toBe(421);
  });

  it('survives what is no HTTP', async () => {
    const { port } = door.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.end('\u0016\u0003\u0001garbage\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect((await ask(`GET ${sqs}/`)).status).toBe(200);
  });
});

describe('endpoint policies', () => {
  const send = { action: 'sqs:SendMessage', target: 'AmazonSQS.SendMessage' };
  const message = {
    headers: { 'x-amz-target': send.target, 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ QueueUrl: `https://${sqs}/${account}/q`, MessageBody: 'x' }),
  };

  it('denies implicitly in the words of a JSON service', async () => {
    throughInterface(policy({ ...allowAll, Action: 'sqs:ReceiveMessage' }));
    const { status, body, headers } = await ask(`POST ${sqs}/`, message);
    expect([status, headers['content-type']]).toEqual([400, 'application/x-amz-json-1.0']);
    expect(JSON.parse(body)).toMatchObject({
      __type: 'AccessDeniedException',
      message: `User: arn:aws:iam::${account}:root is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:us-east-1:${account}:q because no VPC endpoint policy allows the sqs:sendmessage action`,
    });
  });

  it('denies explicitly by what stands in the body of a form', async () => {
    throughInterface(policy(allowAll, { ...allowAll, Effect: 'Deny', Resource: 'arn:aws:sqs:*:*:q' }));
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    const queue = encodeURIComponent(`https://${sqs}/${account}/`);
    const denied = await ask(`POST ${sqs}/`, { ...form, body: `Action=SendMessage&QueueUrl=${queue}q` });
    expect([denied.status, denied.body]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
    expect(denied.body).toContain('with an explicit deny in a VPC endpoint policy');
    const other = await ask(`POST ${sqs}/`, { ...form, body: `Action=SendMessage&QueueUrl=${queue}other` });
    expect(other.status).toBe(200);
  });

  it('says nothing by the public way', async () => {
    throughInterface(policy({ ...allowAll, Effect: 'Deny' }));
    publicly();
    expect((await ask(`POST ${sqs}/`, message)).status).toBe(200);
  });
});

describe('who answers', () => {
  it('is control for our own APIs, with the path and the host of the client', async () => {
    const { body } = await ask('POST ec2.us-east-1.amazonaws.com/?a=b', { body: 'Action=DescribeVpcs' });
    expect(body).toBe('POST ec2.us-east-1.amazonaws.com /?a=b');
  });

  it('is a database of the account and Region for DynamoDB', async () => {
    const { body } = await ask('POST dynamodb.eu-west-1.amazonaws.com/', {
      headers: { 'x-scope': 'forged' },
    });
    expect(body).toBe(`POST dynamodb.eu-west-1.amazonaws.com /${account}/eu-west-1`);
  });

  it('is nobody while an upstream is down, in the words of the service', async () => {
    upstreams = new Map([['s3', new URL('http://127.0.0.1:9')]]);
    const { status, body } = await ask(`PUT ${s3Host}/b/k`, { body: 'x' });
    expect([status, body]).toEqual([503, expect.stringContaining('<Code>ServiceUnavailable</Code>')]);
  });

  it('is nobody while what is built in cannot be opened, and S3 once it can', async () => {
    isFull = true;
    const { status, body } = await ask(`PUT ${s3Host}/bucket-0`);
    isFull = false;
    expect([status, body]).toEqual([503, expect.stringContaining('<Code>ServiceUnavailable</Code>')]);
    expect((await ask(`PUT ${s3Host}/bucket-0`)).status).toBe(200);
  });

  it('refuses bodies that no service takes', async () => {
    const body = Buffer.alloc(17 * 1024 * 1024);
    expect((await ask(`POST ${sqs}/`, { body })).status).toBe(413);
  });
});

describe('S3', () => {
  it('keeps an object, and gives back whole, part and head of it', async () => {
    throughGateway();
    expect((await ask(`PUT ${s3Host}/bucket-1`)).status).toBe(200);
    const headers = { 'content-type': 'text/plain', 'x-amz-meta-a': 'b' };
    const put = await ask(`PUT ${s3Host}/bucket-1/a/b%20c`, { body: 'hello', headers });
    expect(put.headers['etag']).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const got = await ask(`GET bucket-1.${s3Host}/a/b%20c`);
    expect(got).toMatchObject({ status: 200, body: 'hello', headers });
    const part = await ask(`GET ${s3Host}/bucket-1/a/b%20c`, { headers: { range: 'bytes=1-2' } });
    expect([part.status, part.body, part.headers['content-range']]).toEqual([206, 'el', 'bytes 1-2/5']);
    const head = await ask(`HEAD ${s3Host}/bucket-1/a/b%20c`);
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '5', '']);
    const missing = await ask(`GET ${s3Host}/bucket-1/none`);
    expect([missing.status, missing.body]).toEqual([404, expect.stringContaining('<Code>NoSuchKey</Code>')]);
    const beyond = await ask(`GET ${s3Host}/bucket-1/a/b%20c`, { headers: { range: 'bytes=9-' } });
    expect(beyond.status).toBe(416);
  });

  it('takes the framing of SDKs, and refuses what is cut off', async () => {
    await ask(`PUT ${s3Host}/bucket-2`);
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '8',
      'content-encoding': 'aws-chunked',
    };
    const body = '5\r\nhello\r\n3\r\n you\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n'.replace(' you', ' yo');
    expect((await ask(`PUT ${s3Host}/bucket-2/k`, { headers, body })).status).toBe(200);
    const got = await ask(`GET ${s3Host}/bucket-2/k`);
    expect([got.body, got.headers['content-encoding']]).toEqual(['hello yo', undefined]);
    const cut = await ask(`PUT ${s3Host}/bucket-2/k`, { headers, body: '5\r\nhel' });
    expect([cut.status, (await ask(`GET ${s3Host}/bucket-2/k`)).body]).toEqual([400, 'hello yo']);
  });

  it('lists in pages, with common prefixes', async () => {
    await ask(`PUT ${s3Host}/bucket-3`);
    for (const key of ['a', 'b/1', 'b/2', 'c/1', 'd'])
      await ask(`PUT ${s3Host}/bucket-3/${key}`, { body: key });
    const seen: string[] = [];
    let token = '';
    do {
      const { body } = await ask(`GET ${s3Host}/bucket-3?list-type=2&delimiter=/&max-keys=2${token}`);
      seen.push(
        ...Array.from(
          body.matchAll(/<Key>(.*?)<\/Key>|<CommonPrefixes><Prefix>(.*?)</g),
          (m) => m[1] ?? m[2] ?? '',
        ),
      );
      const next = /<NextContinuationToken>(.*?)</.exec(body)?.[1];
      token = next === undefined ? '' : `&continuation-token=${next}`;
    } while (token !== '');
    expect(seen.sort()).toEqual(['a', 'b/', 'c/', 'd']);
    const removal = '<Delete><Object><Key>a</Key></Object><Object><Key>d</Key></Object></Delete>';
    expect((await ask(`POST ${s3Host}/bucket-3?delete`, { body: removal })).status).toBe(200);
    const { body } = await ask(`GET ${s3Host}/bucket-3?list-type=2`);
    expect(Array.from(body.matchAll(/<Key>(.*?)</g), (m) => m[1])).toEqual(['b/1', 'b/2', 'c/1']);
    expect((await ask(`DELETE ${s3Host}/bucket-3`)).status).toBe(409);
  });

  it('joins parts', async () => {
    await ask(`PUT ${s3Host}/bucket-4`);
    const { body } = await ask(`POST ${s3Host}/bucket-4/k?uploads`);
    const id = /<UploadId>(.*?)</.exec(body)?.[1] ?? '';
    const etags = [];
    for (const [index, text] of ['one ', 'two'].entries()) {
      const put = await ask(`PUT ${s3Host}/bucket-4/k?partNumber=${index + 1}&uploadId=${id}`, {
        body: text,
      });
      etags.push(put.headers['etag']);
    }
    const parts = etags.map(
      (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const complete = { body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>` };
    expect((await ask(`POST ${s3Host}/bucket-4/k?uploadId=${id}`, complete)).body).toContain('-2&quot;');
    const copied = { headers: { 'x-amz-copy-source': '/bucket-4/k' } };
    expect((await ask(`PUT ${s3Host}/bucket-4/copy`, copied)).status).toBe(200);
    expect((await ask(`GET ${s3Host}/bucket-4/copy`)).body).toBe('one two');
    expect((await ask(`POST ${s3Host}/bucket-4/k?uploadId=${id}`, complete)).status).toBe(404);
  });

  it('lets in nobody but the owner and whom the bucket policy lets in', async () => {
    await ask(`PUT ${s3Host}/bucket-5`);
    await ask(`PUT ${s3Host}/bucket-5/k`, { body: 'x' });
    const get = `GET ${s3Host}/bucket-5/k`;
    expect((await ask(get, { as: stranger })).status).toBe(403);
    expect((await ask(get, { as: '' })).status).toBe(403);
    const Resource = 'arn:aws:s3:::bucket-5/*';
    const opened = policy({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource });
    expect((await ask(`PUT ${s3Host}/bucket-5?policy`, { body: opened })).status).toBe(204);
    expect((await ask(get, { as: '' })).status).toBe(200);
    expect((await ask(`GET ${s3Host}/bucket-5?policy`)).body).toBe(opened);
    const malformed = await ask(`PUT ${s3Host}/bucket-5?policy`, { body: '{}' });
    expect([malformed.status, malformed.body]).toEqual([400, expect.stringContaining('MalformedPolicy')]);
  });

  it('holds a bucket policy against the endpoint one came through', async () => {
    await ask(`PUT ${s3Host}/bucket-6`);
    const Resource = ['arn:aws:s3:::bucket-6', 'arn:aws:s3:::bucket-6/*'];
    const Condition = { StringNotEquals: { 'aws:SourceVpce': 'vpce-q' } };
    const locked = policy({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource, Condition });
    await ask(`PUT ${s3Host}/bucket-6?policy`, { body: locked });
    const denied = await ask(`PUT ${s3Host}/bucket-6/k`, { body: 'x' });
    expect([denied.status, denied.body]).toEqual([
      403,
      expect.stringContaining('with an explicit deny in a resource-based policy'),
    ]);
    throughGateway();
    expect((await ask(`PUT ${s3Host}/bucket-6/k`, { body: 'x' })).status).toBe(200);
    throughGateway(policy({ ...allowAll, Resource: 'arn:aws:s3:::elsewhere/*' }));
    const elsewhere = await ask(`GET ${s3Host}/bucket-6/k`);
    expect(elsewhere.body).toContain('because no VPC endpoint policy allows the s3:GetObject action');
    publicly();
    expect((await ask(`DELETE ${s3Host}/bucket-6?policy`)).status).toBe(204);
  });

  it('says of what it has not that it is not implemented', async () => {
    await ask(`PUT ${s3Host}/bucket-7`);
    const tagging = await ask(`GET ${s3Host}/bucket-7?tagging`);
    expect([tagging.status, tagging.body]).toEqual([501, expect.stringContaining('NotImplemented')]);
    expect((await ask(`PUT ${s3Host}/BAD_NAME`)).body).toContain('InvalidBucketName');
    expect((await ask('GET s3.eu-west-1.amazonaws.com/bucket-7')).status).toBe(301);
  });
});
