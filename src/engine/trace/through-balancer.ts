// The part of the order that begins at an interface without a guest: an endpoint's, or a load balancer node's. From
// there the packet goes on from the node's own interface, through the same stages again, to each possible target.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { VpcEndpoint } from '../../model/vpc-endpoint.ts';
import type { Code, Headers, Hop, Path, StoppedHop } from './answer.ts';
import { atInterfaceEndpoint } from './aws-service.ts';
import { endpointNotes, endpointOf, endpointState } from './endpoint.ts';
import {
  type Choice,
  chooseTargets,
  type Node,
  nodeOf,
  type Served,
  servingAtEndpoint,
  servingAtNode,
} from './load-balancer.ts';
import { networkAclEgress } from './network-acl-egress.ts';
import { networkAclIngress } from './network-acl-ingress.ts';
import { route } from './route.ts';
import { securityGroupEgress } from './security-group-egress.ts';
import { securityGroupIngress } from './security-group-ingress.ts';
import {
  arrived,
  atGuestInterface,
  ended,
  type Journey,
  ownInterface,
  type Trip,
  zoneNotes,
} from './trip.ts';
import {
  type NodeStretch,
  type Outsider,
  wayBack,
  wayBackFromNodeByGateway,
  wayBackKeepingClient,
} from './way-back.ts';
import { stopOf, walk, type World } from './world.ts';

/** Who asks an endpoint or a node. */
export interface Client {
  /** The client's own interface, where it is in the same VPC: it has a zone, and may be its own target. */
  readonly inside?: NetworkInterface;
  readonly vpcId: string;
  /** The way back of what the interface that was asked answers itself. */
  readonly answer: () => readonly Hop[];
  /** The way back of what a target answers. */
  readonly answers: (stretch: NodeStretch) => readonly Hop[];
}

/** `entry` is the interface that is asked: a node's, or an endpoint's. */
export function insider(world: World, { sender, headers }: Trip, entry: NetworkInterface): Client {
  const own = { from: sender, to: entry, headers };
  const answers = (stretch: NodeStretch) =>
    stretch.keepsClient
      ? wayBackKeepingClient(world, sender, stretch)
      : wayBack(world, [own, { from: stretch.node, to: stretch.target, headers: stretch.rewritten }]);
  return { inside: sender, vpcId: sender.vpcId, answer: () => wayBack(world, [own]), answers };
}

/** State, then the endpoint's groups, then those of the balancer where it enforces them on PrivateLink. */
export function throughEndpoint(
  world: World,
  trip: Journey,
  receiver: NetworkInterface,
  { endpoint, client }: { readonly endpoint: VpcEndpoint; readonly client: Client },
): readonly Path[] {
  const { headers } = trip;
  const sender = client.inside;
  const notes = [...trip.notes, ...endpointNotes(endpoint)];
  const entered = walk([
    () => endpointState(world, endpoint, { sender, receiver, headers }),
    () => securityGroupIngress(world, { receiver, headers }),
  ]);
  const hops = [...trip.hops, ...entered];
  const stop = stopOf(hops);
  if (stop !== undefined) return [ended({ notes }, hops, stop)];
  if (endpoint.endpointServiceId === undefined) {
    return [atInterfaceEndpoint({ ...trip, hops, notes, sender }, endpoint, client.answer)];
  }
  const serving = servingAtEndpoint(world, endpoint, receiver.availabilityZone, headers);
  if (!('listener' in serving)) return [notServed({ ...trip, hops, notes }, serving, receiver.vpcId)];
  const { loadBalancer, node } = serving;
  const { groupIds } = loadBalancer;
  const nodeInterface = world.snapshot.get('networkInterface', node.networkInterfaceId);
  const isEnforced = loadBalancer.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic === 'on';
  if (isEnforced && groupIds.length > 0 && nodeInterface !== undefined) {
    // They are compared with the client's own address, in the consumer's VPC.
    const question = { receiver: nodeInterface, headers, groupIds, sourceVpcId: client.vpcId };
    const hop = securityGroupIngress(world, question);
    hops.push(hop);
    if (hop.outcome !== 'passed') return [ended({ notes }, hops, hop)];
  }
  return throughNode(world, { ...trip, hops, notes }, client, serving, true);
}

/** Past the internet gateway and the ACL of the node's subnet, with the headers that the gateway made. */
export function atPublicNode(
  world: World,
  journey: Journey,
  receiver: NetworkInterface,
  at: Node & { readonly outsider: Outsider },
): readonly Path[] {
  const answers = (stretch: NodeStretch) => wayBackFromNodeByGateway(world, at.outsider, stretch);
  const client = { vpcId: receiver.vpcId, answer: () => [], answers };
  return atNode(world, journey, receiver, { ...at, client });
}

