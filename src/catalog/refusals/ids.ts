// What an id of each kind looks like, and what AWS says when it is malformed or names nothing.
import { Refusal } from '../refusal.ts';
import { missingParameter } from './common.ts';

interface IdTexts {
  readonly prefix: string;
  readonly notFound: readonly [code: string, text: string];
  readonly malformed: readonly [code: string, text: string];
}

// `{id}` stands for the id asked. Texts: EC2 error pages and public error reports; malformed ones partly [unconfirmed].
const texts = {
  vpc: {
    prefix: 'vpc',
    notFound: ['InvalidVpcID.NotFound', "The vpc ID '{id}' does not exist"],
    malformed: ['InvalidVpcID.Malformed', "Invalid id: '{id}' (expecting 'vpc-...')"],
  },
  subnet: {
    prefix: 'subnet',
    notFound: ['InvalidSubnetID.NotFound', "The subnet ID '{id}' does not exist"],
    malformed: [
      'InvalidSubnetId.Malformed',
      "Invalid Subnet Id: '{id}' (expecting 'subnet-...; the Id may only contain lowercase alphanumeric characters and a single dash')",
    ],
  },
  routeTable: {
    prefix: 'rtb',
    notFound: ['InvalidRouteTableID.NotFound', "The routeTable ID '{id}' does not exist"],
    malformed: ['InvalidRouteTableId.Malformed', "Invalid id: '{id}' (expecting 'rtb-...')"],
  },
  internetGateway: {
    prefix: 'igw',
    notFound: ['InvalidInternetGatewayID.NotFound', "The internetGateway ID '{id}' does not exist"],
    malformed: ['InvalidInternetGatewayId.Malformed', "Invalid id: '{id}' (expecting 'igw-...')"],
  },
  natGateway: {
    prefix: 'nat',
    notFound: ['NatGatewayNotFound', 'NAT gateway {id} was not found'],
    malformed: ['NatGatewayMalformed', "Invalid id: '{id}' (expecting 'nat-...')"],
  },
  customerGateway: {
    prefix: 'cgw',
    notFound: ['InvalidCustomerGatewayID.NotFound', "The customerGateway ID '{id}' does not exist"],
    malformed: ['InvalidCustomerGatewayId.Malformed', "Invalid id: '{id}' (expecting 'cgw-...')"],
  },
  vpnGateway: {
    prefix: 'vgw',
    notFound: ['InvalidVpnGatewayID.NotFound', "The vpnGateway ID '{id}' does not exist"],
    malformed: ['InvalidVpnGatewayId.Malformed', "Invalid id: '{id}' (expecting 'vgw-...')"],
  },
  vpnConnection: {
    prefix: 'vpn',
    notFound: ['InvalidVpnConnectionID.NotFound', "The vpnConnection ID '{id}' does not exist"],
    malformed: ['InvalidVpnConnectionId.Malformed', "Invalid id: '{id}' (expecting 'vpn-...')"],
  },
  securityGroup: {
    prefix: 'sg',
    notFound: ['InvalidGroup.NotFound', "The security group '{id}' does not exist"],
    malformed: ['InvalidGroupId.Malformed', "Invalid id: '{id}' (expecting 'sg-...')"],
  },
  networkAcl: {
    prefix: 'acl',
    notFound: ['InvalidNetworkAclID.NotFound', "The networkAcl ID '{id}' does not exist"],
    malformed: ['InvalidNetworkAclId.Malformed', "Invalid id: '{id}' (expecting 'acl-...')"],
  },
  networkInterface: {
    prefix: 'eni',
    notFound: ['InvalidNetworkInterfaceID.NotFound', "The networkInterface ID '{id}' does not exist"],
    malformed: ['InvalidNetworkInterfaceId.Malformed', "Invalid id: '{id}' (expecting 'eni-...')"],
  },
  address: {
    prefix: 'eipalloc',
    notFound: ['InvalidAllocationID.NotFound', "The allocation ID '{id}' does not exist"],
    malformed: ['InvalidAllocationID.Malformed', "Invalid id: '{id}' (expecting 'eipalloc-...')"],
  },
  instance: {
    prefix: 'i',
    notFound: ['InvalidInstanceID.NotFound', "The instance ID '{id}' does not exist"],
    malformed: ['InvalidInstanceID.Malformed', "Invalid id: '{id}'"],
  },
  image: {
    prefix: 'ami',
    notFound: ['InvalidAMIID.NotFound', "The image id '[{id}]' does not exist"],
    malformed: ['InvalidAMIID.Malformed', "Invalid id: '{id}' (expecting 'ami-...')"],
  },
  dhcpOptions: {
    prefix: 'dopt',
    notFound: ['InvalidDhcpOptionID.NotFound', "The dhcpOption ID '{id}' does not exist"],
    malformed: ['InvalidDhcpOptionsId.Malformed', "Invalid id: '{id}' (expecting 'dopt-...')"],
  },
  prefixList: {
    prefix: 'pl',
    notFound: ['InvalidPrefixListID.NotFound', "The prefix list ID '{id}' does not exist"],
    malformed: ['InvalidPrefixListId.Malformed', "Invalid id: '{id}' (expecting 'pl-...')"],
  },
  flowLog: {
    prefix: 'fl',
    notFound: [
      'InvalidFlowLogId.NotFound',
      'These flow log ids in the input list are not found: [TotalCount: 1] {id}',
    ],
    malformed: ['InvalidFlowLogId.Malformed', "Invalid id: '{id}' (expecting 'fl-...')"],
  },
  vpcEndpoint: {
    prefix: 'vpce',
    notFound: ['InvalidVpcEndpointId.NotFound', "The Vpc Endpoint Id '{id}' does not exist"],
    malformed: ['InvalidVpcEndpointId.Malformed', "Invalid id: '{id}' (expecting 'vpce-...')"],
  },
  endpointService: {
    prefix: 'vpce-svc',
    notFound: ['InvalidVpcEndpointServiceId.NotFound', "The VpcEndpointService Id '{id}' does not exist"],
    malformed: ['InvalidVpcEndpointServiceId.Malformed', "Invalid id: '{id}' (expecting 'vpce-svc-...')"],
  },
  connectionNotification: {
    prefix: 'vpce-nfn',
    notFound: ['InvalidConnectionNotification', "The connection notification '{id}' does not exist"],
    malformed: ['InvalidConnectionNotification', "The connection notification '{id}' does not exist"],
  },
  networkInsightsPath: {
    prefix: 'nip',
    notFound: [
      'InvalidNetworkInsightsPathId.NotFound',
      "The network insights path ID '{id}' does not exist", // [unconfirmed] text
    ],
    malformed: ['InvalidNetworkInsightsPathId.Malformed', "Invalid id: '{id}' (expecting 'nip-...')"],
  },
  networkInsightsAnalysis: {
    prefix: 'nia',
    notFound: [
      'InvalidNetworkInsightsAnalysisId.NotFound',
      "The network insights analysis ID '{id}' does not exist", // [unconfirmed] text
    ],
    malformed: ['InvalidNetworkInsightsAnalysisId.Malformed', "Invalid id: '{id}' (expecting 'nia-...')"],
  },
  networkInsightsAccessScope: {
    prefix: 'nis',
    notFound: [
      'InvalidNetworkInsightsAccessScopeId.NotFound',
      "The network insights access scope ID '{id}' does not exist", // [unconfirmed] text
    ],
    malformed: ['InvalidNetworkInsightsAccessScopeId.Malformed', "Invalid id: '{id}' (expecting 'nis-...')"],
  },
  networkInsightsAccessScopeAnalysis: {
    prefix: 'nisa',
    notFound: [
      'InvalidNetworkInsightsAccessScopeAnalysisId.NotFound',
      "The network insights access scope analysis ID '{id}' does not exist", // [unconfirmed] text
    ],
    malformed: [
      'InvalidNetworkInsightsAccessScopeAnalysisId.Malformed',
      "Invalid id: '{id}' (expecting 'nisa-...')",
    ],
  },
} as const satisfies Readonly<Record<string, IdTexts>>;

