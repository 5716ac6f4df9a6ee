// A snapshot that differs from another in a few resources: what would be if a change were made. It costs what the
// changes cost, whatever the size of the network, and the snapshot below stays as it is.
import { type IndexOf, indexKeys, type Kind, type Kinds } from './kinds.ts';
import type { Change, Snapshot } from './snapshot.ts';

type Row = Kinds[Kind];
type Rows = ReadonlyMap<Kind, ReadonlyMap<string, Row | undefined>>;

/** `base` with the changes made in order. */
export function overlay(base: Snapshot, changes: readonly Change[]): Snapshot {
  const below = base instanceof Overlay ? base.below : base;
  const rows = new Map<Kind, Map<string, Row | undefined>>();
  if (base instanceof Overlay) for (const [kind, own] of base.rows) rows.set(kind, new Map(own));
  for (const { kind, id, resource } of changes) {
    const own = rows.get(kind) ?? new Map<string, Row | undefined>();
    rows.set(kind, own.set(id, resource));
  }
  return new Overlay(below, rows);
}

class Overlay implements Snapshot {
  readonly below: Snapshot;
  /** Undefined: removed. */
  readonly rows: Rows;

  constructor(below: Snapshot, rows: Rows) {
    this.below = below;
    this.rows = rows;
  }

  get revision(): number {
    return this.below.revision;
  }

  get<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    const own = this.rows.get(kind);
    return own?.has(id) === true ? (own.get(id) as Kinds[K] | undefined) : this.below.get(kind, id);
  }

  *all<K extends Kind>(kind: K): Iterable<Kinds[K]> {
    const own = this.rows.get(kind);
    for (const row of this.below.all(kind)) {
      const shown = own?.has(row.id) === true ? own.get(row.id) : row;
      if (shown !== undefined) yield shown as Kinds[K];
    }
    yield* this.added(kind);
  }

  by<K extends Kind>(kind: K, index: IndexOf<K>, key: string): readonly Kinds[K][] {
    const own = this.rows.get(kind);
    const found = this.below.by(kind, index, key);
    if (own === undefined || own.size === 0) return found;
    const kept = found.filter(({ id }) => !own.has(id));
    const changed = [...own.values()].filter(
      (row) => row !== undefined && hasKey(kind, row as Kinds[K], index, key),
    );
    return changed.length === 0 ? kept : inOrder(found, kept, changed as Kinds[K][]);
  }

  count(kind: Kind): number {
    let count = this.below.count(kind);
    for (const [id, row] of this.rows.get(kind) ?? []) {
      if (row === undefined) count -= this.below.get(kind, id) === undefined ? 0 : 1;
      else if (this.below.get(kind, id) === undefined) count++;
    }
    return count;
  }

  countBy<K extends Kind>(kind: K, index: IndexOf<K>, key: string): number {
    let count = this.below.countBy(kind, index, key);
    const has = (row: Row | undefined) => row !== undefined && hasKey(kind, row as Kinds[K], index, key);
    for (const [id, row] of this.rows.get(kind) ?? [])
      count += Number(has(row)) - Number(has(this.below.get(kind, id)));
    return count;
  }

  private added<K extends Kind>(kind: K): readonly Kinds[K][] {
    const own = [...(this.rows.get(kind) ?? [])];
    return own.flatMap(([id, row]) =>
      row === undefined || this.below.get(kind, id) !== undefined ? [] : [row as Kinds[K]],
    );
  }
}

/** A changed row keeps its place among those of its key; one that comes to the key stands last. */
function inOrder<T extends Row>(
  found: readonly T[],
  kept: readonly T[],
  changed: readonly T[],
): readonly T[] {
  const byId = new Map([...kept, ...changed].map((row) => [row.id, row]));
  const before = found.flatMap(({ id }) => byId.get(id) ?? []);
  const known = new Set(before.map(({ id }) => id));
  return [...before, ...changed.filter(({ id }) => !known.has(id))];
}

function hasKey<K extends Kind>(kind: K, row: Kinds[K], index: IndexOf<K>, key: string): boolean {
  return indexKeys(kind, row).some(([name, own]) => name === index && own === key);
}
