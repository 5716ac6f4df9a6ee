// Whose a counter of the router is: at which network interface the flow was seen, in which direction, and whether it was
// let through. Interfaces without a device (endpoints, load balancer nodes) are seen by those that talk to them, nodes
// with a public address also by the internet gateway's link, and all by that of the virtual private gateway.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { cidr, contains, parseAddress } from '../../net/ipv4.ts';
import { hiddenRange } from '../../plan/addressing.ts';
import type { FlowCounter } from '../../plan/flow-counter.ts';
import { internetDevice, vpnDevice } from '../compile/vpc-view.ts';
import { resolverAddresses } from '../name-servers.ts';

/** Sets of engine/compile/flow-log.ts. */
export const counterSets = [
  'accepted-egress',
  'accepted-ingress',
  'rejected-egress',
  'rejected-ingress',
  'rejected-virtual',
] as const;

export interface Sighting {
  readonly networkInterface: NetworkInterface;
  readonly direction: 'ingress' | 'egress';
  readonly action: 'ACCEPT' | 'REJECT';
}

export function sightingsOf(snapshot: Snapshot, vpcId: string, counter: FlowCounter): readonly Sighting[] {
  if (isNotLogged(snapshot, vpcId, counter)) return [];
  const own = withDevice(snapshot, vpcId, counter.device);
  const isByGateway = counter.device === internetDevice;
  const isSeen = own !== undefined || isByGateway || counter.device === vpnDevice;
  // An answer is rejected before it is at the link.
  const isFromPublic = isByGateway || counter.set === 'rejected-egress';
  const at = (address: string, isPublic: boolean) =>
    withoutDevice(snapshot, vpcId, (isPublic ? privateAddress(snapshot, address) : undefined) ?? address);
  const from = at(counter.source, isFromPublic);
  const to = at(counter.destination, isByGateway);
  switch (counter.set) {
    case 'accepted-egress':
      return [...seen(own, 'egress', 'ACCEPT'), ...(isSeen ? seen(to, 'ingress', 'ACCEPT') : [])];
    case 'accepted-ingress':
      return [...seen(own, 'ingress', 'ACCEPT'), ...(isSeen ? seen(from, 'egress', 'ACCEPT') : [])];
    case 'rejected-egress':
      return seen(from ?? own, 'egress', 'REJECT');
    case 'rejected-ingress':
      return [...seen(own, 'ingress', 'REJECT'), ...(isSeen ? seen(from, 'egress', 'ACCEPT') : [])];
    case 'rejected-virtual':
      return to === undefined ? [] : [...seen(own, 'egress', 'ACCEPT'), ...seen(to, 'ingress', 'REJECT')];
    default:
      return [];
  }
}

/** Of whoever has this public address. */
export function privateAddress(snapshot: Snapshot, publicIp: string): string | undefined {
  return snapshot.by('address', 'publicIp', publicIp)[0]?.association?.privateAddress;
}

function seen(
  networkInterface: NetworkInterface | undefined,
  direction: Sighting['direction'],
  action: Sighting['action'],
): readonly Sighting[] {
  return networkInterface === undefined ? [] : [{ networkInterface, direction, action }];
}

/** `e7` is the device of interface number 7. */
function withDevice(snapshot: Snapshot, vpcId: string, device: string): NetworkInterface | undefined {
  const number = /^e(\d+)$/.exec(device)?.[1];
  return number === undefined
    ? undefined
    : snapshot.by('networkInterface', 'number', `${vpcId}/${number}`)[0];
}

function withoutDevice(snapshot: Snapshot, vpcId: string, address: string): NetworkInterface | undefined {
  const found = snapshot.by('networkInterface', 'address', `${vpcId}/${address}`)[0];
  const isVirtual =
    found?.interfaceType === 'vpc_endpoint' || found?.interfaceType === 'network_load_balancer';
  return isVirtual ? found : undefined;
}

const timeService = '169.254.169.123';
const metadata = '169.254.169.254';

/**
 * Source: "Flow log limitations", VPC user guide: Amazon's DNS server, metadata, time and DHCP. And what has a hidden
 * address, which is nobody's packet.
 */
function isNotLogged(snapshot: Snapshot, vpcId: string, counter: FlowCounter): boolean {
  const vpc = snapshot.get('vpc', vpcId);
  if (vpc === undefined) return true;
  const exempt = [...resolverAddresses(vpc), timeService, metadata];
  const { source, destination, protocol, sourcePort, destinationPort } = counter;
  const isDhcp = protocol === 17 && [sourcePort, destinationPort].every((port) => port === 67 || port === 68);
  return isDhcp || [source, destination].some((one) => exempt.includes(one) || isHidden(one));
}

function isHidden(address: string): boolean {
  return contains(hiddenRange, parseAddress(address) ?? 0);
}

/** The flow log tells of this interface. */
export function tellsOf(
  { resourceType, resourceId }: { readonly resourceType: string; readonly resourceId: string },
  { id, subnetId, vpcId }: NetworkInterface,
): boolean {
  return resourceId === (resourceType === 'VPC' ? vpcId : resourceType === 'Subnet' ? subnetId : id);
}

/** Destination is in the same VPC. */
export function isInVpc(snapshot: Snapshot, vpcId: string, address: string): boolean {
  const value = parseAddress(address) ?? 0;
  return snapshot.get('vpc', vpcId)?.cidrBlocks.some((block) => contains(cidr(block.cidr), value)) ?? false;
}
