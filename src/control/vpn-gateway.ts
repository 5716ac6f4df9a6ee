// Virtual private gateway verbs: the gateway, its attachment to a VPC, and the tables it propagates routes to. A VPC
// has at most one. A deleted one is gone at once; routes to it stay, and lead nowhere.
import { quotas } from '../catalog/quotas.ts';
import * as refusals from '../catalog/refusals/vpn-gateway.ts';
import type { Tags } from '../model/resource.ts';
import { vpnGatewayOf } from '../model/vpn-connection.ts';
import type { VpnGateway } from '../model/vpn-gateway.ts';
import { type Call, fresh, mine, own } from './call.ts';

export interface CreateVpnGatewayOptions {
  readonly amazonSideAsn: number;
  readonly availabilityZone: string | undefined;
  readonly tags: Tags;
}

export function createVpnGateway(call: Call, options: CreateVpnGatewayOptions): VpnGateway {
  const { amazonSideAsn, availabilityZone, tags } = options;
  checkPrivateAsn(amazonSideAsn);
  if (mine(call, 'vpnGateway').length >= quotas.vpnGatewaysPerRegion)
    throw refusals.vpnGatewayLimitExceeded();
  const gateway: VpnGateway = {
    ...fresh(call, 'vpnGateway', tags),
    amazonSideAsn,
    ...(availabilityZone === undefined || availabilityZone === '' ? {} : { availabilityZone }),
  };
  call.intent.put('vpnGateway', gateway);
  return gateway;
}

/** AWS takes those of the private ranges ("Create a virtual private gateway"), and 7224, 9059, 10124 and 17493 of old. */
function checkPrivateAsn(asn: number): void {
  const isPrivate = (asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294);
  if (!Number.isInteger(asn) || (!isPrivate && ![7224, 9059, 10_124, 17_493].includes(asn)))
    throw refusals.asnNotPrivate(String(asn));
}

export function deleteVpnGateway(call: Call, id: string): void {
  const gateway = own(call, 'vpnGateway', id);
  if (gateway.vpcId !== undefined) throw refusals.vpnGatewayAttached(gateway.id, gateway.vpcId);
  if (call.intent.by('vpnConnection', 'vpnGatewayId', gateway.id).length > 0)
    throw refusals.vpnGatewayInUse(gateway.id);
  call.intent.remove('vpnGateway', gateway.id);
}

/** Attaching it again to its VPC is no error. */
export function attachVpnGateway(call: Call, id: string, vpcId: string): VpnGateway {
  const gateway = own(call, 'vpnGateway', id);
  const vpc = own(call, 'vpc', vpcId);
  if (gateway.vpcId === vpc.id) return gateway;
  if (gateway.vpcId !== undefined) throw refusals.alreadyAttached(gateway.id, gateway.vpcId);
  if (vpnGatewayOf(call.intent, vpc.id) !== undefined) throw refusals.vpcHasVpnGateway(vpc.id);
  const attached = { ...gateway, vpcId: vpc.id };
  call.intent.put('vpnGateway', attached);
  return attached;
}

/** The tables of the VPC forget what it propagated. */
export function detachVpnGateway(call: Call, id: string, vpcId: string): void {
  const { vpcId: attachedTo, ...gateway } = own(call, 'vpnGateway', id);
  // Also of a VPC that is gone: Terraform deletes both at once.
  if (attachedTo !== vpcId) throw refusals.attachmentNotFound(gateway.id, vpcId);
  const vpc = own(call, 'vpc', vpcId);
  call.intent.put('vpnGateway', gateway);
  for (const table of call.intent.by('routeTable', 'vpcId', vpc.id))
    if (table.propagatingVgws?.includes(gateway.id)) setPropagation(call, table.id, gateway.id, false);
}

export function enableVgwRoutePropagation(call: Call, tableId: string, gatewayId: string): void {
  const table = own(call, 'routeTable', tableId);
  const gateway = own(call, 'vpnGateway', gatewayId);
  if (gateway.vpcId !== table.vpcId) throw refusals.notAttachedToNetwork(gateway.id, table.vpcId);
  setPropagation(call, table.id, gateway.id, true);
}

/** Disabling what is not enabled is no error. */
export function disableVgwRoutePropagation(call: Call, tableId: string, gatewayId: string): void {
  const table = own(call, 'routeTable', tableId);
  setPropagation(call, table.id, own(call, 'vpnGateway', gatewayId).id, false);
}

function setPropagation(call: Call, tableId: string, gatewayId: string, isOn: boolean): void {
  const table = own(call, 'routeTable', tableId);
  const others = (table.propagatingVgws ?? []).filter((id) => id !== gatewayId);
  call.intent.put('routeTable', { ...table, propagatingVgws: isOn ? [...others, gatewayId] : others });
}
