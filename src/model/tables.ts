// The resources of a snapshot in memory, with their indexes kept up to date. The stores build on it;
// tests and importers use it directly.
import { assert } from '../std/assert.ts';
import { type IndexOf, indexKeys, type Kind, type Kinds, kinds } from './kinds.ts';
import type { Change, Snapshot } from './snapshot.ts';

type Row = Kinds[Kind];

class Table {
  readonly rows = new Map<string, Row>();
  /** id → a number that grows with each new row: the order of `rows` */
  readonly positions = new Map<string, number>();
  /** index name + '\0' + key → ids; put in the order of their rows when read */
  readonly index = new Map<string, Set<string>>();
}

export class Tables implements Snapshot {
  revision = 0;
  private nextPosition = 0;
  private readonly tables = new Map<Kind, Table>(kinds.map((kind) => [kind, new Table()]));

  get<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    return this.table(kind).rows.get(id) as Kinds[K] | undefined;
  }

  all<K extends Kind>(kind: K): Iterable<Kinds[K]> {
    return this.table(kind).rows.values() as Iterable<Kinds[K]>;
  }

  by<K extends Kind>(kind: K, index: IndexOf<K>, key: string): readonly Kinds[K][] {
    const table = this.table(kind);
    const ids = table.index.get(`${index}\0${key}`);
    if (ids === undefined) return [];
    inOrder(table, ids);
    return Array.from(ids, (id) => table.rows.get(id) as Kinds[K]);
  }

  count(kind: Kind): number {
    return this.table(kind).rows.size;
  }

  countBy<K extends Kind>(kind: K, index: IndexOf<K>, key: string): number {
    return this.table(kind).index.get(`${index}\0${key}`)?.size ?? 0;
  }

  /** Puts or removes one resource; returns the change that would undo it. */
  apply<K extends Kind>(change: Change<K>): Change<K> {
    const { kind, id, resource } = change;
    const table = this.table(kind);
    const before = table.rows.get(id) as Kinds[K] | undefined;
    if (before !== undefined) this.unindex(table, kind, before);
    if (resource === undefined) {
      table.rows.delete(id);
      table.positions.delete(id);
    } else {
      assert(resource.id === id, `change ${id} carries ${resource.id}`);
      table.rows.set(id, resource);
      if (before === undefined) table.positions.set(id, this.nextPosition++);
      for (const [name, key] of indexKeys(kind, resource)) {
        const full = `${name}\0${key}`;
        const ids = table.index.get(full);
        if (ids === undefined) table.index.set(full, new Set([id]));
        else ids.add(id);
      }
    }
    return before === undefined ? { kind, id } : { kind, id, resource: before };
  }

  private table(kind: Kind): Table {
    const table = this.tables.get(kind);
    assert(table !== undefined, `unknown kind ${kind}`);
    return table;
  }

  private unindex<K extends Kind>(table: Table, kind: K, resource: Kinds[K]): void {
    for (const [name, key] of indexKeys(kind, resource)) {
      const full = `${name}\0${key}`;
      const ids = table.index.get(full);
      if (ids === undefined) continue;
      ids.delete(resource.id);
      if (ids.size === 0) table.index.delete(full);
    }
  }
}

/**
 * An update moves a row to the end of an index, so the set is put back in the order of rows before it is read: what
 * a snapshot answers must not depend on how it came to be.
 */
function inOrder(table: Table, ids: Set<string>): void {
  const position = (id: string) => table.positions.get(id) ?? 0;
  let last = -1;
  let isSorted = true;
  for (const id of ids) {
    const next = position(id);
    isSorted &&= next > last;
    last = next;
  }
  if (isSorted) return;
  const sorted = [...ids].sort((a, b) => position(a) - position(b));
  ids.clear();
  for (const id of sorted) ids.add(id);
}
