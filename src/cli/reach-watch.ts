// `postern reach --watch`: a block for each change, until Ctrl-C. With --json a line for each, for programs.
import { followControl } from './client.ts';
import { formatBegin, formatChange, type WatchBegin, type WatchChange } from './reach-changes.ts';
import type { Lane } from './reach-table.ts';

export interface WatchWords {
  readonly to?: string;
  readonly from?: string;
  readonly port: readonly Lane[];
  readonly json: boolean;
}

/** Resolves to the exit code: 0 when whoever reads it ends it. */
export async function watchReach(words: WatchWords, socket: string): Promise<number> {
  const stop = new AbortController();
  const end = () => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  const { stdout } = process;
  // Nobody reads on, as after `| head`.
  stdout.once('error', end);
  await followReach(words, { socket, stop: stop.signal, print: (text) => void stdout.write(`${text}\n`) });
  return 0;
}

export interface WatchPlace {
  readonly socket: string;
  readonly stop: AbortSignal;
  readonly print: (text: string) => void;
}

/** Rejects when control refuses or goes away. */
export function followReach(words: WatchWords, { socket, stop, print }: WatchPlace): Promise<void> {
  const { to, from, port, json } = words;
  const body = { to, from, ...(port.length === 0 ? {} : { lanes: port }) };
  return followControl(socket, 'reach-watch', { body, stop }, (line) => {
    if (isBegin(line)) {
      if (!json) print(formatBegin(line, to ?? from));
    } else {
      print(json ? JSON.stringify(line) : formatChange(line as WatchChange));
    }
  });
}

function isBegin(line: unknown): line is WatchBegin {
  return typeof line === 'object' && line !== null && 'watching' in line;
}
