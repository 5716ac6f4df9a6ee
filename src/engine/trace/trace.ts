// Where does this packet go, and why? The order of the steps below is the order of `../stages.ts`; each step is the
// file of its name. It follows AWS's rules on the model and knows nothing of how `compile/` brings them about.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { parseAddress } from '../../net/ipv4.ts';
import type { Health } from '../health.ts';
import type { Arrival, Code, Headers, Hop, Path, Trace, TraceQuestion } from './answer.ts';
import { atGatewayEndpoint } from './aws-service.ts';
import { endpointOf } from './endpoint.ts';
import { ephemeralPort, otherPorts } from './ephemeral-ports.ts';
import { fromInternet, throughGateway } from './internet-gateway.ts';
import { nodeOf } from './load-balancer.ts';
import { throughNatGateway } from './nat-gateway.ts';
import { networkAclEgress } from './network-acl-egress.ts';
import { networkAclIngress } from './network-acl-ingress.ts';
import { fromOnPremises, onPremisesSender, toOnPremises } from './on-premises.ts';
import { route } from './route.ts';
import { securityGroupEgress } from './security-group-egress.ts';
import { serviceAt } from './services.ts';
import { sourceCheck } from './source-check.ts';
import { atNode, insider, throughEndpoint } from './through-balancer.ts';
import { arrived, atGuestInterface, ended, noGuest, ownInterface, type Trip, zoneNotes } from './trip.ts';
import { wayBack } from './way-back.ts';
import { hasGuest, stopOf, walk, type World } from './world.ts';

export function trace(snapshot: Snapshot, health: Health, question: TraceQuestion): Trace {
  const sender = senderOf(snapshot, question.from);
  const host = snapshot.get('internetHost', question.from);
  const onPremises = onPremisesSender(snapshot, question);
  const isKnown = sender ?? host ?? onPremises;
  if (isKnown === undefined && question.from !== 'internet')
    return unknown('NO_SOURCE_OR_DESTINATION', `no interface ${question.from}`);
  const source = question.source ?? sender?.privateAddresses[0]?.address ?? (host ?? onPremises)?.address;
  if (source === undefined) return unknown('UNRESOLVED_REFERENCE', `${question.from} has no address`);
  if (parseAddress(question.destination) === undefined) {
    return unknown('NO_SOURCE_OR_DESTINATION', `${question.destination} is not an IPv4 address`);
  }
  const headers = headersOf(question, source);
  const world = { snapshot, health };
  const pathsOf = (sent: Headers) =>
    sender !== undefined
      ? pathsFrom(world, sender, sent)
      : onPremises !== undefined
        ? fromOnPremises(world, onPremises, sent)
        : fromInternet(world, sent);
  const paths = pathsOf(headers);
  if (question.sourcePort !== undefined || question.protocol === 'icmp') return verdictOf(headers, paths);
  const others = otherPorts(snapshot, paths).map((sourcePort) => pathsOf({ ...headers, sourcePort }));
  const different = others.filter((other) => fateOf(other) !== fateOf(paths));
  return verdictOf(headers, [...paths, ...different.flat()]);
}

/** The interface of that id, or the primary interface of the instance of that id. */
export function senderOf(snapshot: Snapshot, id: string): NetworkInterface | undefined {
  const interfaces = snapshot.by('networkInterface', 'instanceId', id);
  return snapshot.get('networkInterface', id) ?? interfaces.find((eni) => eni.attachment?.deviceIndex === 0);
}

function headersOf(question: TraceQuestion, source: string): Headers {
  const { protocol, destination } = question;
  if (protocol === 'icmp') {
    const icmp = question.icmp ?? { type: 8, code: 0 };
    return { protocol, source, destination, sourcePort: 0, destinationPort: 0, icmp };
  }
  const sourcePort = question.sourcePort ?? ephemeralPort;
  return { protocol, source, destination, sourcePort, destinationPort: question.destinationPort ?? 0 };
}

function unknown(code: Code, reason: string): Trace {
  return { verdict: 'unknown', paths: [], code, reason };
}

function fateOf(paths: readonly Path[]): string {
  return JSON.stringify(paths.map((path) => (path.verdict === 'reachable' ? path.arrival : path.code)));
}

