// Stage route: the longest prefix of the subnet's route table wins; of equal length the local route, then a static
// block, then an entry of a prefix list, then what a virtual private gateway propagates. Addresses of the sender's own subnet are never routed. The local route leads
// to whoever has the address; a route to an interface needs its source/destination check off.
import { awsPrefixListOf } from '../../catalog/prefix-lists.ts';
import type { InternetGateway } from '../../model/internet-gateway.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import { propagatedRoutes, type Route, type RouteTable } from '../../model/route-table.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Subnet } from '../../model/subnet.ts';
import { contains, formatCidr, parseAddress, parseCidr } from '../../net/ipv4.ts';
import type { VpcEndpoint } from '../../model/vpc-endpoint.ts';
import type { VpnGateway } from '../../model/vpn-gateway.ts';
import { prefixListCidrs } from '../prefix-lists.ts';
import type { Decision, Headers, Hop } from './answer.ts';
import { dangling, hasGuest, interfaceAt, isInSubnet, type World } from './world.ts';

/** One of the five below the hop is there exactly when the packet goes on. Without a hop the packet stayed in its subnet. */
export interface Routed {
  readonly hop?: Hop;
  readonly receiver?: NetworkInterface;
  /** The VPC's internet gateway. */
  readonly gateway?: InternetGateway;
  /** A gateway endpoint. */
  readonly endpoint?: VpcEndpoint;
  /** Interface of a NAT gateway. */
  readonly nat?: NetworkInterface;
  /** The VPC's virtual private gateway. */
  readonly vpn?: VpnGateway;
}

export function route({ snapshot }: World, sender: NetworkInterface, headers: Headers): Routed {
  const { subnetId, vpcId } = sender;
  const place = { stage: 'route', component: subnetId, vpcId, headers } as const;
  const subnet = snapshot.get('subnet', subnetId);
  if (subnet === undefined) return { hop: dangling(place, subnetId) };
  if (isInSubnet(subnet, headers.destination)) return local(snapshot, place, undefined);
  const table = routeTableOf(snapshot, subnet);
  if (table === undefined) return { hop: dangling(place, `route table of ${subnetId}`) };
  const hop = { ...place, component: table.id };
  const best = longestPrefix(snapshot, table, vpcId, headers.destination);
  if (best === undefined) {
    const reason = `${table.id} has no route to ${headers.destination}`;
    return { hop: { ...hop, outcome: 'stopped', code: 'NO_ROUTE_TO_DESTINATION', reason } };
  }
  const { route: winner, block } = best;
  const text = `${block} → ${winner?.target.id ?? 'local'}`;
  const decidedBy: Decision = { kind: 'route', id: `${table.id}/${block}`, text };
  if (winner === undefined) return local(snapshot, hop, decidedBy);
  return toTarget(snapshot, { ...hop, decidedBy }, winner);
}

function routeTableOf(snapshot: Snapshot, subnet: Subnet): RouteTable | undefined {
  const own = snapshot.by('routeTable', 'subnetId', subnet.id)[0];
  return own ?? snapshot.by('routeTable', 'vpcId', subnet.vpcId).find((table) => table.isMain);
}

interface Candidate {
  readonly block: string;
  /** Absent: the local route. */
  readonly route?: Route;
}

function longestPrefix(
  snapshot: Snapshot,
  table: RouteTable,
  vpcId: string,
  destination: string,
): Candidate | undefined {
  const address = parseAddress(destination);
  if (address === undefined) return undefined;
  let best: (Candidate & { length: number }) | undefined;
  for (const candidate of candidates(snapshot, table, vpcId)) {
    const cidr = parseCidr(candidate.block);
    if (cidr === undefined || !contains(cidr, address)) continue;
    if (best === undefined || cidr.length > best.length) {
      best = { ...candidate, block: formatCidr(cidr), length: cidr.length };
    }
  }
  return best;
}

/** In the order that decides between equal lengths. */
function* candidates(snapshot: Snapshot, table: RouteTable, vpcId: string): Iterable<Candidate> {
  for (const { cidr } of snapshot.get('vpc', vpcId)?.cidrBlocks ?? []) yield { block: cidr };
  for (const route of table.routes) {
    if (route.destination.kind === 'cidr') yield { block: route.destination.cidr, route };
  }
  for (const route of table.routes) {
    if (route.destination.kind !== 'prefix-list') continue;
    for (const block of prefixListCidrs(snapshot, table.region, route.destination.prefixListId))
      yield { block, route };
  }
  yield* endpointRoutes(snapshot, table);
  for (const route of propagatedRoutes(snapshot, table))
    if (route.destination.kind === 'cidr') yield { block: route.destination.cidr, route };
}

