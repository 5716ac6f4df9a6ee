// VPN connection between a virtual private gateway and a customer gateway, with static routes. Rules of one snapshot
// that need it: which connection leads where, seen from either end.
import { cidr, contains, covers, parseAddress } from '../net/ipv4.ts';
import type { CustomerGateway } from './customer-gateway.ts';
import type { Resource } from './resource.ts';
import type { Snapshot } from './snapshot.ts';
import type { Vpc } from './vpc.ts';
import type { VpnGateway } from './vpn-gateway.ts';

export interface VpnTunnel {
  readonly outsideIpAddress: string;
  /** A /30 of 169.254.0.0/16. */
  readonly insideCidr: string;
  readonly preSharedKey: string;
}

export interface VpnConnection extends Resource {
  readonly customerGatewayId: string;
  readonly vpnGatewayId: string;
  /** CIDR blocks on premises. */
  readonly staticRoutes: readonly string[];
  readonly tunnels: readonly VpnTunnel[];
  /** Small number unique among connections: from it the data plane derives devices. */
  readonly number: number;
  /** Of the store when it was made: available once the host has that. */
  readonly stateRevision: number;
}

/** The gateway attached to the VPC. */
export function vpnGatewayOf(snapshot: Snapshot, vpcId: string): VpnGateway | undefined {
  return snapshot.by('vpnGateway', 'vpcId', vpcId)[0];
}

/** Way from a virtual private gateway to the network on premises that has the address: the longest static route wins. */
export function connectionTo(
  snapshot: Snapshot,
  vpnGatewayId: string,
  address: string,
): { readonly connection: VpnConnection; readonly block: string } | undefined {
  const value = parseAddress(address);
  if (value === undefined) return undefined;
  let best: { connection: VpnConnection; block: string } | undefined;
  for (const connection of snapshot.by('vpnConnection', 'vpnGatewayId', vpnGatewayId)) {
    for (const block of connection.staticRoutes) {
      const isLonger = best === undefined || cidr(block).length > cidr(best.block).length;
      if (isLonger && contains(cidr(block), value)) best = { connection, block };
    }
  }
  return best;
}

/** A connection whose gateway is attached to a VPC, and one of that VPC's blocks. */
export interface WayToVpc {
  readonly connection: VpnConnection;
  readonly vpc: Vpc;
  readonly block: string;
}

/**
 * What the device on premises routes: every block of each VPC it has a connection to. Of equal blocks the older
 * connection's wins, because a device has one route for a block.
 */
export function waysToVpcs(snapshot: Snapshot, customerGatewayId: string): readonly WayToVpc[] {
  const ways = new Map<string, WayToVpc>();
  for (const connection of snapshot.by('vpnConnection', 'customerGatewayId', customerGatewayId)) {
    const gateway = snapshot.get('vpnGateway', connection.vpnGatewayId);
    const vpc = snapshot.get('vpc', gateway?.vpcId ?? '');
    for (const { cidr: block } of vpc?.cidrBlocks ?? [])
      if (vpc !== undefined && !ways.has(block)) ways.set(block, { connection, vpc, block });
  }
  return [...ways.values()];
}

/** The longest of these ways that has the address. */
export function wayToVpc(
  snapshot: Snapshot,
  { id }: Pick<CustomerGateway, 'id'>,
  address: string,
): WayToVpc | undefined {
  const value = parseAddress(address);
  const found = waysToVpcs(snapshot, id).filter(
    ({ block }) => value !== undefined && contains(cidr(block), value),
  );
  return found.toSorted((a, b) => cidr(b.block).length - cidr(a.block).length)[0];
}

/** True where the VPC's local route takes the block: no route to on premises inside it counts. */
export function isInsideVpc({ cidrBlocks }: Vpc, block: string): boolean {
  return cidrBlocks.some((own) => covers(cidr(own.cidr), cidr(block)));
}
