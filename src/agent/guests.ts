// The programs of instances. Each runs in the network namespace of its instance with mount, pid and host name of
// its own, on the host's file system; its first process is a small shell that sets up resolv.conf and hosts, runs
// the program and stays. Guests outlive the agent: a restarted one finds them by what it wrote beside their console.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { enterGuest, isAlive } from '../dataplane/holder.ts';
import type { GuestReport } from '../plan/actual.ts';
import type { GuestPlan } from '../plan/plan.ts';

/**
 * Constant text; `$1` is the guest's folder, `$2` its host name, `$3` the certificates it trusts and `$4` where programs
 * look for them.
 */
const initScript = `
bind() {
  target=$(readlink -m "$2")
  [ -e "$target" ] || { mkdir -p "\${target%/*}"; : > "$target"; }
  mount --bind "$1" "$target"
}
echo "$2" > /proc/sys/kernel/hostname
ip link set lo up
bind "$1/resolv.conf" /etc/resolv.conf
bind "$1/hosts" /etc/hosts
[ -z "$4" ] || mount --bind "$3" "$4"
trap 'exit 0' TERM
cd /
"$1/program" < /dev/null &
while :; do sleep 86400 & wait $!; done
`;

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** How much of its end is told of a console: what GetConsoleOutput gives. */
const consoleBytes = 64 * 1024;
const stopGraceMs = 1000;
const startWaitMs = 5000;

/** What is written beside the console, to find the guest again. */
interface Mark {
  readonly bootNumber: number;
  readonly pid: number;
  readonly startTime: string;
  readonly isPassing?: boolean;
}

interface Guest {
  plan: GuestPlan;
  mark: Mark | undefined;
  state: GuestReport['state'];
  message: string;
}

export interface GuestTrust {
  /** Certificates that guests trust. */
  readonly bundle: string;
  /** What they hide of the host's. */
  readonly hides: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export interface GuestsOptions {
  /** Each guest gets a folder in here. */
  readonly directory: string;
  readonly holderPid: number;
  /** Asked for when a guest starts; one whose certificates cannot be had has failed. */
  readonly trust?: () => Promise<GuestTrust>;
  /** Variables that every guest has besides these and its plan's. */
  readonly environment: Readonly<Record<string, string>>;
  /** A guest's state changed. */
  readonly onChange: () => void;
}

export class Guests {
  private readonly options: GuestsOptions;
  private readonly guests = new Map<string, Guest>();
  private readonly consoleSizes = new Map<string, number>();
  /** The resolv.conf of each, as last written. */
  private readonly nameServers = new Map<string, string>();
  private newest: readonly GuestPlan[] = [];
  private working: Promise<void> | undefined;

  constructor(options: GuestsOptions) {
    this.options = options;
  }

  /**
   * Runs exactly these, in the background; what is overtaken by a newer call is not begun. Those that run already,
   * also from before a restart, are left alone.
   */
  update(plans: readonly GuestPlan[]): void {
    this.newest = plans;
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
  }

  /**
   * Finds those that an earlier agent started, so that the first report does not call them pending, and ends those
   * that nobody wants any more.
   */
  async adopt(plans: readonly GuestPlan[]): Promise<void> {
    const unknown = plans.filter(({ id }) => !this.guests.has(id));
    const wanted = new Set(plans.map(({ id }) => id));
    const folders = await readdir(this.options.directory).catch((): string[] => []);
    await Promise.all([
      ...unknown.map((plan) => this.adoptOne(plan)),
      ...folders
        .filter((id) => !wanted.has(id))
        .map(async (id) => {
          const mark = await this.markOf(id);
          await this.end(id, mark, mark?.isPassing);
        }),
    ]);
  }

  /** Of those that an earlier agent started or this one did. */
  private async markOf(id: string): Promise<Mark | undefined> {
    const text = await readFile(join(this.folder(id), 'guest.json'), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as Mark);
  }

  private async end(id: string, mark: Mark | undefined, isPassing = false): Promise<void> {
    await stop(mark);
    if (isPassing) await rm(this.folder(id), { recursive: true, force: true });
  }

  private async work(): Promise<void> {
    let done: readonly GuestPlan[] | undefined;
    while (done !== this.newest) {
      done = this.newest;
      await this.make(done);
    }
  }

