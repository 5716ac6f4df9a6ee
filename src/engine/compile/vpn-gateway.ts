// The virtual private gateway: a router of its own beside its VPC's, with a link for each VPN connection. It knows the
// VPC's blocks and the connections' static routes, and leads from one side to the other, never from a connection to
// another. In the VPC's router the packets it brings are those of a sender without groups, subnet or route table, which
// may go to interfaces of the VPC and nowhere else: AWS lets nobody pass through a VPC.
import type { NetworkInterface } from '../../model/network-interface.ts';
import { isInsideVpc, type VpnConnection } from '../../model/vpn-connection.ts';
import { address, cidr, contains, formatAddress } from '../../net/ipv4.ts';
import { identityOf, onPremisesNumber } from '../../plan/addressing.ts';
import type { LinkPlan, NamespacePlan, RoutePlan, RulePlan } from '../../plan/plan.ts';
import { resolverAddresses } from '../name-servers.ts';
import { lostAnswersPlace } from '../drop-place.ts';
import { dropAt, dropAtSource } from './drop.ts';
import { linkMac } from './link-mac.ts';
import { subnetRoutes } from './route.ts';
import { forwardingSysctls } from './sysctls.ts';
import { TableBuilder } from './table-builder.ts';
import { vpnDevice, type VpcView } from './vpc-view.ts';

const vpcDevice = 'vpc';
const mainTable = 254;
/** Source: "AWS Site-to-Site VPN quotas", maximum transmission unit of a connection. */
export const vpnMtu = 1446;

export function connectionDevice({ number }: VpnConnection): string {
  return `vpn${number}`;
}

/** Interface indexes: of the link to the VPC at both ends, and base of those of VPN connections at both ends. */
export const linkIndex = 4;
export const connectionIndex = 1000;

function connectionsOf({ snapshot, vpnGateway }: VpcView): readonly VpnConnection[] {
  return vpnGateway === undefined ? [] : snapshot.by('vpnConnection', 'vpnGatewayId', vpnGateway.id);
}

export function vpnGatewayNamespace(view: VpcView): readonly NamespacePlan[] {
  const { vpnGateway, vpc } = view;
  if (vpnGateway === undefined) return [];
  const unicast = (destination: string, device: string): RoutePlan => {
    return { table: mainTable, destination, type: 'unicast', device };
  };
  const routes = new Map<string, RoutePlan>([
    ['0.0.0.0/0', { table: mainTable, destination: '0.0.0.0/0', type: 'blackhole' }],
  ]);
  // Of equal routes the older connection's wins.
  for (const connection of connectionsOf(view).toReversed())
    for (const block of connection.staticRoutes)
      if (!isInsideVpc(vpc, block)) routes.set(block, unicast(block, connectionDevice(connection)));
  for (const { cidr: block } of vpc.cidrBlocks) routes.set(block, unicast(block, vpcDevice));
  const table = new TableBuilder();
  table.base('input', { type: 'filter', hook: 'input', priority: 0, policy: 'drop' });
  table.base('forward', { type: 'filter', hook: 'forward', priority: 0, policy: 'drop' });
  table.rule('forward', `iif "${vpcDevice}" accept`);
  table.rule('forward', `oif "${vpcDevice}" accept`);
  const place = { name: vpnGateway.id, kind: 'router', sysctls: forwardingSysctls } as const;
  return [{ ...place, addresses: [], routes: [...routes.values()], rules: [], firewall: table.build() }];
}

export function vpnLinks(view: VpcView): readonly LinkPlan[] {
  const { vpnGateway, vpc } = view;
  if (vpnGateway === undefined) return [];
  const toVpc: LinkPlan = {
    name: `vpn-gateway:${vpc.id}`,
    ends: [
      { namespace: vpc.id, device: vpnDevice, index: linkIndex },
      { namespace: vpnGateway.id, device: vpcDevice, index: linkIndex },
    ],
    mac: linkMac('vpn-gateway', vpc.number),
    mtu: vpnMtu,
  };
  const connections = connectionsOf(view).map((connection): LinkPlan => {
    const device = connectionDevice(connection);
    const index = connectionIndex + connection.number;
    return {
      name: connection.id,
      ends: [
        { namespace: vpnGateway.id, device, index },
        { namespace: connection.customerGatewayId, device, index },
      ],
      mac: linkMac('vpn-connection', connection.number),
      mtu: vpnMtu,
    };
  });
  return [toVpc, ...connections];
}

