// Stage route: the VPC's own addresses first (only inner-route.ts beats them), then the subnet's route table. With one
// behaviour in the whole VPC all routes stand in the kernel's main table; otherwise each distinct route table gets a
// table of its own, chosen by the packet's mark. Where AWS has no route, a packet is lost silently: what would be a
// blackhole is the router's own instead, whose filter counts and drops all that comes to itself (drop.ts).
import { awsPrefixListOf } from '../../catalog/prefix-lists.ts';
import { primaryAddress } from '../../model/network-interface.ts';
import { propagatedRoutes, type Route, type RouteTable } from '../../model/route-table.ts';
import type { Subnet } from '../../model/subnet.ts';
import { formatCidr } from '../../net/ipv4.ts';
import { vpcIdentities } from '../../plan/addressing.ts';
import type { RoutePlan, RulePlan } from '../../plan/plan.ts';
import { prefixListCidrs } from '../prefix-lists.ts';
import { type InnerRoutes, innerRoutes, innerRouting, isInner } from './inner-route.ts';
import { natInterface } from './nat-gateway.ts';
import { type Marks, routeTableMask } from './source-check.ts';
import {
  deviceOf,
  hasDevice,
  internetDevice,
  privateLinkDevice,
  uplinkDevice,
  vpnDevice,
  type VpcView,
} from './vpc-view.ts';

const everywhere = '0.0.0.0/0';
const mainTable = 254;
const firstOwnTable = 1000;
const rulePriority = 33_000;

export interface RoutingPlan {
  readonly routes: readonly RoutePlan[];
  readonly rules: readonly RulePlan[];
  readonly marks: Marks;
  readonly inner: readonly InnerRoutes[];
}

/** Route table that governs a subnet: its own association, else the VPC's main one. */
export function routeTableOf(view: Pick<VpcView, 'snapshot'>, subnet: Subnet): RouteTable | undefined {
  const { snapshot } = view;
  return (
    snapshot.by('routeTable', 'subnetId', subnet.id)[0] ??
    snapshot.by('routeTable', 'vpcId', subnet.vpcId).find((table) => table.isMain)
  );
}

export function routing(view: VpcView): RoutingPlan {
  const subnets = view.snapshot.by('subnet', 'vpcId', view.vpc.id);
  const behaviours = new Map<string, { number: number; routes: readonly Omit<RoutePlan, 'table'>[] }>();
  const tableNumber = new Map<string, number>();
  const subnetNumber = new Map<string, number>();
  const bySubnet = subnets.map((subnet) => {
    const table = routeTableOf(view, subnet);
    return [subnet, table, tableRoutes(view, table)] as const;
  });
  bySubnet.forEach(([subnet, , all], i) => {
    const routes = all.filter((route) => !isInner(view, route));
    const key = JSON.stringify(routes);
    const behaviour = behaviours.get(key) ?? { number: behaviours.size + 1, routes };
    behaviours.set(key, behaviour);
    tableNumber.set(subnet.id, behaviour.number);
    subnetNumber.set(subnet.id, i + 1);
  });
  const single = behaviours.size <= 1;
  const routes = [...localRoutes(view)];
  const rules: RulePlan[] = [];
  for (const { number, routes: own } of behaviours.values()) {
    const table = single ? mainTable : firstOwnTable + number;
    routes.push(...own.map((route) => ({ ...route, table })));
    if (!single)
      rules.push({ priority: rulePriority + number, mark: { value: number, mask: routeTableMask }, table });
  }
  const marks: Marks = {
    of: (subnetId) => (tableNumber.get(subnetId) ?? 0) | ((subnetNumber.get(subnetId) ?? 0) << 12),
    subnetNumber: (subnet) => subnetNumber.get(subnet.id) ?? 0,
  };
  const inner = innerRoutes(view, bySubnet);
  const first = innerRouting(inner, marks);
  const all = [...routes, ...first.routes].map(toRouterItself);
  return { routes: all, rules: [...first.rules, ...rules], marks, inner };
}

function toRouterItself(route: RoutePlan): RoutePlan {
  return route.type === 'blackhole' ? { ...route, type: 'local', device: 'lo' } : route;
}

