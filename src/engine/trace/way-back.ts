// The way back: security groups remember the flow, network ACLs do not, and the reply needs routes of its own. The
// stages are the same, in the same order, for the reply's headers.
import { type NetworkInterface, primaryAddress } from '../../model/network-interface.ts';
import { type Headers, type Hop, reversed, type StoppedHop } from './answer.ts';
import { networkAclEgress } from './network-acl-egress.ts';
import { networkAclIngress } from './network-acl-ingress.ts';
import { route } from './route.ts';
import { walk, type World } from './world.ts';

/** A stretch of the path between two interfaces of one VPC, with its headers on the way forward. */
export interface Stretch {
  readonly from: NetworkInterface;
  readonly to: NetworkInterface;
  readonly headers: Headers;
}

export type Step = () => Hop | undefined;

/** Hops of the reply, from the last stretch to the first. */
export function wayBack(world: World, stretches: readonly Stretch[]): readonly Hop[] {
  return walk(stretches.toReversed().flatMap((stretch) => alongStretch(world, stretch))).map(asReturn);
}

export function alongStretch(world: World, { from, to, headers }: Stretch): readonly Step[] {
  const reply = reversed(headers);
  return [
    () => networkAclEgress(world, to, reply),
    () => routeBack(world, to, from, reply),
    () => networkAclIngress(world, from, reply),
  ];
}

/**
 * The reply of a target that saw the client's own address: it leaves the target's subnet for the client, is given the
 * node's address as source again and enters the client's subnet from there.
 */
export function wayBackKeepingClient(
  world: World,
  client: NetworkInterface,
  { node, target, received, rewritten }: Omit<NodeStretch, 'keepsClient'>,
): readonly Hop[] {
  const fromTarget = reversed(rewritten);
  const fromNode = reversed(received);
  return walk([
    () => networkAclEgress(world, target, fromTarget),
    () => routeBack(world, target, client, fromTarget),
    () => networkAclEgress(world, node, fromNode),
    () => networkAclIngress(world, client, fromNode),
  ]).map(asReturn);
}

/** Who is beyond the internet gateway by which a flow came in. */
export interface Outsider {
  /** Absent for a host of the internet: out of the receiver's VPC is as far as a reply to it can be followed. */
  readonly sender?: NetworkInterface;
  /** By the sender; or as the internet carried it. */
  readonly sent: Headers;
}

/** The reply to a flow that came in by an internet gateway: it leaves by its VPC's own, and enters by the sender's. */
export function wayBackByGateway(
  world: World,
  outsider: Outsider,
  at: { receiver: NetworkInterface; received: Headers },
): readonly Hop[] {
  return walk(throughOwnGateway(world, outsider, at)).map(asReturn);
}

/** A load balancer's target and the node that led a flow to it. */
export interface NodeStretch {
  readonly node: NetworkInterface;
  readonly target: NetworkInterface;
  /** As the node received them, and as the target did. */
  readonly received: Headers;
  readonly rewritten: Headers;
  readonly keepsClient: boolean;
}

/**
 * The reply of a target to a flow that met its node at the node's public address: by the node's routes, also where the
 * target sees the client, for AWS brings it to the node that has the flow. So targets in private subnets answer ("your
 * targets do not need public IP addresses", ELB user guide, "How Elastic Load Balancing works").
 */
export function wayBackFromNodeByGateway(
  world: World,
  outsider: Outsider,
  { node, target, received, rewritten, keepsClient }: NodeStretch,
): readonly Hop[] {
  const toNode = keepsClient
    ? [() => networkAclEgress(world, target, reversed(rewritten))]
    : alongStretch(world, { from: node, to: target, headers: rewritten });
  const onward = throughOwnGateway(world, outsider, { receiver: node, received });
  return walk([...toNode, ...onward]).map(asReturn);
}

function throughOwnGateway(
  world: World,
  { sender, sent }: Outsider,
  { receiver, received }: { receiver: NetworkInterface; received: Headers },
): readonly Step[] {
  const leaving = reversed(received);
  return [
    () => networkAclEgress(world, receiver, leaving),
    () => routeToGateway(world, receiver, leaving),
    ...(sender === undefined ? [] : fromInternetTo(world, sender, sent)),
  ];
}

