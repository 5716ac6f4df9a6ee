// Runs one action for one caller: finds the account, sets up its Region at the first call, opens the store
// transaction, and gives every action DryRun and ClientToken.
import { dryRun, unavailable } from '../catalog/refusals/common.ts';
import { findRegion } from '../catalog/regions.ts';
import { expiredToken, regionInvalid } from '../catalog/refusals/sts.ts';
import type { Call, ReadCall } from '../control/call.ts';
import { isAccountReady, setUpAccount } from '../control/default-network.ts';
import type { Observed } from '../control/observed.ts';
import { isExpired } from '../control/session.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { type Clock, isoTime } from '../std/clock.ts';
import type { Prng } from '../std/prng.ts';
import { type Store, StoreFault, type Transaction } from '../store/store.ts';
import type { Action } from './action.ts';
import { findAction, type ServiceName } from './actions.ts';
import { once } from './client-token.ts';

export interface ApiRequest {
  readonly service: ServiceName;
  readonly action: string;
  readonly input: unknown;
  readonly region: string;
  readonly accessKeyId: string | undefined;
  readonly requestId: string;
}

export interface DispatcherOptions {
  readonly store: Store;
  readonly observed: Observed;
  readonly clock: Clock;
  readonly prng: Prng;
  /** Account of callers whose access key says none. */
  readonly defaultAccountId: string;
  /** Told of each action that was answered; what it wrote, if anything, is of this revision. */
  readonly wrote?: (action: string, revision: number) => void;
}

interface CommonInput {
  readonly DryRun?: boolean;
  readonly ClientToken?: string;
}

export class Dispatcher {
  private readonly options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.options = options;
  }

  supports(service: ServiceName, action: string): boolean {
    return findAction(service, action) !== undefined;
  }

  /** Rejects with a Refusal where AWS would answer with an error. */
  async call(request: ApiRequest): Promise<unknown> {
    const found = findAction(request.service, request.action);
    if (found === undefined)
      throw new Error(`assertion failed: ${request.action} was not asked for with supports()`);
    const action = found.kind === 'later' ? await found.load() : found;
    const { store } = this.options;
    const reader = this.reader(store.snapshot, request);
    try {
      if (!isAccountReady(reader)) await store.transact((tx) => setUpAccount(this.writer(tx, request)));
      if (action.kind === 'write') {
        let revision = 0;
        const answer = await store.transact((tx) => {
          ({ revision } = tx);
          return this.write(tx, request, action);
        });
        this.options.wrote?.(request.action, revision);
        return answer;
      }
    } catch (error) {
      if (error instanceof StoreFault) throw unavailable();
      throw error;
    }
    const output = action.run(reader, request.input);
    if ((request.input as CommonInput).DryRun === true) throw dryRun();
    return output;
  }

  private write(tx: Transaction, request: ApiRequest, action: Action<unknown, unknown>): unknown {
    const { DryRun, ClientToken } = request.input as CommonInput;
    const call = this.writer(tx, request);
    const run = () => (action as { run: (call: Call, input: unknown) => unknown }).run(call, request.input);
    const { action: name, input } = request;
    const answer = ClientToken ? once(call, { action: name, token: ClientToken, input }, run) : run();
    if (DryRun === true) throw dryRun();
    return answer;
  }

  private reader(intent: Snapshot, request: ApiRequest): ReadCall {
    const { observed, clock, prng } = this.options;
    const { accessKeyId, region } = request;
    if (findRegion(region) === undefined) throw regionInvalid();
    const now = isoTime(clock);
    return { intent, accountId: this.accountOf(accessKeyId, now), accessKeyId, region, now, prng, observed };
  }

  private writer(tx: Transaction, request: ApiRequest): Call {
    return { ...this.reader(tx, request), intent: tx };
  }

  /** A 12-digit access key id is the account; a session's key has its role's account until it expires. */
  private accountOf(accessKeyId: string | undefined, now: string): string {
    if (accessKeyId === undefined) return this.options.defaultAccountId;
    if (/^[0-9]{12}$/.test(accessKeyId)) return accessKeyId;
    const session = this.options.store.snapshot.get('session', accessKeyId);
    if (session === undefined) return this.options.defaultAccountId;
    if (isExpired(session, now)) throw expiredToken();
    return session.ownerId;
  }
}
