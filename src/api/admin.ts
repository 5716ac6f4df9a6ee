// What Postern itself answers beside AWS's APIs. On the local socket: the agent's stream and reports, and what the
// CLI asks. On the public port only whether it is up.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../catalog/refusal.ts';
import type { Observed } from '../control/observed.ts';
import type { Report } from '../plan/actual.ts';
import { serveSnapshotStream } from '../store/stream/serve.ts';
import { type Store, StoreFault } from '../store/store.ts';

export interface AdminOptions {
  readonly store: Store;
  readonly observed: Observed;
  /** More routes, as `POST /_postern/attach`: what the body asks for → the answer. */
  readonly commands?: Readonly<Record<string, (body: unknown) => Promise<unknown>>>;
  /** The same, but the answer stays open. */
  readonly streams?: Readonly<
    Record<string, (body: unknown, response: ServerResponse<IncomingMessage>) => Promise<void>>
  >;
}

export interface Status {
  readonly revision: number;
  readonly vpcs: number;
  readonly networkInterfaces: number;
  readonly endpoints: number;
  /** What the agent last said. */
  readonly report: Report | undefined;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const reportBytesMax = 64 * 1024 * 1024;

export interface Admin {
  readonly public: Handler;
  readonly local: Handler;
}

export function createAdmin(options: AdminOptions): Admin {
  const { store, observed } = options;
  const routes: Readonly<Record<string, Handler>> = {
    'GET /_postern/status': (_request, response) => answer(response, 200, status(store, observed)),
    'GET /_postern/watch': async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      await serveSnapshotStream(store, response);
    },
    'POST /_postern/report': async (request, response) => {
      observed.update((await readJson(request)) as Report);
      await answer(response, 200, {});
    },
    'POST /_postern/console': async (request, response) => {
      const { id, text } = (await readJson(request)) as { id: string; text: string };
      observed.takeConsole(id, text);
      await answer(response, 200, {});
    },
  };
  const local: Handler = async (request, response) => {
    const route = `${request.method} ${(request.url ?? '').split('?')[0]}`;
    const command = options.commands?.[route];
    const stream = options.streams?.[route];
    const handler = routes[route] ?? (command && run(command)) ?? (stream && open(stream));
    try {
      if (handler === undefined) await answer(response, 404, { error: `no such route: ${route}` });
      else await handler(request, response);
    } catch (error) {
      await answerError(response, error);
    }
  };
  return {
    local,
    public: (request, response) => {
      if (request.method === 'GET' && request.url === '/_postern/health')
        return answer(response, 200, { status: 'running' });
      return answer(response, 404, { error: 'not found' });
    },
  };
}

function run(command: (body: unknown) => Promise<unknown>): Handler {
  return async (request, response) => answer(response, 200, await command(await readJson(request)));
}

function open(stream: (body: unknown, response: ServerResponse) => Promise<void>): Handler {
  return async (request, response) => stream(await readJson(request), response);
}

function status(store: Store, observed: Observed): Status {
  const { snapshot } = store;
  return {
    revision: snapshot.revision,
    vpcs: snapshot.count('vpc'),
    networkInterfaces: snapshot.count('networkInterface'),
    endpoints: snapshot.count('vpcEndpoint'),
    report: observed.current,
  };
}

async function answer(response: ServerResponse, code: number, body: unknown): Promise<void> {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function answerError(response: ServerResponse, error: unknown): Promise<void> {
  if (response.headersSent) return void response.destroy();
  if (error instanceof Refusal) return answer(response, 400, { error: `${error.code}: ${error.message}` });
  const code = error instanceof StoreFault ? 503 : error instanceof SyntaxError ? 400 : 500;
  return answer(response, code, { error: error instanceof Error ? error.message : String(error) });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > reportBytesMax) throw new Refusal('RequestEntityTooLarge', 'The request is too large.');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}
