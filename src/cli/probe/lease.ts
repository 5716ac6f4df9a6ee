// The probe's network interface: it lives as long as the connection by which control was asked for it, so a command
// that is killed leaves nothing. One that ends in order waits until the host has nothing of it either.
import { setTimeout as sleep } from 'node:timers/promises';
import { callControl, followControl } from '../client.ts';
import type { StatusAnswer } from '../status.ts';
import type { Keys } from './messages.ts';

export interface LeaseQuestion {
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly profile: string;
  readonly publicAddress: boolean;
}

/** What control answers (api/probe.ts). */
export interface Lease {
  readonly id: string;
  readonly region: string;
  readonly accountId: string;
  readonly vpcId: string;
  readonly address: string;
  readonly keys: Keys;
}

/** The host is not waited for longer: control removes the interface whatever the host does. */
const removalMs = 5000;

export class LeaseHolder {
  readonly lease: Lease;
  private readonly socketPath: string;
  private readonly stop: AbortController;

  private constructor(socketPath: string, stop: AbortController, lease: Lease) {
    this.socketPath = socketPath;
    this.stop = stop;
    this.lease = lease;
  }

  static open(socketPath: string, question: LeaseQuestion): Promise<LeaseHolder> {
    const stop = new AbortController();
    return new Promise((resolve, reject) => {
      const take = (line: unknown) => resolve(new LeaseHolder(socketPath, stop, line as Lease));
      followControl(socketPath, 'probe', { body: question, stop: stop.signal }, take).catch(reject);
    });
  }

  /** Gives it back. */
  async end(): Promise<void> {
    const { id } = this.lease;
    await callControl(this.socketPath, 'POST', 'detach', { id }).catch(() => undefined);
    this.stop.abort();
    const until = performance.now() + removalMs;
    while (performance.now() < until) {
      const status = await callControl<StatusAnswer>(this.socketPath, 'GET', 'status').catch(() => undefined);
      const { report } = status ?? {};
      if (status === undefined || report === undefined || report.agentPid === 0) return;
      const isThere = report.guests.some((guest) => guest.id === id);
      if (!isThere && report.appliedRevision >= status.revision) return;
      await sleep(20);
    }
  }
}
