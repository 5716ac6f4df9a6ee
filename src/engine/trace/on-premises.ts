// Networks on premises, at the other end of a VPN: from a host there into a VPC, from a VPC to a host there, and the way
// back of each. A customer gateway's device routes the blocks of the VPCs it has connections to; a virtual private gateway
// routes the static routes of its connections. Nobody passes through a VPC: what comes from on premises ends at an
// interface of it.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Vpc } from '../../model/vpc.ts';
import { connectionTo, vpnGatewayOf, type WayToVpc, wayToVpc } from '../../model/vpn-connection.ts';
import type { VpnGateway } from '../../model/vpn-gateway.ts';
import { resolverAddresses } from '../name-servers.ts';
import {
  type Arrival,
  type Headers,
  type Hop,
  type Path,
  reversed,
  type StoppedHop,
  type TraceQuestion,
} from './answer.ts';
import { endpointOf } from './endpoint.ts';
import { nodeOf } from './load-balancer.ts';
import { networkAclEgress } from './network-acl-egress.ts';
import { networkAclIngress } from './network-acl-ingress.ts';
import { route } from './route.ts';
import { atNode, type Client, throughEndpoint } from './through-balancer.ts';
import { arrived, atGuestInterface, ended, type Journey, type Trip } from './trip.ts';
import { alongStretch, asReturn, comesTo, leavesBy, type NodeStretch, type Step } from './way-back.ts';
import { interfaceAt, isInBlock, stopOf, walk, type World } from './world.ts';

/** Whoever has the address behind the gateway, a host that was added or another. */
export interface OnPremisesSender {
  readonly customerGatewayId: string;
  readonly address: string | undefined;
}

export function onPremisesSender(
  snapshot: Snapshot,
  { from, source }: Pick<TraceQuestion, 'from' | 'source'>,
): OnPremisesSender | undefined {
  const host = snapshot.get('onPremisesHost', from);
  if (host !== undefined) return host;
  const gateway = snapshot.get('customerGateway', from);
  return gateway && { customerGatewayId: gateway.id, address: source };
}

export function fromOnPremises(
  world: World,
  { customerGatewayId }: OnPremisesSender,
  headers: Headers,
): readonly Path[] {
  const { snapshot } = world;
  const nothing: Pick<Path, 'forward' | 'back' | 'notes'> = { forward: [], back: [], notes: [] };
  const neighbour = hostAt(snapshot, customerGatewayId, headers.destination);
  if (neighbour !== undefined)
    return [{ ...nothing, verdict: 'reachable', arrival: atHost(neighbour.id, '', headers) }];
  const way = wayToVpc(snapshot, { id: customerGatewayId }, headers.destination);
  if (way === undefined) {
    const stop = noWay(snapshot, customerGatewayId, headers);
    return [ended(nothing, [stop], stop)];
  }
  const { hop, receiver } = enters(snapshot, way, headers);
  const forward = walk([
    () => leaves(way, headers),
    () => hop,
    () => (receiver === undefined ? undefined : networkAclIngress(world, receiver, headers)),
  ]);
  const stop = stopOf(forward);
  if (stop !== undefined) return [ended(nothing, forward, stop)];
  if (receiver === undefined) return [];
  return atReceiver(world, { headers, hops: forward, notes: [] }, receiver, customerGatewayId);
}

/** By the connection that the device on premises routes the block to. */
function leaves({ connection, block }: WayToVpc, headers: Headers): Hop {
  const { id, customerGatewayId: component } = connection;
  const decidedBy = { kind: 'route', id: `${id}/${block}`, text: `${block} → ${id}` } as const;
  return { stage: 'route', component, vpcId: '', headers, decidedBy, outcome: 'passed' };
}

