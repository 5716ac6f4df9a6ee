// The CommandRunner seam: every command Postern runs goes through here, as an argv array, never as a shell
// string. Text goes in on stdin. Output is bounded, time is bounded, the locale is C so that messages can be
// told apart, and a failure carries argv, exit code and stderr. Failures are told apart by the predicates
// below, not by comparing texts elsewhere.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface RunOptions {
  /** Text for stdin; none means end of file at once. */
  readonly stdin?: string;
  readonly timeoutMilliseconds?: number;
  /** More output than this is a fault. */
  readonly outputBytesMax?: number;
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandRunner {
  /** Resolves when the command exits with 0; rejects with a CommandFault on anything else. */
  run(argv: readonly string[], options?: RunOptions): Promise<Output>;
}

/** A command failed: the host's fault or ours, never a user's. */
export class CommandFault extends Error {
  readonly argv: readonly string[];
  /** Undefined when it did not start, was killed or ran out of time. */
  readonly exitCode: number | undefined;
  readonly stderr: string;
  constructor(
    argv: readonly string[],
    {
      exitCode,
      stderr,
      reason,
      cause,
    }: { exitCode?: number; stderr: string; reason: string; cause?: unknown },
  ) {
    super(`${argv.join(' ')}: ${reason}${stderr ? `: ${stderr.trim()}` : ''}`, { cause });
    this.name = 'CommandFault';
    this.argv = argv;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

const timeoutDefault = 30_000;
const outputBytesDefault = 64 * 1024 * 1024;
const stderrKept = 16 * 1024;

/** Runs commands on this host. `prefix` enters somewhere first: `['nsenter', '-t', …]`. */
export function systemRunner(prefix: readonly string[] = []): CommandRunner {
  return { run: (argv, options = {}) => runCommand([...prefix, ...argv], options) };
}

/** Before an argv: the kernel ends the program when the process that started it ends, however that is. */
export const withParent = ['setpriv', '--pdeathsig', 'KILL'] as const;

export type RunningCommand = ChildProcessByStdio<Writable, Readable, null>;

/** Starts a command to talk to while it runs; its stderr is ours. The caller ends it. */
export function startCommand([file = '', ...argv]: readonly string[]): RunningCommand {
  return spawn(file, argv, { stdio: ['pipe', 'pipe', 'inherit'], env: commandEnvironment() });
}

function runCommand(argv: readonly string[], options: RunOptions): Promise<Output> {
  const { stdin = '', timeoutMilliseconds = timeoutDefault, outputBytesMax = outputBytesDefault } = options;
  return new Promise((resolve, reject) => {
    const [file = '', ...rest] = argv;
    const child = spawn(file, rest, { stdio: 'pipe', env: commandEnvironment() });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let bytes = 0;
    let stopped: string | undefined;
    const stop = (reason: string) => {
      stopped ??= reason;
      child.kill('SIGKILL');
    };
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > outputBytesMax) stop(`more than ${outputBytesMax} bytes of output`);
      else into.push(chunk);
    };
    const timer = setTimeout(() => stop(`no end after ${timeoutMilliseconds} ms`), timeoutMilliseconds);
    child.stdout.on('data', collect(stdout));
    child.stderr.on('data', collect(stderr));
    // A command that fails early closes its stdin; its exit code says why.
    child.stdin.on('error', () => undefined);
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new CommandFault(argv, { stderr: '', reason: `cannot be started (${cause.message})`, cause }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const errors = Buffer.concat(stderr).toString();
      if (code === 0 && !stopped)
        return resolve({ stdout: Buffer.concat(stdout).toString(), stderr: errors });
      const reason = stopped ?? (code === null ? `killed by ${signal}` : `exit code ${code}`);
      const kept = errors.slice(0, stderrKept);
      reject(new CommandFault(argv, { ...(code === null ? {} : { exitCode: code }), stderr: kept, reason }));
    });
    child.stdin.end(stdin);
  });
}

let environment: Readonly<Record<string, string | undefined>> | undefined;

/** Copied once: to list process.env is slow enough to show. */
function commandEnvironment(): Readonly<Record<string, string | undefined>> {
  // Distributions keep ip and nft in sbin, which an ordinary user's PATH often lacks.
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`;
  environment ??= { ...process.env, LC_ALL: 'C', PATH: path };
  return environment;
}

export function isNotFound(error: unknown): boolean {
  return says(
    error,
    /No such file or directory|Cannot find device|No such process|No such device|Cannot assign requested address/,
  );
}

export function isExists(error: unknown): boolean {
  return says(error, /File exists/);
}

/** nft in a user namespace: the transaction does not fit into the socket's buffer. */
export function isTooLong(error: unknown): boolean {
  return says(error, /Message too long/);
}

function says(error: unknown, pattern: RegExp): boolean {
  return error instanceof CommandFault && pattern.test(error.stderr);
}

/** Runs `work` for all `items`, at most `atOnce` at a time; stops at nothing: `work` deals with its failures. */
export async function inParallel<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  atOnce = 4,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
}
