// Packets as evidence: which counters of the host tell how many packets of the flow were dropped where its way stops. A
// router knows a flow by the headers with which it came to it first, so the way is followed from router to router; at
// the stop, the stage and what decided there name the place (../drop-place.ts).
import type { Snapshot } from '../../model/snapshot.ts';
import { protocolNumbers } from '../../net/flow.ts';
import { type DropCount, type DropKey, icmpPort, placeMark } from '../../plan/drop-counter.ts';
import { countingSeconds } from '../../plan/nft-text.ts';
import { speaksProxyProtocol } from '../balancing.ts';
import { deviceIndex } from '../compile/router.ts';
import { linkIndex as vpnLinkIndex } from '../compile/vpn-gateway.ts';
import { identityText } from '../compile/vpc-view.ts';
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
import type { Headers, Hop, StoppedHop } from '../trace/answer.ts';
import { interfaceAt } from '../trace/world.ts';
import type { Dropped, Explanation, WayTaken } from './answer.ts';

/** What to ask the host about one way that is stopped. */
export interface SoughtDrop {
  /** Place of the way in the explanation. */
  readonly way: number;
  /** Counters of the flow there; none where nothing counts it. */
  readonly keys: readonly DropKey[];
  /** Whatever is dropped there is in these counters, so that none says none. */
  readonly isWhole: boolean;
  /** The router knows the flow by an address that others send from too. */
  readonly sharedSource?: string;
  /** What else stands in the way and comes first on the host: ACLs, which it asks before the sender's groups. */
  readonly before: readonly { readonly component: string; readonly key: DropKey }[];
}

/** Why there is nothing to ask: the packets are nobody's. */
export function nobodySends({ question, sender, ways }: Explanation): string | undefined {
  if (sender?.imagined === true) return 'the sender is imagined: no packet is its own';
  if (question.from.kind === 'internet' && question.from.address === undefined)
    return 'the sender is any host of the internet: name one, as internet:192.0.2.1';
  return ways.some(({ path }) => stopOf(path) !== undefined) ? undefined : 'nothing drops the flow';
}

export function soughtDrops(snapshot: Snapshot, explanation: Explanation): readonly SoughtDrop[] {
  return explanation.ways.flatMap((taken, way) => {
    const stop = stopOf(taken.path);
    if (stop?.outcome !== 'stopped') return [];
    const passages = passagesOf(snapshot, taken);
    const isBack = taken.path.back.includes(stop);
    const passage = isBack ? passageBack(passages, stop) : passages.at(-1);
    if (passage === undefined || passage === 'elsewhere' || passage.namespace === '')
      return [{ way, ...uncounted, before: [] }];
    const counters = isBack ? droppedBack(snapshot, passage, stop) : droppedForward(snapshot, passage, stop);
    const shared = passage.isShared ? { sharedSource: passage.headers.source } : {};
    return [{ way, ...counters, ...shared, before: droppedBefore(explanation, passage, stop) }];
  });
}

/** All that is to be asked of the host, in the order in which `withDrops` takes the answers. */
export function dropKeys(sought: readonly SoughtDrop[]): readonly DropKey[] {
  return sought.flatMap(({ keys, before }) => [...keys, ...before.map(({ key }) => key)]);
}

export function withDrops(
  explanation: Explanation,
  sought: readonly SoughtDrop[],
  counts: readonly (DropCount | undefined)[],
): Explanation {
  const left = [...counts];
  const take = (number: number) => left.splice(0, number);
  const found = new Map(
    sought.map((one) => {
      const here = take(one.keys.length).filter((count) => count !== undefined);
      return [one.way, droppedOf(one, here, take(one.before.length))] as const;
    }),
  );
  const ways = explanation.ways.map((taken, i) => {
    const dropped = found.get(i);
    return dropped === undefined ? taken : { ...taken, dropped };
  });
  return { ...explanation, ways, dropCounters: { isRead: true } };
}

