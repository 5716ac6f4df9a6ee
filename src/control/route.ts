// Route verbs: what users add to a route table. The local routes of the VPC's blocks and the routes of its gateway
// endpoints stand in the table too, but follow from the VPC and the endpoints: nobody adds or removes them here.
import { awsPrefixListOf } from '../catalog/prefix-lists.ts';
import { quotas } from '../catalog/quotas.ts';
import { differentNetworks } from '../catalog/refusals/association.ts';
import { operationNotPermitted } from '../catalog/refusals/common.ts';
import * as refusals from '../catalog/refusals/route-table.ts';
import { notACidr } from '../catalog/refusals/vpc.ts';
import {
  type Route,
  type RouteDestination,
  type RouteTable,
  type RouteTarget,
  sameDestination,
} from '../model/route-table.ts';
import { cidr, covers, formatCidr, parseCidr } from '../net/ipv4.ts';
import { type Call, isMine, own, type ReadCall } from './call.ts';
import { checkPrefixList, prefixListWeight } from './prefix-list-reference.ts';

/** Where to, as the request says it; exactly one must be given. */
export interface DestinationChoice {
  readonly cidrBlock: string | undefined;
  readonly ipv6CidrBlock: string | undefined;
  readonly prefixListId: string | undefined;
}

/** Through what, as the request says it; exactly one must be given. */
export interface TargetChoice {
  readonly gatewayId: string | undefined;
  readonly instanceId: string | undefined;
  readonly networkInterfaceId: string | undefined;
  readonly natGatewayId: string | undefined;
  readonly vpcPeeringConnectionId: string | undefined;
  readonly vpcEndpointId: string | undefined;
  readonly transitGatewayId: string | undefined;
  readonly localGatewayId: string | undefined;
  readonly carrierGatewayId: string | undefined;
  readonly egressOnlyInternetGatewayId: string | undefined;
  readonly coreNetworkArn: string | undefined;
}

export function createRoute(call: Call, tableId: string, to: DestinationChoice, through: TargetChoice): void {
  const table = own(call, 'routeTable', tableId);
  const destination = checkedDestination(call, to);
  const target = checkedTarget(call, table, through);
  const text = destinationText(destination);
  if (isLocal(call, table, destination)) throw refusals.routeAlreadyExists(text);
  checkPlace(call, table, destination, target);
  const existing = [...table.routes, ...endpointRoutes(call, table)];
  if (existing.some((route) => sameDestination(route.destination, destination))) {
    throw refusals.routeAlreadyExists(text);
  }
  const routes = [...table.routes, { destination, target }];
  const weight = routes.reduce((sum, route) => sum + weightOf(call, route.destination), 0);
  if (weight > quotas.routesPerRouteTable) throw refusals.routeLimitExceeded();
  call.intent.put('routeTable', { ...table, routes });
}

export interface Replacement {
  readonly target: TargetChoice;
  /** Back to the local target; says nothing new, since local routes always have it here. */
  readonly local: boolean;
}

export function replaceRoute(call: Call, tableId: string, to: DestinationChoice, by: Replacement): void {
  const table = own(call, 'routeTable', tableId);
  const destination = checkedDestination(call, to);
  const text = destinationText(destination);
  if (isLocal(call, table, destination)) {
    if (by.local) return;
    throw refusals.localRouteStays('replace', table.id, text);
  }
  const target = checkedTarget(call, table, by.target);
  if (isEndpointRoute(call, table, destination)) throw refusals.endpointRouteStays('replace', table.id, text);
  if (!table.routes.some((route) => sameDestination(route.destination, destination))) {
    throw refusals.noRouteToReplace(text);
  }
  checkPlace(call, table, destination, target);
  const routes = table.routes.map((route) =>
    sameDestination(route.destination, destination) ? { destination, target } : route,
  );
  call.intent.put('routeTable', { ...table, routes });
}

