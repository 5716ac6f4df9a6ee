// A snapshot is how everyone reads intent: by id, all of a kind, or by an index of kinds.ts.
// It does not change while a synchronous function runs.
import type { IndexOf, Kind, Kinds } from './kinds.ts';

export interface Snapshot {
  /** Store revision it shows; grows by one with each committed batch. */
  readonly revision: number;
  get<K extends Kind>(kind: K, id: string): Kinds[K] | undefined;
  /** In order of creation (of first appearance in the store). */
  all<K extends Kind>(kind: K): Iterable<Kinds[K]>;
  by<K extends Kind>(kind: K, index: IndexOf<K>, key: string): readonly Kinds[K][];
  count(kind: Kind): number;
  /** How many `by` gives, without looking at them. */
  countBy<K extends Kind>(kind: K, index: IndexOf<K>, key: string): number;
}

/** One write: a resource put, or removed when `resource` is absent. */
export interface Change<K extends Kind = Kind> {
  readonly kind: K;
  readonly id: string;
  readonly resource?: Kinds[K];
}

/** The writes of one commit and the revision they made. */
export interface Batch {
  readonly revision: number;
  readonly changes: readonly Change[];
}