function noWay(snapshot: Snapshot, component: string, headers: Headers): StoppedHop {
  const hop = { stage: 'route', component, vpcId: '', headers, outcome: 'stopped' } as const;
  const [only, ...others] = snapshot.by('vpnConnection', 'customerGatewayId', component);
  const gateway = snapshot.get('vpnGateway', only?.vpnGatewayId ?? '');
  if (only !== undefined && others.length === 0 && gateway?.vpcId === undefined) {
    const reason = `${only.id} leads to ${only.vpnGatewayId}, which is attached to no VPC`;
    return { ...hop, code: 'BAD_STATE_VPN', reason };
  }
  const reason = `no VPN connection of ${component} leads to a VPC with ${headers.destination}`;
  return { ...hop, code: 'NO_ROUTE_TO_DESTINATION', reason };
}

/** At the VPC's end: to whoever has the address in the VPC. */
function enters(
  snapshot: Snapshot,
  { connection, vpc, block }: WayToVpc,
  headers: Headers,
): { readonly hop: Hop; readonly receiver?: NetworkInterface } {
  const component = connection.vpnGatewayId;
  const decidedBy = { kind: 'route', id: `${component}/${block}`, text: `${block} → local` } as const;
  const hop = { stage: 'route', component, vpcId: vpc.id, headers, decidedBy } as const;
  if (isInVpc(vpc, headers.source)) {
    const reason = `${headers.source} is an address of ${vpc.id}, from where it does not come`;
    return { hop: { ...hop, outcome: 'stopped', code: 'GATEWAY_REJECTS_SPOOFED_TRAFFIC', reason } };
  }
  const receiver = interfaceAt(snapshot, vpc.id, headers.destination);
  if (receiver !== undefined) return { hop: { ...hop, outcome: 'passed' }, receiver };
  const isResolver = headers.destination === resolverAddresses(vpc)[0];
  const reason = isResolver
    ? `${headers.destination} is the resolver of ${vpc.id}, which answers inside its VPC only`
    : `no interface of ${vpc.id} has ${headers.destination}`;
  return { hop: { ...hop, outcome: 'stopped', code: 'NO_POSSIBLE_DESTINATION', reason } };
}

function isInVpc({ cidrBlocks }: Vpc, address: string): boolean {
  return cidrBlocks.some((block) => isInBlock(block.cidr, address));
}

function atReceiver(
  world: World,
  journey: Journey,
  receiver: NetworkInterface,
  customerGatewayId: string,
): readonly Path[] {
  const client = outsider(world, journey, receiver, customerGatewayId);
  const endpoint = endpointOf(world, receiver);
  if (endpoint !== undefined) return throughEndpoint(world, journey, receiver, { endpoint, client });
  const node = nodeOf(world, receiver);
  if (node !== undefined) return atNode(world, journey, receiver, { ...node, client });
  const { headers } = journey;
  const forward = [...journey.hops, ...walk([() => atGuestInterface(world, receiver, headers)])];
  const stop = stopOf(forward);
  if (stop !== undefined) return [ended(journey, forward, stop)];
  return [arrived(journey, forward, client.answer(), { receiver, headers })];
}

/** `entry` is the interface that is asked. */
function outsider(
  world: World,
  { headers }: Journey,
  entry: NetworkInterface,
  customerGatewayId: string,
): Client {
  const own = backFrom(world, entry, reversed(headers), customerGatewayId);
  const toNode = ({ node, target, rewritten, keepsClient }: NodeStretch): readonly Step[] =>
    keepsClient
      ? [() => networkAclEgress(world, target, reversed(rewritten))]
      : alongStretch(world, { from: node, to: target, headers: rewritten });
  return {
    vpcId: entry.vpcId,
    answer: () => walk(own).map(asReturn),
    // Also where the target sees the client, AWS brings its answers to the node that has the flow.
    answers: (stretch) => walk([...toNode(stretch), ...own]).map(asReturn),
  };
}

/** The reply of an interface of the VPC to somebody behind the customer gateway. */
function backFrom(
  world: World,
  from: NetworkInterface,
  reply: Headers,
  customerGatewayId: string,
): readonly Step[] {
  return [
    () => networkAclEgress(world, from, reply),
    () => routeToVpn(world, from, reply),
    () => {
      const vpn = vpnGatewayOf(world.snapshot, from.vpcId);
      return vpn && throughVpn(world.snapshot, vpn, from.vpcId, reply, customerGatewayId).hop;
    },
  ];
}

