// A populated world for random requests: two accounts in two Regions, each with a VPC of everything, joined by
// PrivateLink. Rows are frozen as they are kept, so that whoever changes one in place is caught at it.
import { Observed } from '../../src/control/observed.ts';
import { Dispatcher } from '../../src/api/dispatcher.ts';
import { kinds } from '../../src/model/kinds.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { Tables } from '../../src/model/tables.ts';
import { ManualClock } from '../../src/std/clock.ts';
import { SeededPrng } from '../../src/std/prng.ts';
import { openMemoryStore } from '../../src/store/memory/memory-store.ts';

export const accounts = ['111111111111', '222222222222'] as const;
export const regions = ['us-east-1', 'eu-west-1'] as const;

export function openWorld(tables: Tables, seed: number) {
  const clock = new ManualClock();
  const store = openMemoryStore({
    tables,
    persist: (batch) => batch.changes.forEach(({ resource }) => freeze(resource)),
  });
  const options = { observed: new Observed(), clock, prng: new SeededPrng(seed) };
  const dispatcher = new Dispatcher({ store, ...options, defaultAccountId: '000000000000' });
  return { store, clock, dispatcher };
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}

/** A copy that shares the frozen rows. */
export function copyTables(snapshot: Snapshot): Tables {
  const tables = new Tables();
  for (const kind of kinds) {
    for (const resource of snapshot.all(kind)) tables.apply({ kind, id: resource.id, resource });
  }
  tables.revision = snapshot.revision;
  return tables;
}

/** Equal texts: equal contents. */
export function contents(snapshot: Snapshot): string {
  return JSON.stringify(kinds.map((kind) => [...snapshot.all(kind)]));
}

type Found = Readonly<Record<string, unknown>>;

/** `a.0.b` of an answer, as text. */
function at(answer: unknown, path: string): string {
  let value = answer;
  for (const step of path.split('.')) value = (value as Found | undefined)?.[step];
  if (typeof value !== 'string') throw new Error(`no ${path} in ${JSON.stringify(answer)}`);
  return value;
}

/** `times`: how often everything is there in each account and Region. */
export async function populated(times = 1): Promise<Tables> {
  const { store, dispatcher } = openWorld(new Tables(), 1);
  const caller = (account: string, region: string) => async (action: string, input: object) => {
    const isElb = /LoadBalancer$|TargetGroup|Listener|RegisterTargets/.test(action);
    const service = isElb ? 'elasticloadbalancing' : 'ec2';
    return dispatcher.call({ service, action, input, region, accessKeyId: account, requestId: 'world' });
  };
  const services: string[] = [];
  for (const region of regions) {
    for (const account of accounts) {
      for (let i = 0; i < times; i++) await populate(caller(account, region), region, services);
    }
  }
  await leaveDefaultNetwork(caller(accounts[1], regions[1]));
  return copyTables(store.snapshot);
}

type Call = (action: string, input: object) => Promise<unknown>;

