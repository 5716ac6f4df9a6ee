// Input that should be answered, for actions whose parameters depend on each other so much that blind choice would
// hardly ever hit: a rule of the very group, a route that is there. Random requests begin with one of these, often.
import type { Kind, Kinds } from '../../src/model/kinds.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Draw } from './random-values.ts';

export interface Kitchen {
  readonly draw: Draw;
  readonly snapshot: Snapshot;
  readonly place: { readonly region: string };
  /** One of the caller's own that passes; undefined where there is none. */
  readonly one: <K extends Kind>(kind: K, passes?: (row: Kinds[K]) => boolean) => Kinds[K] | undefined;
}

type Recipe = (kitchen: Kitchen) => object;

const rules =
  (direction: string): Recipe =>
  ({ one, draw }) => {
    const group = one('securityGroup', (each) => each.rules.some((rule) => rule.direction === direction));
    const found = group?.rules.filter((rule) => rule.direction === direction) ?? [];
    return { GroupId: group?.id, SecurityGroupRuleIds: found.length > 0 ? [draw.pick(found).id] : [] };
  };

const descriptions =
  (direction: string): Recipe =>
  (kitchen) => {
    const { GroupId, SecurityGroupRuleIds = [] } = rules(direction)(kitchen) as {
      GroupId?: string;
      SecurityGroupRuleIds?: string[];
    };
    return {
      GroupId,
      SecurityGroupRuleDescriptions: SecurityGroupRuleIds.map((SecurityGroupRuleId) => ({
        SecurityGroupRuleId,
        Description: 'b',
      })),
    };
  };

const secondary: Recipe = ({ one }) => {
  const found = one('networkInterface', (each) => each.privateAddresses.length > 1 && !each.requesterManaged);
  return { NetworkInterfaceId: found?.id, PrivateIpAddresses: [found?.privateAddresses.at(-1)?.address] };
};

const route =
  (target: boolean): Recipe =>
  ({ one, draw }) => {
    const table = one('routeTable', ({ routes }) => routes.length > 0);
    const found = table?.routes.map(({ destination }) => destination) ?? [];
    const destination = found.length > 0 ? draw.pick(found) : undefined;
    const to = { NetworkInterfaceId: one('networkInterface', (each) => each.vpcId === table?.vpcId)?.id };
    const DestinationCidrBlock = destination?.kind === 'cidr' ? destination.cidr : undefined;
    const DestinationPrefixListId =
      destination?.kind === 'prefix-list' ? destination.prefixListId : undefined;
    return { RouteTableId: table?.id, DestinationCidrBlock, DestinationPrefixListId, ...(target ? to : {}) };
  };

const entry: Recipe = ({ one, draw }) => {
  const acl = one('networkAcl', ({ entries }) => entries.length > 0);
  const found = acl === undefined ? undefined : draw.pick(acl.entries);
  return { NetworkAclId: acl?.id, RuleNumber: found?.ruleNumber, Egress: found?.egress };
};

const attribute =
  (arn: string, kind: 'loadBalancer' | 'targetGroup' | 'listener'): Recipe =>
  ({ one, draw }) => {
    const found = one(kind);
    const keys = Object.entries(found?.attributes ?? {});
    const [Key, old] = keys.length > 0 ? draw.pick(keys) : ['x', 'x'];
    const Value = draw.pick(['true', 'false', '60', old, '1', 'any_availability_zone']);
    return { [arn]: found?.id, Attributes: [{ Key, Value }] };
  };

const associationOf =
  (kind: 'routeTable' | 'networkAcl', target: string): Recipe =>
  ({ one, draw }) => {
    const holder = one(kind, (each) => each.associations.length > 0);
    const association = holder && draw.pick<{ id: string }>(holder.associations);
    const other = one(kind, (each) => each.vpcId === holder?.vpcId);
    return { AssociationId: association?.id, ...(target === '' ? {} : { [target]: other?.id }) };
  };

/** Of a VPC with subnets: its id, a subnet and groups. */
const place = ({ one, draw }: Kitchen) => {
  const subnet = one('subnet');
  const inVpc = (each: { vpcId?: string }) => each.vpcId === subnet?.vpcId;
  const group = one('securityGroup', inVpc);
  return { VpcId: subnet?.vpcId, subnet: subnet?.id ?? '', group: group?.id ?? '', inVpc, draw, one };
};

const freeBlock = (draw: Draw, block: string) =>
  `${block.split('.').slice(0, 2).join('.')}.${draw.below(256)}.${draw.below(16) * 16}/28`;

