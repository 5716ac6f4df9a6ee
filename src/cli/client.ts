// Calls to control's local socket: answered at once, or line by line for as long as one wants. Where control is not there,
// or goes away before it has answered, the error says so and what to do next.
import type { ClientRequest, IncomingMessage } from 'node:http';

type Method = 'GET' | 'POST';

interface Sent {
  readonly socketPath: string;
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

/** The answer of control; an Error with its words when it refuses. */
export function callControl<T>(socketPath: string, method: Method, path: string, body?: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    send({ socketPath, method, path, body }, reject, (response) => {
      let text = '';
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const answer = JSON.parse(text || '{}') as T & { error?: string };
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(answer.error ?? `control answered ${response.statusCode}`));
      });
    });
  });
}

/**
 * Gives each line of an answer that goes on. Resolves when `stop` is aborted; rejects when control refuses, says that it
 * failed, or goes away.
 */
export function followControl(
  socketPath: string,
  path: string,
  { body, stop }: { readonly body: unknown; readonly stop: AbortSignal },
  take: (line: unknown) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isAnswering = false;
    const gone = (error: Error) =>
      reject(isAnswering ? new Error('Postern has stopped. Start it again with: postern up') : error);
    const sent = send({ socketPath, method: 'POST', path, body }, gone, (response) => {
      isAnswering = response.statusCode === 200;
      let text = '';
      response.on('data', (chunk: string) => {
        const lines = (text + chunk).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) {
          const { error } = JSON.parse(line) as { error?: string };
          if (error !== undefined) reject(new Error(error));
          else if (!stop.aborted) take(JSON.parse(line));
        }
      });
      response.on('end', () => gone(stopped()));
    });
    const end = () => {
      resolve();
      sent.destroy();
    };
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });
}

function send(
  { socketPath, method, path, body }: Sent,
  fail: (error: Error) => void,
  take: (response: IncomingMessage) => void,
): ClientRequest {
  // An import would load all that `node:http` gives, WebSocket and what stands behind it too: half of a command's time.
  const { request } = process.getBuiltinModule('node:http');
  const headers = { host: 'localhost', 'content-type': 'application/json' };
  const sent = request({ socketPath, method, path: `/_postern/${path}`, headers }, (response) => {
    response.setEncoding('utf8');
    response.on('error', (error) => fail(meant(error, socketPath)));
    take(response);
  });
  sent.on('error', (error) => fail(meant(error, socketPath)));
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return sent;
}

function meant(error: NodeJS.ErrnoException, socketPath: string): Error {
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new Error('Postern is not running. Start it with: postern up');
    case 'ECONNRESET':
    case 'EPIPE':
      return stopped();
    case 'EACCES':
      return new Error(`This Postern is another user's: ${socketPath} may not be opened.`);
    default:
      return error;
  }
}

function stopped(): Error {
  return new Error('Postern stopped before it had answered. Start it again with: postern up');
}
