// `postern demo` for everybody: root, an ordinary user, with and without the AWS CLI, and where namespaces are refused.
// It ends well and leaves nothing behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRunning, postern, whyNoPackets } from './postern.ts';
import { isInstalled, type Output, run, runWell, until } from './run.ts';

const ordinaryUid = 65534;
const asOrdinaryUser = [
  'setpriv',
  '--reuid',
  `${ordinaryUid}`,
  '--regid',
  `${ordinaryUid}`,
  '--clear-groups',
  '--',
];
const allSteps = [
  'up',
  ...[1, 2, 3, 4, 5, 6, 7].map((n) => `PL-1.${n}`),
  'refused-before-acceptance',
  'PL-1.8',
  'refused-security-group',
  'refused-provider-to-consumer',
  'DNS-5.1',
  'DNS-5.2',
  'DNS-5.a',
  'DNS-5.b',
  'refused-public-name',
  'DNS-5.c',
];

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'postern-demo-test-'));
  chmodSync(home, 0o755);
  mkdirSync(join(home, 'tmp'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** What is there beside the processes of others: a process is ours if it has to do with our directory. */
class Watch {
  /** `pid start`, because the kernel gives a pid again. */
  readonly processes = new Set<string>();
  readonly networks = new Set<string>();
  private readonly timer = setInterval(() => this.look(), 100);

  look(): void {
    const all = processes();
    const children = Map.groupBy(all, ({ parent }) => parent);
    const add = (one: Process) => {
      this.processes.add(`${one.pid} ${one.start}`);
      const network = networkOf(one.pid);
      if (network !== undefined && network !== networkOf(process.pid)) this.networks.add(network);
      children.get(one.pid)?.forEach(add);
    };
    const marked = markedPids();
    all.filter(({ pid }) => marked.includes(pid)).forEach(add);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** Processes that wrote their mark into a demo's state directory. */
function markedPids(): number[] {
  const temporary = join(home, 'tmp');
  const files = readdirSync(temporary).flatMap((directory) =>
    ['holder.json', 'control.json', 'agent.json'].map((file) => join(temporary, directory, file)),
  );
  return files.flatMap((file) => {
    try {
      return [(JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid];
    } catch {
      return []; // Not there yet, or gone again.
    }
  });
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly start: number;
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const stat = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/stat`, 'utf8') : '';
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return stat === '' ? [] : [{ pid: Number(name), parent: Number(fields[1]), start: Number(fields[19]) }];
    } catch {
      return []; // It ended meanwhile.
    }
  });
}

function networkOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

interface Demo {
  readonly output: Output;
  readonly result: { ok: boolean; packets: boolean; steps: readonly { id: string; ok: boolean }[] };
  readonly watch: Watch;
}

async function demo(
  options: { prefix?: readonly string[]; env?: Record<string, string> } = {},
): Promise<Demo> {
  const watch = new Watch();
  const env = { HOME: home, TMPDIR: join(home, 'tmp'), XDG_STATE_HOME: undefined, ...options.env };
  const argv = [...(options.prefix ?? []), ...postern('demo', '--json')];
  const output = await run(argv, { env, timeoutMs: 240_000 }).finally(() => watch.stop());
  const last = output.stdout.trimEnd().split('\n').at(-1) ?? '';
  return { output, result: JSON.parse(last === '' ? '{}' : last) as Demo['result'], watch };
}

/** One that gets a signal while its instances run. */
async function signalledDemo(signal: NodeJS.Signals) {
  const watch = new Watch();
  const env = { ...process.env, HOME: home, TMPDIR: join(home, 'tmp'), PATH: pathWithoutAws() };
  const [file = '', ...argv] = postern('demo', '--json');
  const child = spawn(file, argv, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  await until('an instance is there', () => stderr.includes('4  A network load balancer'));
  watch.look();
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number | null];
  watch.stop();
  return { code, watch };
}

function expectAllWell({ output, result }: Demo, packets: boolean): void {
  expect(result, output.stderr).toMatchObject({ ok: true, packets });
  expect(result.steps.map(({ id }) => id)).toEqual(allSteps);
  expect(result.steps.filter(({ ok }) => !ok)).toEqual([]);
  expect(output.code).toBe(0);
}

function standingOf(watch: Watch): Process[] {
  const standing = processes().filter(({ pid, start }) => watch.processes.has(`${pid} ${start}`));
  return standing.filter(({ pid }) => isRunning(pid));
}

function expectNothingLeft({ watch }: Pick<Demo, 'watch'>): void {
  expect(readdirSync(join(home, 'tmp'))).toEqual([]);
  expect(readdirSync(home)).toEqual(expect.not.arrayContaining(['.local', '.postern']));
  expect(watch.processes.size).toBeGreaterThan(0);
  expect(standingOf(watch)).toEqual([]);
  // A network lives as long as a process in it or a mount of it; numbers are given again, so they say nothing.
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(home);
}

/** A PATH in which `aws` is not to be run. */
function pathWithoutAws(): string {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'aws'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
  return `${bin}:${process.env['PATH']}`;
}

describe('with packets', () => {
  beforeEach((context) => context.skip(whyNoPackets !== undefined, whyNoPackets ?? 'needs namespaces'));

  it('without the AWS CLI; the host has the links it had', async () => {
    const links = await runWell(['ip', '-o', 'link']);
    const shown = await demo({ env: { PATH: pathWithoutAws() } });
    expectAllWell(shown, true);
    expect(shown.output.stderr).toContain('no AWS CLI here');
    expect(shown.output.stderr).toContain('Hello from i-');
    const ways = [...shown.output.stderr.matchAll(/"way": "(.*?)"/g)].map(([, way]) => way);
    expect(ways).toEqual(['public', 'interface-endpoint', 'interface-endpoint']);
    // Three guests and the network that holds them; the routers' have a process only for moments.
    expect(shown.watch.networks.size).toBeGreaterThanOrEqual(4);
    expectNothingLeft(shown);
    expect(await runWell(['ip', '-o', 'link'])).toBe(links);
  });

  it('with the AWS CLI', { timeout: 300_000 }, async (context) => {
    context.skip(!(await isInstalled(['aws', '--version'])), 'needs the AWS CLI in PATH');
    const shown = await demo();
    expectAllWell(shown, true);
    expect(shown.output.stderr).not.toContain('no AWS CLI here');
    expectNothingLeft(shown);
  });

  it('as an ordinary user', async (context) => {
    context.skip(process.geteuid?.() !== 0, 'needs root, to become another user');
    const possible = await isInstalled([
      ...asOrdinaryUser,
      'unshare',
      '--user',
      '--map-root-user',
      '--net',
      'true',
    ]);
    context.skip(!possible, 'needs user namespaces for ordinary users');
    for (const path of [home, join(home, 'tmp')]) chownSync(path, ordinaryUid, ordinaryUid);
    const shown = await demo({ prefix: asOrdinaryUser, env: { PATH: pathWithoutAws() } });
    expectAllWell(shown, true);
    expectNothingLeft(shown);
  });

  it('interrupted in the middle, it still cleans up', async () => {
    const { code, ...shown } = await signalledDemo('SIGINT');
    expect(code).toBe(130);
    expectNothingLeft(shown);
  });

  it('killed in the middle, it takes its processes along', async ({ onTestFinished }) => {
    const { watch } = await signalledDemo('SIGKILL');
    onTestFinished(() => standingOf(watch).forEach(({ pid }) => process.kill(pid, 'SIGKILL')));
    expect(watch.processes.size).toBeGreaterThan(0);
    await until('none of its processes runs', () => standingOf(watch).length === 0);
  });
});

describe('where namespaces are refused', () => {
  it('says so and shows what the model says', async (context) => {
    const refusing = ['unshare', '--user', '--map-root-user', 'sh', '-c'];
    const limit = 'echo 0 > /proc/sys/user/max_net_namespaces';
    const isPossible = await isInstalled([...refusing, limit]);
    context.skip(!isPossible, 'needs user namespaces, to refuse others in one');
    const prefix = [...refusing, `${limit} && exec "$@"`, 'sh'];
    const shown = await demo({ prefix, env: { PATH: pathWithoutAws() } });
    expectAllWell(shown, false);
    expect(shown.output.stderr).toContain(
      'no packets here, so the model answers instead: root may not make namespaces',
    );
    expect(shown.output.stderr).toContain('CAP_SYS_ADMIN');
    const codes = ['ENDPOINT_PENDING_ACCEPTANCE', 'SG_HAS_NO_RULES', 'NO_POSSIBLE_DESTINATION'];
    for (const code of [...codes, 'NO_ROUTE_TO_DESTINATION']) expect(shown.output.stderr).toContain(code);
    expectNothingLeft(shown);
  });

  it('says what to install when a tool is missing', async () => {
    const bin = join(home, 'bin');
    const path = pathWithoutAws();
    writeFileSync(join(bin, 'unshare'), '#!/bin/sh\necho "sh: 1: nft: not found" >&2\nexit 127\n', {
      mode: 0o755,
    });
    const shown = await demo({ env: { PATH: path } });
    expectAllWell(shown, false);
    expect(shown.output.stderr).toContain(
      'nft is not installed (iproute2, nftables and util-linux are needed)',
    );
    expectNothingLeft(shown);
  });
});
