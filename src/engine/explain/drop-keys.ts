// Which counters tell what was dropped at a stop: the stage and what decided there name the place (../drop-place.ts).
import type { Snapshot } from '../../model/snapshot.ts';
import { protocolNumbers } from '../../net/flow.ts';
import { contains, parseAddress } from '../../net/ipv4.ts';
import { hiddenRange } from '../../plan/addressing.ts';
import { type DropKey, icmpPort, placeMark } from '../../plan/drop-counter.ts';
import { deviceIndex } from '../compile/router.ts';
import { metadataAddress } from '../compile/services.ts';
import { linkIndex as vpnLinkIndex } from '../compile/vpn-gateway.ts';
import {
  aclEntryPlace,
  endpointPlace,
  gatewayPlace,
  groupsPlace,
  listenerPlace,
  lostAnswersPlace,
  noListenerPlace,
  routePlace,
} from '../drop-place.ts';
import { resolverAddresses } from '../name-servers.ts';
import type { StoppedHop } from '../trace/answer.ts';
import { interfaceAt } from '../trace/world.ts';
import type { Explanation } from './answer.ts';
import type { Passage } from './drop-passage.ts';

export interface Counters {
  /** Of the flow at its stop; none where nothing counts it. */
  readonly keys: readonly DropKey[];
  /** Whatever is dropped there is in these counters, so that none says none. */
  readonly isWhole: boolean;
}

function keyOf({ namespace, headers }: Passage, set: DropKey['set'], at: number): DropKey {
  const { source, destination, protocol, destinationPort, icmp } = headers;
  // Pings are answered by another message.
  const message = set === 'dropped-answers' ? { type: 0, code: 0 } : icmp;
  const port =
    message !== undefined && protocol === 'icmp' ? icmpPort(message.type, message.code) : destinationPort;
  return { namespace, set, source, destination, protocol: protocolNumbers[protocol], port, at };
}

export const uncounted: Counters = { keys: [], isWhole: false };

export function droppedForward(snapshot: Snapshot, passage: Passage, stop: StoppedHop): Counters {
  if (stop.stage === 'source-check') return droppedAtSource(snapshot, passage, stop);
  if (snapshot.get('vpnGateway', stop.component) !== undefined) return droppedFromVpn(passage, stop);
  const places = placesOf(snapshot, stop);
  // With a public address it leaves by the gateway, and is lost beyond it.
  const isBeyond = stop.code.startsWith('IGW_DESTINATION') || isServiceAddress(snapshot, passage);
  const isWhole = places.length > 0 && !isBeyond;
  return { keys: places.map((place) => keyOf(passage, 'dropped', placeMark(place))), isWhole };
}

/** What the gateway brings is checked as what an interface sends; what it cannot lead on is dropped in its own router. */
function droppedFromVpn(passage: Passage, { code }: StoppedHop): Counters {
  if (code === 'NO_ROUTE_TO_DESTINATION') return uncounted;
  const unchecked = keyOf(passage, 'dropped-at-source', vpnLinkIndex);
  return { keys: [unchecked, keyOf(passage, 'dropped', placeMark(routePlace))], isWhole: true };
}

/** A counter at another place than the stop: an entry of an ACL, or one of the places below. */
export interface Before {
  readonly place: string;
  readonly key: DropKey;
}

/**
 * The host asks ACLs before the sender's groups, routes before what a packet meets on leaving a node, and for a way back
 * before it lets anybody in to an interface without a device.
 */
export function droppedBefore(
  { reasons, components }: Pick<Explanation, 'reasons' | 'components'>,
  passage: Passage,
  { stage }: StoppedHop,
  isBack: boolean,
): readonly Before[] {
  if (stage === 'source-check') return [];
  const at = (set: DropKey['set'], place: string) => keyOf(passage, set, placeMark(place));
  const lost = { place: lostAnswersPlace, key: at('dropped', lostAnswersPlace) };
  if (stage === 'route') return [lost];
  const places = [{ place: routePlace, key: at(isBack ? 'dropped-answers' : 'dropped', routePlace) }, lost];
  if (stage !== 'security-group-egress') return places;
  const entries = reasons.flatMap(({ phase, component = '', stage: other, decidedBy }) => {
    const isHere = phase === 'forward' && components[component]?.vpcId === passage.namespace;
    if (!isHere || (other !== 'network-acl-egress' && other !== 'network-acl-ingress')) return [];
    const place = decidedBy?.id ?? '';
    return [{ place, key: at('dropped', aclEntryPlace(other, place)) }];
  });
  return [...entries, ...places];
}

