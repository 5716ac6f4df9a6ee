// Calls to control's local socket: answered at once, or line by line for as long as one wants.

// An import would load all that `node:http` gives, WebSocket and what stands behind it too: half of a command's time.
const { request } = process.getBuiltinModule('node:http');

/** The answer of control; an Error with its words when it refuses, or with what to do when it is not there. */
export function callControl<T>(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'localhost', 'content-type': 'application/json' };
    const sent = request({ socketPath, method, path: `/_postern/${path}`, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const answer = JSON.parse(text || '{}') as T & { error?: string };
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(answer.error ?? `control answered ${response.statusCode}`));
      });
    });
    sent.on('error', (error) => reject(meant(error)));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
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
    const headers = { host: 'localhost', 'content-type': 'application/json' };
    const sent = request({ socketPath, method: 'POST', path: `/_postern/${path}`, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const lines = (text + chunk).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) {
          const { error } = JSON.parse(line) as { error?: string };
          if (error !== undefined) reject(new Error(error));
          else if (!stop.aborted) take(JSON.parse(line));
        }
      });
      const gone = () => reject(new Error('Postern has stopped.'));
      response.on('end', gone);
      response.on('error', gone);
    });
    sent.on('error', (error) => reject(meant(error)));
    sent.end(JSON.stringify(body));
    const end = () => {
      resolve();
      sent.destroy();
    };
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });
}

function meant(error: NodeJS.ErrnoException): Error {
  const isAway = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
  return isAway ? new Error('Postern is not running. Start it with: postern up') : error;
}
