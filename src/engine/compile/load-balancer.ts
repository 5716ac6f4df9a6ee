// Stage load-balancer: a new flow that meets a listener is sent to a target, from the node's own address. Listeners
// are met at endpoint interfaces of other VPCs (map privatelink, by link), and inside the VPC at node addresses and
// at endpoints to the VPC's own service (map listeners), and at public addresses (internet-facing.ts). The flow's ct
// mark is the node's interface number; with `keepsClient` added, the target sees the client's address.
import type { Listener, LoadBalancer, LoadBalancerNode } from '../../model/load-balancer.ts';
import { type NetworkInterface, primaryAddress } from '../../model/network-interface.ts';
import { formatAddress } from '../../net/ipv4.ts';
import { identityOf, proxyOf } from '../../plan/addressing.ts';
import {
  ipProtocols,
  nodeTargets,
  preservesClientAddress,
  servedListeners,
  speaksProxyProtocol,
} from '../balancing.ts';
import { listenerPlace, noListenerPlace } from '../drop-place.ts';
import { awsServices } from './aws-service.ts';
import { internetFacing, type PublicNode } from './internet-facing.ts';
import { internetIngress } from './internet-gateway.ts';
import type { InnerRoutes } from './inner-route.ts';
import { proxyChain } from './proxy-protocol.ts';
import { dnatRule } from './dnat.ts';
import { dropAt } from './drop.ts';
import { groupChain } from './security-group.ts';
import { byGateway, hex, keepsClient } from './source-check.ts';
import type { TableBuilder } from './table-builder.ts';
import { answerRules, passRouted } from './virtual-route.ts';
import { unansweredRules } from './vpn-gateway.ts';
import { type EndpointInterface, identityText, privateLinkDevice, type VpcView } from './vpc-view.ts';

export function loadBalancers(table: TableBuilder, view: VpcView, inner: readonly InnerRoutes[]): void {
  table.map('privatelink', 'typeof iif . ip daddr . meta l4proto . th dport', 'verdict');
  table.map('listeners', 'type ipv4_addr . inet_proto . inet_service', 'verdict');
  table.map('nodes', 'type mark', 'ipv4_addr');
  table.rule('load-balancer', 'iif . ip daddr . meta l4proto . th dport vmap @privatelink');
  for (const loadBalancer of view.loadBalancers) {
    for (const node of loadBalancer.nodes) putNode(table, view, inner, { loadBalancer, node });
  }
  for (const { vpc, interfaces } of view.consumers) {
    for (const entry of interfaces)
      putEndpoint(table, view, entry, (key) => ['privatelink', `"${privateLinkDevice(vpc)}" . ${key}`]);
  }
  for (const entry of view.endpoints) {
    if (entry.provider?.id === view.vpc.id) putEndpoint(table, view, entry, (key) => ['listeners', key]);
  }
  for (const entry of view.endpoints) putProxied(table, view, entry);
  awsServices(table, view);
  healthChecks(table, view);
  internetFacing(table, view, (node) => publicListeners(table, view, node));
  internetIngress(table, view);
  table.rule('load-balancer', `iif @links ${dropAt(noListenerPlace)}`);
  passRouted(table, 'load-balancer');
  table.rule('load-balancer', 'ip daddr . meta l4proto . th dport vmap @listeners');
  table.rule('source-nat', 'snat ip to ct mark map @nodes');
}

function putNode(
  table: TableBuilder,
  view: VpcView,
  inner: readonly InnerRoutes[],
  { loadBalancer, node }: Pick<Path, 'loadBalancer' | 'node'>,
): void {
  const eni = view.snapshot.get('networkInterface', node.networkInterfaceId);
  if (eni === undefined) return;
  table.element('nodes', hex(eni.number), primaryAddress(eni));
  const unanswered = unansweredRules(table, view, eni);
  const answers = [...answerRules(table, view, inner, eni), ...unanswered];
  for (const listener of view.snapshot.by('listener', 'loadBalancerArn', loadBalancer.id)) {
    const group = view.snapshot.get('targetGroup', listener.targetGroupArn);
    if (group === undefined) continue;
    const key = (protocol: string) => `${primaryAddress(eni)} . ${protocol} . ${listener.port}`;
    if (speaksProxyProtocol(view.snapshot, listener)) {
      const chain = proxyChain(table, view.vpc, eni, listener.port);
      table.element('listeners', key('tcp'), `goto ${guarded(table, chain, answers)}`);
      continue;
    }
    const keep = preservesClientAddress(view.snapshot, group, listener);
    for (const protocol of ipProtocols(listener.protocol)) {
      const chain = listenerChain(table, view, {
        loadBalancer,
        node,
        listener,
        eni,
        protocol,
        keep,
      });
      // A target that sees the client answers it itself.
      table.element('listeners', key(protocol), `goto ${guarded(table, chain, keep ? unanswered : answers)}`);
    }
  }
  putEgress(table, view, loadBalancer, eni);
}

/** Where flows go that meet a node at its public address. */
function publicListeners(table: TableBuilder, view: VpcView, at: PublicNode) {
  const { snapshot } = view;
  const { loadBalancer, eni } = at;
  return snapshot.by('listener', 'loadBalancerArn', loadBalancer.id).flatMap((listener) => {
    const { port } = listener;
    if (speaksProxyProtocol(snapshot, listener)) {
      const chain = `internet.e${eni.number}.tcp.${port}`;
      const proxied = proxyChain(table, view.vpc, eni, port);
      table.chain(chain, [`ct mark set ${hex(eni.number | byGateway)}`, `goto ${proxied}`]);
      return [{ key: `tcp . ${port}`, chain }];
    }
    const group = snapshot.get('targetGroup', listener.targetGroupArn);
    if (group === undefined) return [];
    const keep = preservesClientAddress(snapshot, group, listener);
    return ipProtocols(listener.protocol).map((protocol) => {
      const chain = listenerChain(table, view, { ...at, listener, protocol, keep, isPublic: true });
      return { key: `${protocol} . ${port}`, chain };
    });
  });
}

