// The rule that decided at a hop, in the form in which Reachability Analyzer shows rules. A trace's decision names it:
// `sgr-…`, `acl-…/100`, `rtb-…/10.0.0.0/16`.
import { awsPrefixListOf } from '../../catalog/prefix-lists.ts';
import type {
  AnalysisAclRule,
  AnalysisRouteTableRoute,
  AnalysisSecurityGroupRule,
} from '../../model/network-insights-analysis.ts';
import type { Route } from '../../model/route-table.ts';
import type { SecurityGroup, SecurityGroupRule } from '../../model/security-group.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { protocolNumbers } from '../../net/flow.ts';
import { prefixListCidrs } from '../prefix-lists.ts';
import type { Hop } from '../trace/answer.ts';

/** With the group that it stands in. */
export function groupRuleAt(
  snapshot: Snapshot,
  { vpcId, decidedBy }: Hop,
): { readonly group: SecurityGroup; readonly rule: AnalysisSecurityGroupRule } | undefined {
  if (decidedBy?.kind !== 'security-group-rule') return undefined;
  for (const group of snapshot.by('securityGroup', 'vpcId', vpcId)) {
    const rule = group.rules.find(({ id }) => id === decidedBy.id);
    if (rule !== undefined) return { group, rule: groupRule(rule) };
  }
  return undefined;
}

function groupRule({
  direction,
  protocol,
  fromPort,
  toPort,
  peer,
}: SecurityGroupRule): AnalysisSecurityGroupRule {
  const hasPorts = (protocol === 'tcp' || protocol === 'udp') && fromPort >= 0;
  return {
    direction,
    protocol: protocol === '-1' ? 'all' : protocol,
    ...(hasPorts ? { portRange: { from: fromPort, to: toPort } } : {}),
    ...(peer.kind === 'group' ? { securityGroupId: peer.groupId } : {}),
    ...(peer.kind === 'prefix-list' ? { prefixListId: peer.prefixListId } : {}),
    ...(peer.kind === 'cidr' || peer.kind === 'cidr6' ? { cidr: peer.cidr } : {}),
  };
}

/** The implied deny has number 32767, as AWS shows it. */
export function aclRuleAt(
  snapshot: Snapshot,
  { stage, component, decidedBy }: Pick<Hop, 'stage' | 'component' | 'decidedBy'>,
): AnalysisAclRule | undefined {
  const acl = snapshot.get('networkAcl', component);
  if (acl === undefined || decidedBy === undefined) return undefined;
  const egress = stage === 'network-acl-egress';
  const number = decidedBy.id.slice(decidedBy.id.lastIndexOf('/') + 1);
  const entry = acl.entries.find((one) => one.egress === egress && String(one.ruleNumber) === number);
  if (entry === undefined)
    return { cidr: '0.0.0.0/0', egress, protocol: 'all', ruleAction: 'deny', ruleNumber: 32_767 };
  return {
    cidr: entry.cidrBlock ?? '',
    egress,
    protocol: protocolName(entry.protocol),
    ruleAction: entry.action,
    ruleNumber: entry.ruleNumber,
    ...(entry.portRange === undefined ? {} : { portRange: entry.portRange }),
  };
}

function protocolName(number: string): string {
  if (number === '-1') return 'all';
  return Object.entries(protocolNumbers).find(([, known]) => String(known) === number)?.[0] ?? number;
}

export function routeAt(
  snapshot: Snapshot,
  { component, decidedBy }: Pick<Hop, 'component' | 'decidedBy'>,
  state: AnalysisRouteTableRoute['state'],
): AnalysisRouteTableRoute | undefined {
  const table = snapshot.get('routeTable', component);
  if (table === undefined || decidedBy?.kind !== 'route') return undefined;
  const block = decidedBy.id.slice(component.length + 1);
  const target = decidedBy.text.slice(decidedBy.text.lastIndexOf(' ') + 1);
  if (target === 'local')
    return { destinationCidr: block, gatewayId: 'local', origin: 'createroutetable', state };
  const leads = ({ destination }: Route) =>
    destination.kind === 'cidr'
      ? destination.cidr === block
      : prefixListCidrs(snapshot, table.region, destination.prefixListId).includes(block);
  const route = table.routes.find((one) => one.target.id === target && leads(one));
  const endpoint = snapshot.get('vpcEndpoint', target);
  const listId =
    route?.destination.kind === 'prefix-list'
      ? route.destination.prefixListId
      : route === undefined && endpoint !== undefined
        ? awsPrefixListOf(endpoint.serviceName)?.id
        : undefined;
  const to = listId === undefined ? { destinationCidr: block } : { destinationPrefixListId: listId };
  const isPropagated = route === undefined && target.startsWith('vgw-');
  const origin = isPropagated ? 'enablevgwroutepropagation' : 'createroute';
  return { ...to, ...targetOf(target), origin, state };
}

function targetOf(id: string): Partial<AnalysisRouteTableRoute> {
  if (id.startsWith('nat-')) return { natGatewayId: id };
  if (id.startsWith('eni-')) return { networkInterfaceId: id };
  if (id.startsWith('pcx-')) return { vpcPeeringConnectionId: id };
  return { gatewayId: id };
}
