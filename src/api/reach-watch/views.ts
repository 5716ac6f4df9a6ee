// What a watch of reach compares before and after a change: all pairs by class, or the ways to or from what was named,
// pair by pair. Rows that differ in one end only are joined, so that one edit reads as one line.
import { Refusal } from '../../catalog/refusal.ts';
import { type ChangedRow, difference, type SavedReach, savedReach } from '../../engine/reach/difference.ts';
import type { OpenLane, Row } from '../../engine/reach/questions.ts';
import type { Reach } from '../../engine/reach/reach.ts';
import { interfacesNamed } from '../../engine/reach/subjects.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { rowsOf } from '../reach.ts';

export interface ViewChange extends ChangedRow {
  /** The endpoint, load balancer or public address by which it goes. */
  readonly via?: string;
}

export interface ViewDifference {
  readonly changed: readonly ViewChange[];
  /** Network interfaces. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** One kind of watch. `S` is what it keeps from one change to the next. */
export interface View<S> {
  state(reach: Reach): S;
  difference(before: S, after: S, reach: Reach): ViewDifference;
}

/** Beyond these, a change would keep control busy and the state large: then something is to be named. */
const classPairsMax = 4_000_000;
const pairsMax = 500_000;

export const allPairs: View<SavedReach> = {
  state: (reach) => {
    let pairs = 0;
    for (const { count } of reach.vpcReaches) pairs += count * count;
    if (pairs > classPairsMax) throw tooMany('all pairs');
    return savedReach(reach);
  },
  difference: (before, after, reach) => {
    const { changed, added, removed } = difference(before, after);
    return { changed: [...changed.flatMap(pieces), ...rowsOfNew(reach, added)], added, removed };
  },
};

/** What new interfaces can open, and who can open something to them: before, there was nothing. */
function rowsOfNew(reach: Reach, added: readonly string[]): readonly ViewChange[] {
  const { snapshot } = reach.world;
  const all = added.flatMap((id) => snapshot.get('networkInterface', id) ?? []);
  if (all.length === 0) return [];
  const isNew = new Set(added);
  // New public addresses are told of by the difference.
  const fromOthers = rowsOf(reach, undefined, all)
    .filter(({ to }) => to.every((id) => isNew.has(id)))
    .map((row) => ({ ...row, from: row.from.filter((id) => !isNew.has(id)) }));
  return [...rowsOf(reach, all, undefined), ...fromOthers]
    .filter(({ from }) => from.length > 0)
    .map(({ from, to, open, via }) => {
      return { from, to, before: [], after: open, ...(via === undefined ? {} : { via }) };
    });
}

/** Rows with the text of what is open. */
type Rows = readonly (Row & { readonly text: string })[];

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly via?: string;
  readonly open: readonly OpenLane[];
  /** The same of two states when the same is open. */
  readonly text: string;
}

type Pairs = ReadonlyMap<string, Pair>;

/** Of the interfaces that have these names at the time; a name that is gone has none. */
export function pairsNamed(names: { readonly from?: string; readonly to?: string }): View<Rows> {
  return {
    state: (reach) => {
      const { snapshot } = reach.world;
      const senders = interfacesOf(snapshot, names.from);
      const targets = interfacesOf(snapshot, names.to);
      const others = snapshot.count('networkInterface');
      if ((targets ?? senders ?? []).length * others > pairsMax) throw tooMany(names.to ?? names.from ?? '');
      return rowsOf(reach, senders, targets).map((row) => ({ ...row, text: JSON.stringify(row.open) }));
    },
    difference: (before, after) => {
      const [old, now] = [pairsOf(without(before, after)), pairsOf(without(after, before))];
      return { changed: changedPairs(old, now), added: [], removed: [] };
    },
  };
}

function interfacesOf(snapshot: Snapshot, name: string | undefined): readonly NetworkInterface[] | undefined {
  return name === undefined ? undefined : (interfacesNamed(snapshot, name) ?? []);
}

/** Rows that the others have not: most are as they were, and need not be told apart pair by pair. */
function without(rows: Rows, others: Rows): Rows {
  const key = ({ text, via, from, to }: Rows[number]) => [text, via, from[0], to[0]].join();
  const known = Map.groupBy(others, key);
  const isSame = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.every((id, i) => id === b[i]);
  return rows.filter((row) => {
    const alike = known.get(key(row)) ?? [];
    return !alike.some(({ from, to }) => isSame(row.from, from) && isSame(row.to, to));
  });
}

