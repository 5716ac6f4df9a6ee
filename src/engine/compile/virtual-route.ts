// Routes inside the VPC's blocks (inner-route.ts), for interfaces without a device: endpoints and load balancer nodes are
// met before a route is looked up, so what a route table leads elsewhere must pass them by, and a client whose answers
// their subnet's table leads astray must not reach them. An appliance that may forward the answers is left to do so.
// What goes on from a node is routed by the node's subnet; the flow's mark, which lasts as long as the flow, tells whose.
import { primaryAddress, type NetworkInterface } from '../../model/network-interface.ts';
import { address, cidr, contains, parseAddress } from '../../net/ipv4.ts';
import { lostAnswersPlace } from '../drop-place.ts';
import { dropAt } from './drop.ts';
import type { InnerRoutes } from './inner-route.ts';
import { publicNodes } from './internet-facing.ts';
import { isNatInterface } from './nat-gateway.ts';
import { byGateway, hex, keepsClient, type Marks, routeTableMask, subnetMask } from './source-check.ts';
import type { TableBuilder } from './table-builder.ts';
import { deviceOf, type VpcView } from './vpc-view.ts';

const map = 'inner-routes';
const routeChain = 'route';

/** Declares who is led past which virtual interfaces. */
export function virtualRoutes(
  table: TableBuilder,
  view: VpcView,
  inner: readonly InnerRoutes[],
  marks: Marks,
): void {
  const addresses = virtualAddresses(view).flatMap((address) => parseAddress(address) ?? []);
  for (const { subnet, routes } of inner) {
    const blocks = routes
      .map(({ destination }) => destination)
      .filter((block) => addresses.some((address) => contains(cidr(block), address)));
    if (blocks.length === 0) continue;
    const number = marks.subnetNumber(subnet);
    table.map(map, 'type mark', 'verdict');
    table.chain(
      `routed.${number}`,
      blocks.map((block) => `ip daddr ${block} accept`),
    );
    table.element(map, hex(number << 12), `jump routed.${number}`);
  }
}

/** In a chain that meets virtual interfaces, before it does. */
export function passRouted(table: TableBuilder, chain: string): void {
  if (table.hasMap(map)) table.rule(chain, `meta mark & ${hex(subnetMask)} vmap @${map}`);
}

/** Rules for what comes to this interface: none where its subnet's answers take no special way. */
export function answerRules(
  table: TableBuilder,
  view: VpcView,
  inner: readonly InnerRoutes[],
  virtual: NetworkInterface,
): readonly string[] {
  const routes = inner.find(({ subnet }) => subnet.id === virtual.subnetId)?.routes ?? [];
  const lost = lostBlocks(view, routes);
  if (lost.length === 0) return [];
  const chain = `back.e${virtual.number}`;
  // Who has a block's route lead to itself gets its answers.
  const own = routes.filter(({ type, destination }) => type === 'unicast' && destination.endsWith('/32'));
  table.chain(chain, [
    ...own.map(({ destination }) => `ip saddr ${destination} return`),
    ...lost.map((block) => `ip saddr ${block} ${dropAt(lostAnswersPlace)}`),
  ]);
  return [`jump ${chain}`];
}

/**
 * Between translation and the look-up of a route. A node's flow is routed by its subnet, a client's address kept or not;
 * answers leave the target for the node before they leave the node for the client, whose way was judged on entering.
 */
export function nodeRoutes(
  table: TableBuilder,
  view: VpcView,
  inner: readonly InnerRoutes[],
  marks: Marks,
): void {
  const nodes = nodeInterfaces(view);
  const publicOnes = publicNodes(view);
  // Else all targets are found by their own addresses, whichever subnet asks.
  const beyondVpn = view.onPremisesHosts.map((host) => host.address);
  const hasOthers = publicOnes.length > 0 || beyondVpn.length > 0 || hasTargetsOutside(view);
  const isPlain = inner.length === 0 && !hasOthers;
  if (nodes.length === 0 || isPlain) return;
  table.base(routeChain, { type: 'filter', hook: 'prerouting', priority: -95, policy: 'accept' });
  const lost = inner.flatMap(({ subnet, routes }) =>
    lostBlocks(view, routes).flatMap((block) =>
      nodes
        .filter((node) => contains(cidr(block), address(primaryAddress(node))))
        .map((node) => `${hex(node.number)} . ${hex(marks.of(subnet.id))}`),
    ),
  );
  if (lost.length > 0) {
    table.set('lost-answers', 'typeof ct mark . meta mark', lost);
    table.rule(
      routeChain,
      `ct direction reply ct mark . meta mark @lost-answers ${dropAt(lostAnswersPlace)}`,
    );
  }
  table.map('node-routes', 'typeof ct mark . ct direction', 'mark');
  for (const node of nodes) {
    const mark = marks.of(node.subnetId);
    table.element('node-routes', `${hex(node.number)} . original`, hex(mark));
    table.element('node-routes', `${hex(node.number | keepsClient)} . original`, hex(mark));
    table.element('node-routes', `${hex(node.number)} . reply`, hex(mark & routeTableMask));
  }
  for (const { eni } of publicOnes) {
    const mark = marks.of(eni.subnetId);
    const kept = eni.number | keepsClient | byGateway;
    table.element('node-routes', `${hex(kept)} . original`, hex(mark));
    for (const each of [kept, eni.number | byGateway])
      table.element('node-routes', `${hex(each)} . reply`, hex(mark & routeTableMask));
  }
  table.rule(routeChain, 'meta mark set ct mark . ct direction map @node-routes');
  if (beyondVpn.length > 0) answersBeyondVpn(table, nodes, marks);
}

/** As to the internet, answers to on premises leave by the routes of the node's subnet, the client's address kept or not. */
function answersBeyondVpn(table: TableBuilder, nodes: readonly NetworkInterface[], marks: Marks): void {
  table.map('node-answers', 'type mark', 'mark');
  for (const node of nodes)
    for (const flow of [node.number, node.number | keepsClient])
      table.element('node-answers', hex(flow), hex(marks.of(node.subnetId) & routeTableMask));
  table.rule(routeChain, 'ct direction reply ip daddr @on-premises meta mark set ct mark map @node-answers');
}

function hasTargetsOutside({ snapshot, vpc }: VpcView): boolean {
  const groups = snapshot.by('targetGroup', 'vpcId', vpc.id);
  return groups.some(({ targets }) => targets.some(({ availabilityZone }) => availabilityZone !== undefined));
}

/** Blocks that these routes lead to where nothing comes back from. */
function lostBlocks({ devices }: VpcView, routes: InnerRoutes['routes']): readonly string[] {
  const nats = devices.filter(isNatInterface).map(deviceOf);
  return routes
    .filter(({ type, device = '' }) => type === 'blackhole' || nats.includes(device))
    .map(({ destination }) => destination);
}

function nodeInterfaces({ snapshot, loadBalancers }: VpcView): readonly NetworkInterface[] {
  return loadBalancers
    .flatMap((balancer) => balancer.nodes)
    .flatMap(({ networkInterfaceId }) => snapshot.get('networkInterface', networkInterfaceId) ?? []);
}

function virtualAddresses(view: VpcView): readonly string[] {
  const endpoints = view.endpoints.map(({ networkInterface }) => networkInterface);
  return [...endpoints, ...nodeInterfaces(view)].map(primaryAddress);
}
