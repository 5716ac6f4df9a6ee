// Stage endpoint: is the endpoint there for these packets? Its interfaces exist from creation, data flows only while
// it is `available`, and to a zonal one only from its zone. Behind it stands a customer's endpoint service; AWS's own
// services are not part of the snapshot.
import type { NetworkInterface } from '../../model/network-interface.ts';
import { isZonal, type VpcEndpoint, zonalTag } from '../../model/vpc-endpoint.ts';
import type { Headers, Hop, Note } from './answer.ts';
import { dangling, type World } from './world.ts';

/** The endpoint that owns this interface. */
export function endpointOf({ snapshot }: World, receiver: NetworkInterface): VpcEndpoint | undefined {
  const endpoints = snapshot.by('vpcEndpoint', 'networkInterfaceId', receiver.id);
  return endpoints.find((endpoint) => endpoint.vpcId === receiver.vpcId);
}

export function endpointState(
  { snapshot }: World,
  endpoint: VpcEndpoint,
  ends: {
    /** Absent outside the VPC, where no zone is. */
    readonly sender: NetworkInterface | undefined;
    readonly receiver: NetworkInterface;
    readonly headers: Headers;
  },
): Hop {
  const { sender, receiver, headers } = ends;
  const { id, vpcId, state, endpointServiceId } = endpoint;
  const hop = { stage: 'endpoint', component: id, vpcId, headers } as const;
  const decidedBy = { kind: 'vpc-endpoint', id, text: `state ${state}` } as const;
  if (state === 'pendingAcceptance') {
    const reason = `the owner of ${endpoint.serviceName} has not accepted ${id}`;
    return { ...hop, decidedBy, outcome: 'stopped', code: 'ENDPOINT_PENDING_ACCEPTANCE', reason };
  }
  if (state !== 'available') {
    return {
      ...hop,
      decidedBy,
      outcome: 'stopped',
      code: 'ENDPOINT_NOT_AVAILABLE',
      reason: `${id} is ${state}`,
    };
  }
  if (endpointServiceId !== undefined && snapshot.get('endpointService', endpointServiceId) === undefined) {
    return dangling(hop, endpointServiceId);
  }
  const { availabilityZone: zone } = receiver;
  if (isZonal(endpoint) && sender !== undefined && sender.availabilityZone !== zone) {
    const setting = { kind: 'vpc-endpoint', id, text: `${zonalTag} = true` } as const;
    const reason = `${receiver.id} serves ${zone} only, and ${sender.id} is in ${sender.availabilityZone}`;
    return { ...hop, decidedBy: setting, outcome: 'stopped', code: 'ENDPOINT_ZONE_RESTRICTION', reason };
  }
  return { ...hop, decidedBy, outcome: 'passed' };
}

/** One interface serves the whole VPC, and fails with its zone. */
export function endpointNotes(endpoint: VpcEndpoint): readonly Note[] {
  if (endpoint.networkInterfaceIds.length !== 1) return [];
  return [{ code: 'ENDPOINT_SINGLE_AZ', text: `${endpoint.id} has an interface in one zone only` }];
}
