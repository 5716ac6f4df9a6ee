// `postern internet`: hosts outside AWS that instances reach by a way out of their VPC, and that reach them.
import type { Command } from 'commander';
import { callControl } from './client.ts';
import { portsText, type Served, serve } from './served-ports.ts';

interface Host {
  readonly id: string;
  readonly address: string;
  readonly serves: Served;
}

interface State {
  readonly state?: string;
}

/** `socketOf`: the local socket of the Postern with this state directory. */
export function internetCommands(
  program: Command,
  socketOf: (state?: string) => string,
  print: (text: string) => void,
): void {
  const internet = program
    .command('internet')
    .description('hosts outside AWS, on the internet of this Postern');
  const withState = (name: string, description: string) =>
    internet
      .command(name)
      .description(description)
      .option('--state <directory>', 'where this Postern keeps its files');
  withState('add <name> <address>', 'add a host: internet add www.example.com 203.0.113.10 --serve 80')
    .option(
      '--serve <port[=text]>',
      'answer HTTP there: the text, or who asks; may be given again',
      serve,
      [],
    )
    .action(async (name: string, address: string, options: State & { serve: Served }) => {
      const body = { name, address, serves: options.serve };
      print(hostLine(await callControl<Host>(socketOf(options.state), 'POST', 'internet/add', body)));
    });
  withState('list', 'the hosts that were added').action(async ({ state }: State) => {
    const hosts = await callControl<readonly Host[]>(socketOf(state), 'POST', 'internet/list', {});
    if (hosts.length > 0) print(hosts.map(hostLine).join('\n'));
  });
  withState('remove <name>', 'remove a host').action(async (name: string, { state }: State) => {
    await callControl(socketOf(state), 'POST', 'internet/remove', { name });
  });
  internet.addHelpText(
    'after',
    '\nA command runs there by: postern exec <name> -- curl http://<public address>/',
  );
}

function hostLine({ id, address, serves }: Host): string {
  return [id, address, ...portsText(serves)].join('  ');
}
