// VPN connection verbs: between a virtual private gateway and a customer gateway, with static routes. There is no IPsec
// behind it; addresses and keys of the tunnels are what a device's configuration would need. A deleted one is gone at once.
import { vpnOutsideAddresses } from '../catalog/public-addresses.ts';
import { quotas } from '../catalog/quotas.ts';
import * as refusals from '../catalog/refusals/vpn-connection.ts';
import type { Tags } from '../model/resource.ts';
import type { VpnConnection, VpnTunnel } from '../model/vpn-connection.ts';
import { cidr, contains, formatAddress, formatCidr, parseCidr } from '../net/ipv4.ts';
import { assert } from '../std/assert.ts';
import { randomText } from '../std/prng.ts';
import { type Call, fresh, mine, own, type ReadCall } from './call.ts';
import { freeNumber } from './free-number.ts';

/** What a user may choose of a tunnel. */
export interface TunnelChoice {
  readonly insideCidr?: string | undefined;
  readonly preSharedKey?: string | undefined;
}

export interface CreateVpnConnectionOptions {
  readonly customerGatewayId: string;
  readonly vpnGatewayId: string;
  readonly tunnels: readonly TunnelChoice[];
  readonly tags: Tags;
}

/** Devices and addresses are derived from the number. */
const numberMax = 2000;

export function createVpnConnection(call: Call, options: CreateVpnConnectionOptions): VpnConnection {
  const customerGateway = own(call, 'customerGateway', options.customerGatewayId);
  const vpnGateway = own(call, 'vpnGateway', options.vpnGatewayId);
  if (mine(call, 'vpnConnection').length >= quotas.vpnConnectionsPerRegion)
    throw refusals.vpnConnectionLimitExceeded();
  const isFree = (n: number) => call.intent.by('vpnConnection', 'number', String(n)).length === 0;
  const number = freeNumber(isFree, numberMax);
  if (number === undefined) throw refusals.vpnConnectionLimitExceeded();
  const connection: VpnConnection = {
    ...fresh(call, 'vpnConnection', options.tags),
    customerGatewayId: customerGateway.id,
    vpnGatewayId: vpnGateway.id,
    staticRoutes: [],
    tunnels: tunnelsOf(call, { number, vpnGatewayId: vpnGateway.id, chosen: options.tunnels }),
    number,
    stateRevision: call.intent.revision,
  };
  call.intent.put('vpnConnection', connection);
  return connection;
}

interface Tunnels {
  readonly number: number;
  readonly vpnGatewayId: string;
  readonly chosen: readonly TunnelChoice[];
}

function tunnelsOf(call: Call, { number, vpnGatewayId, chosen }: Tunnels): readonly VpnTunnel[] {
  const taken = new Set(
    call.intent.by('vpnConnection', 'vpnGatewayId', vpnGatewayId).flatMap(({ tunnels }) => {
      return tunnels.map(({ insideCidr }) => insideCidr);
    }),
  );
  return [0, 1].map((index): VpnTunnel => {
    const { insideCidr: wanted, preSharedKey } = chosen[index] ?? {};
    const insideCidr = wanted === undefined ? freeInsideCidr(taken) : checkedInsideCidr(wanted, taken);
    taken.add(insideCidr);
    return {
      outsideIpAddress: formatAddress(vpnOutsideAddresses.base + 2 * number + index),
      insideCidr,
      preSharedKey: preSharedKey === undefined ? newKey(call) : checkedKey(preSharedKey),
    };
  });
}

const keyAlphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ123456789_.';

function newKey(call: Call): string {
  return randomText(call.prng, 32, keyAlphabet);
}

function checkedKey(key: string): string {
  if (!/^[a-zA-Z1-9_.][a-zA-Z0-9_.]{7,63}$/.test(key)) throw refusals.preSharedKeyNotValid();
  return key;
}

const insideBlock = cidr('169.254.0.0/16');
/** Source: "Tunnel options for your AWS Site-to-Site VPN connection". */
const reservedInside = [0, 1, 2, 3, 4, 5]
  .map((third) => `169.254.${third}.0/30`)
  .concat('169.254.169.252/30');
/** First of those that we choose. */
const firstInside = cidr('169.254.16.0/30');

function freeInsideCidr(taken: ReadonlySet<string>): string {
  let block = firstInside;
  while (taken.has(formatCidr(block))) block = { ...block, base: block.base + 4 };
  assert(contains(insideBlock, block.base), 'below the quota a block is free');
  return formatCidr(block);
}

function checkedInsideCidr(text: string, taken: ReadonlySet<string>): string {
  const block = parseCidr(text);
  const isOne = block !== undefined && block.length === 30 && contains(insideBlock, block.base);
  if (!isOne || reservedInside.includes(formatCidr(block))) throw refusals.tunnelCidrNotValid(text);
  if (taken.has(formatCidr(block))) throw refusals.tunnelCidrTaken(text);
  return formatCidr(block);
}

export function deleteVpnConnection(call: Call, id: string): void {
  call.intent.remove('vpnConnection', own(call, 'vpnConnection', id).id);
}

/** A route that is there already is no error. */
export function createVpnConnectionRoute(call: Call, id: string, destination: string): void {
  const connection = own(call, 'vpnConnection', id);
  const block = checkedBlock(destination);
  const { staticRoutes } = connection;
  if (staticRoutes.includes(block)) return;
  const max = quotas.staticRoutesPerVpnConnection;
  if (staticRoutes.length >= max) throw refusals.staticRoutesLimitExceeded(max);
  call.intent.put('vpnConnection', { ...connection, staticRoutes: [...staticRoutes, block] });
}

export function deleteVpnConnectionRoute(call: Call, id: string, destination: string): void {
  const connection = own(call, 'vpnConnection', id);
  const block = checkedBlock(destination);
  if (!connection.staticRoutes.includes(block)) throw refusals.routeNotFound(block, connection.id);
  const staticRoutes = connection.staticRoutes.filter((one) => one !== block);
  call.intent.put('vpnConnection', { ...connection, staticRoutes });
}

function checkedBlock(text: string): string {
  const block = parseCidr(text);
  if (block === undefined) throw refusals.routeInvalid(text);
  return formatCidr(block);
}

/** As AWS shows it: on its way until the host has made it true. */
export function vpnConnectionState(call: ReadCall, connection: VpnConnection): 'pending' | 'available' {
  const { stateRevision, vpnGatewayId, customerGatewayId } = connection;
  const vpcId = call.intent.get('vpnGateway', vpnGatewayId)?.vpcId ?? '';
  const ends = [vpcId, vpnGatewayId, customerGatewayId];
  return ends.every((id) => call.observed.hasApplied(stateRevision, id)) ? 'available' : 'pending';
}

/** Its tunnels carry packets: the gateway is attached to a VPC. */
export function isUp(call: ReadCall, { vpnGatewayId }: VpnConnection): boolean {
  return call.intent.get('vpnGateway', vpnGatewayId)?.vpcId !== undefined;
}