function droppedOf(
  { isWhole, sharedSource, before }: SoughtDrop,
  here: readonly DropCount[],
  earlier: readonly (DropCount | undefined)[],
): Dropped {
  if (here.length === 0 && !isWhole)
    return { isCounted: false, reason: 'what drops it is no rule of a router of ours' };
  const first = before.flatMap(({ component }, i) => {
    const count = earlier[i];
    return count === undefined ? [] : [{ component, ...totalOf([count]) }];
  })[0];
  return {
    isCounted: true,
    ...totalOf(here),
    withinSeconds: countingSeconds,
    ...(sharedSource === undefined ? {} : { sharedSource }),
    ...(first === undefined ? {} : { before: first }),
  };
}

function totalOf(counts: readonly DropCount[]) {
  const sum = (field: 'packets' | 'bytes') => counts.reduce((total, count) => total + count[field], 0);
  const ageMs = Math.min(...counts.map((count) => count.ageMs));
  const last = counts.length === 0 ? {} : { lastSecondsAgo: ageMs / 1000 };
  return { packets: sum('packets'), bytes: sum('bytes'), ...last };
}

function stopOf({ forward, back }: WayTaken['path']): StoppedHop | undefined {
  const last = (back.length > 0 ? back : forward).at(-1);
  return last === undefined || last.outcome === 'passed' ? undefined : last;
}

/** A flow as a router met it. */
interface Passage {
  /** VPC whose router it is. */
  readonly namespace: string;
  readonly headers: Headers;
  /** It comes from a NAT gateway. */
  readonly isShared: boolean;
}

/** `elsewhere` once it is in no router of a VPC, or the packets are no longer the sender's own. */
type At = Passage | 'elsewhere';

/** Where the flow has been on the way forward, in order. */
function passagesOf(snapshot: Snapshot, { headers, path }: WayTaken): readonly At[] {
  const [first] = path.forward;
  const passages: At[] = first === undefined ? [] : [{ namespace: first.vpcId, headers, isShared: false }];
  for (const hop of path.forward) {
    const next = entered(snapshot, passages.at(-1) ?? 'elsewhere', hop);
    if (next !== undefined) passages.push(next);
    // A NAT gateway is a router of its own: what leaves it comes to the VPC's router anew.
    if (hop.outcome === 'passed' && hop.stage === 'route' && hop.decidedBy?.kind === 'network-interface')
      passages.push({ namespace: hop.vpcId, headers: hop.rewritten ?? hop.headers, isShared: true });
  }
  return passages;
}

