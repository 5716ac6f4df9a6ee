// Route table: where a subnet's packets go when they leave it. The local route of every VPC block is
// implied (it cannot be deleted), so `routes` holds only what users added.
import type { Resource } from './resource.ts';
import type { Snapshot } from './snapshot.ts';
import { isInsideVpc } from './vpn-connection.ts';

export type RouteDestination =
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'prefix-list'; readonly prefixListId: string };

export type RouteTarget =
  | { readonly kind: 'internet-gateway'; readonly id: string }
  | { readonly kind: 'nat-gateway'; readonly id: string }
  | { readonly kind: 'vpn-gateway'; readonly id: string }
  | { readonly kind: 'network-interface'; readonly id: string }
  | { readonly kind: 'vpc-endpoint'; readonly id: string }
  | { readonly kind: 'vpc-peering-connection'; readonly id: string };

export interface Route {
  readonly destination: RouteDestination;
  readonly target: RouteTarget;
}

export interface RouteTableAssociation {
  /** `rtbassoc-…` */
  readonly id: string;
  /** Absent on the main association of the VPC. */
  readonly subnetId?: string;
}

export interface RouteTable extends Resource {
  readonly vpcId: string;
  readonly isMain: boolean;
  readonly routes: readonly Route[];
  readonly associations: readonly RouteTableAssociation[];
  /** Virtual private gateways whose connections' routes stand in the table too. */
  readonly propagatingVgws?: readonly string[];
}

export function sameDestination(a: RouteDestination, b: RouteDestination): boolean {
  if (a.kind === 'cidr') return b.kind === 'cidr' && a.cidr === b.cidr;
  return b.kind === 'prefix-list' && a.prefixListId === b.prefixListId;
}

/**
 * What virtual private gateways propagate: the static routes of their VPN connections. Nothing inside the VPC ("the local
 * route is always preferred", VPC guide, "Route priority"), and nothing that a user has routed.
 */
export function propagatedRoutes(snapshot: Snapshot, table: RouteTable): readonly Route[] {
  const { propagatingVgws = [] } = table;
  const vpc = propagatingVgws.length === 0 ? undefined : snapshot.get('vpc', table.vpcId);
  if (vpc === undefined) return [];
  const routes = new Map<string, Route>();
  for (const id of propagatingVgws) {
    if (snapshot.get('vpnGateway', id)?.vpcId !== table.vpcId) continue;
    for (const { staticRoutes } of snapshot.by('vpnConnection', 'vpnGatewayId', id)) {
      for (const cidr of staticRoutes) {
        const destination = { kind: 'cidr', cidr } as const;
        const isTaken = table.routes.some((own) => sameDestination(own.destination, destination));
        if (isTaken || isInsideVpc(vpc, cidr)) continue;
        routes.set(cidr, { destination, target: { kind: 'vpn-gateway', id } });
      }
    }
  }
  return [...routes.values()];
}

/** False when the route is a blackhole: its target is gone, detached, in another VPC, or a stopped instance. */
export function isRouteActive(snapshot: Snapshot, table: RouteTable, target: RouteTarget): boolean {
  switch (target.kind) {
    case 'internet-gateway':
      return snapshot.get('internetGateway', target.id)?.vpcId === table.vpcId;
    case 'vpn-gateway':
      return snapshot.get('vpnGateway', target.id)?.vpcId === table.vpcId;
    case 'network-interface':
      return isInterfaceActive(snapshot, table, target.id);
    case 'vpc-endpoint':
      return snapshot.get('vpcEndpoint', target.id)?.vpcId === table.vpcId;
    case 'nat-gateway': {
      const gateway = snapshot.get('natGateway', target.id);
      return gateway?.vpcId === table.vpcId && gateway.state === 'available';
    }
    case 'vpc-peering-connection':
      return false;
  }
}

function isInterfaceActive(snapshot: Snapshot, table: RouteTable, id: string): boolean {
  const found = snapshot.get('networkInterface', id);
  if (found === undefined || found.vpcId !== table.vpcId) return false;
  if (found.hostAttachment !== undefined) return true;
  if (found.attachment === undefined) return false;
  const { instanceId } = found.attachment;
  return instanceId === undefined || snapshot.get('instance', instanceId)?.intent === 'running';
}