async function populate(call: Call, region: string, services: string[]): Promise<void> {
  const unique = services.length;
  const VpcId = at(await call('CreateVpc', { CidrBlock: '10.0.0.0/16' }), 'Vpc.VpcId');
  await call('ModifyVpcAttribute', { VpcId, EnableDnsHostnames: { Value: true } });
  await call('AssociateVpcCidrBlock', { VpcId, CidrBlock: '10.1.0.0/20' });
  const subnet = async (CidrBlock: string, zone: string) =>
    at(await call('CreateSubnet', { VpcId, CidrBlock, AvailabilityZone: region + zone }), 'Subnet.SubnetId');
  const [a, b, small] = [
    await subnet('10.0.1.0/24', 'a'),
    await subnet('10.0.2.0/24', 'b'),
    await subnet('10.0.3.0/28', 'a'),
  ];
  const group = async (GroupName: string) =>
    at(await call('CreateSecurityGroup', { VpcId, GroupName, Description: GroupName }), 'GroupId');
  const [web, app] = [await group('web'), await group('app')];
  const pl = at(
    await call('CreateManagedPrefixList', {
      PrefixListName: 'offices',
      MaxEntries: 5,
      AddressFamily: 'IPv4',
      Entries: [{ Cidr: '203.0.113.0/24' }],
    }),
    'PrefixList.PrefixListId',
  );
  const peers = {
    UserIdGroupPairs: [{ GroupId: web }],
    PrefixListIds: [{ PrefixListId: pl }],
    IpRanges: [{ CidrIp: '10.0.0.0/8' }],
  };
  await call('AuthorizeSecurityGroupIngress', {
    GroupId: app,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 90, ...peers }],
  });
  const NetworkAclId = at(await call('CreateNetworkAcl', { VpcId }), 'NetworkAcl.NetworkAclId');
  await call('CreateNetworkAclEntry', {
    NetworkAclId,
    RuleNumber: 100,
    Protocol: '6',
    RuleAction: 'allow',
    Egress: false,
    CidrBlock: '0.0.0.0/0',
    PortRange: { From: 1, To: 99 },
  });
  const InternetGatewayId = at(await call('CreateInternetGateway', {}), 'InternetGateway.InternetGatewayId');
  await call('AttachInternetGateway', { InternetGatewayId, VpcId });
  const RouteTableId = at(await call('CreateRouteTable', { VpcId }), 'RouteTable.RouteTableId');
  await call('CreateRoute', {
    RouteTableId,
    DestinationCidrBlock: '0.0.0.0/0',
    GatewayId: InternetGatewayId,
  });
  await call('AssociateRouteTable', { RouteTableId, SubnetId: small });
  const eni = at(
    await call('CreateNetworkInterface', { SubnetId: a, Groups: [web] }),
    'NetworkInterface.NetworkInterfaceId',
  );
  const AllocationId = at(await call('AllocateAddress', { Domain: 'vpc' }), 'AllocationId');
  await call('AssociateAddress', { AllocationId, NetworkInterfaceId: eni });
  await call('AllocateAddress', { Domain: 'vpc' });
  const second = at(
    await call('CreateNetworkInterface', { SubnetId: b, Groups: [app], SecondaryPrivateIpAddressCount: 2 }),
    'NetworkInterface.NetworkInterfaceId',
  );
  await call('CreateInternetGateway', {});
  await call('CreateDhcpOptions', { DhcpConfigurations: [{ Key: 'domain-name', Values: ['corp.example'] }] });
  const run = {
    ImageId: 'ami-03eb5e00000000001',
    InstanceType: 't3.micro',
    MinCount: 2,
    MaxCount: 2,
    SubnetId: b,
    SecurityGroupIds: [app],
  };
  const instance = at(await call('RunInstances', run), 'Instances.0.InstanceId');
  await call('AttachNetworkInterface', { NetworkInterfaceId: second, InstanceId: instance, DeviceIndex: 1 });
  await call('CreateImage', { InstanceId: instance, Name: `golden${unique}` });
  const balancer = at(
    await call('CreateLoadBalancer', {
      Name: `web${unique}`,
      Type: 'network',
      Scheme: 'internal',
      Subnets: [a, b],
      SecurityGroups: [web],
    }),
    'LoadBalancers.0.LoadBalancerArn',
  );
  const target = { Name: `web${unique}`, Protocol: 'TCP', Port: 80, VpcId, TargetType: 'instance' };
  const TargetGroupArn = at(await call('CreateTargetGroup', target), 'TargetGroups.0.TargetGroupArn');
  await call('RegisterTargets', { TargetGroupArn, Targets: [{ Id: instance }] });
  await call('CreateTargetGroup', { ...target, Name: `ips${unique}`, TargetType: 'ip', Protocol: 'TCP_UDP' });
  await call('CreateListener', {
    LoadBalancerArn: balancer,
    Protocol: 'TCP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  const made = await call('CreateVpcEndpointServiceConfiguration', {
    NetworkLoadBalancerArns: [balancer],
    AcceptanceRequired: services.length === 0,
  });
  const ServiceId = at(made, 'ServiceConfiguration.ServiceId');
  await call('ModifyVpcEndpointServicePermissions', { ServiceId, AddAllowedPrincipals: ['*'] });
  services.push(at(made, 'ServiceConfiguration.ServiceName'));
  const near = services.filter((name) => name.includes(region));
  for (const ServiceName of near) {
    await call('CreateVpcEndpoint', {
      VpcEndpointType: 'Interface',
      VpcId,
      ServiceName,
      SubnetIds: [a, b],
      SecurityGroupIds: [web],
    });
  }
  const notification = {
    ConnectionNotificationArn: `arn:aws:sns:${region}:111111111111:t`,
    ConnectionEvents: ['Accept'],
  };
  await call('CreateVpcEndpointConnectionNotification', { ServiceId, ...notification });
  await call('ModifyVpcEndpointServiceConfiguration', { ServiceId, PrivateDnsName: 'api.example.com' });
  const { AllocationId: natAddress } = (await call('AllocateAddress', { Domain: 'vpc' })) as {
    AllocationId: string;
  };
  await call('CreateNatGateway', { SubnetId: a, AllocationId: natAddress });
  await call('CreateNatGateway', { SubnetId: b, ConnectivityType: 'private' });
  const gateway = {
    VpcEndpointType: 'Gateway',
    VpcId,
    ServiceName: `com.amazonaws.${region}.s3`,
    RouteTableIds: [RouteTableId],
  };
  await call('CreateVpcEndpoint', gateway);
  await addVpn(call, { VpcId, RouteTableId });
  await addAnalyses(call, { instance, eni, InternetGatewayId });
  await addSpares(call, { VpcId, b, web });
  await call('CreateTags', {
    Resources: [VpcId, a, eni, instance],
    Tags: [{ Key: 'Name', Value: '<& "web">' }],
  });
}

