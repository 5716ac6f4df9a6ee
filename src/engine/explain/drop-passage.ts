// A flow on its way from router to router, as each met it first: so its counters know it, whatever translates it after.
import type { Snapshot } from '../../model/snapshot.ts';
import { speaksProxyProtocol } from '../balancing.ts';
import { identityText } from '../compile/vpc-view.ts';
import type { Headers, Hop, StoppedHop } from '../trace/answer.ts';
import { interfaceAt } from '../trace/world.ts';
import type { WayTaken } from './answer.ts';

export interface Passage {
  /** VPC whose router it is. */
  readonly namespace: string;
  readonly headers: Headers;
  /** It comes from a NAT gateway. */
  readonly isShared: boolean;
}

/** `elsewhere` once it is in no router of a VPC, or the packets are no longer the sender's own. */
export type At = Passage | 'elsewhere';

/** Where the flow has been on the way forward, in order. */
export function passagesOf(snapshot: Snapshot, { headers, path }: WayTaken): readonly At[] {
  const [first] = path.forward;
  const passages: At[] = [];
  // From on premises the first router is none of a VPC.
  if (first !== undefined && first.vpcId !== '')
    passages.push({ namespace: first.vpcId, headers, isShared: false });
  for (const hop of path.forward) {
    const next = entered(snapshot, passages.at(-1), hop);
    if (next !== undefined) passages.push(next);
    // A NAT gateway is a router of its own: what leaves it comes to the VPC's router anew.
    if (hop.outcome === 'passed' && hop.stage === 'route' && hop.decidedBy?.kind === 'network-interface')
      passages.push({ namespace: hop.vpcId, headers: hop.rewritten ?? hop.headers, isShared: true });
  }
  return passages;
}

/** Undefined while it stays where it is. */
function entered(snapshot: Snapshot, here: At | undefined, hop: Hop): At | undefined {
  if (here === 'elsewhere') return undefined;
  // What comes to a public address that nobody has gets no further than the internet of this host.
  if (hop.outcome !== 'passed' && hop.code === 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS') return 'elsewhere';
  if (hop.vpcId === '') return undefined;
  if (here === undefined) return { namespace: hop.vpcId, headers: hop.headers, isShared: false };
  if (hop.stage === 'load-balancer') return enteredBalancer(snapshot, here, hop);
  if (hop.stage !== 'route') return undefined;
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
export function passageBack(passages: readonly At[], { vpcId, headers }: StoppedHop): Passage | undefined {
  const there = passages.filter((one) => one !== 'elsewhere').filter((one) => one.namespace === vpcId);
  return there.find((one) => one.headers.source === headers.destination) ?? there.at(-1);
}
