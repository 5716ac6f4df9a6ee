// Who reaches whom inside one VPC, by class: rows of security groups (groups.ts), the network between two subnets
// (crossing.ts), what lies behind endpoints and balancers (served.ts), joined when a pair is read. What none of these
// can tell (a route that leads to an appliance, a target that sees its client, a reference that leads nowhere) is
// asked of `trace` itself, once for each pair of classes.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { SecurityGroup } from '../../model/security-group.ts';
import type { Vpc } from '../../model/vpc.ts';
import { isZonal } from '../../model/vpc-endpoint.ts';
import { trace } from '../trace/trace.ts';
import type { World } from '../trace/world.ts';
import { type Classes, classify, type InterfaceClass, kinds } from './classes.ts';
import type { Crossing } from './crossing.ts';
import { at, type CompiledGroup, type Direction, peerBlocks, Peers, type Row, rowOf } from './groups.ts';
import { allLanes, answer, type Lane, nothing, replaced, type Word, wordOf } from './lanes.ts';
import { VpcOutside } from './vpc-outside.ts';
import { VpcPlaces } from './places.ts';
import { type Served, throughServed } from './served.ts';
import type { Shared } from './shared.ts';

const unguarded = -1;

export class VpcReach {
  readonly vpcId: string;
  readonly classes: Classes;
  readonly region: string;
  private readonly shared: Shared;
  private readonly places: VpcPlaces;
  private readonly peers: Peers;
  /** By set of groups: what it lets in, from each class; and out, to each class. */
  private readonly ingress: Row[];
  private readonly egress: Row[];
  private readonly isPlain: Uint8Array;
  private readonly isPlainGuest: Uint8Array;
  private readonly kind: Uint8Array;
  private readonly groupSet: Int32Array;
  private readonly all: Word;
  private readonly open: Crossing;
  private readonly crossings = new Map<number, Crossing | undefined>();
  private readonly traced = new Map<number, Word>();
  private readonly gates = new Map<string, Row | undefined>();
  private readonly served = new Map<number, Served>();
  readonly outside: VpcOutside;

  constructor(shared: Shared, vpc: Vpc, interfaces: readonly NetworkInterface[]) {
    const { world, crossings } = shared;
    this.vpcId = vpc.id;
    this.region = vpc.region;
    this.shared = shared;
    this.places = new VpcPlaces(shared, vpc);
    this.classes = classify(world, this.places, interfaces);
    const { list, groupSets } = this.classes;
    this.isPlain = Uint8Array.from(list, ({ place }) => (place.isPlain ? 1 : 0));
    this.kind = Uint8Array.from(list, ({ kind }) => kind);
    this.groupSet = Int32Array.from(list, ({ kind, groupSet }) => {
      return kind === kinds.node && groupSets[groupSet]?.length === 0 ? unguarded : groupSet;
    });
    this.isPlainGuest = Uint8Array.from(list, ({ kind, place }) =>
      kind === kinds.guest && place.isPlain ? 1 : 0,
    );
    this.all = allLanes(shared.lanes);
    this.peers = peersOf(list, this.places);
    this.ingress = groupSets.map((ids) => this.groupRow(ids, 'ingress'));
    this.egress = groupSets.map((ids) => this.groupRow(ids, 'egress'));
    this.open = crossings.open();
    this.outside = new VpcOutside(shared, this.classes, this.places);
  }

  get count(): number {
    return this.classes.list.length;
  }

  /** Class → class: what any member of the one can open to any other member of the other, at its private address. */
  word(from: number, to: number): Word {
    const kind = this.kind[from];
    if (kind === kinds.odd || this.kind[to] === kinds.odd) return this.trace(from, to);
    if (kind !== kinds.guest) return nothing;
    const pass = this.entry(from, to) & at(this.egress[this.groupSet[from] as number] as Row, to);
    if (this.isPlain[from] === 1 && this.isPlain[to] === 1) {
      if (this.kind[to] === kinds.guest) return pass;
      return pass === nothing ? nothing : this.joined(from, to, pass, this.open);
    }
    const crossing = this.crossing(from, to);
    if (crossing === undefined) return this.trace(from, to);
    return this.joined(from, to, pass & crossing.pass, crossing);
  }

