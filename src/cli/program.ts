// The list of commands, read with commander. What starts and stops processes is handed in by main.ts. A command imports
// what it does when it is run: all of them pay for what stands above.
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { probeProfiles } from '../catalog/probe-profiles.ts';
import type { CaptureCommand } from './capture.ts';
import { callControl } from './client.ts';
import type { ProbeCommand } from './probe/probe.ts';
import { internetCommands } from './internet.ts';
import { onPremisesCommands } from './on-premises.ts';
import { reachCommand } from './reach.ts';
import { formatStatus, type StatusAnswer } from './status.ts';
import { whyCommand } from './why.ts';

export interface Paths {
  readonly path: string;
  readonly controlSocket: string;
  readonly guests: string;
  readonly flowLogs: string;
}

export interface UpSettings {
  readonly state?: string;
  readonly port: number;
  readonly host: string;
  readonly account: string;
  readonly credentials?: string;
  /** Service → address. */
  readonly upstream?: Readonly<Record<string, string>>;
  /** TCP ports on which guests may reach the real internet. */
  readonly internet?: readonly number[];
  readonly internetProxy?: string;
  readonly internetDns?: readonly string[];
  readonly agent: boolean;
}

/** What only main.ts can do. */
export interface Machinery {
  paths(state?: string): Paths;
  up(settings: UpSettings): Promise<void>;
  down(state?: string): Promise<void>;
  reset(state?: string): Promise<void>;
  /** The control process itself. */
  serve(settings: UpSettings): Promise<void>;
  /** The agent process itself. */
  agent(state?: string): Promise<void>;
  demo(settings: { readonly json: boolean; readonly keep: boolean }): Promise<void>;
}

interface State {
  readonly state?: string;
}

export function createProgram(machinery: Machinery): Command {
  const program = new Command('postern')
    .description('AWS VPC networking with VPC endpoints and PrivateLink, run for real on this host.')
    .enablePositionalOptions()
    .showHelpAfterError();
  processCommands(program, machinery);
  guestCommands(program, machinery);
  internetCommands(program, (state) => machinery.paths(state).controlSocket, print);
  onPremisesCommands(program, (state) => machinery.paths(state).controlSocket, print);
  whyCommand(program, (state) => machinery.paths(state).controlSocket, print);
  reachCommand(program, (state) => machinery.paths(state).controlSocket, print);
  program
    .command('demo')
    .description('one packet through PrivateLink, built with the AWS CLI, step by step')
    .option('--json', 'print one JSON object last', false)
    .option('--keep', 'leave it running afterwards', false)
    .action((options: { json: boolean; keep: boolean }) => machinery.demo(options));
  return program;
}

const internetOption = new Option(
  '--internet [ports]',
  'let instances with a way out reach the real internet by TCP to these ports (80,443), and public DNS',
)
  .preset('80,443')
  .argParser(internetPorts);

function processCommands(program: Command, machinery: Machinery): void {
  const withState = (name: string, description: string, hidden = false) =>
    stateCommand(program, name, description, hidden);
  const withServer = (command: Command) =>
    command
      .option('--port <port>', 'port of the AWS APIs', port, 4566)
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('--account <id>', 'account of callers whose access key id is not an account', '000000000000')
      .option('--credentials <file>', 'JSON file {"accessKeyId": "secret"}: verify signatures with these')
      .option('--no-agent', 'analysis only: no namespaces, no packets');
  withServer(withState('up', 'start Postern'))
    .option(
      '--upstream <service=url>',
      "what answers guests for one of AWS's services, as s3=http://127.0.0.1:9000; may be given again",
      upstream,
      {},
    )
    .addOption(internetOption)
    .option('--internet-proxy <url>', 'HTTP proxy by which they do, as http://127.0.0.1:3128', proxy)
    .option('--internet-dns <servers>', 'name servers instead of this host’s: address[:port],…', nameServers)
    .action((settings: UpSettings) => machinery.up(settings));
  withState('down', 'stop it; what was created stays on disk').action(({ state }: State) =>
    machinery.down(state),
  );
  withState('reset', 'stop it and forget all that was created').action(({ state }: State) =>
    machinery.reset(state),
  );
  withState('status', 'what runs')
    .option('--json', 'as JSON')
    .action(async ({ state, json }: State & { json?: boolean }) => {
      const status = await callControl<StatusAnswer>(machinery.paths(state).controlSocket, 'GET', 'status');
      print(json ? JSON.stringify(status, null, 2) : formatStatus(status, isAlive));
    });
  withServer(withState('serve', 'the control process itself', true)).action((settings: UpSettings) =>
    machinery.serve(settings),
  );
  withState('agent', 'the agent process itself', true).action(({ state }: State) => machinery.agent(state));
}