export const recipes: Readonly<Record<string, Recipe>> = {
  AssignPrivateIpAddresses: ({ one }) => ({
    NetworkInterfaceId: one('networkInterface', (each) => !each.requesterManaged)?.id,
    SecondaryPrivateIpAddressCount: 1,
  }),
  AssociateAddress: ({ one }) => ({
    AllocationId: one('address')?.id,
    NetworkInterfaceId: one('networkInterface', (each) => !each.requesterManaged)?.id,
    AllowReassociation: true,
  }),
  AssociateRouteTable: (kitchen) => {
    const { inVpc, subnet, one } = place(kitchen);
    return { RouteTableId: one('routeTable', inVpc)?.id, SubnetId: subnet };
  },
  AttachInternetGateway: ({ one, snapshot }) => {
    const VpcId = one('vpc', ({ id }) => snapshot.by('internetGateway', 'vpcId', id).length === 0)?.id;
    return { InternetGatewayId: one('internetGateway', (each) => each.vpcId === undefined)?.id, VpcId };
  },
  AttachNetworkInterface: ({ one, draw }) => {
    const found = one('networkInterface', (each) => each.attachment === undefined && !each.requesterManaged);
    const instance = one(
      'instance',
      (each) => each.availabilityZone === found?.availabilityZone && each.vpcId === found.vpcId,
    );
    return { NetworkInterfaceId: found?.id, InstanceId: instance?.id, DeviceIndex: draw.pick([1, 2, 3]) };
  },
  AttachVpnGateway: ({ one, snapshot }) => ({
    VpnGatewayId: one('vpnGateway', (each) => each.vpcId === undefined)?.id,
    VpcId: one('vpc', ({ id }) => snapshot.by('vpnGateway', 'vpcId', id).length === 0)?.id,
  }),
  CreateVpnConnection: ({ one }) => ({
    Type: 'ipsec.1',
    CustomerGatewayId: one('customerGateway')?.id,
    VpnGatewayId: one('vpnGateway')?.id,
    Options: { StaticRoutesOnly: true },
  }),
  CreateVpnGateway: ({ draw }) => ({ Type: 'ipsec.1', AmazonSideAsn: draw.pick([64_512, 65_000]) }),
  DeleteCustomerGateway: ({ one, snapshot }) => ({
    CustomerGatewayId: one(
      'customerGateway',
      ({ id }) => snapshot.by('vpnConnection', 'customerGatewayId', id).length === 0,
    )?.id,
  }),
  DeleteVpnConnectionRoute: ({ one }) => {
    const found = one('vpnConnection', ({ staticRoutes }) => staticRoutes.length > 0);
    return { VpnConnectionId: found?.id, DestinationCidrBlock: found?.staticRoutes[0] };
  },
  DeleteVpnGateway: ({ one, snapshot }) => ({
    VpnGatewayId: one(
      'vpnGateway',
      ({ id, vpcId }) => vpcId === undefined && snapshot.by('vpnConnection', 'vpnGatewayId', id).length === 0,
    )?.id,
  }),
  DetachVpnGateway: ({ one }) => {
    const found = one('vpnGateway', ({ vpcId }) => vpcId !== undefined);
    return { VpnGatewayId: found?.id, VpcId: found?.vpcId };
  },
  EnableVgwRoutePropagation: ({ one }) => {
    const found = one('vpnGateway', ({ vpcId }) => vpcId !== undefined);
    return {
      GatewayId: found?.id,
      RouteTableId: one('routeTable', ({ vpcId }) => vpcId === found?.vpcId)?.id,
    };
  },
  CreateCustomerGateway: ({ draw }) => ({ Type: 'ipsec.1', IpAddress: `203.0.113.${draw.below(250)}` }),
  CreateDefaultSubnet: ({ draw, place }) => ({ AvailabilityZone: place.region + draw.pick([...'abcdef']) }),
  CreateDefaultVpc: () => ({}),
  DeleteLoadBalancer: ({ one, snapshot }) => ({
    LoadBalancerArn: one(
      'loadBalancer',
      ({ id }) => snapshot.by('endpointService', 'loadBalancerArn', id).length === 0,
    )?.id,
  }),
  DeleteRouteTable: ({ one }) => ({
    RouteTableId: one('routeTable', (each) => each.associations.length === 0)?.id,
  }),
  DeleteSecurityGroup: ({ one, snapshot }) => {
    const isUnused = (id: string) => snapshot.by('networkInterface', 'groupId', id).length === 0;
    return { GroupId: one('securityGroup', ({ id, name }) => name !== 'default' && isUnused(id))?.id };
  },
  DeleteVpc: ({ one, snapshot }) => ({
    VpcId: one('vpc', ({ id }) => snapshot.by('subnet', 'vpcId', id).length === 0)?.id,
  }),
  DetachInternetGateway: ({ one }) => {
    const gateway = one('internetGateway', (each) => each.vpcId !== undefined);
    return { InternetGatewayId: gateway?.id, VpcId: gateway?.vpcId };
  },
  CreateListener: (kitchen) => {
    const { one, draw } = kitchen;
    const LoadBalancerArn = one('loadBalancer')?.id;
    const TargetGroupArn = one('targetGroup')?.id;
    return {
      LoadBalancerArn,
      Protocol: 'TCP',
      Port: draw.pick([80, 81, 82, 443]),
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    };
  },
  CreateFlowLogs: ({ one, draw }) => {
    const toLogs = {
      LogGroupName: `flows-${draw.below(1000)}`,
      DeliverLogsPermissionArn: 'arn:aws:iam::111111111111:role/flow-logs',
    };
    const toBucket = { LogDestinationType: 's3', LogDestination: `arn:aws:s3:::bucket-${draw.below(1000)}` };
    const ofVpc = { ResourceType: 'VPC', ResourceIds: [one('vpc')?.id] };
    const ofInterface = { ResourceType: 'NetworkInterface', ResourceIds: [one('networkInterface')?.id] };
    return {
      ...draw.pick<object>([ofVpc, ofInterface]),
      ...draw.pick<object>([toLogs, toBucket]),
      TrafficType: draw.pick(['ACCEPT', 'REJECT', 'ALL']),
      ...(draw.chance(0.3) ? { LogFormat: '${version} ${pkt-srcaddr} ${flow-direction}' } : {}),
      MaxAggregationInterval: draw.pick([60, 600]),
    };
  },
  DeleteFlowLogs: ({ one }) => ({ FlowLogIds: [one('flowLog')?.id] }),
  CreateManagedPrefixList: ({ draw }) => ({
    PrefixListName: 'a',
    MaxEntries: 3,
    AddressFamily: 'IPv4',
    Entries: [{ Cidr: draw.cidr() }],
  }),
  CreateNetworkAclEntry: ({ one, draw }) => ({
    NetworkAclId: one('networkAcl')?.id,
    RuleNumber: 1 + draw.below(32_766),
    Protocol: draw.pick(['6', '17', '-1', 'tcp', '1']),
    RuleAction: draw.pick(['allow', 'deny']),
    Egress: draw.chance(0.5),
    CidrBlock: draw.cidr(),
    PortRange: { From: 1, To: 9 },
    IcmpTypeCode: { Type: -1, Code: -1 },
  }),
  CreateRoute: ({ one, draw }) => {
    const table = one('routeTable');
    const inVpc = (each: { vpcId?: string }) => each.vpcId === table?.vpcId;
    const target = draw.chance(0.2)
      ? { NatGatewayId: one('natGateway', inVpc)?.id }
      : draw.chance(0.5)
        ? { GatewayId: one('internetGateway', inVpc)?.id }
        : { NetworkInterfaceId: one('networkInterface', inVpc)?.id };
    const to = draw.chance(0.2)
      ? { DestinationPrefixListId: one('prefixList')?.id }
      : { DestinationCidrBlock: `172.20.${draw.below(8)}.0/24` };
    return { RouteTableId: table?.id, ...to, ...target };
  },
  CreateSubnet: ({ one, draw }) => {
    const vpc = one('vpc');
    return { VpcId: vpc?.id, CidrBlock: freeBlock(draw, vpc?.cidrBlocks[0]?.cidr ?? '') };
  },
  CreateVpcEndpoint: (kitchen) => {
    const { one, draw, VpcId, subnet, inVpc } = place(kitchen);
    const aws = `com.amazonaws.${kitchen.place.region}`;
    if (draw.chance(0.3)) {
      const RouteTableIds = [one('routeTable', inVpc)?.id];
      return {
        VpcEndpointType: 'Gateway',
        VpcId,
        ServiceName: `${aws}.${draw.pick(['s3', 'dynamodb'])}`,
        RouteTableIds,
      };
    }
    return {
      VpcEndpointType: 'Interface',
      VpcId,
      SubnetIds: [subnet],
      ServiceName: draw.pick([
        one('endpointService')?.serviceName,
        `${aws}.${draw.pick(['ec2', 'sqs', 's3'])}`,
      ]),
      PrivateDnsEnabled: draw.chance(0.2),
    };
  },
  CreateNetworkInterface: (kitchen) => {
    const { subnet, group, draw } = place(kitchen);
    return {
      SubnetId: subnet,
      Groups: [group],
      ...(draw.chance(0.3) ? { SecondaryPrivateIpAddressCount: 2 } : {}),
    };
  },
  CreateNetworkInsightsAccessScope: ({ one, draw }) => {
    const gateways = { ResourceStatement: { ResourceTypes: ['AWS::EC2::InternetGateway'] } };
    const inVpc = { ResourceStatement: { Resources: [one('subnet')?.id] } };
    const toPort = { PacketHeaderStatement: { DestinationPorts: [draw.pick(['22', '80-90'])] } };
    const MatchPaths = [draw.pick<object>([{ Source: gateways }, { Destination: inVpc, Source: toPort }])];
    return { MatchPaths, ...(draw.chance(0.3) ? { ExcludePaths: [{ Destination: toPort }] } : {}) };
  },
  StartNetworkInsightsAccessScopeAnalysis: ({ one }) => ({
    NetworkInsightsAccessScopeId: one('networkInsightsAccessScope')?.id,
  }),
  CreateNetworkInsightsPath: ({ one, draw }) => {
    const Destination = draw.chance(0.5)
      ? one('networkInterface')?.id
      : draw.pick([one('vpcEndpoint')?.id, one('internetGateway')?.id, one('endpointService')?.id]);
    const FilterAtSource = { DestinationPortRange: { FromPort: 80, ToPort: 90 } };
    const at = draw.pick<object>([{ DestinationPort: 80 }, { FilterAtSource }, {}]);
    const Source = draw.pick([one('instance')?.id, one('internetGateway')?.id]);
    return { Source, Destination, Protocol: draw.pick(['tcp', 'udp', 'TCP']), ...at };
  },
  DeleteNetworkInsightsPath: ({ one, snapshot }) => ({
    NetworkInsightsPathId: one(
      'networkInsightsPath',
      ({ id }) => snapshot.by('networkInsightsAnalysis', 'networkInsightsPathId', id).length === 0,
    )?.id,
  }),
  StartNetworkInsightsAnalysis: ({ one }) => ({ NetworkInsightsPathId: one('networkInsightsPath')?.id }),
  CreateNatGateway: ({ one, draw }) => {
    const SubnetId = one('subnet')?.id;
    if (draw.chance(0.5)) return { SubnetId, ConnectivityType: 'private' };
    return {
      SubnetId,
      AllocationId: one('address', (each) => draw.chance(0.3) || each.association === undefined)?.id,
    };
  },
  DeleteNatGateway: ({ one }) => ({ NatGatewayId: one('natGateway')?.id }),
  DeleteNetworkAclEntry: entry,
  DeleteRoute: route(false),
  DetachNetworkInterface: ({ one, draw }) => {
    const found = one('networkInterface', (each) => (each.attachment?.deviceIndex ?? 0) > 0);
    return { AttachmentId: found?.attachment?.id, Force: draw.chance(0.5) };
  },
  DisassociateRouteTable: associationOf('routeTable', ''),
  DisassociateVpcCidrBlock: ({ one }) => ({ AssociationId: one('vpc')?.cidrBlocks.at(-1)?.associationId }),
  ModifyListenerAttributes: attribute('ListenerArn', 'listener'),
  ModifyLoadBalancerAttributes: attribute('LoadBalancerArn', 'loadBalancer'),
  ModifyTargetGroupAttributes: attribute('TargetGroupArn', 'targetGroup'),
  ModifyManagedPrefixList: ({ one, draw }) => {
    const list = one('prefixList');
    return {
      PrefixListId: list?.id,
      CurrentVersion: list?.versions.length,
      AddEntries: [{ Cidr: draw.cidr() }],
    };
  },
  ModifyNetworkInterfaceAttribute: (kitchen) => {
    const { inVpc, group, one, draw } = place(kitchen);
    const NetworkInterfaceId = one('networkInterface', inVpc)?.id;
    const change = draw.pick([
      { Groups: [group] },
      { SourceDestCheck: { Value: false } },
      { Description: { Value: 'x' } },
    ]);
    return { NetworkInterfaceId, ...change };
  },
  ModifyInstanceAttribute: ({ one, draw }) => {
    const instance = one('instance');
    const group = one('securityGroup', (each) => each.vpcId === instance?.vpcId)?.id;
    const change = [
      { Groups: [group] },
      { SourceDestCheck: { Value: false } },
      { DisableApiTermination: { Value: true } },
      { InstanceType: { Value: 't3.small' } },
    ];
    return { InstanceId: instance?.id, ...draw.pick<object>(change) };
  },
  ModifySecurityGroupRules: (kitchen) => {
    const { GroupId, SecurityGroupRuleIds = [] } = rules('ingress')(kitchen) as {
      GroupId?: string;
      SecurityGroupRuleIds?: string[];
    };
    const CidrIpv4 = kitchen.draw.cidr();
    const SecurityGroupRule = { IpProtocol: 'tcp', FromPort: 5, ToPort: 6, CidrIpv4 };
    return {
      GroupId,
      SecurityGroupRules: SecurityGroupRuleIds.map((SecurityGroupRuleId) => ({
        SecurityGroupRuleId,
        SecurityGroupRule,
      })),
    };
  },
  RegisterTargets: ({ one, draw }) => {
    const group = one('targetGroup');
    const Id =
      group?.targetType === 'instance'
        ? one('instance', (each) => each.vpcId === group.vpcId)?.id
        : draw.address();
    return { TargetGroupArn: group?.id, Targets: [{ Id, ...(draw.chance(0.5) ? { Port: 8080 } : {}) }] };
  },
  DeregisterTargets: ({ one }) => {
    const group = one('targetGroup', (each) => each.targets.length > 0);
    return {
      TargetGroupArn: group?.id,
      Targets: [{ Id: group?.targets[0]?.id, Port: group?.targets[0]?.port }],
    };
  },
  ModifyVpcEndpoint: ({ one, draw }) => {
    const endpoint = one('vpcEndpoint');
    const inVpc = (each: { vpcId?: string }) => each.vpcId === endpoint?.vpcId;
    const tables = [one('routeTable', inVpc)?.id];
    const subnets = [one('subnet', inVpc)?.id];
    const groups = [one('securityGroup', inVpc)?.id];
    const interfaceChanges = [
      { AddSubnetIds: subnets },
      { RemoveSubnetIds: subnets },
      { AddSecurityGroupIds: groups },
      { RemoveSecurityGroupIds: groups },
    ];
    const changes =
      endpoint?.endpointType === 'Gateway'
        ? [{ AddRouteTableIds: tables }, { RemoveRouteTableIds: tables }]
        : interfaceChanges;
    return { VpcEndpointId: endpoint?.id, ...draw.pick<object>(changes) };
  },
  ReplaceNetworkAclAssociation: associationOf('networkAcl', 'NetworkAclId'),
  ReplaceNetworkAclEntry: (kitchen) => ({
    ...entry(kitchen),
    Protocol: '17',
    RuleAction: 'deny',
    CidrBlock: '10.0.0.0/8',
    PortRange: { From: 1, To: 9 },
  }),
  ReplaceRoute: route(true),
  ReplaceRouteTableAssociation: associationOf('routeTable', 'RouteTableId'),
  RestoreManagedPrefixListVersion: ({ one }) => {
    const list = one('prefixList', ({ versions }) => versions.length > 1);
    return { PrefixListId: list?.id, CurrentVersion: list?.versions.length, PreviousVersion: 1 };
  },
  RevokeSecurityGroupEgress: rules('egress'),
  RevokeSecurityGroupIngress: rules('ingress'),
  RunInstances: (kitchen) => {
    const { subnet, group, draw } = place(kitchen);
    const MaxCount = draw.pick([1, 1, 2]);
    const eth0 = {
      DeviceIndex: 0,
      SubnetId: subnet,
      Groups: [group],
      AssociatePublicIpAddress: draw.chance(0.5),
    };
    const network = draw.chance(0.4)
      ? { NetworkInterfaces: [eth0] }
      : { SubnetId: subnet, SecurityGroupIds: [group] };
    return { ImageId: 'ami-03eb5e00000000001', InstanceType: 't3.micro', MinCount: 1, MaxCount, ...network };
  },
  SetSubnets: (kitchen) => {
    const balancer = kitchen.one('loadBalancer');
    const more = kitchen.one('subnet', (each) => each.vpcId === balancer?.vpcId)?.id;
    return {
      LoadBalancerArn: balancer?.id,
      Subnets: [...(balancer?.nodes.map((node) => node.subnetId) ?? []), more],
    };
  },
  StartVpcEndpointServicePrivateDnsVerification: ({ one }) => ({
    ServiceId: one('endpointService', (each) => each.privateDns !== undefined)?.id,
  }),
  UnassignPrivateIpAddresses: secondary,
  UpdateSecurityGroupRuleDescriptionsEgress: descriptions('egress'),
  UpdateSecurityGroupRuleDescriptionsIngress: descriptions('ingress'),
  DeleteManagedPrefixList: ({ one }) => ({
    PrefixListId: one('prefixList', (each) => each.name !== 'offices')?.id,
  }),
  DeleteVpcEndpointServiceConfigurations: ({ one }) => ({ ServiceIds: [one('endpointService')?.id] }),
};