  /** Between two such classes groups alone decide: what the one lets out and the other lets in. */
  isOpen(index: number): boolean {
    return this.isPlainGuest[index] === 1;
  }

  ingressOf(index: number): Row {
    return this.ingress[this.groupSet[index] as number] as Row;
  }

  egressOf(index: number): Row {
    return this.egress[this.groupSet[index] as number] as Row;
  }

  /** Classes of endpoints' interfaces and nodes. */
  get forwarders(): readonly number[] {
    return [...this.kind.keys()].filter(
      (i) => this.kind[i] === kinds.endpoint || this.kind[i] === kinds.node,
    );
  }

  /** Between interfaces of one guest: packets never leave it. */
  ownWord(from: number): Word {
    const { first, kind } = this.classes.list[from] as InterfaceClass;
    if (kind === kinds.odd) return traced(this.shared.world, this.shared.lanes, [first, first]);
    return kind === kinds.guest ? this.all : nothing;
  }

  /** Something may send from there. */
  isSender(index: number): boolean {
    return this.kind[index] === kinds.guest || this.kind[index] === kinds.odd;
  }

  /** True when rules of this group judge packets of this VPC. */
  isJudgedBy(groupId: string): boolean {
    return this.places.judges.has(groupId);
  }

  /** What lies behind an endpoint's interface or a node; undefined for other classes. */
  servedBy(to: number): Served | undefined {
    const known = this.served.get(to);
    if (known !== undefined) return known;
    const { first, kind } = this.classes.list[to] as InterfaceClass;
    const found = this.findServed(first, kind);
    if (found !== undefined) this.served.set(to, found);
    return found;
  }

  /** The group's rules changed. False when its new blocks tell members of a class apart. */
  regroup(group: SecurityGroup): boolean {
    if (!this.places.judges.has(group.id)) return true;
    if (this.isDivided(group)) return false;
    const { groupSets } = this.classes;
    const touched = [...groupSets.keys()].filter((i) => groupSets[i]?.includes(group.id));
    for (const i of touched) {
      const ids = groupSets[i] as readonly string[];
      this.ingress[i] = this.groupRow(ids, 'ingress');
      this.egress[i] = this.groupRow(ids, 'egress');
    }
    this.outside.regroup(touched);
    return true;
  }

  /** What may hang on something outside this VPC is asked again. */
  forget(groupId?: string): void {
    this.traced.clear();
    this.gates.clear();
    for (const [to, served] of this.served) {
      if (groupId === undefined || served.groupIds.has(groupId)) this.served.delete(to);
    }
  }

  /** What the groups at the receiver let in; a node may have none, and then lets in everything. */
  entry(from: number, to: number): Word {
    const set = this.groupSet[to] as number;
    return set === unguarded ? this.all : at(this.ingress[set] as Row, from);
  }

  private joined(from: number, to: number, pass: Word, crossing: Crossing): Word {
    switch (this.kind[to]) {
      case kinds.guest:
        return answer(pass & crossing.ever, pass & ~crossing.always, nothing);
      case kinds.endpoint:
      case kinds.node:
        return this.throughService(from, to, pass, crossing);
      default:
        return nothing;
    }
  }

  private throughService(from: number, to: number, pass: Word, crossing: Crossing): Word {
    const served = this.servedBy(to);
    if (served === undefined || this.isBeyondZone(from, to)) return nothing;
    let entered = pass;
    for (const { groupIds, lanes } of served.gates) {
      const row = this.gate(groupIds);
      if (row === undefined) return this.trace(from, to);
      entered &= ~lanes | at(row, from);
    }
    const kept = entered & served.kept;
    const word = throughServed(served, entered, crossing.back);
    return kept === nothing ? word : replaced(word, kept, this.trace(from, to, kept));
  }

  /** A zonal endpoint's interface takes packets of its own zone only. */
  private isBeyondZone(from: number, to: number): boolean {
    const { first } = this.classes.list[to] as InterfaceClass;
    const endpoint = this.places.endpoints.get(first.id);
    if (endpoint === undefined || !isZonal(endpoint)) return false;
    return this.classes.list[from]?.first.availabilityZone !== first.availabilityZone;
  }

