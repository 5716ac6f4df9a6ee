// For tests: a front door in this process with nothing but ECR behind it, and requests by names through it.
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Network } from '../../engine/testing.ts';
import type { ManualClock } from '../../std/clock.ts';
import { authorityIn } from '../authority.ts';
import { toOwnApi } from '../backends.ts';
import type { Connect } from '../connections.ts';
import { createFrontDoor } from '../front-door.ts';
import { openEcr } from './ecr.ts';

export const account = '111111111111';
export const stranger = '222222222222';

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export class EcrDoor {
  private readonly server: Server;
  private readonly end: () => void;

  private constructor(server: Server, end: () => void) {
    this.server = server;
    this.end = end;
  }

  static async open(clock: ManualClock, connect: (directory: string) => Connect): Promise<EcrDoor> {
    const directory = mkdtempSync(join(tmpdir(), 'postern-ecr-'));
    const ecr = openEcr({ directory, connect: connect(join(directory, 'r')), clock, log: () => undefined });
    const network = new Network();
    const frontDoor = createFrontDoor({
      authority: authorityIn(join(directory, 'authority'), clock),
      clock,
      snapshot: () => network.tables,
      settings: async () => ({ defaultAccountId: '000000000000', upstreams: new Map() }),
      controlSocket: '',
      builtIn: async (service) => ecr.builtIn.get(service),
      dynamoDb: { connect: toOwnApi(''), scopeHeader: 'x-scope' },
      log: (line) => {
        throw new Error(line);
      },
    });
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      Object.defineProperty(socket, 'localAddress', { value: '54.231.0.1' });
      Object.defineProperty(socket, 'remoteAddress', { value: '198.18.0.9' });
      frontDoor.plain(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new EcrDoor(server, () => {
      ecr.close();
      rmSync(directory, { recursive: true, force: true });
    });
  }

  close(): void {
    this.server.close();
    this.end();
  }

  /** `PUT host/path`; the path is sent as it stands. */
  ask(line: string, { headers = {}, body = '' }: Asked = {}): Promise<Got> {
    const [, method = '', host = '', path = ''] = /^(\S+) (?:https?:\/\/)?([^/]+)(\/.*)$/s.exec(line) ?? [];
    return new Promise((resolve, reject) => {
      const { port } = this.server.address() as AddressInfo;
      const sent = request({ port, method, path, headers: { host, ...headers }, agent: false });
      sent.once('error', reject).once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const status = response.statusCode ?? 0;
          resolve({ status, headers: response.headers, body: bytes, text: bytes.toString() });
        });
      });
      sent.end(body);
    });
  }

  /** One call of the API; `as` nobody: unsigned. */
  async api(
    operation: string,
    input: object,
    as = account,
    region = 'us-east-1',
  ): Promise<Readonly<Record<string, unknown>>> {
    const credential = `AWS4-HMAC-SHA256 Credential=${as}/20260101/${region}/ecr/aws4_request, Signature=0`;
    const { status, text } = await this.ask(`POST api.ecr.${region}.amazonaws.com/`, {
      headers: {
        'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
        'content-type': 'application/x-amz-json-1.1',
        ...(as === '' ? {} : { authorization: credential }),
      },
      body: JSON.stringify(input),
    });
    return { status, ...(JSON.parse(text) as object) };
  }

  /** The header that `docker login` makes of a token. */
  async login(as = account): Promise<{ readonly authorization: string }> {
    const { authorizationData } = await this.api('GetAuthorizationToken', {}, as);
    const [data] = authorizationData as readonly { readonly authorizationToken: string }[];
    return { authorization: `Basic ${data?.authorizationToken}` };
  }
}