/** First of the stage source-check: what comes from on premises is for addresses of the VPC, but not for its resolver. */
export function vpnIngress(table: TableBuilder, { vpnGateway, vpc }: VpcView): void {
  if (vpnGateway === undefined) return;
  const blocks = vpc.cidrBlocks.map((block) => block.cidr).join(', ');
  const from = (rest: string) => table.rule('source-check', `iif "${vpnDevice}" ${rest}`);
  const drop = dropAtSource(vpnGateway.id);
  from(`ip saddr { ${blocks} } ${drop}`);
  from(`ip daddr { ${resolverAddresses(vpc).join(', ')} } ${drop}`);
  // What is for elsewhere goes on to the check, where it has no sender.
  from(`ip daddr { ${blocks} } accept`);
}

/** Last of the stage security-group-ingress: beyond are no groups. */
export function vpnEgress(table: TableBuilder, { vpnGateway }: VpcView): void {
  if (vpnGateway !== undefined) table.rule('security-group-ingress', `oif "${vpnDevice}" accept`);
}

/** In the router of another VPC, and for services, hosts on premises have identities of this VPC. */
export function vpnIdentities(table: TableBuilder, view: VpcView): void {
  if (view.onPremisesHosts.length === 0) return;
  table.set('on-premises', 'type ipv4_addr', hostAddresses(view));
  // One with an address of the VPC is not heard, and the address has an identity.
  for (const { address: host, number } of view.onPremisesHosts) {
    if (isInsideVpc(view.vpc, `${host}/32`)) continue;
    const identity = formatAddress(identityOf(view.vpc.number, onPremisesNumber(number)));
    table.element('identities', host, identity);
  }
}

/**
 * For an interface without a device: drops whom on premises its subnet's routes do not lead back to. The answers to the
 * others have `answerRoutes`.
 */
export function unansweredRules(
  table: TableBuilder,
  view: VpcView,
  virtual: NetworkInterface,
): readonly string[] {
  const addresses = hostAddresses(view);
  if (addresses.length === 0) return [];
  const routes = subnetRoutes(view, virtual.subnetId);
  const lost = addresses.filter((host) => longestRoute(routes, host)?.device !== vpnDevice);
  if (lost.length === 0) return [];
  const set = `unanswered.e${virtual.number}`;
  table.set(set, 'type ipv4_addr', lost);
  return [`iif "${vpnDevice}" ip saddr @${set} ${dropAt(lostAnswersPlace)}`];
}

function longestRoute<R extends Pick<RoutePlan, 'destination'>>(
  routes: readonly R[],
  to: string,
): R | undefined {
  const value = address(to);
  const found = routes.filter(({ destination }) => contains(cidr(destination), value));
  return found.toSorted((a, b) => cidr(b.destination).length - cidr(a.destination).length)[0];
}

/** After all tables that a mark chooses, which let nothing pass on to here. */
const answerTable = 200_000;
const answerPriority = 50_000;

/** The way back for what comes by another link, and so without a mark: answers of endpoints. */
export function answerRoutes(view: VpcView): {
  readonly routes: readonly RoutePlan[];
  readonly rules: readonly RulePlan[];
} {
  const routes = hostAddresses(view).map((host): RoutePlan => {
    return { table: answerTable, destination: `${host}/32`, type: 'unicast', device: vpnDevice };
  });
  const rules = routes.length === 0 ? [] : [{ priority: answerPriority, table: answerTable }];
  return { routes, rules };
}

function hostAddresses({ onPremisesHosts }: VpcView): readonly string[] {
  return [...new Set(onPremisesHosts.map((host) => host.address))];
}
