// The internet gateway, as the target of a route: one-to-one between the private addresses of its VPC's interfaces and
// their public ones, in both directions, and nothing else. What is public may be an interface of a VPC of ours; all
// other addresses are the internet, which is not in the snapshot.
import { serviceNameAt } from '../../catalog/aws-services.ts';
import type { ElasticAddress } from '../../model/address.ts';
import type { InternetGateway } from '../../model/internet-gateway.ts';
import { type NetworkInterface, primaryAddress } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Headers, Hop, PassedHop, Path, StoppedHop } from './answer.ts';
import { atPublicService } from './aws-service.ts';
import { atHost, atInternetHost } from './internet-host.ts';
import { networkAclIngress } from './network-acl-ingress.ts';
import { nodeOf } from './load-balancer.ts';
import { atPublicNode } from './through-balancer.ts';
import { arrived, atGuestInterface, ended, type Journey, type Trip, zoneNotes } from './trip.ts';
import { type Outsider, wayBackByGateway } from './way-back.ts';
import { interfaceAt, isInBlock, stopOf, walk, type World } from './world.ts';

const privateBlocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const sharedBlock = '100.64.0.0/10';

/** From the gateway of the sender's VPC on. */
export function throughGateway(world: World, trip: Trip, gateway: InternetGateway): readonly Path[] {
  const { snapshot } = world;
  const { sender, headers: sent, notes } = trip;
  const out = egress(snapshot, gateway, sender.vpcId, sent);
  const hops = [...trip.hops, out];
  if (out.outcome !== 'passed') return [ended(trip, hops, out)];
  const headers = out.rewritten ?? sent;
  const address = snapshot.by('address', 'publicIp', headers.destination)[0];
  if (address !== undefined) return atAddress(world, { headers, hops, notes }, address, { sender, sent });
  const [host] = snapshot.by('internetHost', 'address', headers.destination);
  if (host !== undefined) return [atInternetHost(world, { ...trip, hops }, host)];
  const service = serviceNameAt(headers.destination);
  if (service !== undefined) return [atPublicService(world, { ...trip, hops }, service)];
  return [notInSnapshot({ headers, hops, notes })];
}

/** From a host of the internet: the gateway of the VPC whose interface has the address is where it comes in. */
export function fromInternet(world: World, headers: Headers): readonly Path[] {
  const { snapshot } = world;
  const journey = { headers, hops: [], notes: [] };
  const nothing: Pick<Path, 'forward' | 'back' | 'notes'> = { forward: [], back: [], notes: [] };
  const isPrivate = [...privateBlocks, sharedBlock].some((block) => isInBlock(block, headers.destination));
  if (isPrivate) {
    const reason = `${headers.destination} is a private address, which the internet does not carry`;
    const code = 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS';
    return [{ verdict: 'not-reachable', code, reason, ...nothing }];
  }
  const [host] = snapshot.by('internetHost', 'address', headers.destination);
  if (host !== undefined) return [{ verdict: 'reachable', arrival: atHost(host, '', headers), ...nothing }];
  const address = snapshot.by('address', 'publicIp', headers.destination)[0];
  if (address === undefined) return [notInSnapshot(journey)];
  return atAddress(world, journey, address, { sent: headers });
}

function notInSnapshot({ headers, hops: forward, notes }: Journey): Path {
  const reason = `${headers.destination} is on the internet, which is not in the snapshot`;
  return { verdict: 'unknown', code: 'UNKNOWN_RESOURCE', reason, forward, back: [], notes };
}

