// A front door for tests of built-in services: plain HTTP on loopback, where every connection came the public way. The
// service is the one of the host name, as for guests.
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Network } from '../engine/testing.ts';
import { present } from '../std/assert.ts';
import { type Clock, systemClock } from '../std/clock.ts';
import { authorityIn } from './authority.ts';
import { toOwnApi } from './backends.ts';
import type { BuiltIn } from './built-in.ts';
import { createFrontDoor } from './front-door.ts';

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Asked {
  /** Account whose key signs; empty: nobody's. */
  readonly as?: string;
  readonly region?: string;
}

export const account = '111111111111';
export const stranger = '222222222222';

export class TestDoor {
  readonly directory = mkdtempSync(join(tmpdir(), 'postern-door-'));
  readonly builtIn = new Map<string, BuiltIn>();
  private server: Server | undefined;

  async open(): Promise<void> {
    const network = new Network();
    const controlSocket = join(this.directory, 'none.sock');
    const door = createFrontDoor({
      authority: authorityIn(join(this.directory, 'authority'), systemClock),
      clock: systemClock,
      snapshot: () => network.tables,
      settings: async () => ({ defaultAccountId: '000000000000', upstreams: new Map<string, URL>() }),
      controlSocket,
      builtIn: async (service) => this.builtIn.get(service),
      dynamoDb: { connect: toOwnApi(controlSocket), scopeHeader: 'x-scope' },
      log: () => undefined,
    });
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      Object.defineProperty(socket, 'localAddress', { value: '54.231.0.1' });
      Object.defineProperty(socket, 'remoteAddress', { value: '198.18.0.9' });
      door.plain(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
  }

  close(): void {
    this.server?.close();
    rmSync(this.directory, { recursive: true });
  }

  get port(): number {
    return (this.server?.address() as AddressInfo).port;
  }

  send(
    service: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    asked: Asked = {},
  ): Promise<Got> {
    const { as = account, region = 'us-east-1' } = asked;
    const credential = `AWS4-HMAC-SHA256 Credential=${as}/20260101/${region}/${service}/aws4_request, Signature=0`;
    const all = {
      host: `${service}.${region}.amazonaws.com`,
      ...(as === '' ? {} : { authorization: credential }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const sent = request({ port: this.port, method: 'POST', path: '/', headers: all, agent: false });
      sent.once('error', reject).once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      sent.end(body);
    });
  }

  /** `AmazonSQS.SendMessage`: the output, or the error's code and message. */
  async call<T = Record<string, unknown>>(
    service: string,
    target: string,
    input: object,
    asked: Asked = {},
  ): Promise<T> {
    const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' };
    const { text } = await this.send(service, headers, JSON.stringify(input), asked);
    const output = JSON.parse(text) as T & { readonly __type?: string; readonly message?: string };
    return output.__type === undefined
      ? output
      : (`${output.__type.replace(/.*#/, '')}: ${output.message}` as T);
  }
}

interface Kept extends BuiltIn {
  close(): void;
}

/** A built-in service on disk behind a door of its own, from the first test of a file to the last. */
export class TestService<S extends Kept> {
  readonly door = new TestDoor();
  /** Milliseconds that a test is ahead of the machine. */
  ahead = 0;
  private readonly name: string;
  private readonly make: (file: string, clock: Clock) => S;
  private running: S | undefined;

  constructor(name: string, make: (file: string, clock: Clock) => S) {
    this.name = name;
    this.make = make;
    beforeAll(async () => {
      this.start();
      await this.door.open();
    });
    afterEach(() => {
      this.ahead = 0;
    });
    afterAll(() => {
      this.service.close();
      this.door.close();
    });
  }

  get service(): S {
    return present(this.running, this.name);
  }

  restart(): void {
    this.service.close();
    this.start();
  }

  private start(): void {
    const clock = { now: () => systemClock.now() + this.ahead };
    this.running = this.make(join(this.door.directory, `${this.name}.db`), clock);
    this.door.builtIn.set(this.name, this.running);
  }
}
