// What one client of `reach --watch` is told, with edits through the API: who did what, what it opened and closed, also
// while it reads slowly. That nothing is ever left out: test/agree/reach-watch.test.ts.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lane } from '../../engine/reach/lanes.ts';
import type { TargetReport } from '../../plan/actual.ts';
import { present } from '../../std/assert.ts';
import { KeptReaches } from '../kept-reach.ts';
import { testApi } from '../testing.ts';
import { Pace } from './pace.ts';
import { unevenBalancer } from './testing.ts';
import { allPairs, pairsNamed, type View } from './views.ts';
import { type Sink, Watch, type WatchBegin, type WatchChange } from './watch.ts';

class Client implements Sink {
  writableNeedDrain = false;
  isEnded = false;
  readonly lines: (WatchBegin | WatchChange | { readonly error: string })[] = [];

  write(text: string): void {
    this.lines.push(JSON.parse(text));
  }

  end(text: string): void {
    this.write(text);
    this.isEnded = true;
  }
}

const ImageId = 'ami-03eb5e00000000001';
let api: ReturnType<typeof testApi>;
let client: Client;
let watch: Watch<unknown> | undefined;
let targets: readonly TargetReport[];
let failure: Error | undefined;
const ids = { web: '', db: '', group: '', webEni: '', dbEni: '' };

beforeEach(async () => {
  // A comparison takes no time, so no pause follows it.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  [client, targets, failure] = [new Client(), [], undefined];
  api = testApi({ wrote: (action, revision) => watch?.noteAction(action, revision) });
  const { Instances = [] } = await launch(2);
  const [web, db] = Instances;
  const [webEni, dbEni] = [web, db].map((one) => one?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '');
  const group = web?.SecurityGroups?.[0]?.GroupId ?? '';
  Object.assign(ids, { web: web?.InstanceId, db: db?.InstanceId, group, webEni, dbEni });
  await api.call('ec2', 'RevokeSecurityGroupIngress', {
    GroupId: group,
    SecurityGroupRuleIds: api.store.snapshot
      .get('securityGroup', group)
      ?.rules.flatMap(({ id, direction }) => (direction === 'ingress' ? [id] : [])),
  });
});

afterEach(() => {
  watch?.end();
  watch = undefined;
  vi.useRealTimers();
});

const launch = (count: number) =>
  api.call('ec2', 'RunInstances', { ImageId, MinCount: count, MaxCount: count });

function begin(view: View<unknown>, lanes?: readonly Lane[]): void {
  const { store, clock } = api;
  const snapshot = new Proxy(store.snapshot, {
    get: (tables, name) => {
      if (failure !== undefined) throw failure;
      const value = Reflect.get(tables, name) as unknown;
      return typeof value === 'function' ? (value.bind(tables) as unknown) : value;
    },
  });
  const kept = new KeptReaches({
    store: { snapshot, watch: (told) => store.watch(told) },
    targets: () => targets,
  });
  const log = (line: string) => void logged.push(line);
  const logged: string[] = [];
  const own = { snapshot, kept, targets: () => targets, clock, log, pace: new Pace() };
  const made = new Watch({ ...own, view, lanes, sink: client });
  made.begin();
  store.watch((commit) => made.note(commit));
  watch = made;
}

const everything = allPairs as View<unknown>;
const rule = (port: number) => ({
  GroupId: ids.group,
  IpPermissions: [
    { IpProtocol: 'tcp', FromPort: port, ToPort: port, UserIdGroupPairs: [{ GroupId: ids.group }] },
  ],
});
const open = (port: number) => api.call('ec2', 'AuthorizeSecurityGroupIngress', rule(port));
const close = (port: number) => api.call('ec2', 'RevokeSecurityGroupIngress', rule(port));

/** The lines since the last time. */
function told(): readonly WatchChange[] {
  vi.advanceTimersByTime(10);
  return client.lines.splice(0) as WatchChange[];
}

const lane = (port: number) => ({ protocol: 'tcp', port, lastPort: port, verdict: 'reachable' });

