// One VPC's router: its namespace, its links and its rule table. The order of the calls is the order of the stages.
import type { NftTable } from '../../plan/nft.ts';
import { type LinkPlan, type NamespacePlan, servicesNamespace } from '../../plan/plan.ts';
import { routePlace } from '../drop-place.ts';
import { dropAt, dropChains } from './drop.ts';
import { endpoints, identities } from './endpoint.ts';
import type { InnerRoutes } from './inner-route.ts';
import { flowLogs } from './flow-log.ts';
import { internetEgress, internetGuard } from './internet-gateway.ts';
import { loadBalancers } from './load-balancer.ts';
import { networkAcls } from './network-acl.ts';
import { routing } from './route.ts';
import { securityGroupEgress, securityGroupIngress } from './security-group.ts';
import { services } from './services.ts';
import { type Marks, sourceCheck } from './source-check.ts';
import { linkMac } from './link-mac.ts';
import { forwardingSysctls } from './sysctls.ts';
import { TableBuilder } from './table-builder.ts';
import { nodeRoutes, passRouted, virtualRoutes } from './virtual-route.ts';
import { answerRoutes, vpnEgress, vpnIdentities } from './vpn-gateway.ts';
import { privateLinkDevice, uplinkDevice, type VpcView } from './vpc-view.ts';

export const mtu = 9001;

const sysctls = [
  ...forwardingSysctls,
  // Spares the kernel a second look-up for each packet.
  ['net.ipv4.conf.all.accept_local', '1'],
  ['net.netfilter.nf_conntrack_tcp_loose', '0'],
  ['net.netfilter.nf_conntrack_tcp_timeout_time_wait', '10'],
] as const;

export function routerNamespace(view: VpcView): NamespacePlan {
  const { routes, rules, marks, inner } = routing(view);
  const answers = answerRoutes(view);
  return {
    name: view.vpc.id,
    kind: 'router',
    sysctls,
    addresses: [],
    routes: [...routes, ...answers.routes],
    rules: [...rules, ...answers.rules],
    firewall: firewall(view, marks, inner),
  };
}

function firewall(view: VpcView, marks: Marks, inner: readonly InnerRoutes[]): NftTable {
  const table = new TableBuilder();
  dropChains(table);
  // Nothing is for the router itself: what comes here has no route (route.ts).
  table.base('input', { type: 'filter', hook: 'input', priority: 0, policy: 'drop' });
  table.rule('input', dropAt(routePlace));
  sourceCheck(table, view, marks);
  flowLogs(table, view);
  networkAcls(table, view, marks);
  table.base('security-group-egress', { type: 'nat', hook: 'prerouting', priority: -110, policy: 'accept' });
  table.rule('security-group-egress', 'iif @links accept');
  table.rule('security-group-egress', `ip daddr 240.0.0.0/4 ${dropAt(routePlace)}`);
  services(table, view);
  securityGroupEgress(table, view);
  virtualRoutes(table, view, inner, marks);
  passRouted(table, 'security-group-egress');
  endpoints(table, view, marks, inner);
  table.base('load-balancer', { type: 'nat', hook: 'prerouting', priority: -100, policy: 'accept' });
  table.base('source-nat', { type: 'nat', hook: 'postrouting', priority: 100, policy: 'accept' });
  loadBalancers(table, view, inner);
  nodeRoutes(table, view, inner, marks);
  internetEgress(table, view);
  identities(table, view);
  vpnIdentities(table, view);
  table.base('security-group-ingress', {
    type: 'filter',
    hook: 'postrouting',
    priority: 110,
    policy: 'drop',
  });
  table.rule(
    'security-group-ingress',
    'ct state vmap { established : accept, related : accept, invalid : drop }',
  );
  if (view.loadBalancers.some((lb) => lb.groupIds.length > 0)) {
    table.rule('security-group-ingress', 'ct mark vmap @balancer-egress');
  }
  securityGroupIngress(table, view);
  internetGuard(table, view);
  vpnEgress(table, view);
  table.rule('security-group-ingress', 'oif @links accept');
  return table.build();
}

/** Interface indexes: 2 the uplink, 1000 + n the ENI number n, 100000 + n the PrivateLink to VPC number n. */
export const deviceIndex = { uplink: 2, interface: 1000, privateLink: 100_000 } as const;

/** In the services namespace the link to the router of VPC number n is r<n>. */
export function uplink(view: VpcView): LinkPlan {
  const { vpc } = view;
  return {
    name: `uplink:${vpc.id}`,
    ends: [
      { namespace: vpc.id, device: uplinkDevice, index: deviceIndex.uplink },
      { namespace: servicesNamespace, device: `r${vpc.number}`, index: deviceIndex.interface + vpc.number },
    ],
    mac: linkMac('uplink', vpc.number),
    mtu,
  };
}

/** Links to the VPCs whose id sorts after this one's: each pair once. */
export function privateLinks(view: VpcView): readonly LinkPlan[] {
  const { vpc } = view;
  return view.peers
    .filter((peer) => peer.id > vpc.id)
    .map((peer) => ({
      name: `privatelink:${vpc.id}:${peer.id}`,
      ends: [
        { namespace: vpc.id, device: privateLinkDevice(peer), index: deviceIndex.privateLink + peer.number },
        { namespace: peer.id, device: privateLinkDevice(vpc), index: deviceIndex.privateLink + vpc.number },
      ],
      mac: linkMac('private-link', vpc.number),
      mtu,
    }));
}