/** Undefined while it stays where it is. */
function entered(snapshot: Snapshot, here: At, hop: Hop): At | undefined {
  if (here === 'elsewhere') return undefined;
  if (hop.stage === 'load-balancer') return enteredBalancer(snapshot, here, hop);
  if (hop.stage !== 'route') return undefined;
  // What comes to a public address that nobody has gets no further than the internet of this host.
  if (hop.outcome !== 'passed' && hop.code === 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS') return 'elsewhere';
  const isTranslated = hop.outcome === 'passed' && hop.decidedBy?.kind === 'address';
  const isIngress = isTranslated && hop.rewritten?.destination !== hop.headers.destination;
  if (!isIngress && hop.vpcId === here.namespace) return undefined;
  return { namespace: hop.vpcId, headers: hop.headers, isShared: false };
}

/** By PrivateLink: there the interface that sends is known by its identity. */
function enteredBalancer(snapshot: Snapshot, here: Passage, { component, decidedBy }: Hop): At | undefined {
  const listener = snapshot.get('listener', decidedBy?.kind === 'listener' ? decidedBy.id : '');
  if (listener !== undefined && speaksProxyProtocol(snapshot, listener)) return 'elsewhere';
  const provider = snapshot.get('loadBalancer', component)?.vpcId;
  if (provider === here.namespace) return undefined;
  const vpc = snapshot.get('vpc', here.namespace);
  const sender = interfaceAt(snapshot, here.namespace, here.headers.source);
  if (provider === undefined || vpc === undefined || sender === undefined) return 'elsewhere';
  return { ...here, namespace: provider, headers: { ...here.headers, source: identityText(vpc, sender) } };
}

/** The router that knows the flow whose answer was stopped: two where a NAT gateway leads it through one router twice. */
function passageBack(passages: readonly At[], { vpcId, headers }: StoppedHop): Passage | undefined {
  const there = passages.filter((one) => one !== 'elsewhere').filter((one) => one.namespace === vpcId);
  return there.find((one) => one.headers.source === headers.destination) ?? there.at(-1);
}

type Counters = Pick<SoughtDrop, 'keys' | 'isWhole'>;

function keyOf({ namespace, headers }: Passage, set: DropKey['set'], at: number): DropKey {
  const { source, destination, protocol, destinationPort, icmp } = headers;
  // Pings are answered by another message.
  const message = set === 'dropped-answers' ? { type: 0, code: 0 } : icmp;
  const port =
    message !== undefined && protocol === 'icmp' ? icmpPort(message.type, message.code) : destinationPort;
  return { namespace, set, source, destination, protocol: protocolNumbers[protocol], port, at };
}

const uncounted: Counters = { keys: [], isWhole: false };

function droppedForward(snapshot: Snapshot, passage: Passage, stop: StoppedHop): Counters {
  if (stop.stage === 'source-check') return droppedAtSource(snapshot, passage, stop);
  if (snapshot.get('vpnGateway', stop.component) !== undefined) return droppedFromVpn(passage, stop);
  const places = placesOf(snapshot, stop);
  // With a public address it leaves by the gateway, and is lost beyond it.
  const isWhole = places.length > 0 && !stop.code.startsWith('IGW_DESTINATION');
  return { keys: places.map((place) => keyOf(passage, 'dropped', placeMark(place))), isWhole };
}

/** What the gateway brings is checked as what an interface sends; what it cannot lead on is dropped in its own router. */
function droppedFromVpn(passage: Passage, { code }: StoppedHop): Counters {
  if (code === 'NO_ROUTE_TO_DESTINATION') return uncounted;
  const unchecked = keyOf(passage, 'dropped-at-source', vpnLinkIndex);
  return { keys: [unchecked, keyOf(passage, 'dropped', placeMark(routePlace))], isWhole: true };
}

function droppedBefore(
  { reasons, components }: Explanation,
  passage: Passage,
  { stage }: StoppedHop,
): SoughtDrop['before'] {
  if (stage !== 'security-group-egress') return [];
  return reasons.flatMap(({ phase, component = '', ...reason }) => {
    const isHere = phase === 'forward' && components[component]?.vpcId === passage.namespace;
    if (!isHere || (reason.stage !== 'network-acl-egress' && reason.stage !== 'network-acl-ingress'))
      return [];
    const place = aclEntryPlace(reason.stage, reason.decidedBy?.id ?? '');
    return [{ component, key: keyOf(passage, 'dropped', placeMark(place)) }];
  });
}

function droppedAtSource(snapshot: Snapshot, passage: Passage, { code, component }: StoppedHop): Counters {
  const sender = snapshot.get('networkInterface', component);
  if (sender === undefined || code !== 'ENI_ADDRESS_RESTRICTION') return uncounted;
  const index = deviceIndex.interface + sender.number;
  return { keys: [keyOf(passage, 'dropped-at-source', index)], isWhole: true };
}

/** An answer that would be led astray may never be given: then its flow is dropped where it comes in. */
function droppedBack(snapshot: Snapshot, passage: Passage, stop: StoppedHop): Counters {
  const answers = (place: string) => keyOf(passage, 'dropped-answers', placeMark(place));
  const judged = judgedPlace(stop);
  if (judged !== undefined) return { keys: [answers(judged)], isWhole: true };
  const inTheDoor = keyOf(passage, 'dropped', placeMark(lostAnswersPlace));
  const keys = [answers(routePlace), answers(lostAnswersPlace), inTheDoor];
  const isBeyond = stop.leadsTo !== undefined || snapshot.get('vpnGateway', stop.component) !== undefined;
  return { keys, isWhole: !isBeyond };
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
