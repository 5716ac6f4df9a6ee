// Writes to Tables that can be taken back. A work that throws is rolled back to its mark; a batch that
// the disk refused is rolled back whole. Taking back includes the order of rows: Tables puts a restored
// row last, so the journal remembers where each row stood and mends the order, which only a failure pays for.
import type { Kind } from '../model/kinds.ts';
import { kinds } from '../model/kinds.ts';
import type { Change } from '../model/snapshot.ts';
import type { Tables } from '../model/tables.ts';
import { present } from '../std/assert.ts';

interface Entry {
  readonly change: Change;
  readonly undo: Change;
  /** Where the row stood before; undefined when there was none. */
  readonly position: number | undefined;
}

export class Journal {
  readonly #tables: Tables;
  readonly #positions = new Map<Kind, Map<string, number>>();
  #positionNext = 0;
  #entries: Entry[] = [];

  constructor(tables: Tables) {
    this.#tables = tables;
    for (const kind of kinds) {
      const positions = new Map<string, number>();
      for (const row of tables.all(kind)) positions.set(row.id, this.#positionNext++);
      this.#positions.set(kind, positions);
    }
  }

  /** Applies a change. What changes nothing is not written down. */
  write(change: Change): void {
    const { kind, id, resource } = change;
    if (this.#tables.get(kind, id) === resource) return;
    const positions = this.#positionsOf(kind);
    const position = positions.get(id);
    this.#entries.push({ change, undo: this.#tables.apply(change), position });
    if (resource === undefined) positions.delete(id);
    else if (position === undefined) positions.set(id, this.#positionNext++);
  }

  /** A point to roll back to. */
  mark(): number {
    return this.#entries.length;
  }

  /** The changes written since the last `clear`, in order. */
  changes(): readonly Change[] {
    return this.#entries.map((entry) => entry.change);
  }

  /** What would take those back, the last first. */
  undo(): readonly Change[] {
    return this.#entries.map((entry) => entry.undo).reverse();
  }

  /** Keeps what was written. */
  clear(): void {
    this.#entries = [];
  }

  /** Takes back everything written after `mark`, the last first. */
  rollBack(mark: number): void {
    const restored = new Set<Kind>();
    for (const { undo, position } of this.#entries.splice(mark).reverse()) {
      const { kind, id } = undo;
      const isRestored = undo.resource !== undefined && this.#tables.get(kind, id) === undefined;
      if (isRestored) restored.add(kind);
      this.#tables.apply(undo);
      const positions = this.#positionsOf(kind);
      if (position === undefined) positions.delete(id);
      else positions.set(id, position);
    }
    for (const kind of restored) this.#mendOrder(kind);
  }

  #mendOrder(kind: Kind): void {
    const positions = this.#positionsOf(kind);
    const positionOf = (row: { readonly id: string }) =>
      present(positions.get(row.id), `position of ${row.id}`);
    const rows = Array.from(this.#tables.all(kind)).sort((a, b) => positionOf(a) - positionOf(b));
    for (const resource of rows) {
      this.#tables.apply({ kind, id: resource.id });
      this.#tables.apply({ kind, id: resource.id, resource });
    }
  }

  #positionsOf(kind: Kind): Map<string, number> {
    return present(this.#positions.get(kind), `kind ${kind}`);
  }
}
