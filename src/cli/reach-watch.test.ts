// `postern reach --watch` against control's own routes on a real socket: what it prints, how it ends, and that nothing
// is left of a client that went, whichever way it went.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAdmin } from '../api/admin.ts';
import { KeptReaches } from '../api/kept-reach.ts';
import { unevenBalancer } from '../api/reach-watch/testing.ts';
import { ReachWatches } from '../api/reach-watch/watches.ts';
import { nothingApplied, testApi } from '../api/testing.ts';
import type { TargetReport } from '../plan/actual.ts';
import { present } from '../std/assert.ts';
import { followReach, type WatchWords } from './reach-watch.ts';

const ImageId = 'ami-03eb5e00000000001';
let directory: string;
let socket: string;
let server: Server;
let watches: ReachWatches;
let api: ReturnType<typeof testApi>;
let web: string;
let db: string;
let group: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-watch-'));
  socket = join(directory, 'control.sock');
  api = testApi({ wrote: (action, revision) => watches.noteAction(action, revision) });
  const { store, observed, clock, call } = api;
  const kept = new KeptReaches({ store, targets: () => observed.current?.targets ?? [] });
  watches = new ReachWatches({ store, observed, clock, kept, log: () => undefined });
  const admin = createAdmin({
    store,
    observed,
    streams: { 'POST /_postern/reach-watch': (body, response) => watches.serve(body, response) },
  });
  server = createServer((request, response) => void admin.local(request, response));
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  const { Instances = [] } = await call('ec2', 'RunInstances', { ImageId, MinCount: 2, MaxCount: 2 });
  db = Instances[0]?.InstanceId ?? '';
  web = Instances[1]?.InstanceId ?? '';
  group = Instances[0]?.SecurityGroups?.[0]?.GroupId ?? '';
  await call('ec2', 'CreateTags', { Resources: [db], Tags: [{ Key: 'Name', Value: 'db' }] });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});

const permission = {
  IpProtocol: 'tcp',
  FromPort: 5432,
  ToPort: 5432,
  IpRanges: [{ CidrIp: '192.0.2.0/24' }],
};
const everyone = { IpProtocol: '-1', UserIdGroupPairs: [] as { GroupId: string }[] };
const close = () =>
  api.call('ec2', 'RevokeSecurityGroupIngress', {
    GroupId: group,
    IpPermissions: [{ ...everyone, UserIdGroupPairs: [{ GroupId: group }] }],
  });

interface Following {
  readonly out: string[];
  readonly stop: AbortController;
  /** What it ended with: nothing when it was told to end. */
  readonly ended: Promise<unknown>;
}

