// What every Store must do, as tests. An implementation's test file calls `storeConformance` with a way to
// open one; a harness that cannot reopen says so by leaving `reopen` out.
import { afterEach, describe, expect, it } from 'vitest';
import type { Batch, Snapshot } from '../model/snapshot.ts';
import { overlay } from '../model/overlay.ts';
import { subnet } from './conformance-fixtures.ts';
import { describeModel } from './conformance-model.ts';
import { type Store, StoreFault } from './store.ts';

export interface StoreHarness {
  /** A new, empty store. */
  open(): Promise<Store>;
  /** A new, empty store whose disk refuses a batch of 4 MB and has room for 100 kB. */
  openWithLittleRoom(): Promise<Store>;
  /** Closes the store and opens what it kept. Absent when it keeps nothing. */
  reopen?(store: Store): Promise<Store>;
}

type Open = () => Promise<Store>;

export function storeConformance(name: string, harness: StoreHarness): void {
  describe(`${name} conforms to the Store seam`, () => {
    const opened: Store[] = [];
    const kept = async (opening: Promise<Store>): Promise<Store> => {
      const store = await opening;
      opened.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });
    const open: Open = () => kept(harness.open());
    describe('a transaction', () => describeTransaction(open));
    describe('a work that throws', () => describeThrow(open));
    describe('revision', () => describeRevision(open));
    describe('watch', () => describeWatch(open));
    describe('a refused batch', () => describeRefusal(() => kept(harness.openWithLittleRoom())));
    describe('close', () => describeClose(open));
    describe('against a plain model', () => describeModel(open, harness.reopen));
  });
}

const ids = (rows: Iterable<{ readonly id: string }>): string[] => Array.from(rows, (row) => row.id);
const subnetIds = (snapshot: Snapshot): string[] => ids(snapshot.all('subnet'));

/** Puts the ids in one transaction. */
function putAll(store: Store, ...wanted: string[]): Promise<void> {
  return store.transact((transaction) => {
    for (const id of wanted) transaction.put('subnet', subnet(id));
  });
}

function describeTransaction(open: Open): void {
  it('answers what its work returned, and the snapshot shows its writes', async () => {
    const store = await open();
    const { snapshot } = store;
    expect(
      await store.transact((transaction) => void transaction.put('subnet', subnet('a'))),
    ).toBeUndefined();
    expect(await store.transact((transaction) => transaction.get('subnet', 'a')?.id)).toBe('a');
    expect(store.snapshot).toBe(snapshot);
    expect(subnetIds(snapshot)).toEqual(['a']);
  });

  it('reads its own writes by id, all, index and count', async () => {
    const store = await open();
    await putAll(store, 'a', 'b');
    await store.transact((transaction) => {
      transaction.remove('subnet', 'a');
      transaction.put('subnet', subnet('b', 'vpc-2'));
      transaction.put('subnet', subnet('c'));
      expect(transaction.get('subnet', 'a')).toBeUndefined();
      expect(subnetIds(transaction)).toEqual(['b', 'c']);
      expect(ids(transaction.by('subnet', 'vpcId', 'vpc-1'))).toEqual(['c']);
      expect(ids(transaction.by('subnet', 'vpcId', 'vpc-2'))).toEqual(['b']);
      expect(transaction.count('subnet')).toBe(2);
      expect(transaction.countBy('subnet', 'vpcId', 'vpc-2')).toBe(1);
    });
  });

  it('may write while it goes through the rows', async () => {
    const store = await open();
    await putAll(store, 'a', 'b', 'c');
    await store.transact((transaction) => {
      for (const { id } of transaction.all('subnet')) {
        transaction.remove('subnet', id);
        transaction.put('subnet', subnet(`${id}${id}`));
      }
    });
    expect(subnetIds(store.snapshot)).toEqual(['aa', 'bb', 'cc']);
  });

  it('runs after those begun before it, and sees their writes', async () => {
    const store = await open();
    const append = (letter: string) =>
      store.transact((transaction) => {
        const before = transaction.get('subnet', 'a')?.tags['word'] ?? '';
        transaction.put('subnet', subnet('a', 'vpc-1', { word: before + letter }));
      });
    await Promise.all(Array.from('serial', append));
    expect(store.snapshot.get('subnet', 'a')?.tags).toEqual({ word: 'serial' });
  });

  it('keeps rows in order of first appearance; one removed and put again comes last', async () => {
    const store = await open();
    await putAll(store, 'c', 'a', 'b');
    await putAll(store, 'a');
    expect(subnetIds(store.snapshot)).toEqual(['c', 'a', 'b']);
    await store.transact((transaction) => {
      transaction.remove('subnet', 'c');
      transaction.put('subnet', subnet('c'));
    });
    expect(subnetIds(store.snapshot)).toEqual(['a', 'b', 'c']);
  });
}

