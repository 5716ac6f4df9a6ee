// Each quota of the catalogue can be reached and refuses with AWS's code; and what lies just below the quotas is
// described quickly.
import { beforeAll, expect, it } from 'vitest';
import { quotas } from '../../src/catalog/quotas.ts';
import { Refusal } from '../../src/catalog/refusal.ts';
import type { Tables } from '../../src/model/tables.ts';
import { Place } from './place.ts';
import { populated } from './world.ts';

let base: Tables;
beforeAll(async () => {
  base = await populated();
});

const many = <T>(length: number, of: (i: number) => T): T[] => Array.from({ length }, (_, i) => of(i));
const block = (i: number) => `10.0.${100 + Math.floor(i / 16)}.${(i % 16) * 16}/28`;
const image = { ImageId: 'ami-0ba5e000000000001', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 };

type Case = readonly [quota: keyof typeof quotas, code: string, reach: (place: Place) => Promise<unknown>];

const cases: readonly Case[] = [
  [
    'vpcsPerRegion',
    'VpcLimitExceeded',
    async (p) => {
      await p.crowd('vpc', quotas.vpcsPerRegion);
      return p.ask('CreateVpc', { CidrBlock: '10.0.0.0/16' });
    },
  ],
  [
    'cidrBlocksPerVpc',
    'CidrLimitExceeded',
    async (p) => {
      const { VpcId } = await p.inSubnet();
      for (let i = 2; i < 8; i++)
        await p.ask('AssociateVpcCidrBlock', { VpcId, CidrBlock: `10.${i}.0.0/16` });
    },
  ],
  [
    'subnetsPerVpc',
    'SubnetLimitExceeded',
    async (p) => {
      const { VpcId } = await p.inSubnet();
      for (let i = 0; i <= quotas.subnetsPerVpc; i++)
        await p.ask('CreateSubnet', { VpcId, CidrBlock: block(i) });
    },
  ],
  [
    'routeTablesPerVpc',
    'RouteTableLimitExceeded',
    async (p) => {
      const { VpcId } = await p.inSubnet();
      await p.crowd('routeTable', quotas.routeTablesPerVpc, (each) => each.vpcId === VpcId && !each.isMain);
      return p.ask('CreateRouteTable', { VpcId });
    },
  ],
  [
    'routesPerRouteTable',
    'RouteLimitExceeded',
    async (p) => {
      const table = p.one('routeTable', (each) => each.routes.length > 0 && !each.isMain);
      const target = table.routes[0]?.target ?? { kind: 'internet-gateway', id: '' };
      const cidr = (i: number) =>
        ({ kind: 'cidr', cidr: `20.0.${i % 250}.${Math.floor(i / 250)}/32` }) as const;
      await p.change('routeTable', {
        ...table,
        routes: many(quotas.routesPerRouteTable, (i) => ({ destination: cidr(i), target })),
      });
      return p.ask('CreateRoute', {
        RouteTableId: table.id,
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: target.id,
      });
    },
  ],
  [
    'internetGatewaysPerRegion',
    'InternetGatewayLimitExceeded',
    async (p) => {
      await p.crowd('internetGateway', quotas.internetGatewaysPerRegion);
      return p.ask('CreateInternetGateway', {});
    },
  ],
  [
    'securityGroupsPerRegion',
    'SecurityGroupLimitExceeded',
    async (p) => {
      const { VpcId } = await p.inSubnet();
      await p.crowd('securityGroup', quotas.securityGroupsPerRegion);
      return p.ask('CreateSecurityGroup', { VpcId, GroupName: 'more', Description: 'more' });
    },
  ],
  [
    'rulesPerSecurityGroup',
    'RulesPerSecurityGroupLimitExceeded',
    async (p) => {
      const { GroupId } = await p.inSubnet();
      const IpRanges = many(quotas.rulesPerSecurityGroup + 1, (i) => ({ CidrIp: `20.0.0.${i}/32` }));
      return p.ask('AuthorizeSecurityGroupIngress', {
        GroupId,
        IpPermissions: [{ IpProtocol: '-1', IpRanges }],
      });
    },
  ],
  [
    'securityGroupsPerInterface',
    'SecurityGroupsPerInterfaceLimitExceeded',
    async (p) => {
      const { VpcId, SubnetId } = await p.inSubnet();
      const Groups: string[] = [];
      for (let i = 0; i <= quotas.securityGroupsPerInterface; i++) {
        const made = await p.ask('CreateSecurityGroup', { VpcId, GroupName: `g${i}`, Description: 'g' });
        Groups.push((made as { GroupId: string }).GroupId);
      }
      return p.ask('CreateNetworkInterface', { SubnetId, Groups });
    },
  ],
  [
    'networkAclsPerVpc',
    'NetworkAclLimitExceeded',
    async (p) => {
      const { VpcId } = await p.inSubnet();
      await p.crowd(
        'networkAcl',
        quotas.networkAclsPerVpc,
        (each) => each.vpcId === VpcId && !each.isDefault,
      );
      return p.ask('CreateNetworkAcl', { VpcId });
    },
  ],
  [
    'rulesPerNetworkAcl',
    'NetworkAclEntryLimitExceeded',
    async (p) => {
      const NetworkAclId = p.one('networkAcl', (each) => !each.isDefault).id;
      const entry = {
        NetworkAclId,
        Protocol: '-1',
        RuleAction: 'deny',
        Egress: true,
        CidrBlock: '10.0.0.0/8',
      };
      for (let i = 1; i <= quotas.rulesPerNetworkAcl + 1; i++)
        await p.ask('CreateNetworkAclEntry', { ...entry, RuleNumber: i });
    },
  ],
  [
    'elasticAddressesPerRegion',
    'AddressLimitExceeded',
    async (p) => {
      await p.crowd('address', quotas.elasticAddressesPerRegion, (each) => each.association === undefined);
      return p.ask('AllocateAddress', { Domain: 'vpc' });
    },
  ],
  [
    'interfacesPerRegion',
    'NetworkInterfaceLimitExceeded',
    async (p) => {
      await p.crowd(
        'networkInterface',
        quotas.interfacesPerRegion,
        (each) => each.attachment === undefined && !each.requesterManaged,
      );
      return p.ask('CreateNetworkInterface', { SubnetId: (await p.inSubnet()).SubnetId });
    },
  ],
  [
    'privateAddressesPerInterface',
    'PrivateIpAddressLimitExceeded',
    async (p) => {
      const { SubnetId } = await p.inSubnet();
      return p.ask('CreateNetworkInterface', {
        SubnetId,
        SecondaryPrivateIpAddressCount: quotas.privateAddressesPerInterface,
      });
    },
  ],
  [
    'instancesPerRegion',
    'InstanceLimitExceeded',
    async (p) => {
      const { SubnetId } = await p.inSubnet();
      await p.crowd('instance', quotas.instancesPerRegion);
      return p.ask('RunInstances', { ...image, SubnetId });
    },
  ],
  [
    'userDataBytes',
    'InvalidParameterValue',
    async (p) => {
      const { SubnetId } = await p.inSubnet();
      return p.ask('RunInstances', {
        ...image,
        SubnetId,
        UserData: btoa('x'.repeat(quotas.userDataBytes + 1)),
      });
    },
  ],
  [
    'imagesPerRegion',
    'ResourceLimitExceeded',
    async (p) => {
      await p.crowd('image', quotas.imagesPerRegion);
      return p.ask('CreateImage', { InstanceId: p.one('instance').id, Name: 'one more' });
    },
  ],
  [
    'prefixListsPerRegion',
    'PrefixListLimitExceeded',
    async (p) => {
      await p.crowd('prefixList', quotas.prefixListsPerRegion);
      return p.ask('CreateManagedPrefixList', { PrefixListName: 'a', MaxEntries: 1, AddressFamily: 'IPv4' });
    },
  ],
  [
    'entriesPerPrefixList',
    'InvalidParameterValue',
    async (p) => {
      const MaxEntries = quotas.entriesPerPrefixList + 1;
      return p.ask('CreateManagedPrefixList', { PrefixListName: 'a', MaxEntries, AddressFamily: 'IPv4' });
    },
  ],
  [
    'interfaceEndpointsPerVpc',
    'VpcEndpointLimitExceeded',
    async (p) => {
      await p.crowd(
        'vpcEndpoint',
        quotas.interfaceEndpointsPerVpc,
        (each) => each.endpointType === 'Interface',
      );
      const ServiceName = p.one('endpointService').serviceName;
      const { vpcId: VpcId, subnetIds } = p.one('vpcEndpoint', (each) => each.endpointType === 'Interface');
      return p.ask('CreateVpcEndpoint', {
        VpcEndpointType: 'Interface',
        VpcId,
        ServiceName,
        SubnetIds: [...subnetIds],
      });
    },
  ],
  [
    'flowLogsPerResource',
    'FlowLogsLimitExceeded',
    async (p) => {
      const { id } = p.one('vpc');
      const ask = (bucket: number) => ({
        ...{ ResourceType: 'VPC', ResourceIds: [id], TrafficType: 'ALL', LogDestinationType: 's3' },
        LogDestination: `arn:aws:s3:::bucket-${bucket}`,
      });
      for (let made = 0; made < quotas.flowLogsPerResource; made++) await p.ask('CreateFlowLogs', ask(made));
      const { Unsuccessful } = (await p.ask('CreateFlowLogs', ask(-1))) as {
        Unsuccessful: readonly { Error: { Code: string; Message: string } }[];
      };
      const { Code = '', Message = '' } = Unsuccessful[0]?.Error ?? {};
      throw new Refusal(Code, Message);
    },
  ],
  [
    'networkInsightsAccessScopesPerRegion',
    'NetworkInsightsAccessScope.LimitExceeded',
    async (p) => {
      await p.crowd('networkInsightsAccessScope', quotas.networkInsightsAccessScopesPerRegion);
      const Source = { ResourceStatement: { ResourceTypes: ['AWS::EC2::InternetGateway'] } };
      return p.ask('CreateNetworkInsightsAccessScope', { MatchPaths: [{ Source }] });
    },
  ],
  [
    'networkInsightsAccessScopeAnalysesPerRegion',
    'NetworkInsightsAccessScopeAnalysis.LimitExceeded',
    async (p) => {
      const limit = quotas.networkInsightsAccessScopeAnalysesPerRegion;
      await p.crowd('networkInsightsAccessScopeAnalysis', limit);
      const { id: NetworkInsightsAccessScopeId } = p.one('networkInsightsAccessScope');
      return p.ask('StartNetworkInsightsAccessScopeAnalysis', { NetworkInsightsAccessScopeId });
    },
  ],
  [
    'networkInsightsPathsPerRegion',
    'NetworkInsightsPath.LimitExceeded',
    async (p) => {
      await p.crowd('networkInsightsPath', quotas.networkInsightsPathsPerRegion);
      const { source: Source } = p.one('networkInsightsPath');
      return p.ask('CreateNetworkInsightsPath', { Source, Destination: Source, Protocol: 'tcp' });
    },
  ],
  [
    'networkInsightsAnalysesPerRegion',
    'NetworkInsightsAnalysis.LimitExceeded',
    async (p) => {
      await p.crowd('networkInsightsAnalysis', quotas.networkInsightsAnalysesPerRegion);
      const { id: NetworkInsightsPathId } = p.one('networkInsightsPath');
      return p.ask('StartNetworkInsightsAnalysis', { NetworkInsightsPathId });
    },
  ],
  [
    'natGatewaysPerZone',
    'NatGatewayLimitExceeded',
    async (p) => {
      const { SubnetId } = await p.inSubnet();
      await p.crowd('natGateway', quotas.natGatewaysPerZone, (each) => each.subnetId === SubnetId);
      return p.ask('CreateNatGateway', { SubnetId, ConnectivityType: 'private' });
    },
  ],
  [
    'customerGatewaysPerRegion',
    'CustomerGatewayLimitExceeded',
    async (p) => {
      await p.crowd('customerGateway', quotas.customerGatewaysPerRegion);
      return p.ask('CreateCustomerGateway', { Type: 'ipsec.1', IpAddress: '203.0.113.99' });
    },
  ],
  [
    'vpnGatewaysPerRegion',
    'VpnGatewayLimitExceeded',
    async (p) => {
      await p.crowd('vpnGateway', quotas.vpnGatewaysPerRegion);
      return p.ask('CreateVpnGateway', { Type: 'ipsec.1' });
    },
  ],
  [
    'vpnConnectionsPerRegion',
    'VpnConnectionLimitExceeded',
    async (p) => {
      const { customerGatewayId: CustomerGatewayId, vpnGatewayId: VpnGatewayId } = p.one('vpnConnection');
      await p.crowd('vpnConnection', quotas.vpnConnectionsPerRegion);
      const Options = { StaticRoutesOnly: true };
      return p.ask('CreateVpnConnection', { Type: 'ipsec.1', CustomerGatewayId, VpnGatewayId, Options });
    },
  ],
  [
    'staticRoutesPerVpnConnection',
    'VpnStaticRoutesLimitExceeded',
    async (p) => {
      const { id: VpnConnectionId } = p.one('vpnConnection');
      for (let i = 0; i <= quotas.staticRoutesPerVpnConnection; i++)
        await p.ask('CreateVpnConnectionRoute', { VpnConnectionId, DestinationCidrBlock: block(i) });
    },
  ],
  [
    'gatewayEndpointsPerRegion',
    'VpcEndpointLimitExceeded',
    async (p) => {
      const { VpcId } = await p.inSubnet();
      await p.crowd(
        'vpcEndpoint',
        quotas.gatewayEndpointsPerRegion,
        (each) => each.endpointType === 'Gateway',
      );
      return p.ask('CreateVpcEndpoint', { VpcId, ServiceName: 'com.amazonaws.us-east-1.dynamodb' });
    },
  ],
  [
    'endpointPolicyCharacters',
    'InvalidPolicyDocument',
    async (p) => {
      const PolicyDocument = `{"Statement":[]}${' '.repeat(quotas.endpointPolicyCharacters)}`;
      return p.ask('ModifyVpcEndpoint', {
        VpcEndpointId: p.one('vpcEndpoint', (each) => each.endpointType === 'Interface').id,
        PolicyDocument,
      });
    },
  ],
  [
    'loadBalancersPerRegion',
    'TooManyLoadBalancers',
    async (p) => {
      const { SubnetId } = await p.inSubnet();
      await p.crowd('loadBalancer', quotas.loadBalancersPerRegion);
      return p.elb('CreateLoadBalancer', {
        Name: 'more',
        Type: 'network',
        Scheme: 'internal',
        Subnets: [SubnetId],
      });
    },
  ],
  [
    'listenersPerLoadBalancer',
    'TooManyListeners',
    async (p) => {
      await p.crowd('listener', quotas.listenersPerLoadBalancer);
      const { loadBalancerArn: LoadBalancerArn, targetGroupArn: TargetGroupArn } = p.one('listener');
      return p.elb('CreateListener', {
        LoadBalancerArn,
        Protocol: 'TCP',
        Port: 9999,
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      });
    },
  ],
  [
    'targetsPerTargetGroup',
    'TooManyTargets',
    async (p) => {
      const TargetGroupArn = p.one('targetGroup', (each) => each.targetType === 'ip').id;
      const Targets = many(quotas.targetsPerTargetGroup + 1, (i) => ({ Id: '10.0.1.9', Port: 1 + i }));
      return p.elb('RegisterTargets', { TargetGroupArn, Targets });
    },
  ],
  [
    'targetGroupsPerRegion',
    'TooManyTargetGroups',
    async (p) => {
      const { VpcId } = await p.inSubnet();
      await p.crowd('targetGroup', quotas.targetGroupsPerRegion);
      return p.elb('CreateTargetGroup', { Name: 'more', Protocol: 'TCP', Port: 1, VpcId });
    },
  ],
  [
    'tagsPerResource',
    'TagLimitExceeded',
    async (p) => {
      const { VpcId } = await p.inSubnet();
      return p.ask('CreateTags', {
        Resources: [VpcId],
        Tags: many(quotas.tagsPerResource + 1, (i) => ({ Key: `k${i}`, Value: '' })),
      });
    },
  ],
];

