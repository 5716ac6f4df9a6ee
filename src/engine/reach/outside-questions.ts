// The questions of questions.ts about what lies outside a VPC, answered in the same rows. Who has a public address is
// named by that address: it is another way to him than his private one.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { lanesMax, nothing, reachableLanes, replaced, type Word } from './lanes.ts';
import type { OutsidePlace } from './outside-places.ts';
import { isOwn, type Outside, type Senders } from './outside.ts';
import type { Reach } from './reach.ts';
import { byClass, collect, openLanes, perLane, type Row, someOf } from './rows.ts';
import { isSameGuest, type VpcReach } from './vpc-reach.ts';

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
  const publicly = reach.outside.owned.flatMap((place) => {
    const owners = place.owner?.interfaces ?? [];
    const own = place.ids.filter((_, i) => wanted.has(owners[i]?.id ?? ''));
    const some = owners.filter(({ id }) => wanted.has(id));
    const straight = own.length === 0 ? [] : rowsTo(reach, place, { to: own, owners: some, mask: 0xffff });
    return [...straight, ...throughNode(reach, place, wanted)];
  });
  return [...publicly, ...fromPremises(reach, targets)];
}

function fromPremises(reach: Reach, targets: readonly NetworkInterface[]): readonly Row[] {
  const { premises } = reach.outside;
  const wanted = new Set(targets.map(({ id }) => id));
  const ownClasses = byClass(reach, targets);
  return premises.hosts.flatMap((host) => {
    const rowOf = (to: readonly string[], word: Word) => ({
      from: host.ids,
      to,
      open: openLanes(reach, word),
    });
    const straight = ownClasses.map(({ vpc, index, some }) => {
      return rowOf(
        some.map(({ id }) => id),
        premises.word(host, vpc, index),
      );
    });
    const forwarded = premises.vpcsFor(host).flatMap((vpc) =>
      vpc.forwarders.flatMap((index) => {
        const via = vpc.classes.list[index]?.first.id ?? '';
        const word = premises.word(host, vpc, index);
        return behind(vpc, index, wanted).map(({ to, mask }) => {
          return { ...rowOf(to, replaced(nothing, mask, word)), via };
        });
      }),
    );
    return [...straight, ...forwarded].filter(({ open }) => open.length > 0);
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
  return behind(vpc, index, wanted).flatMap(({ to, mask }) =>
    rowsTo(reach, place, { to, owners, mask, via }),
  );
}

/** Those of the wanted to whom an endpoint or a node leads, and by which lanes. */
function behind(vpc: VpcReach, index: number, wanted: ReadonlySet<string>) {
  const masks = new Map<string, Word>();
  for (const { lane, networkInterfaceId: id } of vpc.servedBy(index)?.arrivals ?? []) {
    if (wanted.has(id)) masks.set(id, (masks.get(id) ?? nothing) | (1 << lane));
  }
  const byMask = Map.groupBy(masks.keys(), (id) => masks.get(id) ?? nothing);
  return Array.from(byMask, ([mask, to]) => ({ to, mask }));
}

/** All pairs, with so many ids of each. */
export function everyPairOutside(reach: Reach, idsMax = Infinity): readonly Row[] {
  return [...lines(reach.outside)].flatMap(({ from, to, word }) => {
    const byWord = new Map<Word, string[]>();
    for (const [i, { ids }] of to.entries()) {
      const found = word(i);
      const some = found === nothing ? [] : ids();
      if (some.length > 0) collect(byWord, found, some);
    }
    if (byWord.size === 0) return [];
    const senders = someOf(from.ids(), idsMax);
    return [...byWord].map(([found, ids]): Row => {
      const receivers = someOf(ids, idsMax);
      const row = { from: senders.ids, to: receivers.ids, open: openLanes(reach, found) };
      const more = { from: senders.more, to: receivers.more };
      return more.from + more.to === 0 ? row : { ...row, more };
    });
  });
}

/** Alike in what they open, or in who opens something to them. */
interface Some {
  readonly size: number;
  readonly ids: () => readonly string[];
}

interface Line {
  readonly from: Some;
  readonly to: readonly Some[];
  readonly word: (to: number) => Word;
}

/** The internet and its hosts to public addresses, hosts on premises to VPCs, and interfaces to all that lies outside. */
function* lines(outside: Outside): Iterable<Line> {
  const { owned, premises } = outside;
  for (const caller of outside.callers) {
    const word = (to: number) => outside.callerWord(caller, owned[to] as OutsidePlace);
    yield { from: thePlace(caller), to: owned.map(thePlace), word };
  }
  for (const host of premises.hosts) {
    for (const vpc of premises.vpcsFor(host)) {
      const to = vpc.classes.list.map(({ members }) => theInterfaces(members));
      yield { from: thePlace(host), to, word: (index) => premises.word(host, vpc, index) };
    }
  }
  for (const senders of outside.senders()) {
    const places = outside.placesFor(senders.vpc);
    const members = membersOf(senders);
    const word = (to: number) => outside.word(senders, places[to] as OutsidePlace);
    yield { from: theInterfaces(members), to: places.map((place) => strangePlace(place, members)), word };
  }
}

function thePlace({ ids }: OutsidePlace): Some {
  return { size: ids.length, ids: () => ids };
}

/** Without the addresses that all of them have themselves; their number is that of all. */
function strangePlace({ ids, owner }: OutsidePlace, members: readonly NetworkInterface[]): Some {
  const isStrange = (_: string, i: number) => members.some((one) => !isOwn(one, owner?.interfaces[i]));
  return { size: ids.length, ids: () => (owner === undefined ? ids : ids.filter(isStrange)) };
}

function theInterfaces(members: readonly NetworkInterface[]): Some {
  return { size: members.length, ids: () => members.map(({ id }) => id) };
}

export interface OutsideCounts {
  /** The internet, its hosts, services, public addresses, hosts on premises. */
  readonly places: number;
  /** Of interfaces and places, the internet and public addresses, hosts on premises and interfaces. */
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
  for (const { from, to, word } of lines(outside)) {
    for (const [i, { size }] of to.entries()) count(word(i), from.size * size);
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
