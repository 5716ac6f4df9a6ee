// Why there is no path: each reason of engine/explain as one of Reachability Analyzer's explanations, with the members
// that it fills for the code. Seen in its guide and in public reports: ENI_SG_RULES_MISMATCH, NO_ROUTE_TO_DESTINATION and
// IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS; the others are made alike [unconfirmed].
import type { ExplanationCode } from '../../catalog/reachability-codes.ts';
import type { AnalysisComponent, Explanation } from '../../model/network-insights-analysis.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Reason } from '../explain/answer.ts';
import { isInBlock } from '../trace/world.ts';
import { explanationCode } from './codes.ts';
import type { Explained } from './ends.ts';
import { named } from './named.ts';
import { aclRuleAt, routeAt } from './rules.ts';

type Facts = Partial<Explanation>;

/** `destination`: the id that was asked for. */
export function explanationsOf(
  snapshot: Snapshot,
  reason: Reason,
  destination: string | undefined,
): readonly Explained[] {
  const code = explanationCode(reason.code);
  return factsOf(snapshot, reason, { code, destination }).map((facts) => ({
    ...facts,
    explanationCode: code,
  }));
}

interface Asked {
  readonly code: ExplanationCode;
  readonly destination: string | undefined;
}

function factsOf(snapshot: Snapshot, reason: Reason, asked: Asked): readonly Facts[] {
  if (reason.stage === undefined)
    return [reason.component === undefined ? {} : { component: named(snapshot, reason.component) }];
  switch (reason.stage) {
    case 'security-group-egress':
    case 'security-group-ingress':
      return atGroups(snapshot, reason, asked.code);
    case 'network-acl-egress':
    case 'network-acl-ingress':
      return [atAcl(snapshot, reason)];
    case 'route':
      return [atRoute(snapshot, reason, asked)];
    case 'source-check':
      return [atSource(snapshot, reason)];
    case 'endpoint':
      return [atEndpoint(snapshot, reason, asked.code)];
    case 'load-balancer':
      return [atBalancer(snapshot, reason)];
  }
}

function placeOf(snapshot: Snapshot, id: string): Facts {
  const found = snapshot.get('networkInterface', id);
  if (found === undefined) return {};
  return {
    networkInterface: named(snapshot, id),
    subnet: named(snapshot, found.subnetId),
    vpc: named(snapshot, found.vpcId),
  };
}

function atGroups(snapshot: Snapshot, reason: Reason, code: ExplanationCode): readonly Facts[] {
  const { component = '', stage, decidedBy } = reason;
  const direction = stage === 'security-group-egress' ? 'egress' : 'ingress';
  const eni = snapshot.get('networkInterface', component);
  const place = { direction, ...placeOf(snapshot, component) } as const;
  if (code !== 'ENI_SG_RULES_MISMATCH' && code !== 'SG_HAS_NO_RULES') {
    const instanceId = eni?.attachment?.instanceId;
    const state = snapshot.get('instance', instanceId ?? '')?.intent;
    return [{ ...place, component: named(snapshot, instanceId ?? component), ...(state && { state }) }];
  }
  const ids = decidedBy?.kind === 'security-group' ? decidedBy.id.split(',') : (eni?.groupIds ?? []);
  const groups = ids.filter((id) => id !== '').map((id) => named(snapshot, id));
  if (code === 'SG_HAS_NO_RULES' && groups.length > 0)
    return groups.map((securityGroup) => ({ ...place, securityGroup }));
  return [{ ...place, securityGroups: groups }];
}

function atAcl(snapshot: Snapshot, reason: Reason): Facts {
  const { component = '', stage, headers, decidedBy } = reason;
  const direction = stage === 'network-acl-egress' ? 'egress' : 'ingress';
  const acl = snapshot.get('networkAcl', component);
  const aclRule = stage && aclRuleAt(snapshot, { stage, component, ...(decidedBy && { decidedBy }) });
  const inside = direction === 'egress' ? headers?.source : headers?.destination;
  const subnet = acl?.associations
    .map(({ subnetId }) => snapshot.get('subnet', subnetId))
    .find((one) => one !== undefined && isInBlock(one.cidrBlock, inside ?? ''));
  return {
    acl: named(snapshot, component),
    direction,
    ...(aclRule && { aclRule }),
    ...(subnet && { subnet: named(snapshot, subnet.id) }),
    ...(acl && { vpc: named(snapshot, acl.vpcId) }),
  };
}

