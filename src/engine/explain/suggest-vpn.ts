// Ways by VPN: a route to the virtual private gateway, static or propagated; a static route of a VPN connection; a gateway
// that is attached to no VPC.
import type { RouteTable } from '../../model/route-table.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { connectionTo, type VpnConnection, vpnGatewayOf } from '../../model/vpn-connection.ts';
import { interfaceAt } from '../trace/world.ts';
import type { Change } from './change.ts';
import { isPrivate, type Stuck, tableAt } from './situation.ts';
import { decidingRoute } from './suggest-routes.ts';

/** Where there is no route, at a route table or at the virtual private gateway. */
export function routes(stuck: Stuck): readonly Change[] {
  const { snapshot, hop } = stuck;
  if (snapshot.get('vpnGateway', hop.component) !== undefined) return staticRoute(stuck, hop.component);
  const table = tableAt(stuck);
  if (table === undefined) return [];
  const blackhole = hop.code === 'BAD_STATE_ROUTE' ? decidingRoute(stuck, table)?.target : undefined;
  const attached = blackhole === undefined ? [] : attach(snapshot, blackhole.id, table.vpcId);
  return [...attached, ...routesOfTable(stuck, table)];
}

/** A table that should lead to on premises: propagation, which follows the connection's routes, or a route of its own. */
function routesOfTable(stuck: Stuck, table: RouteTable): readonly Change[] {
  const { snapshot, hop } = stuck;
  const { destination } = hop.headers;
  const gateway = vpnGatewayOf(snapshot, table.vpcId);
  const isOwn = interfaceAt(snapshot, table.vpcId, destination) !== undefined;
  if (gateway === undefined || isOwn || !isPrivate(destination)) return [];
  const found = connectionTo(snapshot, gateway.id, destination);
  const block = found?.block ?? `${destination}/32`;
  const route = {
    destination: { kind: 'cidr', cidr: block },
    target: { kind: 'vpn-gateway', id: gateway.id },
  } as const;
  const kind = has(table, block) ? 'replace-route' : 'create-route';
  const byHand: Change = { kind, routeTableId: table.id, route };
  if (found === undefined) return [...staticRoute(stuck, gateway.id), byHand];
  if (table.propagatingVgws?.includes(gateway.id) === true) return [byHand];
  const ends = { routeTableId: table.id, vpnGatewayId: gateway.id };
  return [{ kind: 'enable-vgw-route-propagation', ...ends }, byHand];
}

function has({ routes }: RouteTable, block: string): boolean {
  return routes.some(({ destination }) => destination.kind === 'cidr' && destination.cidr === block);
}

function staticRoute({ snapshot, hop, asked }: Stuck, vpnGatewayId: string): readonly Change[] {
  const { destination } = hop.headers;
  const connections = snapshot.by('vpnConnection', 'vpnGatewayId', vpnGatewayId);
  const { from } = asked.question;
  const own = from.kind === 'on-premises' ? from.id : undefined;
  const connection = connections.find((one) => leadsTo(snapshot, one, destination, own));
  const only = connections.length === 1 ? connections[0] : undefined;
  const id = (connection ?? only)?.id;
  const to = `${destination}/32`;
  return id === undefined
    ? []
    : [{ kind: 'create-vpn-connection-route', vpnConnectionId: id, destination: to }];
}

/** To the customer gateway that is asked from, or behind which such a host was added. */
function leadsTo(
  snapshot: Snapshot,
  { customerGatewayId }: VpnConnection,
  address: string,
  own: string | undefined,
): boolean {
  if (own !== undefined) return customerGatewayId === own;
  const hosts = snapshot.by('onPremisesHost', 'customerGatewayId', customerGatewayId);
  return hosts.some((host) => host.address === address);
}

/** The only connection of the network on premises leads to a gateway without a VPC: to that which has the destination. */
export function attachToDestination({ snapshot, hop }: Stuck): readonly Change[] {
  const connections = snapshot.by('vpnConnection', 'customerGatewayId', hop.component);
  const vpcs = [...snapshot.all('vpc')].filter(
    ({ id }) => interfaceAt(snapshot, id, hop.headers.destination) !== undefined,
  );
  return connections.flatMap(({ vpnGatewayId }) =>
    vpcs.flatMap(({ id }) => attach(snapshot, vpnGatewayId, id)),
  );
}

function attach(snapshot: Snapshot, vpnGatewayId: string, vpcId: string): readonly Change[] {
  const gateway = snapshot.get('vpnGateway', vpnGatewayId);
  if (gateway === undefined || gateway.vpcId !== undefined || vpnGatewayOf(snapshot, vpcId) !== undefined)
    return [];
  return [{ kind: 'attach-vpn-gateway', vpnGatewayId, vpcId }];
}
