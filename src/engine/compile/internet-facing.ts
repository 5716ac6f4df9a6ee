// Internet-facing load balancers: their nodes are met at public addresses, on the internet gateway's link. A flow has one
// translation in its router, so it goes from the public address to a target at once (load-balancer.ts); what would be
// asked at the node's own address, its subnet's ACL and the balancer's groups, is asked here at the public one. The
// answers leave by the route table of the node's subnet, whatever the target's says: AWS hands them to the node that
// made the flow, so targets that see the client's address need no way to the internet of their own.
import type { LoadBalancer, LoadBalancerNode } from '../../model/load-balancer.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import { formatAddress } from '../../net/ipv4.ts';
import { identityOf, proxyOf } from '../../plan/addressing.ts';
import type { RoutePlan, RulePlan } from '../../plan/plan.ts';
import { speaksProxyProtocol } from '../balancing.ts';
import { groupChain } from './security-group.ts';
import type { TableBuilder } from './table-builder.ts';
import { internetDevice, type VpcView } from './vpc-view.ts';

export interface PublicNode {
  readonly loadBalancer: LoadBalancer;
  readonly node: LoadBalancerNode;
  readonly eni: NetworkInterface;
  readonly publicIp: string;
}

/** Nodes that the internet reaches. */
export function publicNodes({ snapshot, loadBalancers, internetGateway }: VpcView): readonly PublicNode[] {
  if (internetGateway === undefined) return [];
  return loadBalancers.flatMap((loadBalancer) =>
    loadBalancer.nodes.flatMap((node) => {
      const eni = snapshot.get('networkInterface', node.networkInterfaceId);
      const addresses = snapshot.by('address', 'networkInterfaceId', node.networkInterfaceId);
      return eni === undefined
        ? []
        : addresses.map(({ publicIp }) => ({ loadBalancer, node, eni, publicIp }));
    }),
  );
}

const guards = 'internet-nodes';
const listeners = 'internet-listeners';

/** In the chain load-balancer: the balancer's groups judge the client's public address, then the listeners. */
export function internetFacing(
  table: TableBuilder,
  view: VpcView,
  chainsOf: (node: PublicNode) => readonly { readonly key: string; readonly chain: string }[],
): void {
  const nodes = publicNodes(view);
  if (nodes.length === 0) return;
  table.map(guards, 'type ipv4_addr', 'verdict');
  table.map(listeners, 'type ipv4_addr . inet_proto . inet_service', 'verdict');
  for (const node of nodes) {
    const { publicIp, loadBalancer } = node;
    if (loadBalancer.groupIds.length > 0)
      table.element(guards, publicIp, `jump ${groupChain(table, view, loadBalancer.groupIds, 'via')}`);
    for (const { key, chain } of chainsOf(node))
      table.element(listeners, `${publicIp} . ${key}`, `goto ${chain}`);
  }
  const arrives = `iif "${internetDevice}" ip daddr`;
  table.rule('load-balancer', `${arrives} vmap @${guards}`);
  table.rule('load-balancer', `${arrives} . meta l4proto . th dport vmap @${listeners}`);
}

/** Number of the services namespace's first table, and priority of its first rule, before that of the main table. */
const firstTable = 1000;
const firstPriority = 10_000;

/**
 * In the services namespace: what a node's proxy (proxy-protocol.ts) answers a client of the internet goes back to the
 * node's router, which has the connection, and not straight to the client.
 */
export function proxyAnswers(view: VpcView): {
  readonly routes: readonly RoutePlan[];
  readonly rules: readonly RulePlan[];
} {
  const { snapshot, vpc } = view;
  const speaks = ({ loadBalancer }: PublicNode) =>
    snapshot
      .by('listener', 'loadBalancerArn', loadBalancer.id)
      .some((listener) => speaksProxyProtocol(snapshot, listener));
  const sources = publicNodes(view)
    .filter(speaks)
    .map(({ eni }) => formatAddress(proxyOf(identityOf(vpc.number, eni.number))));
  if (sources.length === 0) return { routes: [], rules: [] };
  const table = firstTable + vpc.number;
  const priority = firstPriority + vpc.number;
  return {
    routes: [{ table, destination: '0.0.0.0/0', type: 'unicast', device: `r${vpc.number}` }],
    rules: sources.map((source) => ({ priority, source, table })),
  };
}
