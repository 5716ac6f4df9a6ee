// The only place where parts are chosen and joined: the commands of cli/ with the processes of local/. The processes
// are imported when they are run: `up` only starts them, and would otherwise read all of Postern for nothing.
import { isDeepStrictEqual } from 'node:util';
import type { Started } from './cli/demo/demo.ts';
import { createProgram, type Machinery, type UpSettings } from './cli/program.ts';
import {
  isAnythingRunning,
  isPortTaken,
  makeDirectory,
  reset,
  startAgent,
  startControl,
  stopAll,
} from './local/processes.ts';
import { endProcess } from './local/process-mark.ts';
import { readSettings, type Settings, writeSettings } from './local/settings.ts';
import { stateDirectory } from './local/state-directory.ts';

const machinery: Machinery = {
  paths: stateDirectory,
  up: async (settings) => {
    const {
      account,
      upstream = {},
      internet,
      internetProxy: proxy,
      internetDns: nameServers = [],
    } = settings;
    if (internet === undefined && (proxy !== undefined || nameServers.length > 0))
      throw new Error(
        '--internet-proxy and --internet-dns say how guests reach the internet: add --internet',
      );
    const state = stateDirectory(settings.state);
    await makeDirectory(state);
    const before = await readSettings(state.settings);
    const after: Settings = {
      defaultAccountId: account,
      upstreams: upstream,
      ...(internet && {
        internet: { ports: internet, nameServers, ...(proxy === undefined ? {} : { proxy }) },
      }),
    };
    await writeSettings(state.settings, after);
    // The agent listens and routes by this from its start on; traffic goes on while it is away.
    if (!isDeepStrictEqual(before.internet, after.internet)) await endProcess(state.agentMark);
    await up(settings);
  },
  down: async (given) => {
    const state = stateDirectory(given);
    const wasRunning = await isAnythingRunning(state);
    await stopAll(state);
    say(wasRunning ? `Postern is down. What was created stays in ${state.path}` : 'Postern was not running.');
  },
  reset: async (given) => {
    const state = stateDirectory(given);
    await reset(state);
    say(`Postern is down and has forgotten all; ${state.path} is gone.`);
  },
  agent: async (state) => {
    await import('./local/quick-start.ts');
    const { runAgent } = await import('./local/agent.ts');
    await runAgent(stateDirectory(state));
  },
  serve: async (settings) => {
    await import('./local/quick-start.ts');
    const { runControl } = await import('./local/control.ts');
    await runControl({
      state: stateDirectory(settings.state),
      port: settings.port,
      host: settings.host,
      defaultAccountId: settings.account,
      expectsAgent: settings.agent,
      ...(settings.credentials === undefined ? {} : { credentialsFile: settings.credentials }),
    });
  },
  demo: async (options) => {
    const { runDemo } = await import('./cli/demo/demo.ts');
    const stop = (directory: string) => reset(stateDirectory(directory));
    const start = (directory: string) => startForDemo(directory, options.keep);
    if (!(await runDemo({ ...options, start, stop }))) process.exitCode = 1;
  },
};

async function up(settings: UpSettings): Promise<void> {
  const state = stateDirectory(settings.state);
  await makeDirectory(state);
  const wasRunning = await isAnythingRunning(state);
  const parts = [
    startControl({ ...settings, state, withAgent: settings.agent }),
    settings.agent ? startAgent(state) : Promise.resolve(undefined),
  ] as const;
  const [address, agent] = await Promise.all(parts).catch(async (error: unknown) => {
    await Promise.allSettled(parts);
    if (!wasRunning) await stopAll(state);
    if (await isPortTaken(settings.port, settings.host)) {
      throw new Error(
        `Port ${settings.port} is in use by another program. Choose one with: postern up --port N`,
        { cause: error },
      );
    }
    throw error;
  });
  const lines = [`Postern is up at http://${address.host}:${address.port}`];
  if (agent?.ok === false) lines.push(`No packets here, analysis only: ${agent.reason}`);
  if (settings.internet !== undefined)
    lines.push(
      `Instances with a way out reach the real internet: TCP ${settings.internet.join(', ')}, public DNS`,
    );
  lines.push('', 'Any credentials do; a 12-digit access key id is the account:', '');
  lines.push(`  export AWS_ENDPOINT_URL=http://${address.host}:${address.port} AWS_DEFAULT_REGION=us-east-1`);
  lines.push('  export AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=any');
  say(lines.join('\n'));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Unless it is kept, it ends with the demo, however that ends. */
async function startForDemo(directory: string, keep: boolean): Promise<Started> {
  const state = stateDirectory(directory);
  const own = { endsWithParent: !keep };
  const agent = await startAgent(state, own);
  const settings = { state, port: 0, host: '127.0.0.1', account: '000000000000', withAgent: agent.ok };
  const { host, port } = await startControl({ ...settings, ...own });
  return {
    endpoint: `http://${host}:${port}`,
    controlSocket: state.controlSocket,
    withoutPackets: agent.ok ? undefined : agent.reason,
  };
}

try {
  await createProgram(machinery).parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
