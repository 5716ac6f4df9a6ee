// Why no change of a network's configuration helps: said for each code that is left when the search has ended.
import type { Snapshot } from '../../model/snapshot.ts';
import type { Block } from './evaluate.ts';
import { isPrivate } from './situation.ts';

const sentences: Readonly<Record<string, string>> = {
  BAD_STATE: 'what stands there is gone for good, and has to be made anew',
  DHCP_DNS_NOT_AMAZON: 'what that server answers is not known; its records, or the DHCP options, decide',
  DISCONNECTED_VPCS:
    'VPCs are apart by design; an endpoint service (PrivateLink) would offer one service of it, in one direction',
  DNS_NXDOMAIN:
    'the name is in no zone that this resolver knows; look for a spelling mistake or a missing record',
  DNS_SERVICE_PRIVATE_NAME_UNVERIFIED:
    'the provider has not proved the name yet: publish the TXT record, then start the verification',
  ELBV2_LISTENERS_MISMATCH:
    'no target group of the VPC takes the protocol: create one with a listener for it',
  ELBV2_LISTENER_PORT_RESTRICTION:
    'no target group of the VPC takes the protocol: create one with a listener',
  ELBV2_NO_TARGETS_IN_AZ: 'which instance serves is not for the network to say: register one as a target',
  ELBV2_LISTENER_HAS_NO_TG: 'no other target group of that protocol is there: create one',
  BAD_STATE_ROUTE: 'the route leads to what is gone, and nothing else leads to the destination',
  BAD_STATE_VPN: 'no VPC has the destination and room for the gateway: attach it to one first',
  GATEWAY_REJECTS_SPOOFED_TRAFFIC:
    'a network on premises whose addresses are those of the VPC cannot be routed: number one of them anew',
  ELBV2_SOURCE_ADDRESS_PRESERVATION:
    'UDP keeps the address of the client, so a target cannot be its own client',
  IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS:
    'without a public address it takes a NAT gateway in another, public subnet; an instance can be launched with one',
  ENDPOINT_NOT_AVAILABLE: 'such an endpoint does not come back: delete it and create another',
  IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS:
    'private addresses are not on the internet; the destination is in no VPC that this one is connected to',
  IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS: 'shared addresses are not on the internet',
  IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS: 'nobody has the address: associate it with an interface first',
  NO_POSSIBLE_DESTINATION: 'nothing answers there, and rules cannot change that',
  NO_ROUTE_TO_DESTINATION:
    'the destination is in no VPC that this one is connected to; PrivateLink would offer one service of it',
  NO_SOURCE_OR_DESTINATION: 'one end of the question does not exist',
  PROTOCOL_RESTRICTION: 'the destination does not speak the protocol',
  RETURN_NO_ROUTE: 'the answer goes elsewhere: send from an address of the sender itself',
  SG_HAS_NO_RULES: 'the interface has no group that a rule could be added to',
  UNASSOCIATED_COMPONENT: 'nothing runs behind the interface: attach it to an instance',
  UNKNOWN_RESOURCE: 'what becomes of the packet there is not part of the network',
  UNRESOLVED_REFERENCE: 'what is named there is gone: name something that exists instead',
  VPCE_GATEWAY_PROTOCOL_RESTRICTION: 'gateway endpoints take TCP and pings only',
  VPCE_SERVICE_NOT_INSTALLED_IN_AZ: "the provider's VPC has no subnet in that zone for a node",
};

export function whyNot(snapshot: Snapshot, { reason, hop }: Block): string {
  if (reason.phase === 'request')
    return reason.code.startsWith('ENDPOINT_POLICY')
      ? 'the policy has no other statement to keep: write a new one'
      : "the owner's or the caller's policy decides, which is not part of the network";
  if (reason.code === 'ELBV2_LISTENERS_MISMATCH' && reason.headers?.protocol === 'icmp')
    return 'load balancers answer no ICMP: ask for a TCP or UDP port';
  if (reason.code === 'NO_ROUTE_TO_DESTINATION' && reason.component?.startsWith('cgw-') === true)
    return isPrivate(reason.headers?.destination ?? '')
      ? 'it takes a VPN connection to the VPC that has the address'
      : 'by VPN a service is reached at an interface endpoint, by the name of that (vpce-…); on premises the public name means public addresses';
  const elsewhere = holderElsewhere(snapshot, reason.headers?.destination ?? '', hop?.vpcId);
  if (elsewhere !== undefined && aboutNobody.has(reason.code))
    return `${elsewhere}; ${sentences['DISCONNECTED_VPCS']}`;
  const isOutside =
    reason.code === 'NO_ROUTE_TO_DESTINATION' && !isPrivate(reason.headers?.destination ?? '');
  if (isOutside) return 'no subnet of the VPC leads to the internet: that takes a public subnet first';
  return sentences[reason.code] ?? 'no single change that is known here gets past this';
}

const aboutNobody: ReadonlySet<string> = new Set([
  'IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS',
  'NO_POSSIBLE_DESTINATION',
  'NO_ROUTE_TO_DESTINATION',
]);

/** Who has a private address in another VPC: what somebody may have meant. */
function holderElsewhere(snapshot: Snapshot, address: string, vpcId: string | undefined): string | undefined {
  if (vpcId === undefined || !isPrivate(address)) return undefined;
  for (const { id } of snapshot.all('vpc')) {
    const found =
      id === vpcId ? undefined : snapshot.by('networkInterface', 'address', `${id}/${address}`)[0];
    if (found !== undefined) return `${found.id} has ${address} in ${id}`;
  }
  return undefined;
}
