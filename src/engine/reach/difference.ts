// The difference between two states of a network: who could not reach whom and now can, and the other way round. A
// state is kept as classes and words, so it stays small; the classes of two states are compared by what they share. Places
// outside (public addresses, services, hosts) are held beside them.
import type { Lane, Word } from './lanes.ts';
import type { OutsidePlace } from './outside-places.ts';
import { guestInterfaces, membersOf } from './outside-questions.ts';
import type { Reach } from './reach.ts';
import { type OpenLane, openLanes } from './rows.ts';

/** By class: other class, word, other class, word, …; pairs without a word reach nothing. */
type SavedWords = readonly (readonly number[])[];
type SavedClasses = readonly (readonly string[])[];

export interface SavedVpc {
  readonly vpcId: string;
  /** Ids of network interfaces, by class. */
  readonly classes: SavedClasses;
  readonly words: SavedWords;
}

/** Who can reach which places outside. */
export interface SavedTable {
  readonly from: SavedClasses;
  readonly words: SavedWords;
}

export interface SavedOutside {
  readonly places: SavedClasses;
  /** Network interfaces. */
  readonly senders: SavedTable;
  /** The internet and its hosts. */
  readonly callers: SavedTable;
  /** Hosts on premises, which reach classes of VPCs instead. */
  readonly premises: readonly (SavedTable & { readonly vpcId: string })[];
  /** Public address → interfaces of the guest that has it. */
  readonly own: Readonly<Record<string, readonly string[]>>;
}

export interface SavedReach {
  readonly version: typeof savedVersion;
  readonly lanes: readonly Lane[];
  readonly vpcs: readonly SavedVpc[];
  readonly outside: SavedOutside;
}

/** 1 knew private addresses only. */
export const savedVersion = 2;

export interface ChangedRow {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly before: readonly OpenLane[];
  readonly after: readonly OpenLane[];
}

