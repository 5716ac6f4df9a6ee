// Networks on premises: one router for each customer gateway, with a link for each VPN connection and one for each host
// that a user added. The router knows the blocks of the VPCs it has connections to. VPCs of equal blocks do not meet
// there: what came by a connection is answered by it, whatever the routes say. There is no way to anywhere else, but for
// names, which are asked of public DNS by a link to the services namespace.
import type { CustomerGateway } from '../../model/customer-gateway.ts';
import type { OnPremisesHost } from '../../model/on-premises-host.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { type VpnConnection, waysToVpcs } from '../../model/vpn-connection.ts';
import { formatAddress } from '../../net/ipv4.ts';
import { identityOf, onPremisesNumber, resolverService } from '../../plan/addressing.ts';
import {
  type GuestPlan,
  type LinkPlan,
  type NamespacePlan,
  type RoutePlan,
  type RulePlan,
  servicesNamespace,
} from '../../plan/plan.ts';
import { hostEnd, hostGuest, hostNamespace } from './added-host.ts';
import { linkMac } from './link-mac.ts';
import { hex } from './source-check.ts';
import { forwardingSysctls } from './sysctls.ts';
import { TableBuilder } from './table-builder.ts';
import type { VpcView } from './vpc-view.ts';
import { connectionDevice, vpnMtu } from './vpn-gateway.ts';

const hostIndex = 100_000;
const namesDevice = 'svc';
const namesIndex = 2;
/** Base of the indexes of the services namespace's ends. */
const servicesIndex = 40_000;
const resolver = `${formatAddress(resolverService)}/32`;
const mainTable = 254;
/** Of the tables that lead back by one connection, which are asked before the main one. */
const firstTable = 1000;
const rulePriority = 10_000;

/** Outside all VPCs, as the services namespace knows the host. */
function identityText({ number }: OnPremisesHost): string {
  return formatAddress(identityOf(0, onPremisesNumber(number)));
}

function servicesDevice({ number }: CustomerGateway): string {
  return `c${number}`;
}

/** Customer gateways with hosts behind them. */
function inhabited(snapshot: Snapshot): readonly CustomerGateway[] {
  return [...snapshot.all('customerGateway')].filter(
    ({ id }) => snapshot.by('onPremisesHost', 'customerGatewayId', id).length > 0,
  );
}

/** In the services namespace: the way back to who asked for a name. */
export function onPremisesRoutes(snapshot: Snapshot): readonly RoutePlan[] {
  return inhabited(snapshot).flatMap((gateway) =>
    snapshot.by('onPremisesHost', 'customerGatewayId', gateway.id).map((host): RoutePlan => {
      const destination = `${identityText(host)}/32`;
      return { table: mainTable, destination, type: 'unicast', device: servicesDevice(gateway) };
    }),
  );
}

function hostDevice({ number }: OnPremisesHost): string {
  return `h${number}`;
}

export function onPremisesNamespaces(
  snapshot: Snapshot,
  views: readonly VpcView[],
): readonly NamespacePlan[] {
  const live = views.flatMap(({ vpnGateway }) =>
    vpnGateway === undefined ? [] : snapshot.by('vpnConnection', 'vpnGatewayId', vpnGateway.id),
  );
  const hosts = [...snapshot.all('onPremisesHost')];
  const ids = new Set([...live, ...hosts].map(({ customerGatewayId }) => customerGatewayId));
  return [...Array.from(ids, (id) => router(snapshot, id, live)), ...hosts.map(hostNamespace)];
}

/** `live`: connections whose other end is on this host. */
function router(
  snapshot: Snapshot,
  customerGatewayId: string,
  live: readonly VpnConnection[],
): NamespacePlan {
  const hosts = snapshot.by('onPremisesHost', 'customerGatewayId', customerGatewayId);
  const connections = live.filter((one) => one.customerGatewayId === customerGatewayId);
  const isLive = new Set(connections.map(({ id }) => id));
  const routes = new Map<string, RoutePlan>([
    ['0.0.0.0/0', { table: mainTable, destination: '0.0.0.0/0', type: 'blackhole' }],
  ]);
  const unicast = (destination: string, by: string, table = mainTable): RoutePlan => {
    return { table, destination, type: 'unicast', device: by };
  };
  for (const { block, connection } of waysToVpcs(snapshot, customerGatewayId))
    if (isLive.has(connection.id)) routes.set(block, unicast(block, connectionDevice(connection)));
  if (hosts.length > 0) routes.set(resolver, unicast(resolver, namesDevice));
  for (const host of hosts) routes.set(`${host.address}/32`, unicast(`${host.address}/32`, hostDevice(host)));
  const back = connections.map((connection) =>
    unicast('0.0.0.0/0', connectionDevice(connection), firstTable + connection.number),
  );
  const rules = connections.map(({ number }): RulePlan => {
    const mark = { value: number, mask: 0xffff_ffff };
    return { priority: rulePriority + number, mark, table: firstTable + number };
  });
  return {
    name: customerGatewayId,
    kind: 'router',
    sysctls: forwardingSysctls,
    addresses: [],
    routes: [...routes.values(), ...back],
    rules,
    firewall: firewall(hosts, connections),
  };
}

