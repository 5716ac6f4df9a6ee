// For tests of actions: a dispatcher over a store that forgets, with a clock and a seed of its own.
import { Refusal } from '../catalog/refusal.ts';
import { Observed } from '../control/observed.ts';
import type { Report } from '../plan/actual.ts';
import type { Ec2Operations, Elbv2Operations, StsOperations } from '../shapes/operations.ts';
import { ManualClock } from '../std/clock.ts';
import { SeededPrng } from '../std/prng.ts';
import { openMemoryStore } from '../store/memory/memory-store.ts';
import { Dispatcher, type DispatcherOptions } from './dispatcher.ts';

interface Services {
  ec2: Ec2Operations;
  elasticloadbalancing: Elbv2Operations;
  sts: StsOperations;
}

type In<Operation> = Operation extends { in: infer Input } ? Input : never;
type Out<Operation> = Operation extends { out: infer Output } ? Output : never;

export interface Caller {
  /** Access key id; 12 digits are the account itself. */
  readonly account?: string;
  readonly region?: string;
}

export function testApi(more: Pick<DispatcherOptions, 'wrote'> = {}) {
  const store = openMemoryStore();
  const observed = new Observed();
  const clock = new ManualClock();
  const prng = new SeededPrng(1);
  const own = { store, observed, clock, prng };
  const dispatcher = new Dispatcher({ ...own, defaultAccountId: '000000000000', ...more });

  async function call<S extends keyof Services, A extends keyof Services[S] & string>(
    service: S,
    action: A,
    input: In<Services[S][A]>,
    caller: Caller = {},
  ): Promise<Out<Services[S][A]>> {
    const { account = '111111111111', region = 'us-east-1' } = caller;
    const request = { service, action, input: input ?? {}, region, accessKeyId: account, requestId: 'test' };
    return (await dispatcher.call(request)) as Out<Services[S][A]>;
  }

  return { call, store, observed, clock, dispatcher };
}

/** What an agent says that has applied nothing yet. */
export const nothingApplied: Report = {
  ...{ appliedRevision: 0, failed: [], guests: [], targets: [], problems: [] },
  ...{ holderPid: 1, agentPid: 1 },
};

/** `Code: text` of the refusal that `promise` rejects with; anything else fails the test. */
export async function refused(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Refusal) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('expected a refusal, got an answer');
}