function fromInternetTo(world: World, sender: NetworkInterface, sent: Headers): readonly Step[] {
  const reply = reversed(sent);
  return [() => comesTo(sender, reply), () => networkAclIngress(world, sender, reply)];
}

/** The reply of somebody on the internet: by the gateway to whoever has the address. */
export function wayBackFromInternet(world: World, sender: NetworkInterface, sent: Headers): readonly Hop[] {
  return walk(fromInternetTo(world, sender, sent)).map(asReturn);
}

export function routeToGateway(world: World, from: NetworkInterface, reply: Headers): Hop | undefined {
  const { hop, receiver, gateway, endpoint, nat, vpn } = route(world, from, reply);
  const exit = endpoint?.id ?? nat?.managedBy ?? vpn?.id;
  if (exit !== undefined && hop !== undefined) return leavesBy(hop, exit);
  if (gateway !== undefined || receiver === undefined) return hop;
  const place = { stage: 'route', component: from.subnetId, vpcId: from.vpcId, headers: reply } as const;
  const reason = `the reply to ${reply.destination} goes to ${receiver.id}, not to an internet gateway`;
  return { ...place, ...hop, outcome: 'stopped', code: 'RETURN_NO_ROUTE', reason, leadsTo: receiver.id };
}

/** What the gateway lets in goes to whoever has the address. */
export function comesTo(sender: NetworkInterface, reply: Headers): Hop | undefined {
  if (sender.privateAddresses.some((own) => own.address === reply.destination)) return undefined;
  const place = { stage: 'route', component: sender.subnetId, vpcId: sender.vpcId, headers: reply } as const;
  const reason = `the reply goes to ${reply.destination}, which is not ${sender.id}'s`;
  return { ...place, outcome: 'stopped', code: 'RETURN_NO_ROUTE', reason, leadsTo: reply.destination };
}

/** The reply must come to the interface that sent; one that another interface has an address for does not. */
export function routeBack(
  world: World,
  from: NetworkInterface,
  to: NetworkInterface,
  reply: Headers,
): Hop | undefined {
  const { hop, receiver, gateway, endpoint, nat, vpn } = route(world, from, reply);
  // A NAT gateway takes the answers to its own address, also by a route to itself.
  if (nat?.id === to.id && primaryAddress(nat) === reply.destination) return hop;
  const exit = gateway?.id ?? endpoint?.id ?? nat?.managedBy ?? vpn?.id;
  if (exit !== undefined && hop !== undefined) return leavesBy(hop, exit);
  if (receiver === undefined) return hop;
  const isOwn = receiver.privateAddresses.some((own) => own.address === reply.destination);
  if (receiver.id === to.id && isOwn) return hop;
  const place = { stage: 'route', component: from.subnetId, vpcId: from.vpcId, headers: reply } as const;
  const goes = `the reply to ${reply.destination} goes to ${receiver.id}`;
  const leadsTo = receiver.id;
  if (isOwn) return { ...place, ...hop, outcome: 'stopped', code: 'RETURN_NO_ROUTE', reason: goes, leadsTo };
  const reason = `${goes}, whose guest decides what becomes of it`;
  return { ...place, ...hop, outcome: 'unknown', code: 'UNKNOWN_RESOURCE', reason, leadsTo };
}

export function leavesBy(hop: Hop, gatewayId: string): StoppedHop {
  const reason = `the reply to ${hop.headers.destination} leaves by ${gatewayId}`;
  return { ...hop, outcome: 'stopped', code: 'RETURN_NO_ROUTE', reason, leadsTo: gatewayId };
}

/** With the codes of the way back. */
export function asReturn(hop: Hop): Hop {
  if (hop.outcome === 'passed') return hop;
  return { ...hop, code: returnCode(hop) };
}

function returnCode({ code }: StoppedHop): StoppedHop['code'] {
  if (code === 'SUBNET_ACL_RESTRICTION') return 'RETURN_SUBNET_ACL_RESTRICTION';
  return code === 'UNRESOLVED_REFERENCE' || code === 'UNKNOWN_RESOURCE' ? code : 'RETURN_NO_ROUTE';
}