/** Kinds that have an EC2 id. */
export type IdKind = keyof typeof texts;

export function idPrefix(kind: IdKind): string {
  return texts[kind].prefix;
}

/** Parameters that are not named after their kind. */
const parameters: Partial<Record<IdKind, string>> = {
  securityGroup: 'groupId',
  address: 'allocationId',
  endpointService: 'serviceId',
};

/** What AWS says when the id is absent or empty. */
export function idMissing(kind: IdKind): Refusal {
  return missingParameter(parameters[kind] ?? `${kind}Id`);
}

export function idNotFound(kind: IdKind, id: string): Refusal {
  const [code, text] = texts[kind].notFound;
  return new Refusal(code, filled(text, id));
}

export function idMalformed(kind: IdKind, id: string): Refusal {
  const [code, text] = texts[kind].malformed;
  return new Refusal(code, filled(text, id));
}

/** An id may hold `$&`, which a replacement text would expand. */
function filled(text: string, id: string): string {
  return text.replace('{id}', () => id);
}

/** `vpc-` and 8 or 17 hexadecimal digits. */
export function isWellFormedId(kind: IdKind, id: string): boolean {
  const { prefix } = texts[kind];
  return id.startsWith(`${prefix}-`) && /^([0-9a-f]{8}|[0-9a-f]{17})$/.test(id.slice(prefix.length + 1));
}
