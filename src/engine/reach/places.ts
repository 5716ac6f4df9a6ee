// Where an interface stands, as far as it makes a difference: the behaviour of its subnet, the atom of its address, and
// the marks that tell it from its neighbours (public addresses, being a target that keeps its clients' addresses).
// A subnet whose ACL is open and whose routes lead to the whole VPC behaves like every other one of its route table.
import { awsPrefixListOf } from '../../catalog/prefix-lists.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { RouteTable } from '../../model/route-table.ts';
import type { Subnet } from '../../model/subnet.ts';
import type { Vpc } from '../../model/vpc.ts';
import { isZonal, type VpcEndpoint } from '../../model/vpc-endpoint.ts';
import { waysToVpcs } from '../../model/vpn-connection.ts';
import { type Cidr, contains, covers, overlaps, parseCidr } from '../../net/ipv4.ts';
import { prefixListCidrs } from '../prefix-lists.ts';
import type { Node } from '../trace/load-balancer.ts';
import type { World } from '../trace/world.ts';
import { Atoms } from './atoms.ts';
import type { Crossings } from './crossing.ts';
import { peerBlocks } from './groups.ts';
import { keptClients } from './kept-clients.ts';
import type { Shared } from './shared.ts';

export interface Place {
  readonly index: number;
  /** Nothing between two such places can stop or divert a packet. */
  readonly isPlain: boolean;
  /** What else tells this interface from its neighbours; empty for most. */
  readonly mark: string;
}

interface SubnetPlace {
  readonly index: number;
  readonly block: Cidr | undefined;
  readonly isPlain: boolean;
}

export class VpcPlaces {
  readonly blocks: readonly Cidr[];
  readonly atoms: Atoms;
  /** Groups whose rules' blocks divide the interfaces of this VPC: its own, and those of balancers behind endpoints. */
  readonly judges: ReadonlySet<string>;
  readonly endpoints = new Map<string, VpcEndpoint>();
  readonly nodes = new Map<string, Node>();
  private readonly world: World;
  private readonly subnets = new Map<string, SubnetPlace>();
  private readonly indexes = new Map<number, number>();
  private readonly behaviours = new Map<string, number>();
  private readonly named = new Set<string>();
  private readonly twice = new Set<string>();
  private readonly kept: ReadonlyMap<string, string>;
  private readonly shared: Shared;
  /** Some endpoint serves its own zone only. */
  private isZonal = false;

  constructor(shared: Shared, vpc: Vpc) {
    const { world, crossings } = shared;
    const { snapshot } = world;
    this.world = world;
    this.shared = shared;
    this.blocks = vpc.cidrBlocks.flatMap(({ cidr }) => parseCidr(cidr) ?? []);
    const tables = snapshot.by('routeTable', 'vpcId', vpc.id);
    for (const { routes } of tables) {
      for (const { target } of routes) if (target.kind === 'network-interface') this.named.add(target.id);
    }
    for (const endpoint of snapshot.by('vpcEndpoint', 'vpcId', vpc.id)) {
      this.isZonal ||= isZonal(endpoint);
      for (const id of endpoint.networkInterfaceIds) this.serve(this.endpoints, id, endpoint);
    }
    for (const loadBalancer of snapshot.by('loadBalancer', 'vpcId', vpc.id)) {
      for (const node of loadBalancer.nodes)
        this.serve(this.nodes, node.networkInterfaceId, { loadBalancer, node });
    }
    this.kept = keptClients(world, vpc.id);
    const subnets = snapshot.by('subnet', 'vpcId', vpc.id);
    for (const subnet of subnets) this.addSubnet(crossings, subnet, tables);
    this.judges = this.judgesOf(vpc.id);
    this.atoms = new Atoms(this.dividing(vpc, subnets, tables));
  }

  of(one: NetworkInterface, address: number): Place {
    const subnet = this.subnets.get(one.subnetId);
    const key = (subnet?.index ?? 0) * 2 ** 32 + this.atoms.of(address);
    const index = this.indexes.get(key) ?? this.indexes.size;
    this.indexes.set(key, index);
    return { index, isPlain: subnet?.isPlain ?? false, mark: this.markOf(one) };
  }

  /** The groups that judge packets to it: a node has its load balancer's. */
  groupIdsOf(one: NetworkInterface): readonly string[] {
    return this.nodes.get(one.id)?.loadBalancer.groupIds ?? one.groupIds;
  }

  /** A route leads to it. */
  isNamed({ id }: NetworkInterface): boolean {
    return this.named.has(id);
  }

  /** Not where its subnet and VPC are. */
  isAstray(one: NetworkInterface, address: number): boolean {
    const block = this.subnets.get(one.subnetId)?.block;
    if (block === undefined || !contains(block, address)) return true;
    return !this.blocks.some((own) => covers(own, block));
  }

  serviceKindOf({ id }: NetworkInterface): 'endpoint' | 'node' | 'odd' | undefined {
    const [endpoint, node] = [this.endpoints.get(id), this.nodes.get(id)];
    if (this.twice.has(id) || (endpoint !== undefined && node !== undefined)) return 'odd';
    if (endpoint === undefined) return node === undefined ? undefined : 'node';
    const { endpointServiceId } = endpoint;
    if (endpointServiceId === undefined) return 'endpoint';
    return this.world.snapshot.get('endpointService', endpointServiceId) === undefined ? 'odd' : 'endpoint';
  }