/** What gateway endpoints add to the tables they are associated with. */
function* endpointRoutes(snapshot: Snapshot, table: RouteTable): Iterable<Candidate> {
  for (const { id, endpointType, serviceName, vpcId } of snapshot.by(
    'vpcEndpoint',
    'routeTableId',
    table.id,
  )) {
    const list =
      endpointType === 'Gateway' && vpcId === table.vpcId ? awsPrefixListOf(serviceName) : undefined;
    if (list === undefined) continue;
    const destination = { kind: 'prefix-list', prefixListId: list.id } as const;
    const route = { destination, target: { kind: 'vpc-endpoint', id } } as const;
    for (const block of list.cidrs) yield { block, route };
  }
}

type Place = { stage: 'route'; component: string; vpcId: string; headers: Headers };

function local(snapshot: Snapshot, place: Place, decidedBy: Decision | undefined): Routed {
  const receiver = interfaceAt(snapshot, place.vpcId, place.headers.destination);
  const hop = decidedBy === undefined ? place : { ...place, decidedBy };
  if (receiver === undefined) {
    const reason = `no interface of ${place.vpcId} has ${place.headers.destination}`;
    return { hop: { ...hop, outcome: 'stopped', code: 'NO_POSSIBLE_DESTINATION', reason } };
  }
  return decidedBy === undefined ? { receiver } : { hop: { ...hop, outcome: 'passed' }, receiver };
}

function toTarget(snapshot: Snapshot, hop: Place & { decidedBy: Decision }, winner: Route): Routed {
  const { kind, id } = winner.target;
  if (kind === 'internet-gateway') return toGateway(snapshot, hop, id);
  if (kind === 'vpn-gateway') return toVpnGateway(snapshot, hop, id);
  if (kind === 'nat-gateway') return toNatGateway(snapshot, hop, id);
  const endpoint = kind === 'vpc-endpoint' ? snapshot.get('vpcEndpoint', id) : undefined;
  if (endpoint?.endpointType === 'Gateway') return { hop: { ...hop, outcome: 'passed' }, endpoint };
  if (kind !== 'network-interface') {
    const reason = `${hop.decidedBy.text}: packets are not carried to a ${kind} yet`;
    return { hop: { ...hop, outcome: 'stopped', code: 'NO_ROUTE_TO_DESTINATION', reason } };
  }
  const target = snapshot.get('networkInterface', id);
  if (target === undefined || target.vpcId !== hop.vpcId || !hasGuest(snapshot, target)) {
    const reason = `the route to ${id} is a blackhole: ${target === undefined ? 'it is gone' : 'nothing runs there'}`;
    return { hop: { ...hop, outcome: 'stopped', code: 'BAD_STATE_ROUTE', reason } };
  }
  const isOwn = target.privateAddresses.some((own) => own.address === hop.headers.destination);
  if (target.sourceDestCheck && !isOwn) {
    const reason = `${id} has its source/destination check on and does not take packets for ${hop.headers.destination}`;
    return { hop: { ...hop, outcome: 'stopped', code: 'ENI_SOURCE_DEST_CHECK_RESTRICTION', reason } };
  }
  return { hop: { ...hop, outcome: 'passed' }, receiver: target };
}

function toGateway(snapshot: Snapshot, hop: Place & { decidedBy: Decision }, id: string): Routed {
  const gateway = snapshot.get('internetGateway', id);
  if (gateway?.vpcId === hop.vpcId) return { hop: { ...hop, outcome: 'passed' }, gateway };
  const reason = `the route to ${id} is a blackhole: it is not attached to ${hop.vpcId}`;
  return { hop: { ...hop, outcome: 'stopped', code: 'BAD_STATE_ROUTE', reason } };
}

function toVpnGateway(snapshot: Snapshot, hop: Place & { decidedBy: Decision }, id: string): Routed {
  const vpn = snapshot.get('vpnGateway', id);
  if (vpn?.vpcId === hop.vpcId) return { hop: { ...hop, outcome: 'passed' }, vpn };
  const reason = `the route to ${id} is a blackhole: it is not attached to ${hop.vpcId}`;
  return { hop: { ...hop, outcome: 'stopped', code: 'BAD_STATE_ROUTE', reason } };
}

function toNatGateway(snapshot: Snapshot, hop: Place & { decidedBy: Decision }, id: string): Routed {
  const nat = natInterfaceOf(snapshot, hop.vpcId, id);
  if (nat !== undefined) return { hop: { ...hop, outcome: 'passed' }, nat };
  const state = snapshot.get('natGateway', id)?.state ?? 'gone';
  const reason = `the route to ${id} is a blackhole: it is ${state === 'available' ? `not of ${hop.vpcId}` : state}`;
  return { hop: { ...hop, outcome: 'stopped', code: 'BAD_STATE_ROUTE', reason } };
}

/** Interface of an available gateway of this VPC. */
function natInterfaceOf(
  snapshot: Snapshot,
  vpcId: string,
  natGatewayId: string,
): NetworkInterface | undefined {
  const gateway = snapshot.get('natGateway', natGatewayId);
  if (gateway?.state !== 'available' || gateway.vpcId !== vpcId) return undefined;
  return snapshot.by('networkInterface', 'managedBy', natGatewayId)[0];
}