it.each(cases)('%s: %s', async (_quota, code, reach) => {
  await expect(
    reach(new Place(base)).catch((error) => (error instanceof Refusal ? error.code : error)),
  ).resolves.toBe(code);
});

/** Quotas of what this API does not create, with who holds them. */
const elsewhere: Readonly<Record<string, string>> = {
  bucketPolicyBytes: 'engine/authorize',
  /** The first ones are kept. */
  findingsPerAccessScopeAnalysis: 'engine/insights',
  identityPolicyCharacters: 'engine/authorize',
  /** `postern internet`, which AWS does not have. */
  internetHosts: 'src/api/internet-host.test.ts',
  /** `postern on-premises`, which AWS does not have. */
  onPremisesHosts: 'src/api/on-premises-host.test.ts',
  /** Queue policies and policies of secrets. */
  resourcePolicyCharacters: 'engine/authorize',
};

it('names every quota', () => {
  const named = [...cases.map(([quota]) => quota), ...Object.keys(elsewhere)];
  expect(Object.keys(quotas).toSorted()).toEqual(named.toSorted());
});

/** Generous: it is to find what grows with the square of what there is. */
const describeMillisMax = 1500;

it.each([
  ['networkInterface', 5000, 'DescribeNetworkInterfaces'],
  ['securityGroup', 2500, 'DescribeSecurityGroups'],
  ['instance', 1000, 'DescribeInstances'],
  ['vpc', 1000, 'DescribeVpcs'],
  ['subnet', 2000, 'DescribeSubnets'],
  ['routeTable', 2000, 'DescribeRouteTables'],
  ['networkAcl', 2000, 'DescribeNetworkAcls'],
  ['vpcEndpoint', 1000, 'DescribeVpcEndpoints'],
  ['address', 1000, 'DescribeAddresses'],
  ['prefixList', 1000, 'DescribeManagedPrefixLists'],
  ['loadBalancer', 1000, 'DescribeLoadBalancers'],
  ['targetGroup', 3000, 'DescribeTargetGroups'],
] as const)('describes with so many more of %s: %i', async (kind, count, action) => {
  const place = new Place(base);
  await place.crowd(kind, count);
  const service = /LoadBalancers|TargetGroups/.test(action) ? 'elasticloadbalancing' : 'ec2';
  const start = performance.now();
  await place.ask(action, {}, service);
  expect(performance.now() - start).toBeLessThan(describeMillisMax);
});
