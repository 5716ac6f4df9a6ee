// What control asks the agent: on a socket in the state directory, a request with a body of JSON each. All else goes the
// other way, from the agent to control; this is for what the host alone knows at the moment of asking.
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

/** `POST /drops`: what the body asks for → the answer. */
export type Questions = Readonly<Record<string, (body: unknown) => Promise<unknown>>>;

/** Resolves once it listens, to what ends it. */
export async function serveQuestions(socketPath: string, questions: Questions): Promise<() => void> {
  const server = createServer((request, response) => void answer(questions, request, response));
  // Of an agent that was killed.
  rmSync(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

async function answer(
  questions: Questions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const question = questions[`${request.method} ${request.url}`];
  const end = (code: number, body: unknown) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (question === undefined)
    return end(404, { error: `no such question: ${request.method} ${request.url}` });
  try {
    end(200, await question(await json(request)));
  } catch (error) {
    end(500, { error: error instanceof Error ? error.message : String(error) });
  }
}