export interface Difference {
  readonly changed: readonly ChangedRow[];
  /** Network interfaces. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function savedReach(reach: Reach): SavedReach {
  const vpcs = [...reach.vpcReaches].map((vpc): SavedVpc => {
    const { list } = vpc.classes;
    const words = list.map((_, from) => savedWords(list, (__, to) => vpc.word(from, to)));
    return { vpcId: vpc.vpcId, classes: list.map(({ members }) => members.map(({ id }) => id)), words };
  });
  return { version: savedVersion, lanes: reach.lanes, vpcs, outside: savedOutside(reach) };
}

function savedOutside({ outside, world, vpcReaches }: Reach): SavedOutside {
  const { places, callers, premises } = outside;
  const senders = outside.senders();
  const wordsOf = (wordTo: (place: OutsidePlace) => Word) => savedWords(places, wordTo);
  const own = outside.owned.flatMap(({ ids, owner }) =>
    ids.map((id, i) => {
      const one = owner?.interfaces[i];
      return [
        id,
        one === undefined ? [] : guestInterfaces(world.snapshot, one).map((each) => each.id),
      ] as const;
    }),
  );
  return {
    places: places.map(({ ids }) => ids),
    senders: {
      from: senders.map((some) => membersOf(some).map(({ id }) => id)),
      words: senders.map((some) =>
        wordsOf((place) => (outside.isAsked(some.vpc, place) ? outside.word(some, place) : 0)),
      ),
    },
    callers: {
      from: callers.map(({ ids }) => ids),
      words: callers.map((caller) =>
        wordsOf((place) => (place.owner === undefined ? 0 : outside.callerWord(caller, place))),
      ),
    },
    premises: Array.from(premises.hosts.length === 0 ? [] : vpcReaches, (vpc) => ({
      vpcId: vpc.vpcId,
      from: premises.hosts.map(({ ids }) => ids),
      words: premises.hosts.map((host) =>
        savedWords(vpc.classes.list, (_, index) => premises.word(host, vpc, index)),
      ),
    })),
    own: Object.fromEntries(own),
  };
}

function savedWords<T>(list: readonly T[], wordTo: (one: T, index: number) => Word): readonly number[] {
  return list.flatMap((one, to) => {
    const word = wordTo(one, to);
    return word === 0 ? [] : [to, word];
  });
}

/** The later state was asked with the lanes of the earlier one. */
export function difference(before: SavedReach, after: SavedReach): Difference {
  const changed: ChangedRow[] = [];
  const added: string[] = [];
  const removed: string[] = [];
  const old = new Map(before.vpcs.map((vpc) => [vpc.vpcId, vpc]));
  const current = new Map(after.vpcs.map((vpc) => [vpc.vpcId, vpc]));
  for (const vpcId of new Set([...old.keys(), ...current.keys()])) {
    const none: SavedVpc = { vpcId, classes: [], words: [] };
    const pair = { before: old.get(vpcId) ?? none, after: current.get(vpcId) ?? none };
    const { both, came, went } = sharedClasses(pair.before.classes, pair.after.classes);
    changed.push(...changedRows(after, pair, { from: both, to: both }));
    const tables = { before: premisesTable(before, vpcId), after: premisesTable(after, vpcId) };
    const hosts = allOf(sharedClasses(tables.before.from, tables.after.from));
    changed.push(...changedRows(after, tables, { from: hosts, to: both }));
    added.push(...idsOf(came));
    removed.push(...idsOf(went));
  }
  const isTold = new Set([...added, ...removed]);
  return { changed: [...changed, ...changedOutside(before, after, isTold)], added, removed };
}

/**
 * Of places that come or go it is told who reaches them now, or no longer; of interfaces only where they are there before
 * and after: a stopped instance reaches nobody.
 */
function changedOutside(
  before: SavedReach,
  after: SavedReach,
  isTold: ReadonlySet<string>,
): readonly ChangedRow[] {
  const to = allOf(sharedClasses(before.outside.places, after.outside.places));
  const own = new Map(Object.entries({ ...before.outside.own, ...after.outside.own }));
  return (['callers', 'senders'] as const).flatMap((of) => {
    const tables = { before: before.outside[of], after: after.outside[of] };
    const { both, came, went } = sharedClasses(tables.before.from, tables.after.from);
    const others = [...came, ...went].map((one) => ({
      ...one,
      ids: one.ids.filter((id) => !isTold.has(id)),
    }));
    const from = [...both, ...others.filter(({ ids }) => ids.length > 0)];
    return changedRows(after, tables, { from, to }, own);
  });
}

/** A class of the one state and one of the other, or of one alone, and what is in both. */
interface SharedClass {
  readonly before: number;
  readonly after: number;
  readonly ids: readonly string[];
}

interface SharedClasses {
  readonly both: readonly SharedClass[];
  readonly came: readonly SharedClass[];
  readonly went: readonly SharedClass[];
}

const none = -1;

function sharedClasses(before: SavedClasses, after: SavedClasses): SharedClasses {
  if (isList(before, after, (a, b) => isList(a, b))) {
    return { both: after.map((ids, i) => ({ before: i, after: i, ids })), came: [], went: [] };
  }
  const classOf = (classes: SavedClasses) => {
    return new Map(classes.flatMap((ids, i) => ids.map((id) => [id, i] as const)));
  };
  const [old, current] = [classOf(before), classOf(after)];
  const ids = [...new Set([...old.keys(), ...current.keys()])];
  const groups = Map.groupBy(ids, (id) => `${old.get(id) ?? none} ${current.get(id) ?? none}`);
  const classes = Array.from(groups, ([key, some]): SharedClass => {
    const [a = none, b = none] = key.split(' ').map(Number);
    return { before: a, after: b, ids: some };
  });
  return {
    both: classes.filter((one) => one.before !== none && one.after !== none),
    came: classes.filter((one) => one.before === none),
    went: classes.filter((one) => one.after === none),
  };
}

function allOf({ both, came, went }: SharedClasses): readonly SharedClass[] {
  return [...both, ...came, ...went];
}

function premisesTable({ outside }: SavedReach, vpcId: string): SavedTable {
  return outside.premises.find((one) => one.vpcId === vpcId) ?? { from: [], words: [] };
}

function idsOf(classes: readonly SharedClass[]): readonly string[] {
  return classes.flatMap(({ ids }) => ids);
}

interface Words {
  readonly words: SavedWords;
}

/** `own`: whom one does not reach from outside, but is. */
function changedRows(
  lanes: Pick<SavedReach, 'lanes'>,
  tables: { readonly before: Words; readonly after: Words },
  classes: { readonly from: readonly SharedClass[]; readonly to: readonly SharedClass[] },
  own: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly ChangedRow[] {
  const isAligned = classes.to.every((to) => to.before === to.after);
  return classes.from.flatMap((from) => {
    const words = [tables.before.words[from.before] ?? [], tables.after.words[from.after] ?? []] as const;
    if (isAligned && isList(...words)) return [];
    const [oldWords, newWords] = [wordsOf(words[0]), wordsOf(words[1])];
    const rows = new Map<string, { to: string[]; before: Word; after: Word }>();
    for (const to of classes.to) {
      if (from === to && from.ids.length === 1) continue;
      const old = oldWords.get(to.before) ?? 0;
      const now = newWords.get(to.after) ?? 0;
      if (old === now) continue;
      const key = `${old} ${now}`;
      const row = rows.get(key) ?? { to: [], before: old, after: now };
      row.to.push(...to.ids.filter((id) => !from.ids.every((one) => own.get(id)?.includes(one) ?? false)));
      rows.set(key, row);
    }
    return [...rows.values()]
      .filter(({ to }) => to.length > 0)
      .map((row) => ({
        from: from.ids,
        to: row.to,
        before: openLanes(lanes, row.before),
        after: openLanes(lanes, row.after),
      }));
  });
}

function isList<T>(a: readonly T[], b: readonly T[], isSame = (one: T, other: T) => one === other): boolean {
  return a.length === b.length && a.every((one, i) => isSame(one, b[i] as T));
}

function wordsOf(pairs: readonly number[]): ReadonlyMap<number, Word> {
  const words = new Map<number, Word>();
  for (let i = 0; i + 1 < pairs.length; i += 2) words.set(pairs[i] as number, pairs[i + 1] as number);
  return words;
}