function pairsOf(rows: Rows): Pairs {
  const pairs = new Map<string, Pair>();
  for (const { from: senders, to: receivers, open, text, via } of rows) {
    for (const from of senders) {
      for (const to of receivers) {
        const pair = { from, to, open, text, ...(via === undefined ? {} : { via }) };
        pairs.set(`${from} ${to} ${via ?? ''}`, pair);
      }
    }
  }
  return pairs;
}

function changedPairs(before: Pairs, after: Pairs): readonly ViewChange[] {
  const changed: ViewChange[] = [];
  const add = ({ from, to, via }: Pair, old: readonly OpenLane[], now: readonly OpenLane[]) => {
    const ends = { from: [from], to: [to], ...(via === undefined ? {} : { via }) };
    changed.push(...pieces({ ...ends, before: old, after: now }));
  };
  for (const [key, pair] of before) {
    const now = after.get(key);
    if (now?.text !== pair.text) add(pair, pair.open, now?.open ?? []);
  }
  for (const [key, pair] of after) if (!before.has(key)) add(pair, [], pair.open);
  return changed;
}

/** Without the lanes that are as they were. */
function pieces(row: ViewChange): readonly ViewChange[] {
  const texts = (lanes: readonly OpenLane[]) => new Set(lanes.map((lane) => JSON.stringify(lane)));
  const [old, now] = [texts(row.before), texts(row.after)];
  const before = row.before.filter((lane) => !now.has(JSON.stringify(lane)));
  const after = row.after.filter((lane) => !old.has(JSON.stringify(lane)));
  return before.length + after.length === 0 ? [] : [{ ...row, before, after }];
}

function joined(rows: readonly ViewChange[]): readonly ViewChange[] {
  const lanes = ({ before, after, via }: ViewChange) => JSON.stringify([before, after, via]);
  const bySenders = joinedBy(rows, (row) => `${lanes(row)} ${row.from.join()}`, 'to');
  return joinedBy(bySenders, (row) => `${lanes(row)} ${row.to.join()}`, 'from');
}

/** One row of all that have the same key, with each id of their other end once. */
function joinedBy(
  rows: readonly ViewChange[],
  keyOf: (row: ViewChange) => string,
  end: 'from' | 'to',
): readonly ViewChange[] {
  return [...Map.groupBy(rows, keyOf).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ ...first, [end]: [...new Set(alike.flatMap((row) => row[end]))] }];
  });
}

/** Beyond so many ids, rows of several sets of ports stay apart. */
const partsMax = 200_000;

/** The rows of all sets of ports as few. */
export function merged(sets: readonly (readonly ViewChange[])[]): readonly ViewChange[] {
  const rows = sets.flat();
  const ids = rows.reduce((count, { from, to }) => count + from.length + to.length, 0);
  if (sets.length === 1 || ids > partsMax) return joined(rows);
  // What is one row about some ports may be several about others.
  const parts = rows.flatMap((row) => row.to.map((to) => ({ ...row, to: [to] })));
  const ends = ({ from, to, via = '' }: ViewChange) => `${from.join()} ${to.join()} ${via}`;
  const whole = [...Map.groupBy(parts, ends).values()].flatMap((alike) => {
    const [first] = alike;
    const before = inOrder(alike.flatMap((row) => row.before));
    const after = inOrder(alike.flatMap((row) => row.after));
    return first === undefined ? [] : [{ ...first, before, after }];
  });
  return joined(whole);
}

function inOrder(lanes: readonly OpenLane[]): readonly OpenLane[] {
  return lanes.toSorted((a, b) => a.protocol.localeCompare(b.protocol) || a.port - b.port);
}

const idsMax = 20_000;

/** As many rows as a line can have. */
export function bounded(rows: readonly ViewChange[]): {
  readonly rows: readonly ViewChange[];
  readonly left: number;
} {
  let ids = 0;
  const kept = rows.filter(({ from, to }) => (ids += from.length + to.length) <= idsMax);
  return { rows: kept, left: rows.length - kept.length };
}

function tooMany(what: string): Refusal {
  const advice = 'Name an instance, subnet or endpoint by --to or --from.';
  return new Refusal('InvalidParameterValue', `There are too many pairs to watch ${what}. ${advice}`);
}
