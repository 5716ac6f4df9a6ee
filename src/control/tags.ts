// Tag verbs over everything that can be tagged in EC2. The table gives each kind the name that AWS calls its
// resource type; security group rules are inside their groups and handled beside it.
import { quotas } from '../catalog/quotas.ts';
import { type IdKind, idPrefix } from '../catalog/refusals/ids.ts';
import * as refusals from '../catalog/refusals/tags.ts';
import type { Kind } from '../model/kinds.ts';
import type { Resource, Tags } from '../model/resource.ts';
import type { SecurityGroupRule } from '../model/security-group.ts';
import { type Call, mine, own, type ReadCall } from './call.ts';
import { unknownRule } from './security-group-rule.ts';

/** Kind → resource type, as `resource-type` filters and tag specifications spell it. */
export const resourceTypes = {
  vpc: 'vpc',
  subnet: 'subnet',
  routeTable: 'route-table',
  internetGateway: 'internet-gateway',
  natGateway: 'natgateway',
  customerGateway: 'customer-gateway',
  vpnGateway: 'vpn-gateway',
  vpnConnection: 'vpn-connection',
  securityGroup: 'security-group',
  networkAcl: 'network-acl',
  networkInterface: 'network-interface',
  address: 'elastic-ip',
  instance: 'instance',
  image: 'image',
  dhcpOptions: 'dhcp-options',
  prefixList: 'prefix-list',
  flowLog: 'vpc-flow-log',
  vpcEndpoint: 'vpc-endpoint',
  endpointService: 'vpc-endpoint-service',
  networkInsightsPath: 'network-insights-path',
  networkInsightsAnalysis: 'network-insights-analysis',
  networkInsightsAccessScope: 'network-insights-access-scope',
  networkInsightsAccessScopeAnalysis: 'network-insights-access-scope-analysis',
} as const satisfies Partial<Record<Kind & IdKind, string>>;

type TaggableKind = keyof typeof resourceTypes;

const taggableKinds = Object.keys(resourceTypes) as readonly TaggableKind[];
const ruleType = 'security-group-rule';

export interface TagChange {
  readonly key: string;
  readonly value: string;
}

export function createTags(call: Call, ids: readonly string[], tags: readonly TagChange[]): void {
  for (const id of new Set(ids)) changeTags(call, id, (old) => withTags(old, tags));
}

/** Removes the keys given, only where the value is the one given if there is one; all tags when none is given. */
export function deleteTags(
  call: Call,
  ids: readonly string[],
  tags: readonly { readonly key: string; readonly value: string | undefined }[],
): void {
  const goes = (key: string, value: string): boolean =>
    tags.length === 0 ||
    tags.some((tag) => tag.key === key && (tag.value === undefined || tag.value === value));
  const kept = (old: Tags): Tags => Object.fromEntries(Object.entries(old).filter((tag) => !goes(...tag)));
  for (const id of new Set(ids)) changeTags(call, id, kept);
}

/** `tags` and the new ones over them; refuses reserved keys, too long ones, doubles and too many. */
export function withTags(tags: Tags, added: readonly TagChange[]): Tags {
  const result = new Map(Object.entries(tags));
  const seen = new Set<string>();
  for (const { key, value } of added) {
    if (key.toLowerCase().startsWith('aws:')) throw refusals.reservedTagKey();
    if (key === '') throw refusals.tagKeyEmpty();
    if (key.length > 128) throw refusals.tagKeyTooLong();
    if (value.length > 256) throw refusals.tagValueTooLong();
    if (seen.has(key)) throw refusals.tagKeyTwice(key);
    seen.add(key);
    result.set(key, value);
  }
  if (result.size > quotas.tagsPerResource) throw refusals.tagLimitExceeded();
  return Object.fromEntries(result);
}

export interface TagRow extends TagChange {
  readonly resourceId: string;
  readonly resourceType: string;
}

/** Every tag of what the caller owns in the Region. */
export function allTags(call: ReadCall): readonly TagRow[] {
  const rows = (type: string, { id, tags }: { readonly id: string; readonly tags: Tags }): TagRow[] =>
    Object.entries(tags).map(([key, value]) => ({ key, value, resourceId: id, resourceType: type }));
  const ofKinds = taggableKinds.flatMap((kind) =>
    (mine(call, kind) as readonly Resource[]).flatMap((resource) => rows(resourceTypes[kind], resource)),
  );
  const rules = mine(call, 'securityGroup').flatMap((group) => group.rules);
  return [...ofKinds, ...rules.flatMap((rule) => rows(ruleType, rule))];
}

function changeTags(call: Call, id: string, change: (tags: Tags) => Tags): void {
  if (id.startsWith('sgr-')) return changeRuleTags(call, id, change);
  const prefix = id.slice(0, Math.max(0, id.lastIndexOf('-')));
  const kind = taggableKinds.find((one) => idPrefix(one) === prefix);
  if (kind === undefined) throw refusals.notTaggable(id);
  putTags(call, kind, id, change);
}

function putTags<K extends TaggableKind>(
  call: Call,
  kind: K,
  id: string,
  change: (tags: Tags) => Tags,
): void {
  const resource = own(call, kind, id);
  call.intent.put(kind, { ...resource, tags: change(resource.tags) });
}

function changeRuleTags(call: Call, id: string, change: (tags: Tags) => Tags): void {
  const changed = (rule: SecurityGroupRule): SecurityGroupRule =>
    rule.id === id ? { ...rule, tags: change(rule.tags) } : rule;
  const group = mine(call, 'securityGroup').find((one) => one.rules.some((rule) => rule.id === id));
  if (group === undefined) throw unknownRule(id);
  call.intent.put('securityGroup', { ...group, rules: group.rules.map(changed) });
}
