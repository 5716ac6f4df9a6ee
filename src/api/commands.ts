// Postern's own commands that AWS has no action for: joining a process of the host to a VPC. Each takes the body of a
// request and gives its answer. Those that ask the engine: questions.ts.
import { missingParameter } from '../catalog/refusals/common.ts';
import { idNotFound } from '../catalog/refusals/ids.ts';
import type { Call } from '../control/call.ts';
import { attachHost, detachHost } from '../control/host-attachment.ts';
import type { Observed } from '../control/observed.ts';
import { primaryAddress } from '../model/network-interface.ts';
import { type Clock, isoTime } from '../std/clock.ts';
import type { Prng } from '../std/prng.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { ReadDrops } from './why.ts';

export interface CommandOptions {
  readonly store: Store;
  readonly observed: Observed;
  readonly clock: Clock;
  readonly prng: Prng;
  /** Absent where no packets run. */
  readonly readDrops?: ReadDrops;
}

export type Commands = Readonly<Record<string, (body: unknown) => Promise<unknown>>>;

interface Body {
  readonly target?: string;
  readonly subnetId?: string;
  readonly groupIds?: readonly string[];
  readonly privateAddress?: string;
  readonly id?: string;
}

export function createCommands(options: CommandOptions): Commands {
  const { store } = options;
  return {
    'POST /_postern/attach': (body) => {
      const { target, subnetId, groupIds = [], privateAddress } = body as Body;
      if (target === undefined) throw missingParameter('target');
      if (subnetId === undefined) throw missingParameter('subnetId');
      return store.transact((tx) => {
        const subnet = tx.get('subnet', subnetId);
        if (subnet === undefined) throw idNotFound('subnet', subnetId);
        const more = privateAddress === undefined ? {} : { privateAddress };
        const made = attachHost(callAs(options, tx, subnet), { target, subnetId, groupIds, ...more });
        return { id: made.id, address: primaryAddress(made) };
      });
    },
    'POST /_postern/detach': (body) => {
      const { id = '' } = body as Body;
      return store.transact((tx) => {
        const networkInterface = tx.get('networkInterface', id);
        if (networkInterface === undefined) throw idNotFound('networkInterface', id);
        detachHost(callAs(options, tx, networkInterface), id);
        return {};
      });
    },
    'POST /_postern/attachments': async () =>
      [...store.snapshot.all('networkInterface')].flatMap(({ id, hostAttachment: target }) =>
        target === undefined ? [] : [{ id, target }],
      ),
  };
}

/** The owner of the resource is who asks. */
export function callAs(
  options: CommandOptions,
  intent: Transaction,
  owner: { ownerId: string; region: string },
): Call {
  const { observed, clock, prng } = options;
  return { intent, accountId: owner.ownerId, region: owner.region, now: isoTime(clock), prng, observed };
}
