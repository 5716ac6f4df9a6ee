// Who sends: an interface that is there, the primary one of an instance, or one imagined in a subnet, which every
// other part of the engine then sees as if it were there.
import type { NetworkInterface } from '../../model/network-interface.ts';
import { overlay } from '../../model/overlay.ts';
import type { Change, Snapshot } from '../../model/snapshot.ts';
import type { Subnet } from '../../model/subnet.ts';
import { cidrSize, formatAddress, parseCidr } from '../../net/ipv4.ts';
import { senderOf as findInterface } from '../trace/trace.ts';
import type { Sender } from './answer.ts';
import type { Source } from './question.ts';
import { put } from './writes.ts';

/** RFC 5737, for a host of the internet whose address does not matter. */
export const someInternetHost = '203.0.113.10';

export interface Sending {
  /** With the imagined interface in it. */
  readonly snapshot: Snapshot;
  /** What engine/trace calls the sender. */
  readonly traceFrom: string;
  /** Given for the internet and on premises, and where another address than the primary one sends. */
  readonly source?: string;
  readonly sender?: Sender;
  /** Of who sends from on premises. */
  readonly customerGatewayId?: string;
}

/** Undefined when nobody has the id. */
export function sendingOf(snapshot: Snapshot, from: Source): Sending | undefined {
  if (from.kind === 'internet')
    return { snapshot, traceFrom: 'internet', source: from.address ?? someInternetHost };
  if (from.kind === 'on-premises') return onPremises(snapshot, from);
  if (from.kind === 'subnet') return imagined(snapshot, from);
  const found = findInterface(snapshot, from.id);
  if (found === undefined) return undefined;
  const own = { snapshot, traceFrom: found.id, sender: senderOf(found, false) };
  if (from.address === undefined) return own;
  return { ...own, source: from.address, sender: { ...own.sender, address: from.address } };
}

function onPremises(
  snapshot: Snapshot,
  { id, address: source }: Extract<Source, { kind: 'on-premises' }>,
): Sending | undefined {
  if (snapshot.get('customerGateway', id) === undefined) return undefined;
  return { snapshot, traceFrom: id, source, customerGatewayId: id };
}

export function isImagined(id: string): boolean {
  return id.startsWith('any@');
}

function senderOf({ id, vpcId, privateAddresses }: NetworkInterface, isImaginedOne: boolean): Sender {
  const address = privateAddresses[0]?.address ?? '';
  return { networkInterfaceId: id, vpcId, address, imagined: isImaginedOne };
}

function imagined(snapshot: Snapshot, from: Extract<Source, { kind: 'subnet' }>): Sending | undefined {
  const subnet = snapshot.get('subnet', from.id);
  const address = from.address ?? (subnet && freeAddress(snapshot, subnet));
  if (subnet === undefined || address === undefined) return undefined;
  const { ownerId, region, vpcId, availabilityZone } = subnet;
  const networkInterface: NetworkInterface = {
    id: `any@${subnet.id}`,
    ...{ ownerId, region, createdAt: '', tags: {}, vpcId, subnetId: subnet.id, availabilityZone },
    description: 'imagined',
    interfaceType: 'interface',
    requesterManaged: false,
    macAddress: '',
    privateAddresses: [{ address, primary: true }],
    groupIds: from.groupIds ?? defaultGroups(snapshot, vpcId),
    sourceDestCheck: true,
    hostAttachment: 'imagined',
    number: 0,
  };
  const own = put('networkInterface', networkInterface);
  const isPublic = subnet.mapPublicIpOnLaunch;
  return {
    snapshot: overlay(snapshot, [...own, ...(isPublic ? publicAddress(snapshot, networkInterface) : [])]),
    traceFrom: networkInterface.id,
    sender: senderOf(networkInterface, true),
  };
}

/** As an instance gets one that is launched there. */
function publicAddress(
  snapshot: Snapshot,
  { id, ownerId, region, privateAddresses }: NetworkInterface,
): readonly Change[] {
  const publicIp = freePublicAddress(snapshot);
  const association = { id: '', networkInterfaceId: id, privateAddress: privateAddresses[0]?.address ?? '' };
  return put('address', {
    id: `public ${id}`,
    ownerId,
    region,
    createdAt: '',
    tags: {},
    publicIp,
    association,
  });
}

/** One of the documentation block 198.51.100.0/24 stands for the one that AWS will choose. */
export function freePublicAddress(snapshot: Snapshot): string {
  for (let last = 1; last < 255; last++) {
    const address = `198.51.100.${last}`;
    if (snapshot.by('address', 'publicIp', address).length === 0) return address;
  }
  return '198.51.100.255';
}

/** What an interface has when it is created without groups. */
export function defaultGroups(snapshot: Snapshot, vpcId: string): readonly string[] {
  const found = snapshot.by('securityGroup', 'vpcId', vpcId).find(({ name }) => name === 'default');
  return found === undefined ? [] : [found.id];
}

/** The first four addresses of a subnet and the last are AWS's own. */
export function freeAddress(snapshot: Snapshot, subnet: Subnet): string | undefined {
  const block = parseCidr(subnet.cidrBlock);
  if (block === undefined) return undefined;
  for (let offset = 4; offset < cidrSize(block) - 1; offset++) {
    const address = formatAddress(block.base + offset);
    if (snapshot.by('networkInterface', 'address', `${subnet.vpcId}/${address}`).length === 0) return address;
  }
  return undefined;
}
