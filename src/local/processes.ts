// Starts, finds and stops the processes of one state directory: control, the holder of the namespaces, the agent.
// Each step does nothing when its process runs already.
import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withParent } from '../dataplane/linux/command-runner.ts';
import { canMakeNamespaces, enterHolder, findHolder, startHolder, stopHolder } from '../dataplane/holder.ts';
import { endProcess, readMark } from './process-mark.ts';
import type { StateDirectory } from './state-directory.ts';

/** Whether what is started ends with this process, however that ends. */
export interface Life {
  readonly endsWithParent?: boolean;
}

export interface UpOptions extends Life {
  readonly state: StateDirectory;
  readonly port: number;
  readonly host: string;
  readonly account: string;
  readonly credentials?: string;
  /** False: control alone, for analysis. */
  readonly withAgent: boolean;
}

export interface ControlAddress {
  readonly host: string;
  readonly port: number;
}

const startTimeoutMs = 15_000;
const main = new URL('../main.ts', import.meta.url).pathname;

/** Starts control when it does not run; resolves once it answers. */
export async function startControl(options: UpOptions): Promise<ControlAddress> {
  const { state } = options;
  const running = await readMark<ControlAddress>(state.controlMark);
  if (running !== undefined) return running;
  await makeDirectory(state);
  const words = [
    'serve',
    '--state',
    state.path,
    '--port',
    String(options.port),
    '--host',
    options.host,
    '--account',
    options.account,
  ];
  if (options.credentials !== undefined) words.push('--credentials', options.credentials);
  if (!options.withAgent) words.push('--no-agent');
  const argv = living(options, [process.execPath, main, ...words]);
  const child = await spawnLogged(argv, state.controlLog);
  return waitFor(child, state.controlLog, () => readMark<ControlAddress>(state.controlMark));
}

export type AgentStart = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Makes the state directory, or says why it cannot be. */
export async function makeDirectory({ path }: StateDirectory): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.W_OK);
  } catch (cause) {
    const why = /E[A-Z]+: (.*?),/.exec(String(cause))?.[1] ?? String(cause);
    const advice = 'Choose a place with: postern up --state DIRECTORY';
    throw new Error(`Cannot keep files in ${path}: ${why}. ${advice}`, { cause });
  }
}

/** Starts the holder and the agent when they do not run; resolves once the agent listens to control. */
export async function startAgent(state: StateDirectory, life: Life = {}): Promise<AgentStart> {
  await makeDirectory(state);
  if ((await readMark(state.agentMark)) !== undefined) return { ok: true };
  let holder: { readonly pid: number };
  try {
    holder = await startHolder({ stateDirectory: state.path, ...life });
  } catch (error) {
    const possible = await canMakeNamespaces();
    if (possible.ok) throw error;
    return possible;
  }
  const argv = enterHolder(holder.pid, [process.execPath, main, 'agent', '--state', state.path]);
  const child = await spawnLogged(living(life, argv), state.agentLog, { POSTERN_HOST_ROOT_FD: '3' });
  await waitFor(child, state.agentLog, () => readMark(state.agentMark));
  return { ok: true };
}

function living({ endsWithParent = false }: Life, argv: readonly string[]): readonly string[] {
  return endsWithParent ? [...withParent, ...argv] : argv;
}

/** True when there is a process of this state directory. */
export async function isAnythingRunning(state: StateDirectory): Promise<boolean> {
  const marks = [state.controlMark, state.agentMark].map((file) => readMark(file));
  const holder = findHolder({ stateDirectory: state.path });
  return (await Promise.all([...marks, holder])).some((one) => one !== undefined);
}

/** Ends agent, guests, namespaces and control; intent stays on disk. */
export async function stopAll(state: StateDirectory): Promise<void> {
  await endProcess(state.agentMark);
  await stopHolder({ stateDirectory: state.path });
  await endProcess(state.controlMark);
}

/** Ends everything and forgets all intent. A directory that is not ours, given by mistake, is not removed. */
export async function reset(state: StateDirectory): Promise<void> {
  const files = await readdir(state.path).catch((): string[] => []);
  const ours = [state.store, state.controlLog, state.agentLog].map((file) => basename(file));
  if (files.length > 0 && !ours.some((file) => files.includes(file)))
    throw new Error(`${state.path} is not the state directory of a Postern: nothing was removed`);
  await stopAll(state);
  await rm(state.path, { recursive: true, force: true });
}

/** Descriptor 3 is the root directory as seen from here, which is not what the child sees in namespaces of its own. */
async function spawnLogged(
  [file = '', ...argv]: readonly string[],
  logFile: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const log = await open(logFile, 'a', 0o600);
  const root = await open('/');
  try {
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
    const child = spawn(file, argv, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd, root.fd],
      cwd: '/',
      env: { ...process.env, ...variables, PATH: path },
    });
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    await root.close();
    await log.close();
  }
}

async function waitFor<T>(
  child: ChildProcess,
  logFile: string,
  ready: () => Promise<T | undefined>,
): Promise<T> {
  const until = performance.now() + startTimeoutMs;
  while (performance.now() < until) {
    const found = await ready();
    if (found !== undefined) return found;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break;
    await sleep(5);
  }
  const said = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-3).join('\n');
  throw new Error(`${said}\nIt did not start; the whole log is ${logFile}`);
}

/** True when something listens there: a port in use is told before control is started on it. */
export function isPortTaken(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
