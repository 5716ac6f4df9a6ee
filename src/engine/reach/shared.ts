// What the VPCs of one reach have in common: the lanes, compiled groups, the network between subnets, and what stands
// behind endpoint services, which is the same for every VPC that has an endpoint to them.
import type { ElasticAddress } from '../../model/address.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { SecurityGroup } from '../../model/security-group.ts';
import type { VpcEndpoint } from '../../model/vpc-endpoint.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { awsPrefixListOf } from '../../catalog/prefix-lists.ts';
import { address as numberOf, type Cidr, lastAddress, parseCidr } from '../../net/ipv4.ts';
import { prefixListCidrs } from '../prefix-lists.ts';
import type { Node } from '../trace/load-balancer.ts';
import type { World } from '../trace/world.ts';
import { Atoms, lowerBound } from './atoms.ts';
import { Crossings } from './crossing.ts';
import { type CompiledGroup, compileGroup, type Direction, peerBlocks, wordAt } from './groups.ts';
import { Gateways } from './exits.ts';
import type { Lane, Word } from './lanes.ts';
import { outsideAddresses } from './outside-places.ts';
import { type Served, servedAtEndpoint, servedAtNode, servedByAws, type ServedQuestion } from './served.ts';

export class Shared {
  readonly world: World;
  readonly lanes: readonly Lane[];
  readonly crossings: Crossings;
  readonly gateways: Gateways;
  /** What rules can tell of addresses outside VPCs. */
  readonly publicAtoms: Atoms;
  private outsideAddresses: Float64Array;
  private publicAddresses: ReadonlyMap<string | undefined, readonly ElasticAddress[]>;
  private readonly groups = new Map<string, CompiledGroup | undefined>();
  private readonly services = new Map<string, Served>();
  private readonly question: ServedQuestion;

  constructor(world: World, lanes: readonly Lane[], classOf: (target: NetworkInterface) => number | string) {
    this.world = world;
    this.lanes = lanes;
    this.crossings = new Crossings(world, lanes);
    this.gateways = new Gateways(world, this.crossings, lanes);
    this.outsideAddresses = outsideAddresses(world.snapshot);
    this.publicAtoms = publicAtoms(world.snapshot, this.outsideAddresses);
    this.publicAddresses = publicAddresses(world.snapshot);
    this.question = { world, lanes, sourcePorts: this.crossings.sourcePorts, classOf };
  }

  /** Undefined for an interface without any: most have none, and each is asked about. */
  publicAddressesOf(networkInterfaceId: string): readonly ElasticAddress[] | undefined {
    return this.publicAddresses.get(networkInterfaceId);
  }

  /** Undefined for a group that is not there. */
  compiled(groupId: string): CompiledGroup | undefined {
    const known = this.groups.get(groupId);
    if (known !== undefined) return known;
    const { snapshot } = this.world;
    const group = snapshot.get('securityGroup', groupId);
    if (group === undefined) return undefined;
    const compiled = compileGroup(snapshot, this.lanes, group);
    this.groups.set(groupId, compiled);
    return compiled;
  }

  /** What these groups together let in from, or out to, an address that is no interface's of their VPC. */
  wordAt(groupIds: readonly string[], direction: Direction, address: string): Word {
    const groups = groupIds.flatMap((id) => this.compiled(id) ?? []);
    return wordAt(groups, direction, numberOf(address));
  }

  /** Of an endpoint that carries data, or not: then nothing is behind it. */
  servedAtEndpoint(endpoint: VpcEndpoint, zone: string): Served | undefined {
    if (endpoint.state !== 'available') return undefined;
    const { endpointServiceId, region, serviceRegion } = endpoint;
    if (endpointServiceId === undefined) return servedByAws(this.question);
    const key = `${endpointServiceId} ${region === serviceRegion ? zone : ''}`;
    const served = this.services.get(key) ?? servedAtEndpoint(this.question, endpoint, zone);
    this.services.set(key, served);
    return served;
  }

  servedAtNode(node: Node): Served {
    return servedAtNode(this.question, node);
  }

  /** The rules of a group changed. False when they tell public addresses apart as none did before. */
  regroup(group: SecurityGroup): boolean {
    const { snapshot } = this.world;
    this.groups.delete(group.id);
    for (const [key, served] of this.services) if (served.groupIds.has(group.id)) this.services.delete(key);
    return group.rules.every((rule) =>
      peerBlocks(snapshot, rule, group.region).every(
        (block) => this.publicAtoms.knows(block) || !holdsAny(this.outsideAddresses, block),
      ),
    );
  }

  /** Anything may have changed. False when it changed what divides addresses and ports everywhere. */
  renew(): boolean {
    this.groups.clear();
    this.services.clear();
    const { snapshot } = this.world;
    this.publicAddresses = publicAddresses(snapshot);
    this.outsideAddresses = outsideAddresses(snapshot);
    return this.crossings.renew() && this.publicAtoms.equals(publicAtoms(snapshot, this.outsideAddresses));
  }
}

function publicAddresses(snapshot: Snapshot): ReadonlyMap<string | undefined, readonly ElasticAddress[]> {
  return Map.groupBy(snapshot.all('address'), ({ association }) => association?.networkInterfaceId);
}

/** Of the blocks of all rules and routes, those that hold addresses outside VPCs. */
function publicAtoms(snapshot: Snapshot, addresses: Float64Array): Atoms {
  return new Atoms([...allBlocks(snapshot)].filter((block) => holdsAny(addresses, block)));
}

function holdsAny(sorted: Float64Array, block: Cidr): boolean {
  return (sorted[lowerBound(sorted, block.base)] ?? Infinity) <= lastAddress(block);
}

function* allBlocks(snapshot: Snapshot): Iterable<Cidr> {
  for (const group of snapshot.all('securityGroup')) {
    for (const rule of group.rules) yield* peerBlocks(snapshot, rule, group.region);
  }
  for (const acl of snapshot.all('networkAcl')) {
    for (const { cidrBlock = '' } of acl.entries) yield* parsed(cidrBlock);
  }
  for (const { routes, region } of snapshot.all('routeTable')) {
    for (const { destination } of routes) {
      if (destination.kind === 'cidr') yield* parsed(destination.cidr);
      else
        for (const text of prefixListCidrs(snapshot, region, destination.prefixListId)) yield* parsed(text);
    }
  }
  for (const { staticRoutes } of snapshot.all('vpnConnection'))
    for (const text of staticRoutes) yield* parsed(text);
  for (const { endpointType, serviceName } of snapshot.all('vpcEndpoint')) {
    if (endpointType !== 'Gateway') continue;
    for (const text of awsPrefixListOf(serviceName)?.cidrs ?? []) yield* parsed(text);
  }
  for (const { cidrBlocks } of snapshot.all('vpc')) for (const { cidr } of cidrBlocks) yield* parsed(cidr);
}

function parsed(text: string): readonly Cidr[] {
  const block = parseCidr(text);
  return block === undefined ? [] : [block];
}
