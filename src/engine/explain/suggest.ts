// From the code of what stopped a packet to the changes that may help, likeliest first; and for codes that no change of
// configuration helps, why. Whether a change does help is for the trace to say.
import type { Change } from './change.ts';
import type { Situation, Stuck } from './situation.ts';
import * as balancing from './suggest-balancing.ts';
import * as endpoints from './suggest-endpoints.ts';
import * as routes from './suggest-routes.ts';
import * as rules from './suggest-rules.ts';
import * as vpn from './suggest-vpn.ts';
import { interfaceAt } from '../trace/world.ts';
import { tableOfSubnet } from './situation.ts';

export function suggest(situation: Situation): readonly Change[] {
  const { reason, hop } = situation.block;
  const own = hop === undefined ? withoutHop(situation) : atHop({ ...situation, hop });
  if (reason.phase === 'request' || reason.phase === 'destination') return own;
  // A name that should have meant an endpoint helps wherever the packet to its public address is stopped.
  return [...endpoints.names(situation), ...own];
}

function withoutHop(situation: Situation): readonly Change[] {
  const { code, component } = situation.block.reason;
  const { snapshot } = situation;
  switch (code) {
    case 'ENDPOINT_MISSING':
      return endpoints.customerEndpoint(situation);
    case 'ENDPOINT_SERVICE_NOT_ALLOWED':
      return endpoints.permission(situation);
    case 'ENDPOINT_WITHOUT_SUBNETS':
      return endpoints.endpointSubnet(situation);
    case 'NO_PUBLIC_ADDRESS': {
      const owner = snapshot.get('networkInterface', component ?? '');
      return routes.associate(snapshot, owner, owner?.privateAddresses[0]?.address ?? '');
    }
    case 'ENDPOINT_POLICY_DENIES':
    case 'ENDPOINT_POLICY_IMPLICIT_DENY':
      return endpoints.endpointPolicy(situation);
    case 'ELBV2_SOURCE_ADDRESS_PRESERVATION':
      return balancing.ownAddress(situation);
    default:
      return [];
  }
}

function atHop(stuck: Stuck): readonly Change[] {
  const { hop, snapshot } = stuck;
  switch (hop.code) {
    case 'ENI_ADDRESS_RESTRICTION':
      return [{ kind: 'disable-source-dest-check', networkInterfaceId: hop.component }];
    case 'ENI_SG_RULES_MISMATCH':
    case 'SG_HAS_NO_RULES':
      return rules.groupRule(stuck);
    case 'SUBNET_ACL_RESTRICTION':
    case 'RETURN_SUBNET_ACL_RESTRICTION':
      return rules.aclEntry(stuck);
    case 'NO_ROUTE_TO_DESTINATION':
    case 'BAD_STATE_ROUTE':
      return [...vpn.routes(stuck), ...routes.routeAway(stuck), ...endpoints.serviceEndpoint(stuck)];
    case 'BAD_STATE_VPN':
      return vpn.attachToDestination(stuck);
    case 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS':
      return [...routes.publicAddress(stuck), ...endpoints.serviceEndpoint(stuck)];
    case 'ENI_SOURCE_DEST_CHECK_RESTRICTION':
      return routes.checkOff(stuck);
    case 'RETURN_NO_ROUTE':
      return [...vpn.routes(stuck), ...routes.routeBack(stuck)];
    case 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS':
      return gatewayOfReceiver(stuck);
    case 'NO_POSSIBLE_DESTINATION':
      return loopOfNatGateway(stuck);
    case 'BAD_STATE': {
      const instanceId = snapshot.get('networkInterface', hop.component)?.attachment?.instanceId;
      const instance = snapshot.get('instance', instanceId ?? '');
      return instance?.intent === 'stopped' ? [{ kind: 'start-instance', instanceId: instance.id }] : [];
    }
    case 'ENDPOINT_ZONE_RESTRICTION':
      return [{ kind: 'serve-all-zones', vpcEndpointId: hop.component }];
    case 'ENDPOINT_NOT_AVAILABLE':
    case 'ENDPOINT_PENDING_ACCEPTANCE':
      return endpoints.acceptance(stuck);
    case 'ELBV2_LISTENERS_MISMATCH':
    case 'ELBV2_LISTENER_PORT_RESTRICTION':
      return balancing.listener(stuck);
    case 'ELBV2_LISTENER_HAS_NO_TG':
      return balancing.targetGroup(stuck);
    case 'ELBV2_NO_TARGETS_IN_AZ':
      return balancing.crossZone(stuck);
    case 'VPCE_SERVICE_NOT_INSTALLED_IN_AZ':
      return balancing.node(stuck);
    default:
      return [];
  }
}

/** Somebody has the public address, but their VPC has no gateway. */
function gatewayOfReceiver({ snapshot, hop }: Stuck): readonly Change[] {
  const address = snapshot.by('address', 'publicIp', hop.headers.destination)[0];
  const receiver = snapshot.get('networkInterface', address?.association?.networkInterfaceId ?? '');
  return receiver === undefined ? [] : routes.attachGateway(snapshot, receiver.vpcId);
}

/** The gateway's own subnet routes to the gateway: that table needs the internet gateway. */
function loopOfNatGateway(stuck: Stuck): readonly Change[] {
  const { snapshot, hop } = stuck;
  const nat = snapshot.get('natGateway', hop.component);
  const table = nat && tableOfSubnet(snapshot, nat.subnetId);
  const own = nat && interfaceAt(snapshot, nat.vpcId, nat.address.privateAddress ?? '');
  if (table === undefined || own === undefined) return [];
  const isLoop = table.routes.find(({ target }) => target.id === nat?.id);
  return isLoop === undefined ? [] : routes.gatewayInstead(snapshot, table, isLoop);
}
