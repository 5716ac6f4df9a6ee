// The property part of the conformance suite: random sequences of commits with works that throw, and of
// reopenings, against plain Maps. Afterwards neither may be visible, and whoever replays the watched batches
// (as the agent does) must have the same rows in the same order.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Kinds } from '../model/kinds.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Tables } from '../model/tables.ts';
import { subnet } from './conformance-fixtures.ts';
import type { Store, Transaction } from './store.ts';

const modelKinds = ['subnet', 'image'] as const;
type ModelKind = (typeof modelKinds)[number];
type Row = Kinds[ModelKind];
type Model = ReadonlyMap<ModelKind, ReadonlyMap<string, Row>>;

interface Write {
  readonly kind: ModelKind;
  readonly id: string;
  /** Absent: remove. */
  readonly vpcId: string | undefined;
}

interface Work {
  readonly writes: readonly Write[];
  readonly throws: boolean;
}

/** Works begun together, or a reopening. */
type Step = readonly Work[] | 'reopen';

const vpcIds = ['vpc-1', 'vpc-2', 'vpc-3'];

const write: fc.Arbitrary<Write> = fc.record({
  kind: fc.constantFrom(...modelKinds),
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  vpcId: fc.option(fc.constantFrom(...vpcIds), { nil: undefined, freq: 2 }),
});
const work: fc.Arbitrary<Work> = fc.record({
  writes: fc.array(write, { maxLength: 6 }),
  throws: fc.boolean(),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.array(work, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constant('reopen' as const) },
);

export function describeModel(open: () => Promise<Store>, reopen?: (store: Store) => Promise<Store>): void {
  it('agrees after any sequence of commits, throws and reopenings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const run = new ModelRun(await open());
        try {
          for (const one of steps) {
            if (one !== 'reopen') await run.commit(one);
            else if (reopen !== undefined) await run.reopen(reopen);
            run.check();
          }
        } finally {
          await run.store.close();
        }
      }),
      { numRuns: 100 },
    );
  });
}

class ModelRun {
  store: Store;
  #model: Model = new Map(modelKinds.map((kind) => [kind, new Map()]));
  readonly #replay = new Tables();

  constructor(store: Store) {
    this.store = store;
    this.#watch();
  }

  async commit(works: readonly Work[]): Promise<void> {
    const outcomes = await Promise.allSettled(
      works.map((one) => this.store.transact((transaction) => perform(one, transaction))),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(
      works.map((one) => (one.throws ? 'rejected' : 'fulfilled')),
    );
    for (const one of works) if (!one.throws) this.#model = modelAfter(this.#model, one.writes);
  }

  async reopen(reopen: (store: Store) => Promise<Store>): Promise<void> {
    this.store = await reopen(this.store);
    this.#watch();
  }

  check(): void {
    expect(this.store.snapshot.revision).toBe(this.#replay.revision);
    for (const kind of modelKinds) {
      const rows = Array.from(this.#model.get(kind)?.values() ?? []);
      this.#checkKind(kind, rows, this.store.snapshot);
      this.#checkKind(kind, rows, this.#replay);
    }
  }

  #checkKind(kind: ModelKind, rows: readonly Row[], snapshot: Snapshot): void {
    expect(Array.from(snapshot.all(kind))).toEqual(rows);
    expect(snapshot.count(kind)).toBe(rows.length);
    if (kind !== 'subnet') return;
    for (const vpcId of vpcIds) {
      const wanted = rows.filter((row) => 'vpcId' in row && row.vpcId === vpcId);
      expect(byId(snapshot.by('subnet', 'vpcId', vpcId))).toEqual(byId(wanted));
      expect(snapshot.countBy('subnet', 'vpcId', vpcId)).toBe(wanted.length);
    }
  }

  #watch(): void {
    this.store.watch((batch) => {
      expect(batch.revision).toBe(this.#replay.revision + 1);
      for (const change of batch.changes) this.#replay.apply(change);
      this.#replay.revision = batch.revision;
    });
  }
}

function perform({ writes, throws }: Work, transaction: Transaction): void {
  for (const one of writes) {
    if (one.vpcId === undefined) transaction.remove(one.kind, one.id);
    else transaction.put(one.kind, rowOf(one.kind, one.id, one.vpcId));
  }
  if (throws) throw new Error('no');
}

function modelAfter(model: Model, writes: readonly Write[]): Model {
  const after = new Map(Array.from(model, ([kind, rows]) => [kind, new Map(rows)]));
  for (const { kind, id, vpcId } of writes) {
    if (vpcId === undefined) after.get(kind)?.delete(id);
    else after.get(kind)?.set(id, rowOf(kind, id, vpcId));
  }
  return after;
}

function rowOf<K extends ModelKind>(kind: K, id: string, vpcId: string): Kinds[K];
function rowOf(kind: ModelKind, id: string, vpcId: string): Row {
  const row = subnet(id, vpcId);
  if (kind === 'subnet') return row;
  const { ownerId, region, createdAt, tags } = row;
  const names = { name: vpcId, description: '', script: '', rootDeviceName: '/dev/xvda' };
  return { id, ownerId, region, createdAt, tags, ...names, isPublic: false, launchPermissionAccounts: [] };
}

function byId<R extends { readonly id: string }>(rows: readonly R[]): R[] {
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
