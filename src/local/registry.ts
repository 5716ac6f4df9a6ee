// The registry server behind ECR: Debian's docker-registry in a process of its own, reached by a socket in the state
// directory. It is started when it is first asked, again after it broke, and the kernel ends it with its parent. Where
// it is not installed everything else works.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { withParent } from '../dataplane/linux/command-runner.ts';
import { RegistryMissing } from '../frontdoor/ecr/registry-server.ts';

const program = 'docker-registry';
const startTimeoutMs = 15_000;

/** A connection to it; starts it where it does not run. */
export function registryIn(directory: string): () => Promise<Duplex> {
  const socket = join(directory, 'registry.sock');
  let running: Promise<ChildProcess> | undefined;
  const begin = () => {
    const started = start(directory, socket);
    const forget = () => {
      if (running === started) running = undefined;
    };
    started.then((child) => (hasEnded(child) ? forget() : child.once('exit', forget)), forget);
    return started;
  };
  return async () => {
    running ??= begin();
    await running;
    return open(socket);
  };
}

async function start(directory: string, socket: string): Promise<ChildProcess> {
  const file = await findProgram();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  rmSync(socket, { force: true });
  const configuration = join(directory, 'registry.json');
  writeFileSync(configuration, JSON.stringify(settings(directory, socket)), { mode: 0o600 });
  const [command, ...words] = withParent;
  // Begun anew each time: it has a line for every layer that somebody asked for in vain.
  const logFile = join(directory, 'registry.log');
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(command, [...words, file, 'serve', configuration], {
    stdio: ['ignore', log, log],
    cwd: '/',
  });
  closeSync(log);
  let failure: unknown = new Error(`${program} did not start: ${logFile}`);
  child.once('error', (error) => (failure = error));
  const until = performance.now() + startTimeoutMs;
  while (performance.now() < until && child.pid !== undefined && !hasEnded(child)) {
    const opened = await open(socket).catch(() => undefined);
    opened?.destroy();
    if (opened !== undefined) return child;
    await sleep(10);
  }
  child.kill('SIGKILL');
  throw failure;
}

/** JSON is YAML. */
function settings(directory: string, socket: string): object {
  return {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(directory, 'data') },
      delete: { enabled: true },
    },
    http: { net: 'unix', addr: socket, relativeurls: true },
  };
}

async function findProgram(): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  for (const folder of folders) {
    const file = join(folder, program);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  throw new RegistryMissing(
    `Images are kept by ${program}, which is not installed here: apt-get install ${program}`,
  );
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function open(path: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}