function verdictOf(headers: Headers, paths: readonly Path[]): Trace {
  const verdicts = new Set(paths.map((path) => path.verdict));
  const first = paths[0];
  const undecided = paths.find((path) => path.verdict === 'unknown');
  if (undecided?.verdict === 'unknown') {
    return { verdict: 'unknown', headers, paths, code: undecided.code, reason: undecided.reason };
  }
  if (first === undefined || verdicts.size > 1) return { verdict: 'ambiguous', headers, paths };
  if (first.verdict === 'reachable') return { verdict: 'reachable', headers, paths };
  return { verdict: 'not-reachable', headers, paths, code: first.code, reason: first.reason };
}

function pathsFrom(world: World, sender: NetworkInterface, headers: Headers): readonly Path[] {
  const { snapshot } = world;
  const { vpcId } = sender;
  const start: Trip = { sender, headers, hops: [], notes: [] };
  const arrival = { vpcId, address: headers.destination, port: headers.destinationPort };
  if (!hasGuest(snapshot, sender))
    return [ended(start, [], noGuest(snapshot, 'source-check', sender, headers))];
  const own = ownInterface(snapshot, sender, headers.destination);
  if (own !== undefined) {
    const path = { forward: [], back: [], notes: [] };
    return [{ ...path, verdict: 'reachable', arrival: { kind: 'interface', id: own.id, ...arrival } }];
  }
  const checked = walk([() => sourceCheck(sender, headers)]);
  const service = stopOf(checked) === undefined ? serviceAt(snapshot, vpcId, headers) : undefined;
  if (service !== undefined) return [atService(sender, headers, checked, service)];
  const hops = walk([() => sourceCheck(sender, headers), () => securityGroupEgress(world, sender, headers)]);
  return onward(world, { ...start, hops });
}

/** Out of the sender's subnet and to wherever its routes lead. */
function onward(world: World, trip: Trip): readonly Path[] {
  const { sender, headers, notes } = trip;
  const stopped = stopOf(trip.hops);
  if (stopped !== undefined) return [ended(trip, trip.hops, stopped)];
  const { hop, receiver, gateway, endpoint, nat, vpn } = route(world, sender, headers);
  const leaving = walk([
    () => networkAclEgress(world, sender, headers),
    () => hop,
    () => (receiver === undefined ? undefined : networkAclIngress(world, receiver, headers)),
  ]);
  const hops = [...trip.hops, ...leaving];
  const stop = stopOf(hops);
  if (stop !== undefined) return [ended(trip, hops, stop)];
  const here = { ...trip, hops };
  if (nat !== undefined) return throughNatGateway(world, here, nat, (next) => onward(world, next));
  if (gateway !== undefined) return throughGateway(world, here, gateway);
  if (vpn !== undefined) return [toOnPremises(world, here, vpn)];
  if (endpoint !== undefined) return [atGatewayEndpoint(world, here, endpoint)];
  if (receiver === undefined) return [];
  return atReceiver(world, { ...here, notes: [...notes, ...zoneNotes(sender, receiver)] }, receiver);
}

/** The services answer the interface that asks, so a source that is not its own gets nothing back. */
function atService(
  sender: NetworkInterface,
  headers: Headers,
  forward: readonly Hop[],
  arrival: Arrival,
): Path {
  const path = { forward, back: [], notes: [] };
  if (sender.privateAddresses.some((own) => own.address === headers.source)) {
    return { ...path, verdict: 'reachable', arrival };
  }
  const reason = `the answer to ${headers.source} does not come back to ${sender.id}`;
  return { ...path, verdict: 'not-reachable', code: 'RETURN_NO_ROUTE', reason };
}

function atReceiver(world: World, trip: Trip, receiver: NetworkInterface): readonly Path[] {
  const endpoint = endpointOf(world, receiver);
  const client = insider(world, trip, receiver);
  if (endpoint !== undefined) return throughEndpoint(world, trip, receiver, { endpoint, client });
  const node = nodeOf(world, receiver);
  if (node !== undefined) return atNode(world, trip, receiver, { ...node, client });
  return [atGuest(world, trip, receiver)];
}

function atGuest(world: World, trip: Trip, receiver: NetworkInterface): Path {
  const { sender, headers, notes } = trip;
  const forward = [...trip.hops, ...walk([() => atGuestInterface(world, receiver, headers)])];
  const stop = stopOf(forward);
  if (stop !== undefined) return ended(trip, forward, stop);
  if (!receiver.privateAddresses.some((own) => own.address === headers.destination)) {
    const reason = `handed to ${receiver.id}, whose guest decides what becomes of it`;
    return { verdict: 'unknown', code: 'UNKNOWN_RESOURCE', reason, forward, back: [], notes };
  }
  const back = wayBack(world, [{ from: sender, to: receiver, headers }]);
  return arrived(trip, forward, back, { receiver, headers });
}