  private gate(groupIds: readonly string[]): Row | undefined {
    const key = groupIds.join(' ');
    if (!this.gates.has(key)) {
      const isWhole = groupIds.every((id) => this.shared.compiled(id) !== undefined);
      this.gates.set(key, isWhole ? this.groupRow(groupIds, 'ingress') : undefined);
    }
    return this.gates.get(key);
  }

  private groupRow(groupIds: readonly string[], direction: Direction): Row {
    const groups = groupIds.flatMap((id): CompiledGroup[] => {
      const group = this.shared.compiled(id);
      return group === undefined ? [] : [group];
    });
    return rowOf(groups, direction, this.peers);
  }

  private findServed(first: NetworkInterface, kind: InterfaceClass['kind']): Served | undefined {
    const endpoint = this.places.endpoints.get(first.id);
    if (kind === kinds.endpoint && endpoint !== undefined) {
      return this.shared.servedAtEndpoint(endpoint, first.availabilityZone);
    }
    const node = this.places.nodes.get(first.id);
    return kind === kinds.node && node !== undefined ? this.shared.servedAtNode(node) : undefined;
  }

  private crossing(from: number, to: number): Crossing | undefined {
    const [a, b] = [this.classes.list[from] as InterfaceClass, this.classes.list[to] as InterfaceClass];
    // Interfaces that a route names have a crossing of their own.
    const isNamed = this.places.isNamed(a.first) || this.places.isNamed(b.first);
    const key = isNamed ? -1 - (from * this.count + to) : a.place.index * 2 ** 26 + b.place.index;
    if (!this.crossings.has(key)) this.crossings.set(key, this.shared.crossings.between(a.first, b.first));
    return this.crossings.get(key);
  }

  private trace(from: number, to: number, lanes?: Word): Word {
    const key = from * this.count + to;
    const known = this.traced.get(key);
    if (known !== undefined) return known;
    const pair = strangers(
      this.classes.list[from] as InterfaceClass,
      this.classes.list[to] as InterfaceClass,
    );
    const word = pair === undefined ? nothing : traced(this.shared.world, this.shared.lanes, pair, lanes);
    this.traced.set(key, word);
    return word;
  }

  /** Does a block of the group hold some members of a class and not others? */
  private isDivided(group: SecurityGroup): boolean {
    const { located, list } = this.classes;
    for (const rule of group.rules) {
      for (const block of peerBlocks(this.shared.world.snapshot, rule, group.region)) {
        if (!this.places.divides(block) || this.places.atoms.knows(block)) continue;
        for (const [index, members] of located.within(block)) {
          if (members !== list[index]?.members.length) return true;
        }
      }
    }
    return false;
  }
}

function peersOf(list: readonly InterfaceClass[], { blocks }: VpcPlaces): Peers {
  const byGroup = new Map<string, number[]>();
  for (const [i, { first }] of list.entries()) {
    for (const id of first.groupIds) {
      const known = byGroup.get(id);
      if (known === undefined) byGroup.set(id, [i]);
      else known.push(i);
    }
  }
  const addresses = Float64Array.from(list, ({ address }) => address);
  return new Peers(addresses, blocks, byGroup);
}

type Pair = readonly [from: NetworkInterface, to: NetworkInterface];

/** A member of each that are not interfaces of one guest. */
function strangers(a: InterfaceClass, b: InterfaceClass): Pair | undefined {
  for (const from of a.members) {
    const to = b.members.find((one) => !isSameGuest(from, one));
    if (to !== undefined) return [from, to];
  }
  return undefined;
}

/** Packets between such interfaces never leave their guest. */
export function isSameGuest(a: NetworkInterface, b: NetworkInterface): boolean {
  const instanceId = a.attachment?.instanceId;
  return a.id === b.id || (instanceId !== undefined && instanceId === b.attachment?.instanceId);
}

function traced(world: World, lanes: readonly Lane[], [from, to]: Pair, wanted?: Word): Word {
  const destination = to.privateAddresses[0]?.address;
  if (destination === undefined) return nothing;
  return wordOf(lanes, ({ protocol, port }, i) => {
    if (wanted !== undefined && ((wanted >>> i) & 1) === 0) return 'not-reachable';
    const question = { from: from.id, protocol, destination, destinationPort: port };
    return trace(world.snapshot, world.health, question).verdict;
  });
}
