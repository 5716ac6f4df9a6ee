// Stage endpoint: what a new flow meets at an interface without a device: the endpoint's state and zone, its
// groups, and the groups of the provider's load balancer where it enforces them on PrivateLink (here, because only
// in the consumer's router does the client still have its own address).
import { primaryAddress } from '../../model/network-interface.ts';
import { isZonal } from '../../model/vpc-endpoint.ts';
import { servedListeners } from '../balancing.ts';
import { endpointPlace } from '../drop-place.ts';
import { isToAwsService } from './aws-service.ts';
import { dropAt } from './drop.ts';
import type { InnerRoutes } from './inner-route.ts';
import { groupChain, portMatch } from './security-group.ts';
import { hex, type Marks, subnetMask } from './source-check.ts';
import type { TableBuilder } from './table-builder.ts';
import { answerRules } from './virtual-route.ts';
import { unansweredRules } from './vpn-gateway.ts';
import {
  type EndpointInterface,
  identityText,
  internetDevice,
  privateLinkDevice,
  uplinkDevice,
  type VpcView,
} from './vpc-view.ts';

export function endpoints(
  table: TableBuilder,
  view: VpcView,
  marks: Marks,
  inner: readonly InnerRoutes[],
): void {
  table.map('virtual-ingress', 'type ipv4_addr', 'verdict');
  for (const entry of view.endpoints) {
    const chain = `via.e${entry.networkInterface.number}`;
    const rules = [
      ...zoneRules(table, view, entry, marks),
      ...answerRules(table, view, inner, entry.networkInterface),
      ...unansweredRules(table, view, entry.networkInterface),
      ...endpointRules(table, view, entry),
    ];
    table.chain(chain, rules);
    table.element('virtual-ingress', primaryAddress(entry.networkInterface), `jump ${chain}`);
  }
  for (const loadBalancer of view.loadBalancers) {
    if (loadBalancer.groupIds.length === 0) continue;
    const chain = groupChain(table, view, loadBalancer.groupIds, 'via');
    for (const node of loadBalancer.nodes) {
      const eni = view.snapshot.get('networkInterface', node.networkInterfaceId);
      if (eni !== undefined) table.element('virtual-ingress', primaryAddress(eni), `jump ${chain}`);
    }
  }
  table.rule('security-group-egress', 'ip daddr vmap @virtual-ingress');
}

/** A zonal endpoint's interface drops what comes from subnets of other zones. */
function zoneRules(
  table: TableBuilder,
  { snapshot, vpc }: VpcView,
  { endpoint, networkInterface }: EndpointInterface,
  marks: Marks,
): readonly string[] {
  if (!isZonal(endpoint)) return [];
  const zone = networkInterface.availabilityZone;
  const others = snapshot.by('subnet', 'vpcId', vpc.id).filter((subnet) => subnet.availabilityZone !== zone);
  if (others.length === 0) return [];
  const set = `beyond.${zone}`;
  table.set(
    set,
    'type mark',
    others.map((subnet) => hex(marks.subnetNumber(subnet) << 12)),
  );
  return [`meta mark & ${hex(subnetMask)} @${set} ${dropHere(endpoint.id)}`];
}

function dropHere(endpointId: string): string {
  return dropAt(endpointPlace(endpointId), { comment: endpointId });
}

function endpointRules(table: TableBuilder, view: VpcView, entry: EndpointInterface): readonly string[] {
  const { endpoint, networkInterface, provider } = entry;
  const isServed = provider !== undefined || isToAwsService(endpoint);
  if (endpoint.state !== 'available' || !isServed) return [dropHere(endpoint.id)];
  const rules = [`jump ${groupChain(table, view, networkInterface.groupIds, 'via')}`];
  for (const { loadBalancer, listener, protocol } of servedListeners(
    view.snapshot,
    endpoint,
    networkInterface.availabilityZone,
  )) {
    const enforced = loadBalancer.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic === 'on';
    if (!enforced || loadBalancer.groupIds.length === 0) continue;
    rules.push(
      `${portMatch(protocol, listener.port, listener.port)} jump ${groupChain(table, view, loadBalancer.groupIds, 'via')}`,
    );
  }
  return rules;
}

/** Addresses that stand for interfaces of this VPC outside it. */
export function identities(table: TableBuilder, view: VpcView): void {
  table.map('identities', 'type ipv4_addr', 'ipv4_addr');
  for (const eni of view.devices) {
    for (const { address } of eni.privateAddresses)
      table.element('identities', address, identityText(view.vpc, eni));
  }
  table.set('links', 'typeof iif', [
    `"${uplinkDevice}"`,
    ...view.peers.map((peer) => `"${privateLinkDevice(peer)}"`),
    ...(view.internetGateway === undefined ? [] : [`"${internetDevice}"`]),
  ]);
  table.rule('source-nat', 'oif @links snat ip to ip saddr map @identities');
}
