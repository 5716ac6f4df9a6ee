// The Store seam over Tables in memory and anything that can keep a batch durably. Transactions queue;
// once per turn of the event loop all queued works run, one after the other, their writes are kept as
// ONE batch, then all are answered: the price of a sync to disk is shared by all who wait for it.
// All of a commit happens in one synchronous stretch, so nobody ever sees Tables with unkept writes.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IndexOf, Kind, Kinds } from '../model/kinds.ts';
import type { Batch, Snapshot } from '../model/snapshot.ts';
import type { Tables } from '../model/tables.ts';
import { assert } from '../std/assert.ts';
import { Journal } from './journal.ts';
import { Listeners } from './listeners.ts';
import { type Commit, type Store, StoreFault, type Transaction } from './store.ts';

/** Where batches are kept. Both methods are synchronous. */
export interface Persistence {
  /** Makes the batch durable as a whole, or throws and keeps nothing of it. */
  persist(batch: Batch): void;
  close(): void;
}

interface Job {
  readonly work: (transaction: Transaction) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers one job; not called before its batch is durable. */
type Answer = () => void;

export class GroupCommitStore implements Store {
  readonly #tables: Tables;
  readonly #persistence: Persistence;
  readonly #journal: Journal;
  readonly #listeners = new Listeners<Commit>();
  #queue: Job[] = [];
  #closing: Promise<void> | undefined;

  /** `tables` holds what `persistence` has kept; from now on it belongs to the store. */
  constructor(tables: Tables, persistence: Persistence) {
    this.#tables = tables;
    this.#persistence = persistence;
    this.#journal = new Journal(tables);
  }

  get snapshot(): Snapshot {
    return this.#tables;
  }

  transact<T>(work: (transaction: Transaction) => T): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(new StoreFault('the store is closed'));
    return new Promise<T>((resolve, reject) => {
      if (this.#queue.length === 0) setImmediate(() => this.#commit());
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  watch(listener: (commit: Commit) => void): () => void {
    return this.#listeners.add(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    // Turns come in the order they were asked for: the commit of what is queued runs before this goes on.
    await nextTurn();
    assert(this.#queue.length === 0, 'nothing is queued once the store closes');
    this.#listeners.clear();
    this.#persistence.close();
  }

  #commit(): void {
    const jobs = this.#queue;
    this.#queue = [];
    const answers = jobs.map((job) => this.#run(job));
    const batch: Batch = { revision: this.#tables.revision + 1, changes: this.#journal.changes() };
    const undo = this.#journal.undo();
    if (batch.changes.length > 0) {
      try {
        this.#persistence.persist(batch);
      } catch (cause) {
        this.#journal.rollBack(0);
        // Those that only read, or threw, may have done so because of writes now taken back.
        const fault = new StoreFault('the transaction could not be kept on disk', { cause });
        for (const job of jobs) job.reject(fault);
        return;
      }
      this.#journal.clear();
      this.#tables.revision = batch.revision;
    }
    for (const answer of answers) answer();
    if (batch.changes.length > 0) this.#listeners.tell({ ...batch, undo });
  }

  #run({ work, resolve, reject }: Job): Answer {
    const mark = this.#journal.mark();
    const transaction = new GroupTransaction(this.#tables, this.#journal);
    try {
      const value = work(transaction);
      assert(!isThenable(value), 'the work of a transaction is synchronous; it returned a promise');
      return () => resolve(value);
    } catch (error) {
      this.#journal.rollBack(mark);
      return () => reject(error);
    } finally {
      transaction.end();
    }
  }
}

class GroupTransaction implements Transaction {
  readonly #tables: Tables;
  readonly #journal: Journal;
  #isEnded = false;

  constructor(tables: Tables, journal: Journal) {
    this.#tables = tables;
    this.#journal = journal;
  }

  get revision(): number {
    return this.#tables.revision + 1;
  }

  get<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    return this.#live().get(kind, id);
  }

  /** A copy, so that a work may write while it goes through the rows. */
  all<K extends Kind>(kind: K): Iterable<Kinds[K]> {
    return Array.from(this.#live().all(kind));
  }

  by<K extends Kind>(kind: K, index: IndexOf<K>, key: string): readonly Kinds[K][] {
    return this.#live().by(kind, index, key);
  }

  count(kind: Kind): number {
    return this.#live().count(kind);
  }

  countBy<K extends Kind>(kind: K, index: IndexOf<K>, key: string): number {
    return this.#live().countBy(kind, index, key);
  }

  put<K extends Kind>(kind: K, resource: Kinds[K]): void {
    this.#live();
    this.#journal.write({ kind, id: resource.id, resource });
  }

  remove(kind: Kind, id: string): void {
    this.#live();
    this.#journal.write({ kind, id });
  }

  end(): void {
    this.#isEnded = true;
  }

  #live(): Tables {
    assert(!this.#isEnded, 'a transaction is used only while its work runs');
    return this.#tables;
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