function describeThrow(open: Open): void {
  it('rejects with what it threw and leaves no trace, not in the order either', async () => {
    const store = await open();
    await putAll(store, 'a', 'b', 'c');
    const before = store.snapshot.revision;
    const refusal = new Error('no');
    const failed = store.transact((transaction) => {
      transaction.remove('subnet', 'a');
      transaction.remove('subnet', 'b');
      transaction.put('subnet', subnet('a', 'vpc-2'));
      transaction.put('subnet', subnet('d'));
      throw refusal;
    });
    await expect(failed).rejects.toBe(refusal);
    expect(subnetIds(store.snapshot)).toEqual(['a', 'b', 'c']);
    expect(store.snapshot.get('subnet', 'a')?.vpcId).toBe('vpc-1');
    expect(ids(store.snapshot.by('subnet', 'vpcId', 'vpc-1')).toSorted()).toEqual(['a', 'b', 'c']);
    expect(store.snapshot.by('subnet', 'vpcId', 'vpc-2')).toEqual([]);
    expect(store.snapshot.revision).toBe(before);
  });

  it('does not disturb those committed with it', async () => {
    const store = await open();
    const outcomes = await Promise.allSettled([
      putAll(store, 'a'),
      store.transact((transaction) => {
        transaction.put('subnet', subnet('b'));
        transaction.remove('subnet', 'a');
        throw new Error('no');
      }),
      store.transact((transaction) => {
        expect(subnetIds(transaction)).toEqual(['a']);
        transaction.put('subnet', subnet('c'));
      }),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(subnetIds(store.snapshot)).toEqual(['a', 'c']);
  });

  it('treats a work that returns a promise as a bug, and drops its writes', async () => {
    const store = await open();
    const failed = store.transact(async (transaction) => transaction.put('subnet', subnet('a')));
    await expect(failed).rejects.toThrow('synchronous');
    expect(store.snapshot.count('subnet')).toBe(0);
  });

  it('does not let a transaction be used once its work is over', async () => {
    const store = await open();
    const transaction = await store.transact((own) => own);
    expect(() => transaction.put('subnet', subnet('a'))).toThrow('while its work runs');
    expect(() => transaction.get('subnet', 'a')).toThrow('while its work runs');
  });
}

function describeRevision(open: Open): void {
  it('grows by one with each commit that changes something, and by none otherwise', async () => {
    const store = await open();
    const { revision } = store.snapshot;
    const promised = await store.transact((transaction) => {
      transaction.put('subnet', subnet('a'));
      return transaction.revision;
    });
    expect(promised).toBe(revision + 1);
    expect(store.snapshot.revision).toBe(revision + 1);
    await store.transact((transaction) => transaction.get('subnet', 'a'));
    await store.transact((transaction) => transaction.remove('subnet', 'none'));
    const thrown = store.transact((transaction) => {
      transaction.put('subnet', subnet('b'));
      throw new Error('no');
    });
    await expect(thrown).rejects.toThrow('no');
    expect(store.snapshot.revision).toBe(revision + 1);
    await putAll(store, 'b', 'c');
    expect(store.snapshot.revision).toBe(revision + 2);
  });
}

function describeWatch(open: Open): void {
  it('shows each commit once, in order, with its writes in order, when the snapshot has them', async () => {
    const store = await open();
    const begin = store.snapshot.revision;
    const seen: Batch[] = [];
    store.watch((batch) => {
      expect(store.snapshot.revision).toBe(batch.revision);
      seen.push(batch);
    });
    await putAll(store, 'a', 'b');
    await store.transact((transaction) => transaction.remove('subnet', 'a'));
    await Promise.all([putAll(store, 'c'), putAll(store, 'd')]);
    expect(seen.map((batch) => batch.revision)).toEqual(seen.map((_, index) => begin + 1 + index));
    const writes = seen.flatMap((batch) => batch.changes);
    const printed = writes.map(
      ({ kind, id, resource }) => `${resource === undefined ? '-' : '+'}${kind} ${id}`,
    );
    expect(printed).toEqual(['+subnet a', '+subnet b', '-subnet a', '+subnet c', '+subnet d']);
  });

  it('tells with each commit what would take it back', async () => {
    const store = await open();
    await putAll(store, 'a', 'b');
    const before = store.snapshot.get('subnet', 'a');
    let earlier: Snapshot | undefined;
    store.watch(({ undo }) => (earlier = overlay(store.snapshot, undo)));
    await store.transact((transaction) => {
      transaction.put('subnet', subnet('a', 'vpc-2'));
      transaction.put('subnet', subnet('a', 'vpc-3'));
      transaction.remove('subnet', 'b');
      transaction.put('subnet', subnet('c', 'vpc-3'));
    });
    expect(subnetIds(store.snapshot)).toEqual(['a', 'c']);
    expect(earlier && subnetIds(earlier)).toEqual(['a', 'b']);
    expect(earlier?.get('subnet', 'a')).toEqual(before);
  });

  it('has told the watchers before the caller goes on, and tells none that stopped', async () => {
    const store = await open();
    const order: string[] = [];
    const stop = store.watch(() => order.push('watcher'));
    await putAll(store, 'a').then(() => order.push('caller'));
    stop();
    await putAll(store, 'b').then(() => order.push('caller'));
    expect(order).toEqual(['watcher', 'caller', 'caller']);
  });

  it('lets a watcher begin a transaction', async () => {
    const store = await open();
    const done = new Promise<void>((resolve, reject) => {
      const stop = store.watch(() => {
        stop();
        putAll(store, 'b').then(resolve, reject);
      });
    });
    await putAll(store, 'a');
    await done;
    expect(subnetIds(store.snapshot)).toEqual(['a', 'b']);
  });
}

function describeRefusal(open: Open): void {
  const huge = { word: 'x'.repeat(4_000_000) };

  it('rejects all of it, shows none of it, and the store goes on', async () => {
    const store = await open();
    await putAll(store, 'a', 'b', 'c');
    const before = store.snapshot.revision;
    const seen: Batch[] = [];
    store.watch((batch) => seen.push(batch));
    const outcomes = await Promise.allSettled([
      store.transact((transaction) => transaction.remove('subnet', 'a')),
      store.transact((transaction) => transaction.put('subnet', subnet('b', 'vpc-2', huge))),
      store.transact((transaction) => transaction.count('subnet')),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { cause: expect.any(Error) } });
      expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(StoreFault);
    }
    expect(seen).toEqual([]);
    expect(subnetIds(store.snapshot)).toEqual(['a', 'b', 'c']);
    expect(store.snapshot.get('subnet', 'b')).toEqual(subnet('b'));
    expect(store.snapshot.revision).toBe(before);
    await putAll(store, 'd');
    expect(subnetIds(store.snapshot)).toEqual(['a', 'b', 'c', 'd']);
    expect(seen.map((batch) => batch.revision)).toEqual([before + 1]);
  });
}

function describeClose(open: Open): void {
  it('answers what is under way, then rejects', async () => {
    const store = await open();
    const pending = putAll(store, 'a');
    const closed = store.close();
    await expect(putAll(store, 'b')).rejects.toBeInstanceOf(StoreFault);
    await pending;
    await closed;
    await store.close();
    expect(subnetIds(store.snapshot)).toEqual(['a']);
  });
}
