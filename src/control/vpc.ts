// VPC verbs. Creating one makes its companions: main route table, default network ACL, default security group.
import { dependencyViolation } from '../catalog/refusals/common.ts';
import * as refusals from '../catalog/refusals/vpc.ts';
import { quotas } from '../catalog/quotas.ts';
import type { Tags } from '../model/resource.ts';
import type { SecurityGroupRule } from '../model/security-group.ts';
import type { Vpc } from '../model/vpc.ts';
import { cidr, contains, covers, formatCidr, overlaps, parseCidr } from '../net/ipv4.ts';
import { vpcNumberMax } from '../plan/addressing.ts';
import { type Call, fresh, mine, newId, own, type ReadCall } from './call.ts';
import { freeNumber } from './free-number.ts';
import { removeFlowLogsOf } from './flow-log.ts';

export interface CreateVpcOptions {
  readonly cidrBlock: string;
  readonly instanceTenancy?: 'default' | 'dedicated';
  readonly isDefault?: boolean;
  readonly dhcpOptionsId: string;
  readonly tags?: Tags;
}

export function createVpc(call: Call, options: CreateVpcOptions): Vpc {
  const cidrBlock = checkedCidr(options.cidrBlock, 'cidrBlock');
  const isFree = (n: number) => call.intent.by('vpc', 'number', String(n)).length === 0;
  const number = freeNumber(isFree, vpcNumberMax);
  if (number === undefined || mine(call, 'vpc').length >= quotas.vpcsPerRegion)
    throw refusals.vpcLimitExceeded();
  const isDefault = options.isDefault ?? false;
  const vpc: Vpc = {
    ...fresh(call, 'vpc', options.tags),
    cidrBlocks: [{ associationId: newId(call, 'vpc-cidr-assoc'), cidr: cidrBlock }],
    isDefault,
    dhcpOptionsId: options.dhcpOptionsId,
    instanceTenancy: options.instanceTenancy ?? 'default',
    enableDnsSupport: true,
    enableDnsHostnames: isDefault,
    enableNetworkAddressUsageMetrics: false,
    number,
  };
  call.intent.put('vpc', vpc);
  putCompanions(call, vpc);
  return vpc;
}

function putCompanions(call: Call, vpc: Vpc): void {
  call.intent.put('routeTable', {
    ...fresh(call, 'routeTable'),
    vpcId: vpc.id,
    isMain: true,
    routes: [],
    associations: [{ id: newId(call, 'rtbassoc') }],
  });
  const allowAll = { ruleNumber: 100, action: 'allow', protocol: '-1', cidrBlock: '0.0.0.0/0' } as const;
  call.intent.put('networkAcl', {
    ...fresh(call, 'networkAcl'),
    vpcId: vpc.id,
    isDefault: true,
    entries: [
      { ...allowAll, egress: false },
      { ...allowAll, egress: true },
    ],
    associations: [],
  });
  const group = fresh(call, 'securityGroup');
  const all = { protocol: '-1', fromPort: -1, toPort: -1, tags: {} } as const;
  const rules: SecurityGroupRule[] = [
    {
      ...all,
      id: newId(call, 'sgr'),
      direction: 'ingress',
      peer: { kind: 'group', groupId: group.id, ownerId: call.accountId },
    },
    { ...all, id: newId(call, 'sgr'), direction: 'egress', peer: { kind: 'cidr', cidr: '0.0.0.0/0' } },
  ];
  const description = 'default VPC security group';
  call.intent.put('securityGroup', { ...group, vpcId: vpc.id, name: 'default', description, rules });
}

/** Canonical text of a block of /16 to /28; refuses anything else. */
export function checkedCidr(text: string, parameter: string): string {
  const block = parseCidr(text);
  if (block === undefined) throw refusals.notACidr(text, parameter);
  if (block.length < 16 || block.length > 28) throw refusals.vpcRange(text);
  return formatCidr(block);
}

