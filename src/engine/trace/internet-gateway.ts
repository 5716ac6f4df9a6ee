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
import { arrived, atGuestInterface, ended, type Trip, zoneNotes } from './trip.ts';
import { wayBackByGateway, wayBackToInternet } from './way-back.ts';
import { interfaceAt, isInBlock, stopOf, walk, type World } from './world.ts';

const privateBlocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const sharedBlock = '100.64.0.0/10';

/** From the gateway of the sender's VPC on. */
export function throughGateway(world: World, trip: Trip, gateway: InternetGateway): Path {
  const { snapshot } = world;
  const out = egress(snapshot, gateway, trip.sender.vpcId, trip.headers);
  const hops = [...trip.hops, out];
  if (out.outcome !== 'passed') return ended(trip, hops, out);
  const headers = out.rewritten ?? trip.headers;
  const address = snapshot.by('address', 'publicIp', headers.destination)[0];
  if (address === undefined) {
    const [host] = snapshot.by('internetHost', 'address', headers.destination);
    if (host !== undefined) return atInternetHost(world, { ...trip, hops }, host);
    const service = serviceNameAt(headers.destination);
    if (service !== undefined) return atPublicService(world, { ...trip, hops }, service);
    const reason = `${headers.destination} is on the internet, which is not in the snapshot`;
    return {
      verdict: 'unknown',
      code: 'UNKNOWN_RESOURCE',
      reason,
      forward: hops,
      back: [],
      notes: trip.notes,
    };
  }
  const entry = ingress(snapshot, address, headers);
  hops.push(entry.hop);
  if (!('receiver' in entry)) return ended(trip, hops, entry.hop);
  return atReceiver(world, { ...trip, hops }, entry.receiver, entry.hop.rewritten ?? headers);
}

/** From a host of the internet: the gateway of the VPC whose interface has the address is where it comes in. */
export function fromInternet(world: World, headers: Headers): Path {
  const { snapshot } = world;
  const nothing: Pick<Path, 'forward' | 'back' | 'notes'> = { forward: [], back: [], notes: [] };
  const isPrivate = [...privateBlocks, sharedBlock].some((block) => isInBlock(block, headers.destination));
  if (isPrivate) {
    const reason = `${headers.destination} is a private address, which the internet does not carry`;
    const code = 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS';
    return { verdict: 'not-reachable', code, reason, ...nothing };
  }
  const address = snapshot.by('address', 'publicIp', headers.destination)[0];
  const [host] = snapshot.by('internetHost', 'address', headers.destination);
  if (host !== undefined) return { verdict: 'reachable', arrival: atHost(host, '', headers), ...nothing };
  if (address === undefined) {
    const reason = `${headers.destination} is on the internet, which is not in the snapshot`;
    return { verdict: 'unknown', code: 'UNKNOWN_RESOURCE', reason, ...nothing };
  }
  const entry = ingress(snapshot, address, headers);
  if (!('receiver' in entry)) return ended(nothing, [entry.hop], entry.hop);
  const { receiver } = entry;
  const received = entry.hop.rewritten ?? headers;
  if (nodeOf(world, receiver) !== undefined) {
    const reason = `${receiver.id} is a load balancer's: from the internet they are not followed yet`;
    const unknown = { verdict: 'unknown', code: 'UNKNOWN_RESOURCE', reason } as const;
    return { ...nothing, ...unknown, forward: [entry.hop] };
  }
  const entering = walk([
    () => networkAclIngress(world, receiver, received),
    () => atGuestInterface(world, receiver, received),
  ]);
  const hops = [entry.hop, ...entering];
  const stop = stopOf(hops);
  if (stop !== undefined) return ended(nothing, hops, stop);
  const back = wayBackToInternet(world, receiver, received);
  return arrived(nothing, hops, back, { receiver, headers: received });
}

/** Out to the internet, with a public address as source. */
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

function atReceiver(world: World, trip: Trip, receiver: NetworkInterface, headers: Headers): Path {
  const notes = [...trip.notes, ...zoneNotes(trip.sender, receiver)];
  const isNode = nodeOf(world, receiver) !== undefined;
  if (isNode || receiver.id === trip.sender.id) {
    const reason = isNode
      ? `${receiver.id} is a load balancer's: from the internet they are not followed yet`
      : `${receiver.id} meets itself at its own public address`;
    return { verdict: 'unknown', code: 'UNKNOWN_RESOURCE', reason, forward: trip.hops, back: [], notes };
  }
  const entering = walk([
    () => networkAclIngress(world, receiver, headers),
    () => atGuestInterface(world, receiver, headers),
  ]);
  const hops = [...trip.hops, ...entering];
  const stop = stopOf(hops);
  if (stop !== undefined) return ended({ notes }, hops, stop);
  const { sender } = trip;
  const back = wayBackByGateway(world, { sender, receiver, sent: trip.headers, received: headers });
  return arrived({ notes }, hops, back, { receiver, headers });
}