function guestCommands(program: Command, machinery: Machinery): void {
  const withState = (name: string, description: string) => stateCommand(program, name, description);
  withState(
    'exec <instance> <command...>',
    'run a command in an instance, or a host that was added: exec i-… -- curl …',
  )
    .passThroughOptions()
    .action(async (instance: string, argv: string[], { state }: State) => {
      const { runInGuest } = await import('./guest.ts');
      process.exitCode = await runInGuest(
        machinery.paths(state).controlSocket,
        instance,
        argv[0] === '--' ? argv.slice(1) : argv,
      );
    });
  withState('logs <instance>', 'what an instance wrote')
    .option('-f, --follow', 'go on with what comes', false)
    .action(async (instance: string, { state, follow }: State & { follow: boolean }) => {
      const { printLog } = await import('./guest.ts');
      await printLog(machinery.paths(state).guests, instance, follow);
    });
  withState('flow-log <id>', 'the records of a flow log, as they were delivered')
    .option('-f, --follow', 'go on with what comes', false)
    .action(async (id: string, { state, follow }: State & { follow: boolean }) => {
      const { printFlowLog } = await import('./guest.ts');
      await printFlowLog(machinery.paths(state).flowLogs, id, follow);
    });
  captureCommand(program, machinery);
  attachCommands(program, machinery);
  probeCommand(program, machinery);
}

function attachCommands(program: Command, machinery: Machinery): void {
  const withState = (name: string, description: string) => stateCommand(program, name, description);
  withState(
    'attach <target>',
    'join a process (pid:N) or namespace (netns:/path) to a subnet as a network interface',
  )
    .requiredOption('--subnet <id>', 'subnet')
    .option('--groups <ids...>', 'security groups')
    .option('--address <address>', 'private address')
    .action(
      async (target: string, options: State & { subnet: string; groups?: string[]; address?: string }) => {
        const body = {
          target,
          subnetId: options.subnet,
          groupIds: options.groups,
          privateAddress: options.address,
        };
        const socket = machinery.paths(options.state).controlSocket;
        const { id, address } = await callControl<{ id: string; address: string }>(
          socket,
          'POST',
          'attach',
          body,
        );
        print(`${id} ${address}`);
      },
    );
  withState('detach <interface>', 'undo attach').action(async (id: string, { state }: State) => {
    await callControl(machinery.paths(state).controlSocket, 'POST', 'detach', { id });
  });
}

type CaptureOptions = State & Pick<CaptureCommand, 'count' | 'seconds' | 'output'>;

function captureCommand(program: Command, machinery: Machinery): void {
  stateCommand(
    program,
    'capture <interface> [filter...]',
    'packets of a network interface or instance as pcap: capture i-… tcp and port 443',
  )
    .option('--count <packets>', 'end after so many', wholeNumber)
    .option('--seconds <seconds>', 'end after so long', wholeNumber)
    .option('--output <file>', 'instead of <interface>.pcap; - is standard output')
    .action(async (id: string, words: string[], { state, ...options }: CaptureOptions) => {
      const { controlSocket } = machinery.paths(state);
      const { runCapture } = await import('./capture.ts');
      process.exitCode = await runCapture({ ...options, controlSocket, id, words });
    });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`not a whole number above 0: ${text}`);
  return Number(text);
}

type ProbeOptions = State & Omit<ProbeCommand, 'profile' | 'controlSocket' | 'isAlive'>;

function probeCommand(program: Command, machinery: Machinery): void {
  stateCommand(
    program,
    'probe <profile>',
    `what a workload asks of AWS, really done from inside a subnet: ${probeProfiles.map(({ name }) => name).join(', ')}`,
  )
    .requiredOption('--subnet <id>', 'subnet')
    .option('--groups <ids...>', 'security groups')
    .option('--public-ip', 'with a public address, as a Fargate task with assignPublicIp', false)
    .option('--image <name>', 'repository:tag to pull from ECR')
    .option('--secret <id>', 'secret to read')
    .option('--bucket <name>', 'S3 bucket to read from')
    .option('--table <name>', 'DynamoDB table to read from')
    .option('--role <arn>', 'role to assume')
    .option('--json', 'print one JSON object last', false)
    .action(async (profile: string, { state, ...options }: ProbeOptions) => {
      const { controlSocket } = machinery.paths(state);
      const { runProbe } = await import('./probe/probe.ts');
      process.exitCode = await runProbe({ ...options, profile, controlSocket, isAlive });
    });
}

/** A command that works on one Postern. */
function stateCommand(program: Command, name: string, description: string, hidden = false): Command {
  return program
    .command(name, { hidden })
    .description(description)
    .option('--state <directory>', 'where this Postern keeps its files');
}

function upstream(text: string, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, service = '', url = ''] = /^([a-z0-9.-]+)=(https?:\/\/.+)$/.exec(text) ?? [];
  if (!URL.canParse(url)) throw new Error(`not an upstream: ${text}; one is s3=http://127.0.0.1:9000`);
  return { ...given, [service]: url };
}

function proxy(text: string): string {
  if (!URL.canParse(text) || new URL(text).protocol !== 'http:')
    throw new Error(`not an HTTP proxy: ${text}; one is http://127.0.0.1:3128`);
  return text;
}

function nameServers(text: string): readonly string[] {
  const servers = text.split(',');
  const wrong = servers.find((server) => !/^\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?$/.test(server));
  if (wrong !== undefined)
    throw new Error(`not a name server: ${wrong}; one is 192.0.2.53 or 192.0.2.53:5353`);
  return servers;
}

/** Not 53, where the resolver listens: it asks public DNS itself. */
function internetPorts(text: string): readonly number[] {
  const ports = text.split(',').map(port);
  if (ports.includes(53)) throw new Error('not a port for --internet: 53; instances ask their resolver');
  return ports;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) throw new Error(`not a port: ${text}`);
  return value;
}

/** False for one that ended and was not waited for yet. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
