// The questions people ask of a reach: who can reach these, what can these reach, and all pairs, as rows or as counts.
import type { NetworkInterface } from '../../model/network-interface.ts';
import { lanesMax, type Word } from './lanes.ts';
import {
  countOutside,
  everyPairOutside,
  type OutsideCounts,
  whatReachesOutside,
  whoReachesFromOutside,
} from './outside-questions.ts';
import type { Reach } from './reach.ts';
import { countVpc } from './counting.ts';
import { byClass, collect, openLanes, perLane, type Row } from './rows.ts';
import { isSameGuest, type VpcReach } from './vpc-reach.ts';

export type { OpenLane, Row } from './rows.ts';

/** Every way to open something to these interfaces, by what forwards to them among others. */
export function whoReaches(reach: Reach, targets: readonly NetworkInterface[]): readonly Row[] {
  const straight = byClass(reach, targets).flatMap(({ vpc, index, some }) =>
    sendersTo(reach, vpc, { to: index, targets: some, mask: 0xffff }),
  );
  return [...straight, ...throughForwarders(reach, targets), ...whoReachesFromOutside(reach, targets)];
}

/** What these interfaces can open: to others of their VPC, endpoints and load balancers among them, and outside. */
export function whatReaches(reach: Reach, senders: readonly NetworkInterface[]): readonly Row[] {
  const inside = byClass(reach, senders).flatMap(({ vpc, index, some }) => {
    const byWord = new Map<Word, string[]>();
    for (const [to, { members }] of vpc.classes.list.entries()) {
      const others = strangersOf(members, some).map(({ id }) => id);
      collect(byWord, others.length === 0 ? 0 : vpc.word(index, to), others);
    }
    return [...byWord].map(([word, to]) => ({
      from: some.map(({ id }) => id),
      to,
      open: openLanes(reach, word),
    }));
  });
  return [...inside, ...whatReachesOutside(reach, senders)];
}

/** Those that are somebody else to at least one of the others. */
function strangersOf(
  members: readonly NetworkInterface[],
  others: readonly NetworkInterface[],
): readonly NetworkInterface[] {
  return members.filter((one) => others.some((other) => !isSameGuest(one, other)));
}

/** All pairs, by class, with so many ids of each; rows of one sender and one answer are joined. */
export function everyPair(reach: Reach, idsMax = Infinity): readonly Row[] {
  const inside = [...reach.vpcReaches].flatMap((vpc) => {
    return vpc.classes.list.flatMap((sender, from) => {
      const byWord = new Map<Word, number[]>();
      for (let to = 0; to < vpc.count; to++) {
        if (from !== to || sender.members.length > 1) collect(byWord, vpc.word(from, to), [to]);
      }
      return [...byWord].map(([word, classes]) => {
        const senders = someIds(vpc, [from], idsMax);
        const receivers = someIds(vpc, classes, idsMax);
        const row = { from: senders.ids, to: receivers.ids, open: openLanes(reach, word) };
        const more = { from: senders.more, to: receivers.more };
        return more.from + more.to === 0 ? row : { ...row, more };
      });
    });
  });
  return [...inside, ...everyPairOutside(reach, idsMax)];
}

function someIds(vpc: VpcReach, classes: readonly number[], idsMax: number) {
  const ids: string[] = [];
  let all = 0;
  for (const index of classes) {
    const members = vpc.classes.list[index]?.members ?? [];
    all += members.length;
    for (const { id } of members) {
      if (ids.length >= idsMax) break;
      ids.push(id);
    }
  }
  return { ids, more: all - ids.length };
}

export interface Counts {
  readonly interfaces: number;
  readonly classes: number;
  /** Ordered pairs of interfaces of one VPC. */
  readonly pairs: number;
  /** By lane: pairs that are reachable without doubt. */
  readonly reachable: readonly number[];
  /** Pairs with what lies outside VPCs. */
  readonly outside: OutsideCounts;
}

export function countPairs(reach: Reach): Counts {
  // By word first: there are many pairs and few words.
  const byWord = new Float64Array(2 ** lanesMax);
  let [interfaces, classes, pairs] = [0, 0, 0];
  for (const vpc of reach.vpcReaches) {
    const size = vpc.classes.indexOf.size;
    interfaces += size;
    classes += vpc.count;
    pairs += size * (size - 1);
    countVpc(vpc, byWord);
  }
  return {
    interfaces,
    classes,
    pairs,
    reachable: perLane(reach.lanes, byWord),
    outside: countOutside(reach),
  };
}

interface Receiver {
  /** Class of who gets the packet first. */
  readonly to: number;
  /** Whom it is for. */
  readonly targets: readonly NetworkInterface[];
  /** Lanes that lead there. */
  readonly mask: Word;
  readonly via?: NetworkInterface;
}

function sendersTo(reach: Reach, vpc: VpcReach, { to, targets, mask, via }: Receiver): readonly Row[] {
  const receivers = via === undefined ? targets : [via];
  const byWord = new Map<Word, string[]>();
  for (const [from, { members }] of vpc.classes.list.entries()) {
    const ids = strangersOf(members, receivers).map(({ id }) => id);
    collect(byWord, ids.length === 0 ? 0 : (vpc.word(from, to) & (mask | (mask << 16))) >>> 0, ids);
  }
  return [...byWord].map(([word, from]) => {
    const row = { from, to: targets.map(({ id }) => id), open: openLanes(reach, word) };
    return via === undefined ? row : { ...row, via: via.id };
  });
}

/** By endpoints and load balancers that have them as targets. */
function throughForwarders(reach: Reach, targets: readonly NetworkInterface[]): readonly Row[] {
  const wanted = new Map(targets.map((one) => [one.id, one]));
  const rows: Row[] = [];
  for (const vpc of reach.vpcReaches) {
    for (const to of vpc.forwarders) {
      const masks = new Map<string, Word>();
      for (const { lane, networkInterfaceId: id } of vpc.servedBy(to)?.arrivals ?? []) {
        if (wanted.has(id)) masks.set(id, (masks.get(id) ?? 0) | (1 << lane));
      }
      const via = vpc.classes.list[to]?.first;
      if (via === undefined || masks.size === 0) continue;
      for (const [mask, some] of Map.groupBy(wanted.values(), ({ id }) => masks.get(id) ?? 0)) {
        if (mask !== 0) rows.push(...sendersTo(reach, vpc, { to, targets: some, mask, via }));
      }
    }
  }
  return rows;
}
