// The holder: one process that does nothing but keep a network, mount and pid namespace (and, for an ordinary
// user, a user namespace) in which the whole data plane lives. The agent enters its network and mount
// namespaces, guests its pid namespace too. So nothing is visible or left on the host: /run in there is a
// private tmpfs, and when the holder dies the kernel kills the guests and removes every namespace and link.
//
// It is the init of its pid namespace: a shell that waits, because that reaps orphans and needs nothing built.
// It outlives whoever started it, unless that wants otherwise. It is found again by pid and start time, so a reused pid is no mistake.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withParent } from './linux/command-runner.ts';

export interface Holder {
  /** As the host sees it. */
  readonly pid: number;
  /** In clock ticks since boot, from /proc/PID/stat. */
  readonly startTime: string;
}

/** The kernel or the machine's set-up does not let us make namespaces. The message says what to do. */
export class HolderFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HolderFault';
  }
}

const startTimeoutMilliseconds = 10_000;
const stopTimeoutMilliseconds = 3_000;

/** Constant text. `set -e`: the first thing that is not permitted ends it, and stderr says which. */
const prepareScript = `
set -e
mount -t tmpfs -o mode=0755,nosuid,nodev postern /run
[ /var/run -ef /run ] || mount --bind /run /var/run
[ -w /proc/sys/net/ipv4/ip_forward ] || mount -o remount,bind,rw /proc/sys
mkdir -p /run/netns /run/postern/namespaces
ip link set lo up
`;
const holdScript = `${prepareScript}
read -r pid rest < /proc/self/stat
echo "ready $pid"
exec < /dev/null > /dev/null 2>&1
set +e
trap 'exit 0' TERM
while :; do sleep 86400 & wait $!; done
`;
const probeScript = `${prepareScript}
ip netns add probe
printf 'add table ip postern\\nadd chain ip postern c { type nat hook postrouting priority 100; }\\n' | nft -f -
`;

export interface HolderOptions {
  readonly stateDirectory: string;
  /** The process that starts it takes it along when it ends; otherwise it outlives that. */
  readonly endsWithParent?: boolean;
}

/** Starts a holder, or answers the one that runs for this directory. */
export async function startHolder({
  stateDirectory,
  endsWithParent = false,
}: HolderOptions): Promise<Holder> {
  const running = await findHolder({ stateDirectory });
  if (running) return running;
  await mkdir(stateDirectory, { recursive: true });
  const pid = await launch(endsWithParent ? withParent : []);
  const startTime = await startTimeOf(pid);
  if (startTime === undefined) throw new HolderFault('the holder of the namespaces died at once');
  const file = holderFile(stateDirectory);
  await writeFile(`${file}.new`, JSON.stringify({ pid, startTime }));
  await rename(`${file}.new`, file);
  return { pid, startTime };
}