/** A VPN whose routes a table has, and a gateway of each kind that nothing uses. */
async function addVpn(
  call: Call,
  { VpcId, RouteTableId }: { VpcId: string; RouteTableId: string },
): Promise<void> {
  const customer = async (IpAddress: string) => {
    const made = await call('CreateCustomerGateway', { Type: 'ipsec.1', IpAddress, BgpAsn: 65_000 });
    return at(made, 'CustomerGateway.CustomerGatewayId');
  };
  const CustomerGatewayId = await customer('203.0.113.20');
  await customer('203.0.113.21');
  const VpnGatewayId = at(await call('CreateVpnGateway', { Type: 'ipsec.1' }), 'VpnGateway.VpnGatewayId');
  await call('CreateVpnGateway', { Type: 'ipsec.1' });
  await call('AttachVpnGateway', { VpnGatewayId, VpcId });
  const Options = { StaticRoutesOnly: true };
  const made = await call('CreateVpnConnection', {
    ...{ Type: 'ipsec.1', CustomerGatewayId, VpnGatewayId, Options },
  });
  const VpnConnectionId = at(made, 'VpnConnection.VpnConnectionId');
  await call('CreateVpnConnectionRoute', { VpnConnectionId, DestinationCidrBlock: '192.168.0.0/24' });
  await call('EnableVgwRoutePropagation', { RouteTableId, GatewayId: VpnGatewayId });
}

/** An analysed path, another, and one that was not analysed. */
async function addAnalyses(
  call: Call,
  { instance, eni, InternetGatewayId }: { instance: string; eni: string; InternetGatewayId: string },
): Promise<void> {
  const path = async (Source: string, Destination: string) => {
    const made = await call('CreateNetworkInsightsPath', { Source, Destination, Protocol: 'tcp' });
    return at(made, 'NetworkInsightsPath.NetworkInsightsPathId');
  };
  for (const NetworkInsightsPathId of [await path(instance, eni), await path(InternetGatewayId, eni)])
    await call('StartNetworkInsightsAnalysis', { NetworkInsightsPathId });
  await path(instance, InternetGatewayId);
  const Source = { ResourceStatement: { ResourceTypes: ['AWS::EC2::InternetGateway'] } };
  for (const MatchPaths of [[{ Source }], [{ Destination: Source }]]) {
    const made = await call('CreateNetworkInsightsAccessScope', { MatchPaths });
    const id = at(made, 'NetworkInsightsAccessScope.NetworkInsightsAccessScopeId');
    await call('StartNetworkInsightsAccessScopeAnalysis', { NetworkInsightsAccessScopeId: id });
  }
}

/** What nothing else uses, so that it can be deleted, attached, detached. */
/** Where a flow log's records go. */
function toBucket(TrafficType: string) {
  return { TrafficType, LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::flow-logs' };
}

async function addSpares(
  call: Call,
  { VpcId, b, web }: { VpcId: string; b: string; web: string },
): Promise<void> {
  await call('CreateVpc', { CidrBlock: '10.9.0.0/16' });
  await call('CreateRouteTable', { VpcId });
  await call('CreateSecurityGroup', { VpcId, GroupName: 'spare', Description: 'spare' });
  await call('CreateNetworkAcl', { VpcId });
  await call('CreateNetworkInterface', { SubnetId: b, Groups: [web] });
  await call('CreateManagedPrefixList', { PrefixListName: 'spare', MaxEntries: 1, AddressFamily: 'IPv4' });
  await call('CreateFlowLogs', { ResourceType: 'VPC', ResourceIds: [VpcId], ...toBucket('REJECT') });
  await call('CreateFlowLogs', { ResourceType: 'Subnet', ResourceIds: [b], ...toBucket('ALL') });
  const Filters = [{ Name: 'default-for-az', Values: ['true'] }];
  const { Subnets } = (await call('DescribeSubnets', { Filters })) as { Subnets: { SubnetId: string }[] };
  if (Subnets.length > 2) await call('DeleteSubnet', { SubnetId: Subnets.at(-1)?.SubnetId });
  await call('CreateLoadBalancer', {
    Name: `spare${VpcId.slice(-8)}`,
    Type: 'network',
    Scheme: 'internal',
    Subnets: [b],
  });
}

/** One account and Region without a default VPC. */
async function leaveDefaultNetwork(call: Call): Promise<void> {
  const Filters = [{ Name: 'is-default', Values: ['true'] }];
  const VpcId = at(await call('DescribeVpcs', { Filters }), 'Vpcs.0.VpcId');
  const inVpc = [{ Name: 'vpc-id', Values: [VpcId] }];
  const { Subnets } = (await call('DescribeSubnets', { Filters: inVpc })) as {
    Subnets: { SubnetId: string }[];
  };
  for (const { SubnetId } of Subnets) await call('DeleteSubnet', { SubnetId });
  const attached = [{ Name: 'attachment.vpc-id', Values: [VpcId] }];
  const InternetGatewayId = at(
    await call('DescribeInternetGateways', { Filters: attached }),
    'InternetGateways.0.InternetGatewayId',
  );
  await call('DetachInternetGateway', { InternetGatewayId, VpcId });
  await call('DeleteVpc', { VpcId });
}
