// What `reach --watch` says over many edits, put together, is what a reach built from scratch says at the end: of all
// pairs and of one subnet's, also where several edits come in one line. More: WATCH_SEEDS=1-200 npm test -- watch.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { KeptReaches } from '../../src/api/kept-reach.ts';
import { rowsOf } from '../../src/api/reach.ts';
import { Pace } from '../../src/api/reach-watch/pace.ts';
import { allPairs, pairsNamed, type View } from '../../src/api/reach-watch/views.ts';
import { type Sink, Watch, type WatchChange } from '../../src/api/reach-watch/watch.ts';
import type { Lane } from '../../src/engine/reach/lanes.ts';
import { everyPair, type Row } from '../../src/engine/reach/questions.ts';
import { Reach } from '../../src/engine/reach/reach.ts';
import { isSameGuest } from '../../src/engine/reach/vpc-reach.ts';
import type { SecurityGroupRule } from '../../src/model/security-group.ts';
import { ManualClock } from '../../src/std/clock.ts';
import { randomEdit } from './random-edit.ts';
import { makeNetwork } from './random-network.ts';
import { World } from './world.ts';

const [first = 1, last = first] = (process.env['WATCH_SEEDS'] ?? '1-2').split('-').map(Number);

/** Named by one rule or none, so that they come and go with it. */
const rare = [22, 5432, 6379] as const;

const asked: readonly Lane[] = [
  ...[0, 80, 443, 444, 8080, 65_535, ...rare].map((port) => ({ protocol: 'tcp', port }) as const),
  ...[0, 53, 8080, ...rare].map((port) => ({ protocol: 'udp', port }) as const),
  { protocol: 'icmp', port: 0 },
];

async function edit(world: World): Promise<void> {
  if (world.chance(40)) return randomEdit(world);
  const isRare = ({ fromPort }: SecurityGroupRule) => rare.some((port) => port === fromPort);
  const given = world.all('securityGroup').filter(({ rules }) => rules.some(isRare));
  const group = world.chance(75) ? world.maybe(given) : undefined;
  const id = group?.rules.find(isRare)?.id;
  if (group !== undefined && id !== undefined) {
    const line = `ec2 revoke-security-group-ingress --group-id ${group.id} --security-group-rule-ids ${id}`;
    await world.run(group.ownerId, line);
  } else {
    const rule = `--protocol ${world.pick(['tcp', 'udp'])} --port ${world.pick(rare)} --cidr 0.0.0.0/0`;
    const other = world.pick(world.all('securityGroup'));
    await world.run(other.ownerId, `ec2 authorize-security-group-ingress --group-id ${other.id} ${rule}`);
  }
}

/** Ends and index of the lane → verdict. */
type Open = Map<string, string>;

interface Followed {
  readonly view: View<unknown>;
  /** What is open now, as a new reach says. */
  readonly now: (reach: Reach) => Open;
  /** Of a row that is watched. */
  readonly key: (from: string, to: string, via: string | undefined) => string | undefined;
}

// No comparison takes any time, so each edit is told at once.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

it.each(['all pairs', 'one subnet'])(
  'adds up to what a new reach says: %s',
  { timeout: 3_600_000 },
  async (what) => {
    let lines = 0;
    for (let seed = first; seed <= last; seed++) {
      const world = new World(seed);
      await makeNetwork(world);
      const { view, now, key } = what === 'all pairs' ? everything(world) : subnet(world);
      const build = () => new Reach(world.snapshot, world.network().health, asked);
      const open = now(build());
      const sink = new Lines();
      const kept = new KeptReaches({ store: world.store, targets: () => world.targets });
      const watch = watching(world, { view, kept, sink });
      for (let round = 0; round < 20; round++) {
        for (let edits = world.pick([1, 1, 1, 3, 6]); edits > 0; edits--) await edit(world);
        // Health is no commit; the watch is told of it by who hears reports.
        watch.noteHealth(world.all('targetGroup').map(({ id }) => id));
        vi.advanceTimersByTime(10);
        for (const line of sink.take()) apply(line, open, key);
        const sorted = (all: Open) => [...all].sort();
        expect(sorted(open), `seed ${seed}, after ${world.story.at(-1)}`).toEqual(sorted(now(build())));
      }
      lines += sink.count;
      watch.end();
      kept.forgetAll();
    }
    expect(lines).toBeGreaterThan(20);
  },
);