  private async make(plans: readonly GuestPlan[]): Promise<void> {
    const wanted = new Map(plans.map((plan) => [plan.id, plan]));
    const gone = [...this.guests].filter(([id]) => !wanted.has(id));
    await Promise.all(
      gone.map(async ([id, guest]) => {
        this.guests.delete(id);
        this.nameServers.delete(id);
        this.consoleSizes.delete(id);
        await this.end(id, guest.mark, guest.plan.isPassing);
      }),
    );
    await Promise.all(plans.map((plan) => this.ensure(plan)));
  }

  reports(): readonly GuestReport[] {
    const waiting = this.newest.filter(({ id }) => !this.guests.has(id));
    return [
      ...this.known(),
      ...waiting.map(({ id, bootNumber }) => ({ id, bootNumber, state: 'pending' as const })),
    ];
  }

  private known(): readonly GuestReport[] {
    return Array.from(this.guests.values(), ({ plan, mark, state, message }) => ({
      id: plan.id,
      bootNumber: plan.bootNumber,
      state,
      ...(mark === undefined ? {} : { pid: mark.pid }),
      ...(message === '' ? {} : { message }),
    }));
  }

  /** Looks whether those that should run still do, and where they should. */
  async check(): Promise<void> {
    let isOneLost = false;
    for (const guest of this.guests.values()) {
      const { mark, plan } = guest;
      if (guest.state !== 'running' || mark === undefined) continue;
      if (!(await isAlive(mark))) this.set(guest, 'stopped', 'its first process ended');
      else if (await isElsewhere(mark.pid, plan.namespace)) {
        // Somebody deleted its namespace and a new one stands under the name: it starts again in there.
        await stop(mark);
        guest.mark = undefined;
        this.set(guest, 'pending', 'its network namespace was deleted');
        isOneLost = true;
      }
    }
    if (isOneLost) this.update([...this.newest]);
  }

  /** Tells the end of each console that grew since it was last told; what cannot be told is told next time. */
  async tellConsoles(tell: (id: string, text: string) => Promise<void>): Promise<void> {
    for (const id of this.guests.keys()) {
      const file = await open(join(this.folder(id), 'console')).catch(() => undefined);
      if (file === undefined) continue;
      try {
        const { size } = await file.stat();
        if (size === this.consoleSizes.get(id)) continue;
        const end = Buffer.alloc(Math.min(size, consoleBytes));
        await file.read(end, 0, end.length, size - end.length);
        await tell(id, end.toString());
        this.consoleSizes.set(id, size);
      } finally {
        await file.close();
      }
    }
  }

  private async ensure(plan: GuestPlan): Promise<void> {
    const known = this.guests.get(plan.id) ?? (await this.adoptOne(plan));
    if (known.mark !== undefined && known.plan.bootNumber === plan.bootNumber) {
      known.plan = plan;
      // What cannot be written now is written in the next round.
      await this.writeNameServers(plan).catch(() => undefined);
      return;
    }
    if (known.state === 'failed' && known.plan.bootNumber === plan.bootNumber) return;
    await stop(known.mark);
    known.plan = plan;
    known.mark = undefined;
    try {
      known.mark = await this.start(plan);
      this.set(known, 'running', '');
    } catch (error) {
      this.set(known, 'failed', error instanceof Error ? error.message : String(error));
    }
  }

  /** A guest that an earlier agent started, if it still runs. */
  private async adoptOne(plan: GuestPlan): Promise<Guest> {
    const mark = await this.markOf(plan.id);
    const alive = mark !== undefined && (await isAlive(mark));
    const guest: Guest = {
      plan: alive ? { ...plan, bootNumber: mark.bootNumber } : plan,
      mark: alive ? mark : undefined,
      state: alive ? 'running' : 'pending',
      message: '',
    };
    this.guests.set(plan.id, guest);
    return guest;
  }

