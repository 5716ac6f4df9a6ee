// AWS's own services, where a path ends: behind an interface endpoint, behind a gateway endpoint's route, or at their
// public addresses by an internet gateway. What a service answers is not the network's affair; that it listens is.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { VpcEndpoint } from '../../model/vpc-endpoint.ts';
import { type Headers, type Hop, type Path, reversed, type StoppedHop } from './answer.ts';
import { networkAclIngress } from './network-acl-ingress.ts';
import { ended, type Journey, type Trip } from './trip.ts';
import { asReturn } from './way-back.ts';
import { stopOf, walk, type World } from './world.ts';

/** HTTP and HTTPS; the few services with other ports are not offered. */
export const servicePorts: readonly number[] = [80, 443];

/** Behind an interface endpoint, whose groups have let the flow in. */
export function atInterfaceEndpoint(
  journey: Asking,
  endpoint: VpcEndpoint,
  back: () => readonly Hop[],
): Path {
  return answered(journey, { name: endpoint.serviceName, id: endpoint.id, vpcId: endpoint.vpcId }, back);
}

/** Behind a gateway endpoint: TCP and pings pass; the reply has the service's public address. */
export function atGatewayEndpoint(world: World, trip: Trip, endpoint: VpcEndpoint): Path {
  const { headers } = trip;
  const hop = { stage: 'endpoint', component: endpoint.id, vpcId: endpoint.vpcId, headers } as const;
  if (headers.protocol === 'udp') {
    const reason = `gateway endpoints take TCP and ICMP echo, not ${headers.protocol}`;
    const stop: StoppedHop = {
      ...hop,
      outcome: 'stopped',
      code: 'VPCE_GATEWAY_PROTOCOL_RESTRICTION',
      reason,
    };
    return ended(trip, [...trip.hops, stop], stop);
  }
  const hops: readonly Hop[] = [...trip.hops, { ...hop, outcome: 'passed' }];
  const service = { name: endpoint.serviceName, id: endpoint.id, vpcId: endpoint.vpcId };
  return answered({ ...trip, hops }, service, () => replyFromOutside(world, trip.sender, headers));
}

/** Past the internet gateway of the sender's VPC. */
export function atPublicService(world: World, trip: Trip, name: string): Path {
  const { sender, headers } = trip;
  const service = { name, id: name, vpcId: sender.vpcId };
  return answered(trip, service, () => replyFromOutside(world, sender, headers));
}

function replyFromOutside(world: World, sender: NetworkInterface, headers: Headers): readonly Hop[] {
  return walk([() => networkAclIngress(world, sender, reversed(headers))]).map(asReturn);
}

/** Absent: who asks is outside the VPC, and heard only with its own address. */
type Asking = Journey & { readonly sender?: NetworkInterface | undefined };

function answered(
  trip: Asking,
  service: { readonly name: string; readonly id: string; readonly vpcId: string },
  wayBackHops: () => readonly Hop[],
): Path {
  const { headers, sender, notes, hops: forward } = trip;
  const { destination: address, destinationPort: port, protocol } = headers;
  const refused = { verdict: 'not-reachable', forward, notes } as const;
  if (protocol !== 'tcp') {
    const reason = `${service.name} takes TCP, not ${protocol}`;
    return { ...refused, code: 'PROTOCOL_RESTRICTION', reason, back: [] };
  }
  if (!servicePorts.includes(port)) {
    const reason = `${service.name} does not answer on port ${port}`;
    return { ...refused, code: 'NO_POSSIBLE_DESTINATION', reason, back: [] };
  }
  if (sender !== undefined && !sender.privateAddresses.some((own) => own.address === headers.source)) {
    const reason = `the answer to ${headers.source} does not come back to ${sender.id}`;
    return { ...refused, code: 'RETURN_NO_ROUTE', reason, back: [] };
  }
  const back = wayBackHops();
  const stop = stopOf(back);
  if (stop !== undefined) return ended(trip, forward, stop, back);
  const arrival = { kind: 'aws-service', id: service.id, vpcId: service.vpcId, address, port } as const;
  return { verdict: 'reachable', arrival, forward, back, notes };
}