/** Every address of the VPC that answers, and its blocks for those that do not; and the ways out of it. */
function localRoutes(view: VpcView): readonly RoutePlan[] {
  const table = mainTable;
  const routes: RoutePlan[] = [
    { table, destination: '240.0.0.0/4', type: 'unicast', device: uplinkDevice },
    ...view.vpc.cidrBlocks.map((block) => ({ table, destination: block.cidr, type: 'blackhole' }) as const),
  ];
  for (const eni of view.devices) {
    for (const { address } of eni.privateAddresses) {
      routes.push({ table, destination: `${address}/32`, type: 'unicast', device: deviceOf(eni) });
    }
  }
  for (const { networkInterface, provider } of view.endpoints) {
    if (provider === undefined || provider.id === view.vpc.id) continue;
    const destination = `${primaryAddress(networkInterface)}/32`;
    routes.push({ table, destination, type: 'unicast', device: privateLinkDevice(provider) });
  }
  for (const { vpc } of view.consumers) {
    const destination = formatCidr(vpcIdentities(vpc.number));
    routes.push({ table, destination, type: 'unicast', device: privateLinkDevice(vpc) });
  }
  return routes;
}

/** What decides where packets of the subnet go, but for addresses of the VPC. */
export function subnetRoutes(view: VpcView, subnetId: string): readonly Omit<RoutePlan, 'table'>[] {
  const subnet = view.snapshot.get('subnet', subnetId);
  return tableRoutes(view, subnet && routeTableOf(view, subnet));
}

function tableRoutes(view: VpcView, table: RouteTable | undefined): readonly Omit<RoutePlan, 'table'>[] {
  const byDestination = new Map<string, Omit<RoutePlan, 'table'>>();
  for (const route of table?.routes ?? []) {
    const { destination } = route;
    const cidrs =
      destination.kind === 'cidr'
        ? [destination.cidr]
        : prefixListCidrs(view.snapshot, view.vpc.region, destination.prefixListId);
    for (const cidr of cidrs) {
      // A static CIDR route beats a prefix list's entry of the same length.
      if (destination.kind === 'prefix-list' && byDestination.has(cidr)) continue;
      byDestination.set(cidr, { destination: cidr, ...targetOf(view, route) });
    }
  }
  for (const cidr of gatewayEndpointBlocks(view, table)) {
    if (!byDestination.has(cidr))
      byDestination.set(cidr, { destination: cidr, type: 'unicast', device: uplinkDevice });
  }
  // A propagated route comes last of equal ones.
  for (const { destination, target } of table === undefined ? [] : propagatedRoutes(view.snapshot, table)) {
    if (destination.kind !== 'cidr' || byDestination.has(destination.cidr)) continue;
    byDestination.set(destination.cidr, {
      destination: destination.cidr,
      ...targetOf(view, { destination, target }),
    });
  }
  if (!byDestination.has(everywhere))
    byDestination.set(everywhere, { destination: everywhere, type: 'blackhole' });
  return [...byDestination.values()].sort((a, b) => (a.destination < b.destination ? -1 : 1));
}

function targetOf(view: VpcView, { target }: Route): Pick<RoutePlan, 'type' | 'device'> {
  if (target.kind === 'internet-gateway' && target.id === view.internetGateway?.id) {
    return { type: 'unicast', device: internetDevice };
  }
  if (target.kind === 'vpn-gateway' && target.id === view.vpnGateway?.id) {
    return { type: 'unicast', device: vpnDevice };
  }
  if (target.kind === 'nat-gateway') {
    const gateway = natInterface(view.snapshot, target.id);
    return gateway === undefined ? { type: 'blackhole' } : { type: 'unicast', device: deviceOf(gateway) };
  }
  if (target.kind !== 'network-interface') return { type: 'blackhole' };
  const eni = view.snapshot.get('networkInterface', target.id);
  if (eni === undefined || eni.sourceDestCheck || !hasDevice(view.snapshot, eni))
    return { type: 'blackhole' };
  return { type: 'unicast', device: deviceOf(eni) };
}

/** Blocks of the services whose gateway endpoints are associated with the table: on to the front door. */
function gatewayEndpointBlocks({ snapshot, vpc }: VpcView, table: RouteTable | undefined): readonly string[] {
  if (table === undefined) return [];
  return snapshot.by('vpcEndpoint', 'vpcId', vpc.id).flatMap((endpoint) => {
    const leadsHere = endpoint.endpointType === 'Gateway' && endpoint.routeTableIds.includes(table.id);
    return leadsHere ? (awsPrefixListOf(endpoint.serviceName)?.cidrs ?? []) : [];
  });
}
