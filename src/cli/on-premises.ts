// `postern on-premises`: hosts in the network behind a customer gateway, at the other end of its VPN connections.
import type { Command } from 'commander';
import { callControl } from './client.ts';
import { portsText, type Served, serve } from './served-ports.ts';

interface Host {
  readonly id: string;
  readonly address: string;
  readonly customerGatewayId: string;
  readonly serves: Served;
}

interface State {
  readonly state?: string;
}

interface AddOptions extends State {
  readonly customerGateway: string;
  readonly serve: Served;
}

/** `socketOf`: the local socket of the Postern with this state directory. */
export function onPremisesCommands(
  program: Command,
  socketOf: (state?: string) => string,
  print: (text: string) => void,
): void {
  const onPremises = program
    .command('on-premises')
    .description('hosts in the networks behind customer gateways, reached by VPN');
  const withState = (name: string, description: string) =>
    onPremises
      .command(name)
      .description(description)
      .option('--state <directory>', 'where this Postern keeps its files');
  withState(
    'add <name> <address>',
    'add a host: on-premises add files.corp.example 192.168.10.5 --customer-gateway cgw-… --serve 443',
  )
    .requiredOption('--customer-gateway <id>', 'behind which the host is')
    .option(
      '--serve <port[=text]>',
      'answer HTTP there: the text, or who asks; may be given again',
      serve,
      [],
    )
    .action(async (name: string, address: string, options: AddOptions) => {
      const body = { name, address, customerGatewayId: options.customerGateway, serves: options.serve };
      print(hostLine(await callControl<Host>(socketOf(options.state), 'POST', 'on-premises/add', body)));
    });
  withState('list', 'the hosts that were added').action(async ({ state }: State) => {
    const hosts = await callControl<readonly Host[]>(socketOf(state), 'POST', 'on-premises/list', {});
    if (hosts.length > 0) print(hosts.map(hostLine).join('\n'));
  });
  withState('remove <name>', 'remove a host').action(async (name: string, { state }: State) => {
    await callControl(socketOf(state), 'POST', 'on-premises/remove', { name });
  });
  onPremises.addHelpText('after', '\nA command runs there by: postern exec <name> -- curl http://10.0.1.10/');
}

function hostLine({ id, address, customerGatewayId, serves }: Host): string {
  return [id, address, customerGatewayId, ...portsText(serves)].join('  ');
}
