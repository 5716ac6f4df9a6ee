// Where a random network grows: AWS's API in this process, called with the CLI's words, and the dice. Control's rules
// hold here as for any user; what they refuse stays in the story with a mark and changes nothing.
import { testApi } from '../../src/api/testing.ts';
import { Refusal } from '../../src/catalog/refusal.ts';
import { verifyPrivateDns } from '../../src/control/endpoint-service.ts';
import { addInternetHost } from '../../src/control/internet-host.ts';
import { addOnPremisesHost } from '../../src/control/on-premises-host.ts';
import { type Health, healthOf } from '../../src/engine/health.ts';
import type { Kind, Kinds } from '../../src/model/kinds.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { TargetReport } from '../../src/plan/actual.ts';
import { SeededPrng } from '../../src/std/prng.ts';
import type { Store } from '../../src/store/store.ts';
import { awsCommand } from '../scenario/aws-command.ts';
import type { Network } from '../scenario/oracle.ts';
import { select } from '../scenario/words.ts';

export const accounts = ['111111111111', '222222222222'] as const;
export const zones = ['us-east-1a', 'us-east-1b'] as const;

export class World {
  /** The commands so far. */
  readonly story: string[] = [];
  private prng: SeededPrng;
  private readonly otherPrng: SeededPrng;
  private readonly api = testApi();
  private readonly reports = new Map<string, TargetReport>();
  private health: Health = healthOf([]);
  private count = 0;

  constructor(seed: number) {
    this.prng = new SeededPrng(seed);
    this.otherPrng = new SeededPrng(seed);
  }

  /** Dice of its own for what was added to the generator, so that the usual ones fall as they did before. */
  async withOtherDice(grow: (world: this) => Promise<void>): Promise<void> {
    const usual = this.prng;
    this.prng = this.otherPrng;
    await grow(this);
    this.prng = usual;
  }

  /** As it is now. */
  network(): Network {
    return { snapshot: this.snapshot, health: this.health };
  }

  get snapshot(): Snapshot {
    return this.store.snapshot;
  }

  get store(): Store {
    return this.api.store;
  }

  /** What health checks found. */
  get targets(): readonly TargetReport[] {
    return [...this.reports.values()];
  }

  all<K extends Kind>(kind: K): readonly Kinds[K][] {
    return [...this.snapshot.all(kind)];
  }

  /** What the answer has at `path`; empty when it was refused. */
  async run(account: string, line: string, path = ''): Promise<string> {
    const { service, action, input } = awsCommand(line.split(' '));
    const caller = { region: 'us-east-1', accessKeyId: account, requestId: 'random' };
    try {
      const answer = await this.api.dispatcher.call({ service, action, input, ...caller });
      this.story.push(`${account} ${line}`);
      return path === '' ? '' : String(select(answer, path) ?? '');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.story.push(`${account} ${line} # ${error.code}: ${error.message}`);
      return '';
    }
  }

  /** A host outside AWS. */
  async addHost(name: string, address: string): Promise<void> {
    const { store, observed } = this.api;
    const prng = this.prng;
    await store.transact((intent) => {
      const call = { intent, observed, accountId: '', region: '', now: '', prng };
      addInternetHost(call, { name, address, serves: [] });
    });
    this.story.push(`internet ${name} ${address}`);
  }

  /** A host behind a customer gateway. */
  async addOnPremisesHost(name: string, address: string, customerGatewayId: string): Promise<void> {
    const { store, observed } = this.api;
    await store.transact((intent) => {
      const call = { intent, observed, accountId: '', region: '', now: '', prng: this.prng };
      addOnPremisesHost(call, { name, address, customerGatewayId, serves: [] });
    });
    this.story.push(`on-premises ${name} ${address} ${customerGatewayId}`);
  }

  /** As if the proof of a service's private DNS name stood in public DNS, and AWS had looked. */
  async publishTxt(serviceId: string): Promise<void> {
    const { store, observed } = this.api;
    const accountId = this.snapshot.get('endpointService', serviceId)?.ownerId ?? '';
    await store.transact((intent) => {
      const call = { intent, observed, accountId, region: 'us-east-1', now: '', prng: this.prng };
      const value = intent.get('endpointService', serviceId)?.privateDns?.recordValue;
      if (value !== undefined) verifyPrivateDns(call, serviceId, () => [value]);
    });
    this.story.push(`publish-txt ${serviceId}`);
  }

  /** As if health checks had found it so. */
  report(report: TargetReport): void {
    const { targetGroupArn, targetId, targetPort, zone, state } = report;
    this.reports.set(`${targetGroupArn} ${targetId} ${targetPort} ${zone}`, report);
    this.health = healthOf(this.reports.values());
    this.story.push(`health ${targetGroupArn} ${targetId}:${targetPort} ${state} ${zone}`);
  }

  /** A number that was not given before. */
  next(): number {
    return ++this.count;
  }

  below(bound: number): number {
    return this.prng.below(bound);
  }

  chance(percent: number): boolean {
    return this.prng.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.prng.below(items.length)] as T;
  }

  maybe<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : this.pick(items);
  }

  /** At least one. */
  some<T>(items: readonly T[]): readonly T[] {
    const chosen = items.filter(() => this.chance(50));
    return chosen.length > 0 || items.length === 0 ? chosen : [this.pick(items)];
  }
}
