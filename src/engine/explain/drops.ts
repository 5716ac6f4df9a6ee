// Packets as evidence: which counters of the host tell how many packets of a flow were dropped where its way stops, and
// what they say. `drop-passage.ts` follows the flow from router to router, `drop-keys.ts` names the place of a stop.
import type { Snapshot } from '../../model/snapshot.ts';
import type { DropCount, DropKey } from '../../plan/drop-counter.ts';
import { countingSeconds } from '../../plan/nft-text.ts';
import type { StoppedHop } from '../trace/answer.ts';
import type { Dropped, Explanation, WayTaken } from './answer.ts';
import {
  type Before,
  type Counters,
  droppedBack,
  droppedBefore,
  droppedForward,
  uncounted,
} from './drop-keys.ts';
import { passageBack, passagesOf } from './drop-passage.ts';

/** What to ask the host about one way that is stopped. */
export interface SoughtDrop extends Counters {
  /** Place of the way in the explanation. */
  readonly way: number;
  /** The router knows the flow by an address that others send from too. */
  readonly sharedSource?: string;
  /** Where the host may have dropped it before, for another reason that it asks for first. */
  readonly before: readonly Before[];
}

/** Why there is nothing to ask: the packets are nobody's. */
export function nobodySends({ question, sender, ways }: Explanation): string | undefined {
  if (sender?.imagined === true) return 'the sender is imagined: no packet is its own';
  if (question.from.kind === 'internet' && question.from.address === undefined)
    return 'the sender is any host of the internet: name one, as internet:192.0.2.1';
  return ways.some(({ path }) => stopOf(path) !== undefined) ? undefined : 'nothing drops the flow';
}

type Stopped = Pick<Explanation, 'ways' | 'reasons' | 'components'>;

export function soughtDrops(snapshot: Snapshot, explanation: Stopped): readonly SoughtDrop[] {
  return explanation.ways.flatMap((taken, way) => {
    const stop = stopOf(taken.path);
    if (stop?.outcome !== 'stopped') return [];
    const passages = passagesOf(snapshot, taken);
    const isBack = taken.path.back.includes(stop);
    const passage = isBack ? passageBack(passages, stop) : passages.at(-1);
    if (passage === undefined || passage === 'elsewhere' || !hasRouter(snapshot, passage.namespace))
      return [{ way, ...uncounted, before: [] }];
    const isOwn = !passages.includes('elsewhere');
    const counters = isBack
      ? droppedBack(snapshot, passage, stop, isOwn)
      : droppedForward(snapshot, passage, stop);
    const shared = passage.isShared ? { sharedSource: passage.headers.source } : {};
    const before = droppedBefore(explanation, passage, stop, isBack);
    return [{ way, ...counters, ...shared, before }];
  });
}

/** A VPC without an interface needs nothing on the host: what a VPN would bring there gets no further than its gateway. */
function hasRouter(snapshot: Snapshot, vpcId: string): boolean {
  return snapshot.by('networkInterface', 'vpcId', vpcId).length > 0;
}

/** All that is to be asked of the host, in the order in which `withDrops` takes the answers. */
export function dropKeys(sought: readonly SoughtDrop[]): readonly DropKey[] {
  return sought.flatMap(({ keys, before }) => [...keys, ...before.map(({ key }) => key)]);
}

export function withDrops(
  explanation: Explanation,
  sought: readonly SoughtDrop[],
  counts: readonly (DropCount | undefined)[],
): Explanation {
  const left = [...counts];
  const take = (number: number) => left.splice(0, number);
  const found = new Map(
    sought.map((one) => {
      const here = take(one.keys.length).filter((count) => count !== undefined);
      return [one.way, droppedOf(one, here, take(one.before.length))] as const;
    }),
  );
  const ways = explanation.ways.map((taken, i) => {
    const dropped = found.get(i);
    return dropped === undefined ? taken : { ...taken, dropped };
  });
  return { ...explanation, ways, dropCounters: { isRead: true } };
}

function droppedOf(
  { isWhole, sharedSource, before }: SoughtDrop,
  here: readonly DropCount[],
  earlier: readonly (DropCount | undefined)[],
): Dropped {
  const [first] = before.flatMap(({ place }, i) => {
    const count = earlier[i];
    return count === undefined ? [] : [{ place, ...totalOf([count]) }];
  });
  if (here.length === 0 && !isWhole && first === undefined)
    return { isCounted: false, reason: 'what drops it is no rule of a router of ours' };
  return {
    isCounted: true,
    ...totalOf(here),
    withinSeconds: countingSeconds,
    ...(sharedSource === undefined ? {} : { sharedSource }),
    ...(first === undefined ? {} : { before: first }),
  };
}

function totalOf(counts: readonly DropCount[]) {
  const sum = (field: 'packets' | 'bytes') => counts.reduce((total, count) => total + count[field], 0);
  const ageMs = Math.min(...counts.map((count) => count.ageMs));
  const last = counts.length === 0 ? {} : { lastSecondsAgo: ageMs / 1000 };
  return { packets: sum('packets'), bytes: sum('bytes'), ...last };
}

function stopOf({ forward, back }: WayTaken['path']): StoppedHop | undefined {
  const last = (back.length > 0 ? back : forward).at(-1);
  return last === undefined || last.outcome === 'passed' ? undefined : last;
}