describe('a watch', () => {
  it('begins with what is watched', () => {
    begin(everything);
    const [line] = client.lines as WatchBegin[];
    expect(line?.watching).toMatchObject({ interfaces: 2, portClassesLeft: 0 });
    // Default VPCs have a way to AWS's services, which answer at 80 and 443.
    const lanes = line?.watching.lanes.map(({ protocol, port }) => `${protocol} ${port}`);
    expect(lanes).toEqual(['icmp 0', 'tcp 0', 'tcp 80', 'tcp 81', 'tcp 443', 'tcp 444', 'udp 0']);
  });

  it('says what an action opened and closed, at a port that nothing else names', async () => {
    begin(everything);
    told();
    const both = [ids.webEni, ids.dbEni];
    await open(5432);
    const [opened] = told();
    expect(opened).toMatchObject({ actions: ['AuthorizeSecurityGroupIngress'], resources: [ids.group] });
    expect(opened?.changed).toEqual([{ from: both, to: both, before: [], after: [lane(5432)] }]);
    expect(opened?.parties[ids.dbEni]).toMatchObject({ instanceId: ids.db });
    await close(5432);
    const [closed] = told();
    expect(closed?.actions).toEqual(['RevokeSecurityGroupIngress']);
    expect(closed?.changed).toEqual([{ from: both, to: both, before: [lane(5432)], after: [] }]);
  });

  it('says so when nothing opened or closed, and nothing of what is beside networks', async () => {
    begin(everything);
    told();
    await api.call('ec2', 'CreateTags', { Resources: [ids.web], Tags: [{ Key: 'Name', Value: 'web' }] });
    expect(told()).toMatchObject([{ actions: ['CreateTags'], resources: [ids.web], changed: [] }]);
    await api.call('ec2', 'CreateNetworkInsightsPath', {
      ...{ Source: ids.web, Destination: ids.db, Protocol: 'tcp', ClientToken: 'x' },
    });
    expect(told()).toEqual([]);
  });

  it('names no action that wrote nothing', async () => {
    const token = { ImageId, MinCount: 1, MaxCount: 1, ClientToken: 'once' };
    await api.call('ec2', 'RunInstances', token);
    begin(everything);
    told();
    await api.call('ec2', 'RunInstances', token);
    await open(80);
    expect(told().map(({ actions }) => actions)).toEqual([['AuthorizeSecurityGroupIngress']]);
  });

  it('shows whom a new instance reaches, and who is gone by his name', async () => {
    await open(80);
    begin(everything);
    told();
    const { Instances = [] } = await launch(1);
    const eni = Instances[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '';
    const [came] = told();
    expect(came).toMatchObject({ actions: ['RunInstances'], added: [eni], removed: [] });
    const others = [ids.webEni, ids.dbEni];
    const reached = came?.changed.find(({ from, via }) => from[0] === eni && via === undefined);
    expect(reached).toMatchObject({ from: [eni], to: expect.arrayContaining(others), before: [] });
    expect(came?.changed).toContainEqual({ from: others, to: [eni], before: [], after: [lane(80)] });
    await api.call('ec2', 'TerminateInstances', { InstanceIds: [Instances[0]?.InstanceId ?? ''] });
    const [went] = told();
    expect(went).toMatchObject({ actions: ['TerminateInstances'], added: [], removed: [eni] });
    expect(went?.parties[eni]).toMatchObject({ instanceId: Instances[0]?.InstanceId });
  });

  it('is about the ports that were asked, and no others', async () => {
    begin(everything, [{ protocol: 'tcp', port: 443 }]);
    told();
    await open(80);
    expect(told().map(({ changed }) => changed)).toEqual([[]]);
    await open(443);
    expect(told().map(({ changed }) => changed.length)).toEqual([1]);
  });

  it('is about what has the name, as long as there is such a thing', async () => {
    begin(pairsNamed({ to: ids.db }) as View<unknown>);
    told();
    await open(80);
    const [opened] = told();
    expect(opened?.changed).toEqual([{ from: [ids.webEni], to: [ids.dbEni], before: [], after: [lane(80)] }]);
    await api.call('ec2', 'TerminateInstances', { InstanceIds: [ids.db] });
    const [gone] = told();
    expect(gone?.changed).toEqual([{ from: [ids.webEni], to: [ids.dbEni], before: [lane(80)], after: [] }]);
    await close(80);
    expect(told()).toMatchObject([{ changed: [] }]);
  });

  it('tells what the health of targets changes, which no commit does', async () => {
    const arn = await unevenBalancer(api, { web: ids.web, db: ids.db });
    await launch(1);
    begin(everything);
    told();
    watch?.noteHealth([arn]);
    expect(told()).toEqual([]);
    const zone = present(api.store.snapshot.get('networkInterface', ids.webEni), 'web').availabilityZone;
    const report = (targetId: string, state: TargetReport['state']) => {
      return { targetGroupArn: arn, targetId, targetPort: 80, zone, state };
    };
    targets = [report(ids.web, 'healthy'), report(ids.db, 'unhealthy')];
    watch?.noteHealth([arn]);
    const [line] = told();
    expect(line).toMatchObject({ actions: [], resources: [], health: [arn] });
    expect(line?.changed.length).toBeGreaterThan(0);
    // Another port is asked about than before, and health was before as it is now.
    await open(5432);
    const ports = told().flatMap(({ changed }) =>
      changed.flatMap(({ before, after }) => [...before, ...after]),
    );
    expect([...new Set(ports.map(({ port }) => port))]).toEqual([5432]);
  });
});

describe('a client that reads slowly', () => {
  it('has all that happened meanwhile in one line', async () => {
    begin(everything);
    told();
    client.writableNeedDrain = true;
    await open(80);
    await open(443);
    await close(80);
    expect(told()).toEqual([]);
    client.writableNeedDrain = false;
    watch?.schedule();
    const [line, ...more] = told();
    expect(more).toEqual([]);
    expect(line?.actions).toEqual(['AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress']);
    expect(line?.changed.map(({ before, after }) => ({ before, after }))).toEqual([
      { before: [], after: [lane(443)] },
    ]);
  });

  it('is left when too much waits for it', () => {
    begin(everything);
    told();
    client.writableNeedDrain = true;
    const many = Array.from({ length: 20_001 }, (_, i) => ({ kind: 'instance' as const, id: `i-${i}` }));
    watch?.note({ revision: 1, changes: many, undo: many });
    expect(client.lines).toEqual([{ error: 'The client reads too slowly: too many changes wait for it.' }]);
    expect(client.isEnded).toBe(true);
  });
});

describe('a watch that fails', () => {
  it('says so and ends; what it was is not for the client', async () => {
    begin(everything);
    told();
    await open(80);
    failure = new Error('broken');
    vi.advanceTimersByTime(10);
    expect(client.lines).toEqual([{ error: 'An internal error has occurred.' }]);
    expect(client.isEnded).toBe(true);
    failure = undefined;
    await open(443);
    expect(told()).toEqual([{ error: 'An internal error has occurred.' }]);
  });
});