/** The balancer's groups, whether or not a listener is there; then the listener. */
export function atNode(
  world: World,
  trip: Journey,
  receiver: NetworkInterface,
  at: Node & { readonly client: Client },
): readonly Path[] {
  const { headers } = trip;
  const { groupIds } = at.loadBalancer;
  const judged =
    groupIds.length > 0 ? [() => securityGroupIngress(world, { receiver, headers, groupIds })] : [];
  const hops = [...trip.hops, ...walk(judged)];
  const stop = stopOf(hops);
  if (stop !== undefined) return [ended(trip, hops, stop)];
  const serving = servingAtNode(world, at, headers);
  if (!('listener' in serving)) return [notServed({ ...trip, hops }, serving, receiver.vpcId)];
  return throughNode(world, { ...trip, hops }, at.client, serving, false);
}

function notServed(
  trip: Journey,
  why: { component: string; code: Code; reason: string },
  vpcId: string,
): Path {
  const outcome = why.code === 'UNRESOLVED_REFERENCE' ? 'unknown' : 'stopped';
  const stop: StoppedHop = { stage: 'load-balancer', ...why, vpcId, headers: trip.headers, outcome };
  return ended(trip, [...trip.hops, stop], stop);
}

function throughNode(
  world: World,
  trip: Journey,
  client: Client,
  served: Served,
  viaEndpoint: boolean,
): readonly Path[] {
  const chosen = chooseTargets(world, served, trip.headers, viaEndpoint);
  if ('stopped' in chosen) return [ended(trip, [...trip.hops, chosen.stopped], chosen.stopped)];
  const { node, choices } = chosen;
  const notes = [...trip.notes, ...chosen.notes];
  const { groupIds } = served.loadBalancer;
  return choices.map((choice) => toTarget(world, { ...trip, notes }, client, { node, groupIds, choice }));
}

interface Way {
  readonly node: NetworkInterface;
  /** The balancer's. */
  readonly groupIds: readonly string[];
  readonly choice: Choice;
}

/**
 * From a node to one target; `receiver` is who gets the packet. With the client's address kept, the packet is not the
 * node's own, and AWS's recommended ACL rules for the node's subnet do not provide for it: only the target's subnet
 * judges it.
 */
export function towardsTarget(
  world: World,
  { node, groupIds, choice }: Way,
): { readonly receiver: NetworkInterface | undefined; readonly onward: readonly Hop[] } {
  const { headers, keepsClient } = choice;
  const { hop: routeHop, receiver } = route(world, node, headers);
  const onward = walk([
    () => (groupIds.length > 0 ? securityGroupEgress(world, node, headers, groupIds) : undefined),
    () => (keepsClient ? undefined : networkAclEgress(world, node, headers)),
    () => routeHop,
    () => (receiver === undefined ? undefined : networkAclIngress(world, receiver, headers)),
    () =>
      receiver === undefined ? undefined : atTarget(world, receiver, headers, keepsClient ? groupIds : []),
  ]);
  return { receiver, onward };
}

function toTarget(world: World, trip: Journey, { inside, answers }: Client, way: Way): Path {
  const { node, choice } = way;
  const { headers, keepsClient } = choice;
  const { receiver, onward } = towardsTarget(world, way);
  const hops = [...trip.hops, choice.hop, ...onward];
  const stop = stopOf(hops);
  if (stop !== undefined) return ended(trip, hops, stop);
  if (receiver === undefined) {
    const reason = `a target outside the VPC: ${headers.destination}`;
    return {
      verdict: 'unknown',
      code: 'UNKNOWN_RESOURCE',
      reason,
      forward: hops,
      back: [],
      notes: trip.notes,
    };
  }
  const notes = [...trip.notes, ...zoneNotes(node, receiver)];
  if (keepsClient && inside && ownInterface(world.snapshot, inside, headers.destination) !== undefined) {
    const reason = `${receiver.id} is the client itself and drops packets from its own address`;
    const code = 'ELBV2_SOURCE_ADDRESS_PRESERVATION';
    return { verdict: 'not-reachable', code, reason, forward: hops, back: [], notes };
  }
  const back = answers({
    node,
    target: receiver,
    received: trip.headers,
    rewritten: headers,
    keepsClient,
  });
  return arrived({ notes }, hops, back, { receiver, headers });
}

/** A target may be an endpoint or another balancer's node, or a route leads to an appliance; neither is followed. */
function atTarget(
  world: World,
  receiver: NetworkInterface,
  headers: Headers,
  throughGroupIds: readonly string[],
): Hop {
  if (endpointOf(world, receiver) === undefined && nodeOf(world, receiver) === undefined) {
    const hop = atGuestInterface(world, receiver, headers, throughGroupIds);
    const isOwn = receiver.privateAddresses.some((own) => own.address === headers.destination);
    if (hop.outcome !== 'passed' || isOwn) return hop;
    const reason = `handed to ${receiver.id}, whose guest decides what becomes of it`;
    return { ...hop, outcome: 'unknown', code: 'UNKNOWN_RESOURCE', reason };
  }
  const reason = `the target ${receiver.id} is itself an endpoint or a load balancer`;
  const { id: component, vpcId } = receiver;
  const hop = { stage: 'security-group-ingress', component, vpcId, headers } as const;
  return { ...hop, outcome: 'unknown', code: 'UNKNOWN_RESOURCE', reason };
}