/** The chain, after these rules. */
function guarded(table: TableBuilder, chain: string, rules: readonly string[]): string {
  if (rules.length === 0) return chain;
  table.chain(`node.${chain}`, [...rules, `goto ${chain}`]);
  return `node.${chain}`;
}

/** The balancer's own groups decide which targets its nodes may reach, health checks included. */
function putEgress(
  table: TableBuilder,
  view: VpcView,
  loadBalancer: LoadBalancer,
  eni: NetworkInterface,
): void {
  if (loadBalancer.groupIds.length === 0) return;
  const chain = groupChain(table, view, loadBalancer.groupIds, 'out');
  table.map('balancer-egress', 'type mark', 'verdict');
  for (const mark of [eni.number, eni.number | keepsClient, eni.number | keepsClient | byGateway])
    table.element('balancer-egress', hex(mark), `jump ${chain}`);
}

function putEndpoint(
  table: TableBuilder,
  view: VpcView,
  entry: EndpointInterface,
  place: (key: string) => [map: string, key: string],
): void {
  if (entry.endpoint.state !== 'available') return;
  const { networkInterface, endpoint } = entry;
  for (const { loadBalancer, node, listener, protocol } of servedListeners(
    view.snapshot,
    endpoint,
    networkInterface.availabilityZone,
  )) {
    const eni = view.snapshot.get('networkInterface', node.networkInterfaceId);
    if (eni === undefined || loadBalancer.vpcId !== view.vpc.id) continue;
    if (speaksProxyProtocol(view.snapshot, listener)) continue;
    const chain = listenerChain(table, view, { loadBalancer, node, listener, eni, protocol, keep: false });
    const [map, key] = place(`${primaryAddress(networkInterface)} . ${protocol} . ${listener.port}`);
    table.element(map, key, `goto ${chain}`);
  }
}

/**
 * Listeners that speak PROXY protocol end in the services namespace, where a proxy stands for the endpoint's interface
 * (proxy-protocol.ts): it needs the client's address, which the consumer's router alone knows, so the way begins here.
 */
function putProxied(
  table: TableBuilder,
  view: VpcView,
  { endpoint, networkInterface }: EndpointInterface,
): void {
  if (endpoint.state !== 'available') return;
  for (const { listener } of servedListeners(view.snapshot, endpoint, networkInterface.availabilityZone)) {
    if (!speaksProxyProtocol(view.snapshot, listener)) continue;
    const key = `${primaryAddress(networkInterface)} . tcp . ${listener.port}`;
    table.element('listeners', key, `goto ${proxyChain(table, view.vpc, networkInterface, listener.port)}`);
  }
}

interface Path {
  readonly loadBalancer: LoadBalancer;
  readonly node: LoadBalancerNode;
  readonly listener: Listener;
  readonly eni: NetworkInterface;
  readonly protocol: 'tcp' | 'udp';
  readonly keep: boolean;
  /** Met at the node's public address. */
  readonly isPublic?: boolean;
}

/** Chain that sends a flow of this listener through this node to one of its targets; drops when there is none. */
function listenerChain(table: TableBuilder, view: VpcView, path: Path): string {
  const { listener, eni, protocol, keep, isPublic = false } = path;
  // Only who sees the client's address would answer past the node.
  const way = keep && isPublic ? '.keep.internet' : keep ? '.keep' : '';
  const name = `lb.e${eni.number}.${protocol}.${listener.port}${way}`;
  if (table.has(name)) return name;
  table.chain(name);
  const group = view.snapshot.get('targetGroup', listener.targetGroupArn);
  const targets = group === undefined ? [] : nodeTargets(view.snapshot, view.health, { ...path, group });
  if (targets.length === 0) {
    table.rule(name, dropAt(listenerPlace(listener.id), { comment: name }));
    return name;
  }
  const mark = eni.number | (keep ? keepsClient : 0) | (keep && isPublic ? byGateway : 0);
  table.rule(name, `ct mark set ${hex(mark)}`);
  const sticky = group?.attributes['stickiness.enabled'] === 'true';
  const places = targets.map(({ address, target }) => `${address} . ${target.port}`).sort();
  table.rule(name, `meta l4proto ${protocol} ${dnatRule(places, sticky, name)}`);
  return name;
}

/** Health checks come from the services namespace, from a node's proxy address to a target's identity. */
function healthChecks(table: TableBuilder, view: VpcView): void {
  if (view.loadBalancers.length === 0) return;
  table.map('health-sources', 'type ipv4_addr', 'mark');
  table.map('health-targets', 'type ipv4_addr', 'ipv4_addr');
  for (const { nodes } of view.loadBalancers) {
    for (const node of nodes) {
      const eni = view.snapshot.get('networkInterface', node.networkInterfaceId);
      if (eni === undefined) continue;
      const proxy = formatAddress(proxyOf(identityOf(view.vpc.number, eni.number)));
      table.element('health-sources', proxy, hex(eni.number));
    }
  }
  for (const eni of view.devices)
    table.element('health-targets', identityText(view.vpc, eni), primaryAddress(eni));
  table.rule('load-balancer', 'iif "svc" ct mark set ip saddr map @health-sources');
  table.rule('load-balancer', 'iif "svc" dnat ip to ip daddr map @health-targets');
}