export function deleteRoute(call: Call, tableId: string, to: DestinationChoice): void {
  const table = own(call, 'routeTable', tableId);
  const destination = parsedDestination(to);
  const text = destinationText(destination);
  if (isLocal(call, table, destination)) throw refusals.localRouteStays('remove', table.id, text);
  if (isEndpointRoute(call, table, destination)) throw refusals.endpointRouteStays('remove', table.id, text);
  const routes = table.routes.filter((route) => !sameDestination(route.destination, destination));
  if (routes.length === table.routes.length) {
    const parameter = destination.kind === 'cidr' ? 'destination-cidr-block' : 'destination-prefix-list-id';
    throw refusals.routeNotFound(table.id, parameter, text);
  }
  call.intent.put('routeTable', { ...table, routes });
}

/** Routes of the gateway endpoints that are associated with the table. */
export function endpointRoutes(call: ReadCall, table: RouteTable): readonly Route[] {
  const endpoints = call.intent.by('vpcEndpoint', 'vpcId', table.vpcId);
  return endpoints.flatMap((endpoint) => {
    if (!endpoint.routeTableIds.includes(table.id)) return [];
    const prefixListId = awsPrefixListOf(endpoint.serviceName)?.id;
    if (prefixListId === undefined) return [];
    const destination = { kind: 'prefix-list', prefixListId } as const;
    return [{ destination, target: { kind: 'vpc-endpoint', id: endpoint.id } as const }];
  });
}

/** Blocks that the table's VPC routes to itself. */
export function localBlocks(call: ReadCall, table: RouteTable): readonly string[] {
  return (call.intent.get('vpc', table.vpcId)?.cidrBlocks ?? []).map((block) => block.cidr);
}

function isLocal(call: ReadCall, table: RouteTable, destination: RouteDestination): boolean {
  return destination.kind === 'cidr' && localBlocks(call, table).includes(destination.cidr);
}

function isEndpointRoute(call: ReadCall, table: RouteTable, destination: RouteDestination): boolean {
  return endpointRoutes(call, table).some((route) => sameDestination(route.destination, destination));
}

function destinationText(destination: RouteDestination): string {
  return destination.kind === 'cidr' ? destination.cidr : destination.prefixListId;
}

function parsedDestination(choice: DestinationChoice): RouteDestination {
  const { cidrBlock, ipv6CidrBlock, prefixListId } = choice;
  const given = [cidrBlock, ipv6CidrBlock, prefixListId].filter((one) => one !== undefined).length;
  if (given !== 1) throw refusals.oneDestinationOnly(given);
  if (prefixListId !== undefined) return { kind: 'prefix-list', prefixListId };
  if (cidrBlock === undefined) throw refusals.ipv6RouteUnsupported(ipv6CidrBlock ?? '');
  const block = parseCidr(cidrBlock);
  if (block === undefined) throw notACidr(cidrBlock, 'destinationCidrBlock');
  return { kind: 'cidr', cidr: formatCidr(block) };
}

function checkedDestination(call: ReadCall, choice: DestinationChoice): RouteDestination {
  const destination = parsedDestination(choice);
  if (destination.kind === 'prefix-list') checkPrefixList(call, destination.prefixListId);
  return destination;
}

/** Entries a route counts as. */
function weightOf(call: ReadCall, destination: RouteDestination): number {
  return destination.kind === 'cidr' ? 1 : prefixListWeight(call, destination.prefixListId);
}

const reserved = '169.254.168.0/22';

/** Inside the VPC only the exact block of a subnet may be routed, and only to an interface or a NAT gateway. */
function checkPlace(
  call: ReadCall,
  table: RouteTable,
  destination: RouteDestination,
  target: RouteTarget,
): void {
  if (destination.kind !== 'cidr') return;
  const block = cidr(destination.cidr);
  if (covers(cidr(reserved), block)) throw refusals.reservedDestination(destination.cidr, reserved);
  if (!localBlocks(call, table).some((local) => covers(cidr(local), block))) return;
  if (target.kind !== 'network-interface' && target.kind !== 'nat-gateway')
    throw refusals.insideVpcNeedsInterface(destination.cidr);
  const subnets = call.intent.by('subnet', 'vpcId', table.vpcId);
  if (!subnets.some((subnet) => subnet.cidrBlock === destination.cidr)) {
    throw refusals.insideVpcNeedsSubnet(destination.cidr);
  }
}