/** What is for the resolver, the metadata service or one of the hidden addresses, no ACL or gateway judges on the host. */
function isServiceAddress(snapshot: Snapshot, { namespace, headers }: Passage): boolean {
  const vpc = snapshot.get('vpc', namespace);
  const { destination } = headers;
  if (vpc !== undefined && [...resolverAddresses(vpc), metadataAddress].includes(destination)) return true;
  return contains(hiddenRange, parseAddress(destination) ?? 0);
}

function droppedAtSource(snapshot: Snapshot, passage: Passage, { code, component }: StoppedHop): Counters {
  const sender = snapshot.get('networkInterface', component);
  if (sender === undefined || code !== 'ENI_ADDRESS_RESTRICTION') return uncounted;
  const index = deviceIndex.interface + sender.number;
  // By which interface another's packets leave an instance that has several, its own routes tell.
  const interfaces = snapshot.by('networkInterface', 'instanceId', sender.attachment?.instanceId ?? '');
  const isWhole = interfaces.length < 2;
  return { keys: [keyOf(passage, 'dropped-at-source', index)], isWhole };
}

/** An answer that would be led astray may never be given: then its flow is dropped where it comes in. */
export function droppedBack(
  snapshot: Snapshot,
  passage: Passage,
  stop: StoppedHop,
  isOwn: boolean,
): Counters {
  const answers = (place: string) => keyOf(passage, 'dropped-answers', placeMark(place));
  const judged = judgedPlace(stop);
  const sender = interfaceAt(snapshot, passage.namespace, stop.headers.source);
  // A node's answers have a route before they have an ACL, and may be led to somebody.
  const isNode = sender?.interfaceType === 'network_load_balancer';
  if (judged !== undefined) return { keys: [answers(judged)], isWhole: isOwn && !isNode };
  const inTheDoor = keyOf(passage, 'dropped', placeMark(lostAnswersPlace));
  const keys = [answers(routePlace), answers(lostAnswersPlace), inTheDoor];
  const isBeyond = stop.leadsTo !== undefined || snapshot.get('vpnGateway', stop.component) !== undefined;
  return { keys, isWhole: isOwn && !isBeyond };
}

/** Of an ACL's entry or of security groups. */
function judgedPlace({ stage, code, decidedBy }: StoppedHop): string | undefined {
  switch (stage) {
    case 'network-acl-egress':
    case 'network-acl-ingress':
      return aclEntryPlace(stage, decidedBy?.id ?? '');
    case 'security-group-egress':
    case 'security-group-ingress':
      if (code !== 'ENI_SG_RULES_MISMATCH' && code !== 'SG_HAS_NO_RULES') return undefined;
      return groupsPlace(stage, (decidedBy?.id ?? '').split(','));
    default:
      return undefined;
  }
}

/** Several where it depends on how the flow came there; none where what drops it is no router's rule. */
function placesOf(snapshot: Snapshot, stop: StoppedHop): readonly string[] {
  const { stage, code, component, decidedBy } = stop;
  switch (stage) {
    case 'endpoint':
      return code === 'VPCE_GATEWAY_PROTOCOL_RESTRICTION' ? [] : [endpointPlace(component)];
    case 'load-balancer':
      return decidedBy === undefined ? [routePlace, noListenerPlace] : [listenerPlace(decidedBy.id)];
    case 'route':
      if (code.startsWith('IGW_')) return [gatewayPlace(component)];
      return snapshot.get('natGateway', component) === undefined ? [routePlace] : [];
    default: {
      const judged = judgedPlace(stop);
      if (judged !== undefined) return [judged];
      // Nobody is there. A NAT gateway is, and takes nothing for itself.
      return code === 'NO_POSSIBLE_DESTINATION' ? [] : [routePlace];
    }
  }
}