/** Deletes the VPC and its companions; refuses while anything else is in it. */
export function deleteVpc(call: Call, vpcId: string): void {
  const vpc = own(call, 'vpc', vpcId);
  const { intent } = call;
  const tables = intent.by('routeTable', 'vpcId', vpcId);
  const acls = intent.by('networkAcl', 'vpcId', vpcId);
  const groups = intent.by('securityGroup', 'vpcId', vpcId);
  const inUse =
    intent.by('subnet', 'vpcId', vpcId).length > 0 ||
    intent.by('internetGateway', 'vpcId', vpcId).length > 0 ||
    intent.by('vpnGateway', 'vpcId', vpcId).length > 0 ||
    intent.by('vpcEndpoint', 'vpcId', vpcId).length > 0 ||
    intent.by('networkInterface', 'vpcId', vpcId).length > 0 ||
    tables.some((table) => !table.isMain) ||
    acls.some((acl) => !acl.isDefault) ||
    groups.some((group) => group.name !== 'default');
  if (inUse) throw dependencyViolation('vpc', vpcId);
  for (const table of tables) intent.remove('routeTable', table.id);
  for (const acl of acls) intent.remove('networkAcl', acl.id);
  for (const group of groups) intent.remove('securityGroup', group.id);
  removeFlowLogsOf(call, vpc.id);
  intent.remove('vpc', vpc.id);
}

export interface VpcAttributes {
  readonly enableDnsSupport?: boolean;
  readonly enableDnsHostnames?: boolean;
  readonly enableNetworkAddressUsageMetrics?: boolean;
}

export function modifyVpcAttributes(call: Call, vpcId: string, attributes: VpcAttributes): void {
  call.intent.put('vpc', { ...own(call, 'vpc', vpcId), ...attributes });
}

export function associateCidrBlock(
  call: Call,
  vpcId: string,
  text: string,
): { vpc: Vpc; associationId: string } {
  const vpc = own(call, 'vpc', vpcId);
  const block = checkedCidr(text, 'cidrBlock');
  if (vpc.cidrBlocks.length >= quotas.cidrBlocksPerVpc) throw refusals.cidrLimitExceeded(vpcId);
  if (vpc.cidrBlocks.some((other) => overlaps(cidr(other.cidr), cidr(block))))
    throw refusals.cidrConflict(block);
  if (isRouted(call, vpcId, block)) throw refusals.cidrRouted(block);
  const associationId = newId(call, 'vpc-cidr-assoc');
  const changed = { ...vpc, cidrBlocks: [...vpc.cidrBlocks, { associationId, cidr: block }] };
  call.intent.put('vpc', changed);
  return { vpc: changed, associationId };
}

/** True when a route leads somewhere inside the block: the new local route would take it over. */
function isRouted(call: ReadCall, vpcId: string, block: string): boolean {
  const routes = call.intent.by('routeTable', 'vpcId', vpcId).flatMap((table) => table.routes);
  return routes.some(({ destination: to }) => to.kind === 'cidr' && covers(cidr(block), cidr(to.cidr)));
}

/** Returns the VPC as it was before, and the block that went. */
export function disassociateCidrBlock(call: Call, associationId: string): { vpc: Vpc; cidrBlock: string } {
  const vpc = mine(call, 'vpc').find((v) => v.cidrBlocks.some((b) => b.associationId === associationId));
  const gone = vpc?.cidrBlocks.find((block) => block.associationId === associationId);
  if (vpc === undefined || gone === undefined) throw refusals.cidrAssociationNotFound(associationId);
  if (gone === vpc.cidrBlocks[0]) throw refusals.primaryCidrCannotBeDisassociated(associationId);
  const subnets = call.intent.by('subnet', 'vpcId', vpc.id);
  if (subnets.some((subnet) => overlaps(cidr(gone.cidr), cidr(subnet.cidrBlock))))
    throw refusals.cidrInUse(associationId);
  const cidrBlocks = vpc.cidrBlocks.filter((block) => block !== gone);
  call.intent.put('vpc', { ...vpc, cidrBlocks });
  return { vpc, cidrBlock: gone.cidr };
}

/** True when the address is in one of the VPC's blocks. */
export function isInVpc(vpc: Vpc, address: number): boolean {
  return vpc.cidrBlocks.some((block) => contains(cidr(block.cidr), address));
}
