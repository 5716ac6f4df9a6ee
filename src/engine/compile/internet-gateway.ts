// The internet gateway: one-to-one between private and public addresses of interfaces, on a link of its own to the
// services namespace, which is the internet of this host. An interface without a public address cannot leave here.
import type { NetworkInterface } from '../../model/network-interface.ts';
import { primaryAddress } from '../../model/network-interface.ts';
import { formatCidr } from '../../net/ipv4.ts';
import { hiddenRange } from '../../plan/addressing.ts';
import { type LinkPlan, type RoutePlan, servicesNamespace } from '../../plan/plan.ts';
import { gatewayPlace } from '../drop-place.ts';
import { dropAt } from './drop.ts';
import { linkMac } from './link-mac.ts';
import type { TableBuilder } from './table-builder.ts';
import { internetDevice, type VpcView } from './vpc-view.ts';

interface PublicAddress {
  readonly publicIp: string;
  readonly privateAddress: string;
  readonly networkInterface: NetworkInterface;
}

/** Public addresses of the VPC's interfaces. */
export function publicAddresses({
  snapshot,
  vpc,
}: Pick<VpcView, 'snapshot' | 'vpc'>): readonly PublicAddress[] {
  const found: PublicAddress[] = [];
  for (const networkInterface of snapshot.by('networkInterface', 'vpcId', vpc.id)) {
    for (const { publicIp, association } of snapshot.by(
      'address',
      'networkInterfaceId',
      networkInterface.id,
    )) {
      const privateAddress = association?.privateAddress ?? primaryAddress(networkInterface);
      found.push({ publicIp, privateAddress, networkInterface });
    }
  }
  return found;
}

/**
 * In: the public address becomes the private one. Only what was translated goes on; a load balancer's nodes are met
 * before (internet-facing.ts).
 */
export function internetIngress(table: TableBuilder, view: VpcView): void {
  if (view.internetGateway === undefined) return;
  table.map('private-addresses', 'type ipv4_addr', 'ipv4_addr');
  for (const { publicIp, privateAddress, networkInterface } of publicAddresses(view)) {
    if (networkInterface.interfaceType === 'network_load_balancer') continue;
    table.element('private-addresses', publicIp, privateAddress);
  }
  table.rule('load-balancer', `iif "${internetDevice}" dnat ip to ip daddr map @private-addresses`);
}

/** Out: the private address becomes the public one; stands before the identities, which only hidden ways use. */
export function internetEgress(table: TableBuilder, view: VpcView): void {
  if (view.internetGateway === undefined) return;
  table.map('public-addresses', 'type ipv4_addr', 'ipv4_addr');
  for (const { publicIp, privateAddress } of publicAddresses(view)) {
    table.element('public-addresses', privateAddress, publicIp);
  }
  table.rule('source-nat', `oif "${internetDevice}" snat ip to ip saddr map @public-addresses`);
}

/** What has no public address is dropped at the gateway. */
export function internetGuard(table: TableBuilder, view: VpcView): void {
  if (view.internetGateway === undefined) return;
  const hidden = formatCidr(hiddenRange);
  const { id } = view.internetGateway;
  const drop = dropAt(gatewayPlace(id), { comment: id });
  table.rule('security-group-ingress', `oif "${internetDevice}" ip saddr ${hidden} ${drop}`);
}

/** Index of the router's end, and base of the services namespace's ends. */
const routerIndex = 3;
const servicesIndex = 20_000;

export function internetLink({ vpc, internetGateway }: VpcView): readonly LinkPlan[] {
  if (internetGateway === undefined) return [];
  const ends = [
    { namespace: vpc.id, device: internetDevice, index: routerIndex },
    { namespace: servicesNamespace, device: `g${vpc.number}`, index: servicesIndex + vpc.number },
  ] as const;
  const mac = linkMac('internet-gateway', vpc.number);
  return [{ name: `internet:${vpc.id}`, ends, mac, mtu: internetMtu }];
}

/** Source: EC2 guide, "Network maximum transmission unit": 1500 over an internet gateway. */
export const internetMtu = 1500;

/** In the services namespace: where the public addresses of the VPC are. */
export function internetRoutes(view: VpcView): readonly RoutePlan[] {
  if (view.internetGateway === undefined) return [];
  return publicAddresses(view).map(({ publicIp }) => ({
    table: 254,
    destination: `${publicIp}/32`,
    type: 'unicast',
    device: `g${view.vpc.number}`,
  }));
}
