// The front door against who means it ill, and against bad luck: requests that two servers could read in two ways,
// headers without end, names that are not AWS's, upstreams that fail. An upstream here records what reaches it.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Network } from '../engine/testing.ts';
import { systemClock } from '../std/clock.ts';
import { authorityIn } from './authority.ts';
import { toOwnApi } from './backends.ts';
import { createFrontDoor } from './front-door.ts';

const kms = 'kms.us-east-1.amazonaws.com';
let directory: string;
let root: string;
let plain: Server;
let secure: Server;
let control: Server;
/** What reached the upstream: `METHOD path body`. */
let received: string[];
/** What the next connections to the upstream meet; then all is well. */
let fate: ('refused' | 'broken' | 'cut short')[];

const upstream = createHttpServer((request, response) => {
  text(request).then(
    (body) => {
      received.push(`${request.method} ${request.url} ${body}`);
      const mood = fate.shift();
      if (mood === 'broken') return void request.socket.destroy();
      if (mood !== 'cut short') return void response.end('well');
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setImmediate(() => request.socket.destroy());
    },
    () => undefined,
  );
});

/** How many connections were asked for. */
let tunnels: number;
/** Each test has an upstream of its own, to which no connection is kept. */
let port = 1000;

/** As control makes it: a tunnel to the upstream. */
function tunnel(_request: unknown, socket: Duplex): void {
  tunnels++;
  if (fate[0] === 'refused') {
    fate.shift();
    return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  }
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  upstream.emit('connection', socket);
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-hostile-'));
  const controlSocket = join(directory, 'control.sock');
  const authority = authorityIn(join(directory, 'authority'), systemClock);
  root = await authority.root();
  const network = new Network();
  const door = createFrontDoor({
    authority,
    clock: systemClock,
    snapshot: () => network.tables,
    settings: async () => {
      const upstreams = new Map([['kms', new URL(`http://upstream:${port}`)]]);
      return { defaultAccountId: '000000000000', upstreams };
    },
    controlSocket,
    builtIn: async () => undefined,
    dynamoDb: { connect: toOwnApi(controlSocket), scopeHeader: 'x-scope' },
    log: () => undefined,
  });
  control = createHttpServer().on('connect', tunnel);
  plain = createServer({ allowHalfOpen: true }, door.plain);
  secure = createServer({ allowHalfOpen: true }, door.secure);
  const listening = (server: Server, where: string | number) =>
    new Promise<void>((resolve) => server.listen(where, resolve));
  await Promise.all([listening(control, controlSocket), listening(plain, 0), listening(secure, 0)]);
});
afterAll(() => {
  for (const server of [plain, secure, control]) server.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  received = [];
  fate = [];
  tunnels = 0;
  port++;
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Everything that comes back until the other end closes, or has been silent for a while. */
async function answerTo(socket: Socket, bytes: string): Promise<string> {
  socket.setTimeout(300, () => socket.end()).on('error', () => undefined);
  socket.write(bytes, 'latin1');
  return (await buffer(socket).catch(() => Buffer.alloc(0))).toString('latin1');
}

const toPlain = (bytes: string) => answerTo(connect(portOf(plain), '127.0.0.1'), bytes);

function handshake(servername: string | undefined): Promise<TLSSocket> {
  const name = servername === undefined ? {} : { servername };
  return new Promise((resolve, reject) => {
    const options = { port: portOf(secure), host: '127.0.0.1', ca: root, ...name };
    const socket = connectTls({ ...options, checkServerIdentity: () => undefined });
    socket.once('secureConnect', () => resolve(socket)).once('error', reject);
  });
}

/** Header lines and what follows them; the Host is there unless said otherwise. */
const post = (lines: readonly string[], body = '') =>
  ['POST / HTTP/1.1', `Host: ${kms}`, 'Connection: close', ...lines, '', body].join('\r\n');
const smuggled = `GET /smuggled HTTP/1.1\r\nHost: ${kms}\r\n\r\n`;

describe('requests that can be read in two ways are refused, and nobody behind hears of them', () => {
  const cases: readonly [why: string, bytes: string][] = [
    [
      'a length and chunks',
      post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`),
    ],
    [
      'chunks and a length',
      post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${smuggled}`),
    ],
    ['two lengths', post(['Content-Length: 4', 'Content-Length: 5'], 'abcde')],
    ['the same length twice', post(['Content-Length: 4', 'Content-Length: 4'], 'abcd')],
    ['a list of lengths', post(['Content-Length: 4, 4'], 'abcd')],
    ['a length with a sign', post(['Content-Length: +4'], 'abcd')],
    ['a folded header', post(['X-A: b', ' Transfer-Encoding: chunked', 'Content-Length: 0'])],
    ['lines that end in LF alone', post(['Content-Length: 0']).replaceAll('\r\n', '\n')],
    ['one header that ends in LF alone', post(['X-A: b\nTransfer-Encoding: chunked', 'Content-Length: 0'])],
    ['a blank before the colon', post(['Transfer-Encoding : chunked'], `0\r\n\r\n${smuggled}`)],
    ['a coding that only looks like chunked', post(['Transfer-Encoding: xchunked'], '0\r\n\r\n')],
    ['chunked that is not the last coding', post(['Transfer-Encoding: chunked, identity'], '0\r\n\r\n')],
    ['a chunk size that is no number', post(['Transfer-Encoding: chunked'], '0x4\r\nabcd\r\n0\r\n\r\n')],
    ['chunks that end in LF alone', post(['Transfer-Encoding: chunked'], '4\nabcd\n0\n\n')],
    ['a NUL in a header', post(['X-A: a\0b', 'Content-Length: 0'])],
    ['two hosts', post([`Host: sqs.us-east-1.amazonaws.com`, 'Content-Length: 0'])],
    [
      'a URL as the path',
      post(['Content-Length: 0']).replace('POST /', `POST http://sqs.us-east-1.amazonaws.com/`),
    ],
    ['a path of bytes that are no ASCII', post(['Content-Length: 0']).replace('POST /', 'POST /\u00e9')],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ];

  it.each(cases)('%s', async (_why, bytes) => {
    const answer = await toPlain(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('200 OK');
    // Chunks are read as they come, so a request may have begun; it never ends well.
    expect(received).toEqual([]);
  });

  it('by TLS as well', async () => {
    const socket = await handshake(kms);
    const bytes = post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`);
    expect(await answerTo(socket, bytes)).toMatch(/^HTTP\/1\.1 400 /);
    expect(received).toEqual([]);
  });

  it('by HTTP/2, before they become HTTP/1.1', async () => {
    const { status, end } = openHttp2();
    const paths = ['/a b', '/a HTTP/1.1\u010d\u010ax: y', '/\u00e9', 'https://example.com/', ''];
    for (const path of paths) expect([400, undefined], path).toContain(await status({ ':path': path }));
    expect(await status({ ':authority': kms, host: 'sqs.us-east-1.amazonaws.com' })).toBe(400);
    expect(received).toEqual([]);
    expect(await status({ ':path': '/a%20b' })).toBe(200);
    end();
  });

  it('while a body that looks like a request stays a body', async () => {
    expect(await toPlain(post([`Content-Length: ${smuggled.length}`], smuggled))).toMatch(/^HTTP\/1\.1 200 /);
    const chunk = `${smuggled.length.toString(16)};a=b\r\n${smuggled}\r\n0\r\n\r\n`;
    expect(await toPlain(post(['Transfer-Encoding: chunked'], chunk))).toMatch(/^HTTP\/1\.1 200 /);
    expect(received).toEqual([`POST / ${smuggled}`, `POST / ${smuggled}`]);
  });
});

describe('headers without end', () => {
  const long = 'a'.repeat(20_000);
  const cases: readonly [what: string, bytes: string][] = [
    ['one long header', post([`X-A: ${long}`, 'Content-Length: 0'])],
    ['many headers', post([...Array.from({ length: 4000 }, () => 'X-A: b'), 'Content-Length: 0'])],
    ['a long path', `GET /${long} HTTP/1.1\r\nHost: ${kms}\r\n\r\n`],
  ];

  it.each(cases)('%s', async (_what, bytes) => {
    expect(await toPlain(bytes)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await answerTo(await handshake(kms), bytes)).toMatch(/^HTTP\/1\.1 431 /);
    expect(received).toEqual([]);
  });

  it('by HTTP/2', async () => {
    const { status, end } = openHttp2();
    expect(await status({})).toBe(200);
    expect(await status({ 'x-a': long })).not.toBe(200);
    end();
    expect(received).toEqual(['GET / ']);
  });
});

/** The status of a request with these headers; undefined when its stream was reset. */
function openHttp2() {
  const session = connectHttp2(`https://${kms}:${portOf(secure)}`, {
    ca: root,
    createConnection: () =>
      connectTls({
        port: portOf(secure),
        host: '127.0.0.1',
        servername: kms,
        ca: root,
        ALPNProtocols: ['h2'],
      }),
  });
  session.on('error', () => undefined);
  const status = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve) => {
      const stream = session.request({ ':path': '/', ...headers });
      stream.once('response', (answer) => resolve(answer[':status']));
      stream.once('error', () => resolve(undefined)).once('close', () => resolve(undefined));
      stream.resume();
    });
  /** The code its stream was reset with. */
  const resetCode = () =>
    new Promise<number | undefined>((resolve) => {
      const stream = session.request({ ':path': '/' });
      stream.once('close', () => resolve(stream.rstCode)).on('error', () => undefined);
      stream.resume();
    });
  return { status, resetCode, end: () => session.destroy() };
}

describe('names that are not AWS’s', () => {
  const foreign = [
    'example.com',
    `${kms}.example.com`,
    'amazonaws.com',
    'www.amazon.com',
    'postern',
    '*.amazonaws.com',
  ];

  it.each([...foreign, undefined])('no certificate for %s', async (name) => {
    await expect(handshake(name)).rejects.toThrow();
  });

  it.each([...foreign, '52.94.0.1', '[::1]', ''])('no answer for the host %s', async (host) => {
    const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    expect(await toPlain(request)).toMatch(/^HTTP\/1\.1 4(?:00|21) /);
    const inside = await answerTo(await handshake(kms), request);
    expect(inside).toMatch(/^HTTP\/1\.1 4(?:00|21) /);
    expect(received).toEqual([]);
  });

  it('a certificate is for the one name that was asked for', async () => {
    const socket = await handshake(kms);
    expect(socket.getPeerCertificate().subjectaltname).toBe(`DNS:${kms}`);
    socket.destroy();
  });
});

describe('an upstream that fails', () => {
  const whole = post(['Content-Length: 5'], 'hello');

  it('is asked again while nothing was sent, and gets the whole request once', async () => {
    fate = ['refused'];
    expect(await toPlain(whole)).toMatch(/^HTTP\/1\.1 200 .*well$/s);
    expect(received).toEqual(['POST / hello']);
  });

  it('is answered for with 503 in the words of the service, and asked anew by the next request', async () => {
    fate = ['refused', 'refused'];
    const target = ['x-amz-target: TrentService.Encrypt', 'Content-Length: 2'];
    expect(await toPlain(post(target, '{}'))).toMatch(/^HTTP\/1\.1 503 .*"__type":"ServiceUnavailable/s);
    expect(received).toEqual([]);
    expect(await toPlain(whole)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is never sent twice what it may have done already', async () => {
    fate = ['broken'];
    expect(await toPlain(whole)).toMatch(/^HTTP\/1\.1 503 /);
    expect(received).toEqual(['POST / hello']);
  });

  it('cannot pass half an answer for a whole one', async () => {
    fate = ['cut short'];
    const answer = await toPlain(whole);
    expect(answer).toMatch(/content-length: 100/i);
    expect(answer.endsWith('half')).toBe(true);
    expect(await toPlain(whole)).toMatch(/^HTTP\/1\.1 200 .*well$/s);
  });

  it('cannot pass half an answer for a whole one by HTTP/2', async () => {
    fate = ['cut short'];
    const session = openHttp2();
    expect(await session.resetCode()).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect(await session.resetCode()).toBe(constants.NGHTTP2_NO_ERROR);
    session.end();
  });
});

describe('a connection to an upstream', () => {
  const get = 'GET /x HTTP/1.1\r\nHost: kms.us-east-1.amazonaws.com\r\nConnection: close\r\n\r\n';
  const whole = post(['Content-Length: 5'], 'hello');

  it('is kept for the next request', async () => {
    for (const request of [get, whole, get])
      expect(await toPlain(request)).toMatch(/^HTTP\/1\.1 200 .*well$/s);
    expect(tunnels).toBe(1);
    expect(received).toEqual(['GET /x ', 'POST / hello', 'GET /x ']);
  });

  it('is another one for a GET that met the end of a kept one', async () => {
    await toPlain(get);
    fate = ['broken'];
    expect(await toPlain(get)).toMatch(/^HTTP\/1\.1 200 .*well$/s);
    expect(tunnels).toBe(2);
  });

  it('that is new and breaks is not tried again, nor is a POST on a kept one', async () => {
    fate = ['broken'];
    expect(await toPlain(get)).toMatch(/^HTTP\/1\.1 503 /);
    await toPlain(get);
    fate = ['broken'];
    expect(await toPlain(whole)).toMatch(/^HTTP\/1\.1 503 /);
    expect(received).toEqual(['GET /x ', 'GET /x ', 'POST / hello']);
  });
});