/** On the internet, for a public address of ours: in by its VPC's gateway and into the subnet of whoever has it. */
function atAddress(
  world: World,
  journey: Journey,
  address: ElasticAddress,
  outsider: Outsider,
): readonly Path[] {
  const entry = ingress(world.snapshot, address, journey.headers);
  const entered = [...journey.hops, entry.hop];
  if (!('receiver' in entry)) return [ended(journey, entered, entry.hop)];
  const { receiver } = entry;
  const headers = entry.hop.rewritten ?? journey.headers;
  const { sender } = outsider;
  const notes = [...journey.notes, ...(sender === undefined ? [] : zoneNotes(sender, receiver))];
  if (receiver.id === sender?.id) {
    const reason = `${receiver.id} meets itself at its own public address`;
    return [{ verdict: 'unknown', code: 'UNKNOWN_RESOURCE', reason, forward: entered, back: [], notes }];
  }
  const hops = [...entered, ...walk([() => networkAclIngress(world, receiver, headers)])];
  const stop = stopOf(hops);
  if (stop !== undefined) return [ended({ notes }, hops, stop)];
  const node = nodeOf(world, receiver);
  if (node !== undefined)
    return atPublicNode(world, { headers, hops, notes }, receiver, { ...node, outsider });
  return [atGuest(world, { headers, hops, notes }, receiver, outsider)];
}

function atGuest(world: World, journey: Journey, receiver: NetworkInterface, outsider: Outsider): Path {
  const { headers, notes } = journey;
  const hops = [...journey.hops, ...walk([() => atGuestInterface(world, receiver, headers)])];
  const stop = stopOf(hops);
  if (stop !== undefined) return ended({ notes }, hops, stop);
  const back = wayBackByGateway(world, outsider, { receiver, received: headers });
  return arrived({ notes }, hops, back, { receiver, headers });
}

export function egress(snapshot: Snapshot, gateway: InternetGateway, vpcId: string, headers: Headers): Hop {
  const hop = { stage: 'route', component: gateway.id, vpcId, headers } as const;
  if (privateBlocks.some((block) => isInBlock(block, headers.destination))) {
    const reason = `${headers.destination} is a private address (RFC 1918)`;
    return { ...hop, outcome: 'stopped', code: 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS', reason };
  }
  if (isInBlock(sharedBlock, headers.destination)) {
    const reason = `${headers.destination} is a shared address (RFC 6598)`;
    return { ...hop, outcome: 'stopped', code: 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS', reason };
  }
  const owner = interfaceAt(snapshot, vpcId, headers.source);
  const address = owner && publicAddressOf(snapshot, owner, headers.source);
  if (address === undefined) {
    const reason = `${headers.source} has no public address`;
    return { ...hop, outcome: 'stopped', code: 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS', reason };
  }
  const text = `${headers.source} → ${address.publicIp}`;
  const decidedBy = { kind: 'address', id: address.id, text } as const;
  return { ...hop, decidedBy, outcome: 'passed', rewritten: { ...headers, source: address.publicIp } };
}

function publicAddressOf(
  snapshot: Snapshot,
  owner: NetworkInterface,
  privateAddress: string,
): ElasticAddress | undefined {
  return snapshot
    .by('address', 'networkInterfaceId', owner.id)
    .find(({ association }) => (association?.privateAddress ?? primaryAddress(owner)) === privateAddress);
}

function notThere(publicIp: string, vpcId: string | undefined) {
  const reason =
    vpcId === undefined
      ? `no interface has ${publicIp}`
      : `${vpcId} has no internet gateway by which ${publicIp} could be reached`;
  return { outcome: 'stopped', code: 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS', reason } as const;
}

/** The packet, as the internet carries it, at the gateway of the VPC whose interface has the address. */
function ingress(
  snapshot: Snapshot,
  address: ElasticAddress,
  headers: Headers,
): { readonly hop: StoppedHop } | { readonly hop: PassedHop; readonly receiver: NetworkInterface } {
  const receiver = snapshot.get('networkInterface', address.association?.networkInterfaceId ?? '');
  const gateway = receiver && snapshot.by('internetGateway', 'vpcId', receiver.vpcId)[0];
  const component = gateway?.id ?? receiver?.vpcId ?? address.id;
  const hop = { stage: 'route', component, vpcId: receiver?.vpcId ?? '', headers } as const;
  if (receiver === undefined || gateway === undefined)
    return { hop: { ...hop, ...notThere(address.publicIp, receiver?.vpcId) } };
  const destination = address.association?.privateAddress ?? primaryAddress(receiver);
  const decidedBy = {
    kind: 'address',
    id: address.id,
    text: `${address.publicIp} → ${destination}`,
  } as const;
  return { hop: { ...hop, decidedBy, outcome: 'passed', rewritten: { ...headers, destination } }, receiver };
}
