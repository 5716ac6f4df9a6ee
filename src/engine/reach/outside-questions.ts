// The questions of questions.ts about what lies outside a VPC, answered in the same rows. Who has a public address is
// named by that address: it is another way to him than his private one.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { lanesMax, nothing, reachableLanes, replaced, type Word } from './lanes.ts';
import type { OutsidePlace } from './outside-places.ts';
import { isOwn, type Senders } from './outside.ts';
import type { Reach } from './reach.ts';
import { byClass, collect, openLanes, perLane, type Row, someOf } from './rows.ts';
import { isSameGuest } from './vpc-reach.ts';

/** What these interfaces can open outside their VPC. */
export function whatReachesOutside(reach: Reach, senders: readonly NetworkInterface[]): readonly Row[] {
  const { outside } = reach;
  return byClass(reach, senders).flatMap(({ vpc, index, some }) => {
    const byWord = new Map<Word, string[]>();
    for (const place of outside.placesFor(vpc)) {
      const owners = place.owner?.interfaces ?? [];
      const ids = place.ids.filter((_, i) => some.some((one) => !isOwn(one, owners[i])));
      collect(byWord, ids.length === 0 ? nothing : outside.word({ vpc, classes: [index] }, place), ids);
    }
    const from = some.map(({ id }) => id);
    return [...byWord].map(([word, to]) => ({ from, to, open: openLanes(reach, word) }));
  });
}

/** Who can open something to these interfaces by a public address, theirs or of a load balancer that leads to them. */
export function whoReachesFromOutside(reach: Reach, targets: readonly NetworkInterface[]): readonly Row[] {
  const wanted = new Set(targets.map(({ id }) => id));
  return reach.outside.owned.flatMap((place) => {
    const owners = place.owner?.interfaces ?? [];
    const own = place.ids.filter((_, i) => wanted.has(owners[i]?.id ?? ''));
    const some = owners.filter(({ id }) => wanted.has(id));
    const straight = own.length === 0 ? [] : rowsTo(reach, place, { to: own, owners: some, mask: 0xffff });
    return [...straight, ...throughNode(reach, place, wanted)];
  });
}

interface Receivers {
  readonly to: readonly string[];
  /** Who has the address. */
  readonly owners: readonly NetworkInterface[];
  /** Lanes that lead there. */
  readonly mask: Word;
  readonly via?: string;
}

function rowsTo(reach: Reach, place: OutsidePlace, { to, owners, mask, via }: Receivers): readonly Row[] {
  const { outside } = reach;
  const byWord = new Map<Word, string[]>();
  const note = (word: Word, ids: readonly string[]) => collect(byWord, replaced(nothing, mask, word), ids);
  for (const caller of outside.callers) note(outside.callerWord(caller, place), caller.ids);
  for (const senders of outside.senders()) {
    const members = membersOf(senders).filter((one) => owners.some((owner) => !isSameGuest(one, owner)));
    if (members.length === 0) continue;
    note(
      outside.word(senders, place),
      members.map(({ id }) => id),
    );
  }
  return [...byWord].map(([word, from]) => {
    const row = { from, to, open: openLanes(reach, word) };
    return via === undefined ? row : { ...row, via };
  });
}

function throughNode(reach: Reach, place: OutsidePlace, wanted: ReadonlySet<string>): readonly Row[] {
  const { vpc, index, interfaces: owners = [] } = place.owner ?? {};
  const [via] = place.ids;
  if (vpc === undefined || index === undefined || via === undefined) return [];
  const masks = new Map<string, Word>();
  for (const { lane, networkInterfaceId: id } of vpc.servedBy(index)?.arrivals ?? []) {
    if (wanted.has(id)) masks.set(id, (masks.get(id) ?? nothing) | (1 << lane));
  }
  const byMask = Map.groupBy(masks.keys(), (id) => masks.get(id) ?? nothing);
  return [...byMask].flatMap(([mask, to]) => rowsTo(reach, place, { to, owners, mask, via }));
}

/** All pairs, with so many ids of each. */
export function everyPairOutside(reach: Reach, idsMax = Infinity): readonly Row[] {
  const { outside } = reach;
  const rows = (
    senders: readonly string[],
    places: readonly OutsidePlace[],
    wordOf: (place: OutsidePlace) => Word,
  ) => {
    const byWord = new Map<Word, string[]>();
    for (const place of places) collect(byWord, wordOf(place), place.ids);
    return [...byWord].map(([word, ids]): Row => {
      const [from, to] = [someOf(senders, idsMax), someOf(ids, idsMax)];
      const row = { from: from.ids, to: to.ids, open: openLanes(reach, word) };
      return from.more + to.more === 0 ? row : { ...row, more: { from: from.more, to: to.more } };
    });
  };
  const leaving = Array.from(outside.senders(), (senders) => {
    const ids = membersOf(senders).map(({ id }) => id);
    return rows(ids, outside.placesFor(senders.vpc), (place) => outside.word(senders, place));
  });
  const calling = outside.callers.map((caller) =>
    rows(caller.ids, outside.owned, (place) => outside.callerWord(caller, place)),
  );
  return [...calling, ...leaving].flat();
}

export interface OutsideCounts {
  /** The internet, its hosts, services, public addresses. */
  readonly places: number;
  /** Of interfaces and places, and of the internet and public addresses. */
  readonly pairs: number;
  /** By lane: pairs that are reachable without doubt. */
  readonly reachable: readonly number[];
}

export function countOutside(reach: Reach): OutsideCounts {
  const { outside } = reach;
  const byWord = new Float64Array(2 ** lanesMax);
  let pairs = 0;
  const count = (word: Word, weight: number) => {
    const lanes = reachableLanes(word);
    byWord[lanes] = (byWord[lanes] as number) + weight;
    pairs += weight;
  };
  for (const senders of outside.senders()) {
    const { list } = senders.vpc.classes;
    const size = senders.classes.reduce((sum, index) => sum + (list[index]?.members.length ?? 0), 0);
    for (const place of outside.placesFor(senders.vpc)) {
      count(outside.word(senders, place), size * place.ids.length);
    }
  }
  for (const caller of outside.callers) {
    for (const place of outside.owned)
      count(outside.callerWord(caller, place), caller.ids.length * place.ids.length);
  }
  for (const { senders, place } of ownPairs(reach)) count(outside.word(senders, place), -1);
  const places = outside.places.reduce((sum, { ids }) => sum + ids.length, 0);
  return { places, pairs, reachable: perLane(reach.lanes, byWord) };
}

/** Nobody is a pair with his own address. */
function* ownPairs(reach: Reach): Iterable<{ readonly senders: Senders; readonly place: OutsidePlace }> {
  for (const place of reach.outside.owned) {
    for (const owner of place.owner?.interfaces ?? []) {
      for (const { vpc, index } of byClass(reach, guestInterfaces(reach.world.snapshot, owner))) {
        if (vpc.isSender(index)) yield { senders: { vpc, classes: [index] }, place };
      }
    }
  }
}

/** Of the guest that has it. */
export function guestInterfaces(snapshot: Snapshot, one: NetworkInterface): readonly NetworkInterface[] {
  const instanceId = one.attachment?.instanceId;
  return instanceId === undefined ? [one] : snapshot.by('networkInterface', 'instanceId', instanceId);
}

export function membersOf({ vpc, classes }: Senders): readonly NetworkInterface[] {
  return classes.flatMap((index) => vpc.classes.list[index]?.members ?? []);
}