  private serve<T>(by: Map<string, T>, id: string, what: T): void {
    if (by.has(id)) this.twice.add(id);
    by.set(id, what);
  }

  private addSubnet(crossings: Crossings, subnet: Subnet, tables: readonly RouteTable[]): void {
    const { snapshot } = this.world;
    const acl = snapshot.by('networkAcl', 'subnetId', subnet.id)[0];
    const own = snapshot.by('routeTable', 'subnetId', subnet.id)[0];
    const table = own ?? tables.find(({ isMain }) => isMain);
    const isPlain =
      acl !== undefined && table !== undefined && crossings.isOpen(acl) && this.isStraight(table);
    const behaviour = isPlain ? table.id : subnet.id;
    const index = this.behaviours.get(behaviour) ?? this.behaviours.size;
    this.behaviours.set(behaviour, index);
    this.subnets.set(subnet.id, { index, block: parseCidr(subnet.cidrBlock), isPlain });
  }

  /** No route takes packets for a part of the VPC elsewhere. */
  private isStraight(table: RouteTable): boolean {
    return this.routedBlocks(table).every(
      (block) => !this.blocks.some((own) => block.length > own.length && covers(own, block)),
    );
  }

  private routedBlocks(table: RouteTable): readonly Cidr[] {
    const { snapshot } = this.world;
    const texts = table.routes.flatMap(({ destination }) =>
      destination.kind === 'cidr'
        ? [destination.cidr]
        : prefixListCidrs(snapshot, table.region, destination.prefixListId),
    );
    const gateways = snapshot
      .by('vpcEndpoint', 'vpcId', table.vpcId)
      .filter((one) => one.endpointType === 'Gateway' && one.routeTableIds.includes(table.id))
      .flatMap((one) => awsPrefixListOf(one.serviceName)?.cidrs ?? []);
    return [...texts, ...gateways].flatMap((text) => parseCidr(text) ?? []);
  }

  private judgesOf(vpcId: string): ReadonlySet<string> {
    const { snapshot } = this.world;
    const judges = new Set(snapshot.by('securityGroup', 'vpcId', vpcId).map(({ id }) => id));
    for (const { endpointServiceId } of snapshot.by('vpcEndpoint', 'vpcId', vpcId)) {
      const service = snapshot.get('endpointService', endpointServiceId ?? '');
      for (const arn of service?.networkLoadBalancerArns ?? []) {
        for (const id of snapshot.get('loadBalancer', arn)?.groupIds ?? []) judges.add(id);
      }
    }
    for (const one of this.nodes.values()) for (const id of one.loadBalancer.groupIds) judges.add(id);
    return judges;
  }

  /** Blocks that can tell interfaces of this VPC apart. */
  private *dividing(vpc: Vpc, subnets: readonly Subnet[], tables: readonly RouteTable[]): Iterable<Cidr> {
    const { snapshot } = this.world;
    for (const id of this.judges) {
      const group = snapshot.get('securityGroup', id);
      for (const rule of group?.rules ?? [])
        yield* peerBlocks(snapshot, rule, vpc.region).filter(this.divides);
    }
    for (const subnet of subnets) {
      const place = this.subnets.get(subnet.id);
      if (place?.isPlain === false && place.block !== undefined) yield place.block;
    }
    for (const acl of snapshot.by('networkAcl', 'vpcId', vpc.id)) {
      for (const { cidrBlock } of acl.entries) {
        const block = parseCidr(cidrBlock ?? '');
        if (block !== undefined && this.divides(block)) yield block;
      }
    }
    for (const table of tables) yield* this.routedBlocks(table).filter(this.divides);
    yield* this.blocksByVpn(vpc.id).filter(this.divides);
  }

  /** What devices on premises that lead here route, to this VPC or another, and what they keep. */
  private blocksByVpn(vpcId: string): readonly Cidr[] {
    const { snapshot } = this.world;
    const customerGatewayIds = snapshot
      .by('vpnGateway', 'vpcId', vpcId)
      .flatMap(({ id }) => snapshot.by('vpnConnection', 'vpnGatewayId', id))
      .map(({ customerGatewayId }) => customerGatewayId);
    return customerGatewayIds
      .flatMap((id) => [
        ...waysToVpcs(snapshot, id).map(({ block }) => block),
        ...snapshot.by('onPremisesHost', 'customerGatewayId', id).map(({ address }) => `${address}/32`),
      ])
      .flatMap((text) => parseCidr(text) ?? []);
  }

  /** Some addresses of the VPC are in it and some are not. */
  readonly divides = (block: Cidr): boolean => {
    return this.blocks.some((own) => overlaps(own, block)) && !this.blocks.every((own) => covers(block, own));
  };

  private markOf(one: NetworkInterface): string {
    const zone = this.isZonal ? `${one.availabilityZone} ` : '';
    const kept = zone + (this.kept.get(one.id) ?? '');
    const addresses = this.shared.publicAddressesOf(one.id);
    if (addresses === undefined) return kept;
    const seen = addresses.map(({ publicIp, association }) => {
      const isOnly = addresses.length === 1;
      const whole = isOnly && association?.privateAddress === one.privateAddresses[0]?.address ? '' : one.id;
      return `${this.shared.publicAtoms.of(parseCidr(`${publicIp}/32`)?.base ?? 0)}${whole}`;
    });
    return `${kept} public ${seen.sort().join(' ')}`;
  }
}
