// A packet under way: what every continuation of a trace needs, and the ways a path can end.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Headers, Hop, Note, Path, StoppedHop } from './answer.ts';
import { securityGroupIngress } from './security-group-ingress.ts';
import { dangling, hasGuest, stopOf, type World } from './world.ts';

/** The way forward so far. */
export interface Journey {
  /** As they came here. */
  readonly headers: Headers;
  readonly hops: readonly Hop[];
  readonly notes: readonly Note[];
}

/** Of what an interface of ours sent, inside its VPC. */
export interface Trip extends Journey {
  readonly sender: NetworkInterface;
}

type Noted = Pick<Trip, 'notes'>;

export function ended(
  { notes }: Noted,
  forward: readonly Hop[],
  stop: StoppedHop,
  back: readonly Hop[] = [],
): Path {
  const verdict = stop.outcome === 'unknown' ? 'unknown' : 'not-reachable';
  return { verdict, code: stop.code, reason: stop.reason, forward, back, notes };
}

/** It arrived; whether the flow works hangs on the way back. */
export function arrived(
  noted: Noted,
  forward: readonly Hop[],
  back: readonly Hop[],
  at: { receiver: NetworkInterface; headers: Headers },
): Path {
  const stop = stopOf(back);
  if (stop !== undefined) return ended(noted, forward, stop, back);
  const { id, vpcId } = at.receiver;
  const { destination: address, destinationPort: port } = at.headers;
  const arrival = { kind: 'interface', id, vpcId, address, port } as const;
  return { verdict: 'reachable', arrival, forward, back, notes: noted.notes };
}

/** The groups of a guest's interface, if there is a guest. */
export function atGuestInterface(
  world: World,
  receiver: NetworkInterface,
  headers: Headers,
  throughGroupIds: readonly string[] = [],
): Hop {
  const { snapshot } = world;
  if (!hasGuest(snapshot, receiver)) return noGuest(snapshot, 'security-group-ingress', receiver, headers);
  return securityGroupIngress(world, { receiver, headers, throughGroupIds });
}

export function noGuest(
  snapshot: Snapshot,
  stage: Hop['stage'],
  eni: NetworkInterface,
  headers: Headers,
): StoppedHop {
  const hop = { stage, component: eni.id, vpcId: eni.vpcId, headers, outcome: 'stopped' } as const;
  const instanceId = eni.attachment?.instanceId;
  if (eni.interfaceType === 'nat_gateway') {
    const reason = `${eni.managedBy ?? eni.id} takes no connections: it only forwards what its VPC's routes bring`;
    return { ...hop, code: 'NO_POSSIBLE_DESTINATION', reason };
  }
  if (instanceId === undefined) {
    return { ...hop, code: 'UNASSOCIATED_COMPONENT', reason: `${eni.id} is attached to no instance` };
  }
  const instance = snapshot.get('instance', instanceId);
  if (instance === undefined) return dangling(hop, instanceId);
  return { ...hop, code: 'BAD_STATE', reason: `${instanceId} is ${instance.intent}` };
}

/** The interface of the sender's own guest that has the address: such packets never leave the guest. */
export function ownInterface(
  snapshot: Snapshot,
  sender: NetworkInterface,
  address: string,
): NetworkInterface | undefined {
  const instanceId = sender.attachment?.instanceId;
  const siblings = instanceId === undefined ? [] : snapshot.by('networkInterface', 'instanceId', instanceId);
  return [sender, ...siblings].find((eni) => eni.privateAddresses.some((own) => own.address === address));
}

export function zoneNotes(from: NetworkInterface, to: NetworkInterface): readonly Note[] {
  if (from.availabilityZone === to.availabilityZone) return [];
  const text = `${from.id} in ${from.availabilityZone} → ${to.id} in ${to.availabilityZone}`;
  return [{ code: 'AVAILABILITY_ZONE_CROSSED', text }];
}