  private async start(plan: GuestPlan): Promise<Mark> {
    const folder = this.folder(plan.id);
    await mkdir(folder, { recursive: true });
    await this.writeNameServers(plan);
    await writeFile(join(folder, 'hosts'), `127.0.0.1 localhost\n127.0.1.1 ${plan.hostname}\n`);
    await writeFile(join(folder, 'program'), programOf(plan), { mode: 0o700 });
    const trust = await this.options.trust?.();
    const { bundle = '', hides = '' } = trust ?? {};
    const log = await open(join(folder, 'console'), plan.bootNumber === 1 ? 'w' : 'a');
    const argv = ['sh', '-c', initScript, 'guest', folder, plan.hostname, bundle, hides];
    const [file = '', ...words] = enterGuest(this.options.holderPid, plan.namespace, argv);
    const common = { ...this.options.environment, ...trust?.environment };
    const environment = { PATH: searchPath, HOME: '/root', LANG: 'C.UTF-8', ...common };
    const child = spawn(file, words, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...environment, ...Object.fromEntries(plan.environment) },
      cwd: '/',
    });
    child.on('error', () => undefined);
    child.on('exit', () => void this.check());
    child.unref();
    try {
      const { bootNumber, isPassing = false } = plan;
      const mark = { bootNumber, isPassing, ...(await firstProcess(child)) };
      await writeFile(join(folder, 'guest.json.new'), JSON.stringify(mark));
      await rename(join(folder, 'guest.json.new'), join(folder, 'guest.json'));
      return mark;
    } finally {
      await log.close();
    }
  }

  /** Also of a guest that runs, as if its DHCP lease were renewed; in place, because the file is mounted inside. */
  private async writeNameServers(plan: GuestPlan): Promise<void> {
    const text = resolvConf(plan);
    if (this.nameServers.get(plan.id) === text) return;
    await writeFile(join(this.folder(plan.id), 'resolv.conf'), text);
    this.nameServers.set(plan.id, text);
  }

  private folder(id: string): string {
    return join(this.options.directory, id);
  }

  private set(guest: Guest, state: GuestReport['state'], message: string): void {
    if (guest.state === state && guest.message === message) return;
    guest.state = state;
    guest.message = message;
    this.options.onChange();
  }
}

function resolvConf(plan: GuestPlan): string {
  const search = plan.searchDomain === '' ? '' : `search ${plan.searchDomain}\n`;
  return (
    search +
    plan.nameServers.map((server) => `nameserver ${server}\n`).join('') +
    'options timeout:2 attempts:2\n'
  );
}

/** User data, or the image's script; without a `#!` line the shell runs it. */
function programOf(plan: GuestPlan): string {
  const text =
    plan.userData === undefined ? plan.imageScript : Buffer.from(plan.userData, 'base64').toString();
  return text.startsWith('#!') ? text : `#!/bin/sh\n${text}`;
}

/** The guest's init: the grandchild of what was spawned (nsenter → unshare → init), once it is there. */
async function firstProcess(child: ChildProcess): Promise<{ pid: number; startTime: string }> {
  const until = performance.now() + startWaitMs;
  while (performance.now() < until) {
    if (child.pid === undefined || child.exitCode !== null)
      throw new Error('the guest ended at once; see its console');
    const unshared = await onlyChild(child.pid);
    const pid = unshared === undefined ? undefined : await onlyChild(unshared);
    const startTime = pid === undefined ? undefined : await startTimeOf(pid);
    if (pid !== undefined && startTime !== undefined) return { pid, startTime };
    await sleep(2);
  }
  throw new Error('the guest did not start; see its console');
}

async function onlyChild(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const first = text.split(' ')[0];
  return first ? Number(first) : undefined;
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** True when the process lives in another network namespace than the one of that name. */
async function isElsewhere(pid: number, namespace: string): Promise<boolean> {
  const inode = (path: string) =>
    stat(path).then(
      ({ ino }) => ino,
      () => undefined,
    );
  const [its, named] = await Promise.all([inode(`/proc/${pid}/ns/net`), inode(`/run/netns/${namespace}`)]);
  return its !== undefined && named !== undefined && its !== named;
}

/** Asks the guest's init to end, then ends it: the kernel ends all its processes with it. */
async function stop(mark: Mark | undefined): Promise<void> {
  if (mark === undefined || !(await isAlive(mark))) return;
  signal(mark.pid, 'SIGTERM');
  for (let waited = 0; waited < stopGraceMs; waited += 20) {
    await sleep(20);
    if (!(await isAlive(mark))) return;
  }
  signal(mark.pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