function atRoute(snapshot: Snapshot, reason: Reason, { code, destination }: Asked): Facts {
  const { component = '', headers, decidedBy } = reason;
  const table = snapshot.get('routeTable', component);
  const gateway = snapshot.get('internetGateway', component) ?? snapshot.get('vpnGateway', component);
  const vpcId = table?.vpcId ?? gateway?.vpcId;
  const subnet = snapshot.get('subnet', component);
  const vpc = named(snapshot, vpcId ?? subnet?.vpcId ?? snapshot.get('natGateway', component)?.vpcId ?? '');
  const address = headers === undefined ? {} : { address: headers.destination };
  if (table !== undefined) {
    const state = code === 'BAD_STATE_ROUTE' ? 'blackhole' : 'active';
    const route = routeAt(snapshot, { component, ...(decidedBy && { decidedBy }) }, state);
    const target = route?.networkInterfaceId;
    return {
      routeTable: named(snapshot, component),
      vpc,
      ...(code === 'NO_ROUTE_TO_DESTINATION' ? destinationOf(snapshot, reason, destination) : address),
      ...(route && { routeTableRoute: route }),
      ...(target === undefined ? {} : { networkInterface: named(snapshot, target) }),
    };
  }
  if (component.startsWith('igw-')) return { internetGateway: named(snapshot, component), vpc, ...address };
  if (component.startsWith('nat-')) return { natGateway: named(snapshot, component), vpc, ...address };
  return { component: named(snapshot, component), vpc, ...address };
}

/** A reply has no destination that anybody named. */
function destinationOf(snapshot: Snapshot, { phase, headers }: Reason, id: string | undefined): Facts {
  if (phase === 'forward' && id !== undefined) return { destination: named(snapshot, id) };
  return headers === undefined ? {} : { address: headers.destination };
}

function atSource(snapshot: Snapshot, { component = '', headers, code }: Reason): Facts {
  const place = { direction: 'egress', ...placeOf(snapshot, component) } as const;
  if (code !== 'ENI_ADDRESS_RESTRICTION') return { component: named(snapshot, component), ...place };
  return { ...place, packetField: 'source-address', ...(headers && { address: headers.source }) };
}

function atEndpoint(snapshot: Snapshot, { component = '', headers }: Reason, code: ExplanationCode): Facts {
  const endpoint = snapshot.get('vpcEndpoint', component);
  const vpcEndpoint = named(snapshot, component);
  const vpc: { vpc?: AnalysisComponent } = endpoint ? { vpc: named(snapshot, endpoint.vpcId) } : {};
  if (code === 'BAD_STATE')
    return { component: vpcEndpoint, vpcEndpoint, ...vpc, state: endpoint?.state ?? '' };
  if (code === 'VPCE_SERVICE_NOT_INSTALLED_IN_AZ') {
    const zones = (endpoint?.subnetIds ?? []).flatMap(
      (id) => snapshot.get('subnet', id)?.availabilityZone ?? [],
    );
    return { vpcEndpoint, ...vpc, availabilityZones: zones };
  }
  return { vpcEndpoint, ...vpc, ...(headers && { protocols: [headers.protocol] }) };
}

function atBalancer(snapshot: Snapshot, { component = '', headers, decidedBy }: Reason): Facts {
  const listener = decidedBy?.kind === 'listener' ? snapshot.get('listener', decidedBy.id) : undefined;
  const balancer = snapshot.get('loadBalancer', component);
  const listeners = snapshot.by('listener', 'loadBalancerArn', component);
  return {
    component: named(snapshot, component),
    ...(balancer && { loadBalancerArn: balancer.id, vpc: named(snapshot, balancer.vpcId) }),
    ...(headers && { port: headers.destinationPort, protocols: [headers.protocol] }),
    ...(listener === undefined
      ? { portRanges: listeners.map(({ port }) => ({ from: port, to: port })) }
      : {
          elasticLoadBalancerListener: named(snapshot, listener.id),
          loadBalancerTargetGroup: named(snapshot, listener.targetGroupArn),
        }),
  };
}