/** Does the reply leave by the virtual private gateway? */
export function routeToVpn(world: World, from: NetworkInterface, reply: Headers): Hop | undefined {
  const { hop, receiver, gateway, endpoint, nat, vpn } = route(world, from, reply);
  const exit = gateway?.id ?? endpoint?.id ?? nat?.managedBy;
  if (exit !== undefined && hop !== undefined) return leavesBy(hop, exit);
  if (vpn !== undefined || receiver === undefined) return hop;
  const place = { stage: 'route', component: from.subnetId, vpcId: from.vpcId, headers: reply } as const;
  const reason = `the reply to ${reply.destination} goes to ${receiver.id}, not to a virtual private gateway`;
  return { ...place, ...hop, outcome: 'stopped', code: 'RETURN_NO_ROUTE', reason, leadsTo: receiver.id };
}

/** The static route that leads on from the gateway; for a reply it has to lead to where the flow came from. */
function throughVpn(
  snapshot: Snapshot,
  { id: component }: VpnGateway,
  vpcId: string,
  headers: Headers,
  expected?: string,
): { readonly hop: Hop; readonly customerGatewayId?: string } {
  const hop = { stage: 'route', component, vpcId, headers } as const;
  const found = connectionTo(snapshot, component, headers.destination);
  if (found === undefined) {
    const reason = `no VPN connection of ${component} has a static route to ${headers.destination}`;
    return { hop: { ...hop, outcome: 'stopped', code: 'NO_ROUTE_TO_DESTINATION', reason } };
  }
  const { connection, block } = found;
  const { id, customerGatewayId } = connection;
  const decidedBy = { kind: 'route', id: `${id}/${block}`, text: `${block} → ${id}` } as const;
  if (expected !== undefined && expected !== customerGatewayId) {
    const reason = `the reply goes by ${id} to ${customerGatewayId}, and not back to ${expected}`;
    return { hop: { ...hop, decidedBy, outcome: 'stopped', code: 'RETURN_NO_ROUTE', reason } };
  }
  return { hop: { ...hop, decidedBy, outcome: 'passed' }, customerGatewayId };
}

/** From the gateway of the sender's VPC on. The device on premises answers by the connection that it was asked by. */
export function toOnPremises(world: World, trip: Trip, vpn: VpnGateway): Path {
  const { snapshot } = world;
  const { sender, headers, notes } = trip;
  const { hop, customerGatewayId } = throughVpn(snapshot, vpn, sender.vpcId, headers);
  const forward = [...trip.hops, hop];
  if (hop.outcome !== 'passed') return ended(trip, forward, hop);
  const host = hostAt(snapshot, customerGatewayId ?? '', headers.destination);
  if (host === undefined) {
    const reason = `${headers.destination} is behind ${customerGatewayId}, which is not in the snapshot`;
    return { verdict: 'unknown', code: 'UNKNOWN_RESOURCE', reason, forward, back: [], notes };
  }
  const reply = reversed(headers);
  const back = walk([() => comesTo(sender, reply), () => networkAclIngress(world, sender, reply)]).map(
    asReturn,
  );
  const stop: StoppedHop | undefined = stopOf(back);
  if (stop !== undefined) return ended(trip, forward, stop, back);
  return { verdict: 'reachable', arrival: atHost(host.id, sender.vpcId, headers), forward, back, notes };
}

function hostAt(snapshot: Snapshot, customerGatewayId: string, address: string) {
  const hosts = snapshot.by('onPremisesHost', 'customerGatewayId', customerGatewayId);
  return hosts.find((host) => host.address === address);
}

function atHost(id: string, vpcId: string, headers: Headers): Arrival {
  return {
    kind: 'on-premises-host',
    id,
    vpcId,
    address: headers.destination,
    port: headers.destinationPort,
  };
}