function firewall(hosts: readonly OnPremisesHost[], connections: readonly VpnConnection[]) {
  const table = new TableBuilder();
  table.base('input', { type: 'filter', hook: 'input', priority: 0, policy: 'drop' });
  // A host has one address; by it the routers of VPCs know who can be answered.
  table.base('source-check', { type: 'filter', hook: 'prerouting', priority: -300, policy: 'drop' });
  const sources = hosts.map((host) => `"${hostDevice(host)}" . ${host.address}`);
  table.set('sources', 'typeof iif . ip saddr', sources);
  // VPCs of equal blocks may ask a host from one address and port: their flows are kept apart, and it sees other ports.
  table.map('zones', 'typeof iif', 'ct zone');
  table.rule('source-check', 'ct original zone set iif map @zones');
  table.rule('source-check', 'iif . ip saddr @sources accept');
  const links = connections.map((connection) => `"${connectionDevice(connection)}"`);
  table.set('connections', 'typeof iif', links);
  table.rule('source-check', 'iif @connections accept');
  if (hosts.length > 0) names(table, hosts);
  table.base('route', { type: 'filter', hook: 'prerouting', priority: -150, policy: 'accept' });
  table.map('marks', 'typeof iif', 'mark');
  table.map('ways-back', 'type mark', 'mark');
  for (const connection of connections) {
    const mark = hex(connection.number);
    table.element('marks', `"${connectionDevice(connection)}"`, mark);
    table.element('ways-back', mark, mark);
    table.element('zones', `"${connectionDevice(connection)}"`, String(connection.number));
  }
  table.rule('route', 'ct direction original ct mark set iif map @marks');
  table.rule('route', 'ct direction reply meta mark set ct mark map @ways-back');
  // From one connection to another nothing goes.
  table.base('forward', { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' });
  table.rule('forward', 'iif @connections oif @connections drop');
  return table.build();
}

function names(table: TableBuilder, hosts: readonly OnPremisesHost[]): void {
  table.rule('source-check', `iif "${namesDevice}" accept`);
  table.base('source-nat', { type: 'nat', hook: 'postrouting', priority: 100, policy: 'accept' });
  table.map('identities', 'type ipv4_addr', 'ipv4_addr');
  for (const host of hosts) table.element('identities', host.address, identityText(host));
  table.rule('source-nat', `oif "${namesDevice}" snat ip to ip saddr map @identities`);
}

export function onPremisesLinks(snapshot: Snapshot): readonly LinkPlan[] {
  const names = inhabited(snapshot).map(
    (gateway): LinkPlan => ({
      name: `names:${gateway.id}`,
      ends: [
        { namespace: gateway.id, device: namesDevice, index: namesIndex },
        {
          namespace: servicesNamespace,
          device: servicesDevice(gateway),
          index: servicesIndex + gateway.number,
        },
      ],
      mac: linkMac('names', gateway.number),
      mtu: vpnMtu,
    }),
  );
  const hosts = Array.from(
    snapshot.all('onPremisesHost'),
    (host): LinkPlan => ({
      name: `on-premises:${host.id}`,
      ends: [
        { namespace: host.customerGatewayId, device: hostDevice(host), index: hostIndex + host.number },
        hostEnd(host),
      ],
      mac: linkMac('on-premises-host', host.number),
      mtu: vpnMtu,
    }),
  );
  return [...names, ...hosts];
}

export function onPremisesGuests(snapshot: Snapshot): readonly GuestPlan[] {
  return Array.from(snapshot.all('onPremisesHost'), hostGuest);
}