function follow(words: Partial<WatchWords> = {}): Following {
  const [out, stop]: [string[], AbortController] = [[], new AbortController()];
  const place = { socket, stop: stop.signal, print: (text: string) => void out.push(text) };
  const following = followReach({ port: [], json: false, ...words }, place);
  return { out, stop, ended: following.catch((error: unknown) => error) };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe('postern reach --watch', () => {
  it('prints a block for each change, and ends when it is told to', async () => {
    const { out, stop, ended } = follow({ to: db });
    await until(() => expect(out).toEqual([`watching ${db}, all ports; Ctrl-C ends it`]));
    await close();
    await until(() => expect(out).toHaveLength(2));
    const [head = '', row = '', ...more] = out[1]?.split('\n') ?? [];
    expect(head).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d  RevokeSecurityGroupIngress  ${group}$`));
    expect(row).toMatch(/^ {2}- i-\w+ 172\.31\.\d+\.\d+ → db 172\.31\.\d+\.\d+ {2}all$/);
    expect(more).toEqual([]);
    stop.abort();
    expect(await ended).toBeUndefined();
    await until(() => expect(watches.count).toBe(0));
  });

  it('prints a line for each change with --json, and nothing else', async () => {
    const { out, stop, ended } = follow({ json: true, port: [{ protocol: 'tcp', port: 22 }] });
    await until(() => expect(watches.count).toBe(1));
    await api.call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: group, IpPermissions: [permission] });
    await until(() => expect(out).toHaveLength(1));
    await close();
    await until(() => expect(out).toHaveLength(2));
    const [first, second] = out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ actions: ['AuthorizeSecurityGroupIngress'], changed: [] });
    expect(second).toMatchObject({ resources: [group], lanes: [{ protocol: 'tcp', port: 22 }] });
    expect(second?.['changed']).toMatchObject([{ before: [{ port: 22, verdict: 'reachable' }], after: [] }]);
    stop.abort();
    await ended;
  });

  it('tells what the agent reports of targets, and not each of its reports', async () => {
    const targetGroupArn = await unevenBalancer(api, { web, db });
    const { out, stop, ended } = follow();
    await until(() => expect(out).toHaveLength(1));
    const report = { ...nothingApplied, appliedRevision: 1000 };
    const { availabilityZone: zone } = present(
      api.store.snapshot.by('networkInterface', 'instanceId', web)[0],
      web,
    );
    const target = (targetId: string, state: TargetReport['state']): TargetReport => {
      return { targetGroupArn, targetId, targetPort: 80, zone, state };
    };
    api.observed.update({ ...report, targets: [target(web, 'initial'), target(db, 'initial')] });
    api.observed.update({ ...report, targets: [target(web, 'healthy'), target(db, 'unhealthy')] });
    await until(() => expect(out.at(-1)).toMatch(/ {2}health of targetgroup\/web\/\w+\n {2}~ .* every way$/));
    const { length } = out;
    api.observed.update({ ...report, targets: [target(web, 'healthy'), target(db, 'unhealthy')] });
    await close();
    await until(() => expect(out.at(-1)).toContain('RevokeSecurityGroupIngress'));
    expect(out).toHaveLength(length + 1);
    stop.abort();
    await ended;
  });

  it('says when Postern stops', async () => {
    const { out, ended } = follow();
    await until(() => expect(out).toHaveLength(1));
    server.closeAllConnections();
    expect(await ended).toEqual(new Error('Postern has stopped. Start it again with: postern up'));
    await until(() => expect(watches.count).toBe(0));
    // And again, once it is there again.
    const again = follow();
    await until(() => expect(again.out).toHaveLength(1));
    again.stop.abort();
    await again.ended;
  });

  it.each<[string, Partial<WatchWords>, string]>([
    ['a name of nothing', { to: 'i-none' }, 'InvalidParameterValue: There is nothing called i-none'],
    [
      'ports that are none',
      { port: [{ protocol: 'tcp', port: 70_000 }] },
      'InvalidParameterValue: Not ports',
    ],
  ])('refuses %s', async (_, words, message) => {
    const { out, ended } = follow(words);
    expect(String(await ended)).toContain(message);
    expect([out, watches.count]).toEqual([[], 0]);
  });

  it('refuses more clients than control has time for', async () => {
    const many = Array.from({ length: 20 }, () => follow());
    await until(() => expect(watches.count).toBe(20));
    expect(String(await follow().ended)).toContain('RequestLimitExceeded: 20 clients watch already.');
    for (const { stop } of many) stop.abort();
    await until(() => expect(watches.count).toBe(0));
  });

  it('says so where Postern does not run', async () => {
    server.close();
    const { ended } = follow();
    expect(String(await ended)).toContain('Postern is not running');
  });
});

describe('the process', () => {
  const main = new URL('../main.ts', import.meta.url).pathname;

  it.each<[string, NodeJS.Signals, number | null]>([
    ['ends with 0 by Ctrl-C', 'SIGINT', 0],
    ['leaves nothing behind when it is killed', 'SIGKILL', null],
  ])('%s', async (_, signal, expected) => {
    const argv = [main, 'reach', '--watch', '--state', directory];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise((resolve) => {
      child.once('close', resolve);
    });
    await vi.waitFor(() => expect(said).toContain('Ctrl-C ends it'), { timeout: 30_000 });
    child.kill(signal);
    expect(await ended).toBe(expected);
    await until(() => expect(watches.count).toBe(0));
  });
});

it('goes on for others while one client takes nothing, which hears of it all later', async () => {
  const idle = connect(socket);
  let heard = '';
  idle.on('data', (chunk: Buffer) => (heard += chunk.toString())).pause();
  idle.write('POST /_postern/reach-watch HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}');
  const { out, stop, ended } = follow();
  await until(() => expect([watches.count, out.length]).toEqual([2, 1]));
  // Long lines, so that what the socket takes by itself is soon full.
  const long = { ImageId, MinCount: 60, MaxCount: 60 };
  const rounds = 12;
  for (let i = 1; i <= rounds; i++) {
    const { Instances = [] } = await api.call('ec2', 'RunInstances', long);
    await until(() => expect(out).toHaveLength(2 * i));
    await api.call('ec2', 'TerminateInstances', {
      InstanceIds: Instances.map((one) => one.InstanceId ?? ''),
    });
    await until(() => expect(out).toHaveLength(2 * i + 1));
  }
  idle.resume();
  const last = `"revision":${api.store.snapshot.revision},`;
  await until(() => expect(heard).toContain(last));
  expect(
    heard
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{"at"')).length,
  ).toBeLessThan(2 * rounds);
  stop.abort();
  await ended;
  idle.destroy();
  await until(() => expect(watches.count).toBe(0));
});