/** The holder of this directory if it still runs. */
export async function findHolder({
  stateDirectory,
}: {
  stateDirectory: string;
}): Promise<Holder | undefined> {
  const text = await readFile(holderFile(stateDirectory), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const holder = readHolder(text);
  return holder && (await isAlive(holder)) ? holder : undefined;
}

function readHolder(text: string): Holder | undefined {
  try {
    const { pid, startTime } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}

export async function isAlive({ pid, startTime }: Holder): Promise<boolean> {
  return (await startTimeOf(pid)) === startTime;
}

/** Ends the holder, hence every guest, namespace and link in it. */
export async function stopHolder({ stateDirectory }: { stateDirectory: string }): Promise<void> {
  const holder = await findHolder({ stateDirectory });
  if (holder) {
    process.kill(holder.pid, 'SIGTERM');
    if (!(await isGone(holder))) process.kill(holder.pid, 'SIGKILL');
    if (!(await isGone(holder))) throw new HolderFault(`process ${holder.pid} does not end`);
  }
  await rm(holderFile(stateDirectory), { force: true });
}

/** argv that runs `argv` in the holder's network and mount namespaces; /proc stays the host's. */
export function enterHolder(pid: number, argv: readonly string[]): readonly string[] {
  return ['nsenter', '-t', String(pid), ...userWords(), '-n', '-m', '--', ...argv];
}

/**
 * argv that runs `argv` as a guest in the network namespace of that name: a child of the holder's init, with
 * mount, uts and pid namespaces of its own and /proc mounted anew; its first process there is `argv`.
 * It is a grandchild of the spawned process, outlives it, and ends with the holder at the latest. To be
 * spawned from outside as well as from within the agent.
 */
export function enterGuest(pid: number, namespace: string, argv: readonly string[]): readonly string[] {
  const isolate = [
    'unshare',
    '--mount',
    '--uts',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--',
    ...argv,
  ];
  const enter = ['nsenter', `--net=/run/netns/${namespace}`, '--', ...isolate];
  return ['nsenter', '-t', String(pid), ...userWords(), '-n', '-m', '-p', '--', ...enter];
}

/** Whether this user may have namespaces on this machine, tried for real; if not, why and what to do. */
export async function canMakeNamespaces(): Promise<{ ok: true } | { ok: false; reason: string }> {
  const { code, stderr } = await output(unshareArgv(probeScript));
  return code === 0 ? { ok: true } : { ok: false, reason: await reasonOf(stderr) };
}

function holderFile(stateDirectory: string): string {
  return join(stateDirectory, 'holder.json');
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Root is root already; an ordinary user must become root of the user namespace it owns. */
function userWords(): readonly string[] {
  return isRoot() ? [] : ['-U', '--preserve-credentials'];
}

function unshareArgv(script: string): readonly string[] {
  const user = isRoot() ? [] : ['--user', '--map-root-user'];
  return [
    'unshare',
    ...user,
    '--net',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--',
    'sh',
    '-c',
    script,
  ];
}

/** Spawns the holder in a session of its own; answers its pid once it is ready. */
function launch(prefix: readonly string[]): Promise<number> {
  const [file = '', ...argv] = [...prefix, ...unshareArgv(holdScript)];
  const child = spawn(file, argv, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: holderEnvironment(),
    cwd: '/',
  });
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new HolderFault('the holder of the namespaces did not come up'));
    }, startTimeoutMilliseconds);
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
      const ready = /^ready (\d+)\n/m.exec(stdout);
      if (!ready) return;
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve(Number(ready[1]));
    });
    child.on('error', (cause) =>
      reject(new HolderFault(`${file} cannot be started: ${cause.message}`, { cause })),
    );
    child.on('close', () => {
      clearTimeout(timer);
      void reasonOf(stderr).then((reason) => reject(new HolderFault(reason)));
    });
  });
}

async function reasonOf(stderr: string): Promise<string> {
  const said = stderr.trim() || 'no message';
  const missing = /(unshare|ip|nft|mount|nsenter): (?:command )?not found|spawn (\S+) ENOENT/.exec(said);
  if (missing)
    return `${missing[1] ?? missing[2]} is not installed (iproute2, nftables and util-linux are needed): ${said}`;
  if (isRoot()) {
    return `root may not make namespaces here; in a container it needs CAP_SYS_ADMIN and CAP_NET_ADMIN (docker run --privileged): ${said}`;
  }
  const advice = await userNamespaceAdvice();
  return `this user may not make user namespaces: ${said}. ${advice}, or run as root`;
}

/** The settings that forbid user namespaces, on the distributions that have them. */
async function userNamespaceAdvice(): Promise<string> {
  const settings = [
    { key: 'kernel.apparmor_restrict_unprivileged_userns', bad: '1', good: '0', who: 'Ubuntu' },
    { key: 'kernel.unprivileged_userns_clone', bad: '0', good: '1', who: 'Debian' },
    { key: 'user.max_user_namespaces', bad: '0', good: '15000', who: 'RHEL' },
  ];
  for (const { key, bad, good, who } of settings) {
    const value = await readFile(`/proc/sys/${key.replaceAll('.', '/')}`, 'utf8').catch(() => '');
    if (value.trim() === bad) return `${key} is ${bad} (${who}): sysctl -w ${key}=${good}`;
  }
  return 'On Ubuntu: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0';
}

function holderEnvironment(): Record<string, string | undefined> {
  return { LC_ALL: 'C', PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin` };
}

function output([file = '', ...argv]: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(file, argv, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: holderEnvironment(),
      cwd: '/',
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
    child.on('error', (error) => resolve({ code: null, stderr: error.message }));
    child.on('close', (code) => resolve({ code, stderr }));
  });
}

/** Field 22 of /proc/PID/stat; the command name before it may contain anything, so count from its last bracket. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

async function isGone(holder: Holder): Promise<boolean> {
  const waits = stopTimeoutMilliseconds / 20;
  for (let i = 0; i < waits; i++) {
    if (!(await isAlive(holder))) return true;
    await sleep(20);
  }
  return false;
}
