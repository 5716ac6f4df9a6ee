// A question of control to the agent, over the agent's local socket. It may be away: then the answer is an error at once.
import { request } from 'node:http';
import { json } from 'node:stream/consumers';

/** What the host is asked is small; one that needs longer is not well. */
const patienceMs = 2000;

export function askAgent<T>(socketPath: string, path: string, body: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const away = (cause?: unknown) => reject(new Error('the agent does not answer', { cause }));
    const headers = { host: 'localhost', 'content-type': 'application/json' };
    const sent = request({ socketPath, method: 'POST', path, headers, timeout: patienceMs }, (response) => {
      const read = json(response) as Promise<T & { error?: string }>;
      read.then((answer) => {
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`the agent cannot tell: ${answer.error ?? response.statusCode}`));
      }, away);
    });
    sent.once('timeout', () => sent.destroy());
    sent.on('error', away);
    sent.end(JSON.stringify(body));
  });
}
