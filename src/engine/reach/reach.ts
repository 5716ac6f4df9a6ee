// Who can reach whom: all pairs of network interfaces, for up to sixteen protocols and ports at once. Interfaces that no
// rule tells apart are one class, so the answer is a word for each pair of classes, read in constant time for any pair
// of interfaces. An edit of a security group renews the rows of that group; any other renews the VPCs it touches. What
// comes out is what `trace` says of every single pair; reach.slow.test.ts holds the two against each other.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Change, Snapshot } from '../../model/snapshot.ts';
import type { Health } from '../health.ts';
import type { World } from '../trace/world.ts';
import { type Lane, nothing, type Verdict, verdictAt, type Word } from './lanes.ts';
import { Homes, isOfPackets } from './homes.ts';
import { Outside } from './outside.ts';
import { Shared } from './shared.ts';
import { isSameGuest, VpcReach } from './vpc-reach.ts';

export class Reach {
  readonly lanes: readonly Lane[];
  readonly world: World;
  private shared: Shared;
  private homes = new Homes();
  private readonly vpcs = new Map<string, VpcReach>();
  private known: Outside | undefined;

  constructor(snapshot: Snapshot, health: Health, lanes: readonly Lane[]) {
    this.world = { snapshot, health };
    this.lanes = lanes;
    this.shared = this.share();
    this.build();
  }

  get vpcReaches(): Iterable<VpcReach> {
    return this.vpcs.values();
  }

  vpc(vpcId: string): VpcReach | undefined {
    return this.vpcs.get(vpcId);
  }

  get outside(): Outside {
    this.known ??= new Outside(this.shared, this.vpcs);
    return this.known;
  }

  /** What the one can open to the other at its private address. */
  word(from: NetworkInterface, to: NetworkInterface): Word {
    const vpc = from.vpcId === to.vpcId ? this.vpcs.get(from.vpcId) : undefined;
    const [a, b] = [vpc?.classes.indexOf.get(from.id), vpc?.classes.indexOf.get(to.id)];
    if (vpc === undefined || a === undefined || b === undefined) return nothing;
    return isSameGuest(from, to) ? vpc.ownWord(a) : vpc.word(a, b);
  }

  verdict(from: NetworkInterface, to: NetworkInterface, lane: number): Verdict {
    return verdictAt(this.word(from, to), lane);
  }

  /** The snapshot has changed by this. */
  update(changes: readonly Change[]): void {
    const { snapshot } = this.world;
    const telling = changes.filter(isOfPackets);
    if (telling.length === 0) return;
    const more = telling.filter((change) => !this.regroup(change));
    this.known?.forget();
    if (more.length === 0) return;
    this.known = undefined;
    const touched = this.homes.touched(snapshot, more, this.vpcs);
    if (touched === undefined || !this.shared.renew()) return this.build();
    for (const vpc of this.vpcs.values()) vpc.forget();
    for (const id of touched) this.buildVpc(id);
  }

  /** True for an edit of a group's rules, when that is all it takes. */
  private regroup({ kind, id }: Change): boolean {
    const group = kind === 'securityGroup' ? this.world.snapshot.get('securityGroup', id) : undefined;
    if (group === undefined || !this.shared.regroup(group)) return false;
    let isDone = [...this.vpcs.values()].some((vpc) => vpc.isJudgedBy(id));
    for (const vpc of this.vpcs.values()) {
      vpc.forget(id);
      isDone &&= vpc.regroup(group);
    }
    return isDone;
  }

  private build(): void {
    const { snapshot } = this.world;
    this.shared = this.share();
    this.homes = Homes.of(snapshot);
    this.vpcs.clear();
    const interfaces = Map.groupBy(snapshot.all('networkInterface'), ({ vpcId }) => vpcId);
    for (const vpc of snapshot.all('vpc')) {
      this.vpcs.set(vpc.id, new VpcReach(this.shared, vpc, interfaces.get(vpc.id) ?? []));
    }
  }

  private buildVpc(id: string): void {
    const { snapshot } = this.world;
    const vpc = snapshot.get('vpc', id);
    if (vpc === undefined) this.vpcs.delete(id);
    else this.vpcs.set(id, new VpcReach(this.shared, vpc, snapshot.by('networkInterface', 'vpcId', id)));
  }

  private share(): Shared {
    const classOf = (one: NetworkInterface) =>
      this.vpcs.get(one.vpcId)?.classes.indexOf.get(one.id) ?? one.id;
    return new Shared(this.world, this.lanes, classOf);
  }
}