function watching(world: World, own: { view: View<unknown>; kept: KeptReaches; sink: Sink }): Watch<unknown> {
  const watch = new Watch({
    ...own,
    snapshot: world.snapshot,
    targets: () => world.targets,
    clock: new ManualClock(),
    pace: new Pace(),
    log: (line) => {
      throw new Error(line);
    },
    lanes: undefined,
  });
  world.store.watch((commit) => watch.note(commit));
  return watch;
}

function everything(world: World): Followed {
  const now = (reach: Reach) =>
    new Map(everyPair(reach).flatMap((row) => openings(row).filter(([key]) => isOfTwo(key))));
  const isOfTwo = (key: string) => {
    const [a, b] = key.split(' ').map((id) => world.snapshot.get('networkInterface', id));
    return a === undefined || b === undefined || !isSameGuest(a, b);
  };
  const key: Followed['key'] = (from, to, via) => {
    return via === undefined && isOfTwo(`${from} ${to}`) ? `${from} ${to} ` : undefined;
  };
  return { view: allPairs as View<unknown>, now, key };
}

function subnet(world: World): Followed {
  const size = (id: string) => world.snapshot.by('networkInterface', 'subnetId', id).length;
  const [id = ''] = world
    .all('subnet')
    .map((one) => one.id)
    .sort((a, b) => size(b) - size(a));
  const now = (reach: Reach) => {
    const open: Open = new Map();
    const rows = rowsOf(reach, undefined, world.snapshot.by('networkInterface', 'subnetId', id));
    for (const row of rows) for (const [key, verdict] of openings(row)) open.set(key, verdict);
    return open;
  };
  const view = pairsNamed({ to: id }) as View<unknown>;
  return { view, now, key: (from, to, via = '') => `${from} ${to} ${via}` };
}

function openings({ from, to, via = '', open }: Row): readonly (readonly [string, string])[] {
  const all = asked.map(({ protocol, port }) => `${protocol} ${port}`);
  return from.flatMap((a) =>
    to.flatMap((b) =>
      open.map(({ protocol, port, verdict }) => {
        return [`${a} ${b} ${via} ${all.indexOf(`${protocol} ${port}`)}`, verdict] as const;
      }),
    ),
  );
}

function apply(line: WatchChange, open: Open, keyOf: Followed['key']): void {
  expect(line.portClassesLeft).toBe(0);
  for (const id of line.removed) {
    for (const key of [...open.keys()]) if (key.split(' ').includes(id)) open.delete(key);
  }
  for (const { from, to, via, before, after } of line.changed) {
    for (const a of from) {
      for (const b of to) {
        const ends = keyOf(a, b, via);
        if (ends === undefined) continue;
        for (const [i, lane] of asked.entries()) {
          const [old, now] = [before, after].map((lanes) => lanes.find((one) => covers(one, lane))?.verdict);
          if (old === now) continue;
          // What it says was open before was open.
          expect(open.get(`${ends} ${i}`)).toBe(old);
          if (now === undefined) open.delete(`${ends} ${i}`);
          else open.set(`${ends} ${i}`, now);
        }
      }
    }
  }
}

function covers({ protocol, port, lastPort = port }: Lane, lane: Lane): boolean {
  return protocol === lane.protocol && port <= lane.port && lane.port <= lastPort;
}

class Lines implements Sink {
  readonly writableNeedDrain = false;
  count = 0;
  private readonly lines: WatchChange[] = [];

  write(text: string): void {
    this.count++;
    this.lines.push(JSON.parse(text) as WatchChange);
  }

  end(text: string): void {
    throw new Error(text);
  }

  take(): readonly WatchChange[] {
    return this.lines.splice(0);
  }
}
