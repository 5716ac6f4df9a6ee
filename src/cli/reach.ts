// `postern reach`: who can reach X, what X can reach, all pairs, and what differs from a state that was kept.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { callControl } from './client.ts';
import { formatDifference, formatRows, type Lane, type ReachAnswer } from './reach-table.ts';

interface Options {
  readonly state?: string;
  readonly to?: string;
  readonly from?: string;
  readonly port: readonly Lane[];
  readonly json: boolean;
  readonly save?: string;
  readonly diff?: string;
  readonly watch: boolean;
}

/** `socketOf`: the local socket of the Postern with this state directory. */
export function reachCommand(
  program: Command,
  socketOf: (state?: string) => string,
  print: (text: string) => void,
): void {
  program
    .command('reach')
    .description(
      'who can reach whom: all pairs, or those --to or --from an instance, subnet, endpoint, service …',
    )
    .option('--to <name>', 'who can reach it')
    .option('--from <name>', 'what it can reach')
    .option('--port <port>', '443, 53/udp or icmp; may be given again', lane, [])
    .option('--json', 'as JSON', false)
    .option('--save <file>', 'keep the state in a file')
    .option('--diff <file>', 'what differs from a state that was kept; exit code 1 if something does')
    .option('--watch', 'go on: what each change opens and closes, until Ctrl-C', false)
    .option('--state <directory>', 'where this Postern keeps its files')
    .action(async (options: Options) => {
      const socket = socketOf(options.state);
      process.exitCode = await (options.watch ? watch(options, socket) : run(options, socket, print));
    });
}

async function watch(options: Options, socket: string): Promise<number> {
  if ((options.save ?? options.diff) !== undefined)
    throw new Error('--watch compares by itself: leave out --save and --diff');
  const { watchReach } = await import('./reach-watch.ts');
  return watchReach(options, socket);
}

async function run(options: Options, socket: string, print: (text: string) => void): Promise<number> {
  const { to, from, port, json, save, diff } = options;
  if ((save ?? diff) !== undefined && (to ?? from) !== undefined) {
    throw new Error('--save and --diff are of all pairs: leave out --to and --from');
  }
  const answer = await callControl<ReachAnswer>(socket, 'POST', 'reach', {
    ...(to === undefined ? {} : { to }),
    ...(from === undefined ? {} : { from }),
    ...(port.length === 0 ? {} : { lanes: port }),
    ...(save === undefined ? {} : { save: true }),
    ...(diff === undefined ? {} : { before: readState(diff) }),
  });
  if (save !== undefined) {
    writeFileSync(save, `${JSON.stringify(answer.saved)}\n`);
    return 0;
  }
  if (json) print(JSON.stringify(answer.difference ?? answer, null, 2));
  else if (diff !== undefined) print(formatDifference(answer));
  else print(formatRows(answer, (to ?? from) === undefined));
  if (answer.difference !== undefined) return isSame(answer.difference) ? 0 : 1;
  return (answer.rows ?? []).length > 0 ? 0 : 1;
}

function isSame({ changed, added, removed }: NonNullable<ReachAnswer['difference']>): boolean {
  return changed.length + added.length + removed.length === 0;
}

function readState(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: not a file of postern reach --save`, { cause: error });
  }
}

function lane(text: string, before: readonly Lane[]): readonly Lane[] {
  if (text === 'icmp') return [...before, { protocol: 'icmp', port: 0 }];
  const [, digits = '', protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) throw new Error(`not a port: ${text}; one is 443, 53/udp or icmp`);
  return [...before, { protocol, port }];
}