function checkedTarget(call: ReadCall, table: RouteTable, choice: TargetChoice): RouteTarget {
  const given = Object.values(choice).filter((one) => one !== undefined).length;
  if (given !== 1) throw refusals.oneTargetOnly(given);
  if (choice.gatewayId !== undefined) return gatewayTarget(call, table, choice.gatewayId);
  if (choice.instanceId !== undefined) return instanceTarget(call, table, choice.instanceId);
  if (choice.networkInterfaceId !== undefined) return interfaceTarget(call, table, choice.networkInterfaceId);
  if (choice.natGatewayId !== undefined) return natTarget(call, table, choice.natGatewayId);
  if (choice.vpcEndpointId !== undefined) throw endpointRefusal(call, choice.vpcEndpointId);
  throw absentTarget(choice);
}

/** Targets that do not exist here: every id of them names nothing. */
function absentTarget(choice: TargetChoice): Error {
  if (choice.vpcPeeringConnectionId !== undefined)
    return refusals.peeringNotFound(choice.vpcPeeringConnectionId);
  if (choice.transitGatewayId !== undefined) return refusals.transitGatewayNotFound(choice.transitGatewayId);
  if (choice.localGatewayId !== undefined) return refusals.localGatewayNotFound(choice.localGatewayId);
  if (choice.carrierGatewayId !== undefined) return refusals.carrierGatewayNotFound(choice.carrierGatewayId);
  if (choice.coreNetworkArn !== undefined) return refusals.coreNetworkNotFound(choice.coreNetworkArn);
  return refusals.gatewayNotFound(choice.egressOnlyInternetGatewayId ?? '');
}

/** Interface and gateway endpoints cannot be route targets; other kinds do not exist here. */
function endpointRefusal(call: ReadCall, id: string): Error {
  return refusals.endpointIsNoTarget(own(call, 'vpcEndpoint', id).id);
}

function gatewayTarget(call: ReadCall, table: RouteTable, id: string): RouteTarget {
  if (id.startsWith('vpce-')) throw endpointRefusal(call, id);
  if (id === 'local') throw operationNotPermitted('The target local can only be given with ReplaceRoute.'); // [unconfirmed]
  if (id.startsWith('vgw-')) return vpnGatewayTarget(call, table, id);
  const gateway = call.intent.get('internetGateway', id);
  if (gateway === undefined || !isMine(call, gateway)) throw refusals.gatewayNotFound(id);
  if (gateway.vpcId !== table.vpcId) {
    throw differentNetworks(`route table ${table.id}`, `network gateway ${gateway.id}`);
  }
  return { kind: 'internet-gateway', id: gateway.id };
}

function vpnGatewayTarget(call: ReadCall, table: RouteTable, id: string): RouteTarget {
  const gateway = call.intent.get('vpnGateway', id);
  if (gateway === undefined || !isMine(call, gateway)) throw refusals.gatewayNotFound(id);
  if (gateway.vpcId !== table.vpcId)
    throw differentNetworks(`route table ${table.id}`, `network gateway ${gateway.id}`);
  return { kind: 'vpn-gateway', id: gateway.id };
}

/** Of the same VPC, and not one that has ended. */
function natTarget(call: ReadCall, table: RouteTable, id: string): RouteTarget {
  const gateway = call.intent.get('natGateway', id);
  if (gateway === undefined || !isMine(call, gateway) || gateway.state !== 'available')
    throw refusals.natGatewayNotFound(id);
  if (gateway.vpcId !== table.vpcId)
    throw differentNetworks(`route table ${table.id}`, `NAT gateway ${gateway.id}`); // [unconfirmed] text
  return { kind: 'nat-gateway', id: gateway.id };
}

function interfaceTarget(call: ReadCall, table: RouteTable, id: string): RouteTarget {
  const found = own(call, 'networkInterface', id);
  if (found.vpcId !== table.vpcId)
    throw differentNetworks(`route table ${table.id}`, `interface ${found.id}`);
  return { kind: 'network-interface', id: found.id };
}

function instanceTarget(call: ReadCall, table: RouteTable, id: string): RouteTarget {
  const instance = own(call, 'instance', id);
  const [first, ...others] = call.intent.by('networkInterface', 'instanceId', instance.id);
  if (first === undefined) throw refusals.noInterface(instance.id);
  if (others.length > 0) throw refusals.severalInterfaces(instance.id);
  return interfaceTarget(call, table, first.id);
}
