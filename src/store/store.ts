// The Store seam: where intent is kept. An answered transaction is on disk; a failed one left no trace.
// Implementations: sqlite/ (this host). All pass store/conformance.ts.
import type { Kind, Kinds } from '../model/kinds.ts';
import type { Batch, Change, Snapshot } from '../model/snapshot.ts';

/** Reads its own writes. `revision` is the revision that its commit will have. */
export interface Transaction extends Snapshot {
  put<K extends Kind>(kind: K, resource: Kinds[K]): void;
  remove(kind: Kind, id: string): void;
}

export interface Commit extends Batch {
  /** What would take it back, in this order. */
  readonly undo: readonly Change[];
}

export interface Store {
  /** The committed state, live: the same object shows each new commit. Read it synchronously. */
  readonly snapshot: Snapshot;
  /**
   * Runs `work` once, alone, with the next group commit and answers when that is durable. When `work`
   * throws, its writes are dropped and the promise rejects with what it threw. When the disk fails, all
   * transactions of the batch reject with a StoreFault and the snapshot is as before.
   * `work` must be synchronous.
   */
  transact<T>(work: (transaction: Transaction) => T): Promise<T>;
  /** Calls `listener` after each commit that changed something; returns how to stop. */
  watch(listener: (commit: Commit) => void): () => void;
  /** Waits for what is under way; transactions begun later reject. */
  close(): Promise<void>;
}

/** The environment failed (disk full, file gone): nothing of the batch was kept. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
}
