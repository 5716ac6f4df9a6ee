import { describe, expect, it } from 'vitest';
import { nothingApplied, refused, testApi } from '../testing.ts';

const s3List = 'pl-63a5400a';

/** A VPC with its main route table and another. */
async function network() {
  const api = testApi();
  const { call } = api;
  const VpcId = (await call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId ?? '';
  const inVpc = { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] };
  const main = (await call('ec2', 'DescribeRouteTables', inVpc)).RouteTables?.[0]?.RouteTableId ?? '';
  const table = (await call('ec2', 'CreateRouteTable', { VpcId })).RouteTable?.RouteTableId ?? '';
  const connect = async (service: string, change = {}) => {
    const ServiceName = `com.amazonaws.us-east-1.${service}`;
    return (await call('ec2', 'CreateVpcEndpoint', { VpcId, ServiceName, ...change })).VpcEndpoint ?? {};
  };
  const modify = (VpcEndpointId: string | undefined, change: object) =>
    call('ec2', 'ModifyVpcEndpoint', { VpcEndpointId, ...change });
  const shown = async (VpcEndpointId = '') =>
    (await call('ec2', 'DescribeVpcEndpoints', { VpcEndpointIds: [VpcEndpointId] })).VpcEndpoints?.[0] ?? {};
  const routes = async (id: string) =>
    (await call('ec2', 'DescribeRouteTables', { RouteTableIds: [id] })).RouteTables?.[0]?.Routes ?? [];
  const remove = async (id = '') =>
    (await call('ec2', 'DeleteVpcEndpoints', { VpcEndpointIds: [id] })).Unsuccessful ?? [];
  return { ...api, VpcId, main, table, connect, modify, shown, routes, remove };
}

describe('gateway endpoints', () => {
  it('are available at once, without interface, names or groups (GW-2)', async () => {
    const { store, observed, connect, shown } = await network();
    const before = store.snapshot.count('networkInterface');
    // A host that has applied nothing yet.
    observed.update(nothingApplied);
    const made = await connect('s3');
    expect(made.State).toBe('available');
    const endpoint = await shown(made.VpcEndpointId);
    expect(endpoint).toMatchObject({
      State: 'available',
      VpcEndpointType: 'Gateway',
      ServiceName: 'com.amazonaws.us-east-1.s3',
      RouteTableIds: [],
      SubnetIds: [],
      Groups: [],
      NetworkInterfaceIds: [],
      DnsEntries: [],
      PrivateDnsEnabled: false,
      RequesterManaged: false,
      IpAddressType: 'ipv4',
      DnsOptions: { DnsRecordIpType: 'ipv4' },
    });
    expect(endpoint.PolicyDocument).toBe(
      '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
    );
    expect(store.snapshot.count('networkInterface')).toBe(before);
  });

  it('put a route into each table they are associated with, and take it away (GW-3)', async () => {
    const { main, table, connect, modify, shown, routes, remove } = await network();
    const { VpcEndpointId: id } = await connect('s3', { RouteTableIds: [table, table] });
    const route = { DestinationPrefixListId: s3List, GatewayId: id, State: 'active', Origin: 'CreateRoute' };
    expect((await routes(table))[1]).toEqual(route);
    expect(await routes(main)).toHaveLength(1);
    await modify(id, { AddRouteTableIds: [main] });
    expect((await routes(main))[1]).toEqual(route);
    await modify(id, { RemoveRouteTableIds: [table] });
    expect(await routes(table)).toHaveLength(1);
    expect((await shown(id)).RouteTableIds).toEqual([main]);
    expect(await remove(id)).toEqual([]);
    expect(await routes(main)).toHaveLength(1);
  });

  it('share a table with other services, not with another route to the same', async () => {
    const { call, table, connect, modify, routes } = await network();
    const taken = `RouteAlreadyExists: route table ${table} already has a route with destination-prefix-list-id ${s3List}`;
    const first = await connect('s3', { RouteTableIds: [table] });
    expect(await refused(connect('s3', { RouteTableIds: [table] }))).toBe(taken);
    const second = await connect('s3');
    expect(await refused(modify(second.VpcEndpointId, { AddRouteTableIds: [table] }))).toBe(taken);
    expect(await refused(modify(first.VpcEndpointId, { AddRouteTableIds: [table] }))).toBe(taken);
    await connect('dynamodb', { RouteTableIds: [table] });
    expect(await routes(table)).toHaveLength(3);
    const destination = { RouteTableId: table, DestinationPrefixListId: s3List };
    expect(await refused(call('ec2', 'DeleteRoute', destination))).toMatch(
      /cannot remove VPC endpoint route/,
    );
    const GatewayId = first.VpcEndpointId ?? '';
    expect(await refused(call('ec2', 'ReplaceRoute', { ...destination, GatewayId }))).toMatch(
      /^RouteNotSupported/,
    );
    await modify(first.VpcEndpointId, { RemoveRouteTableIds: [table] });
    const { InternetGatewayId = '' } = (await call('ec2', 'CreateInternetGateway', {})).InternetGateway ?? {};
    const VpcId = (await call('ec2', 'DescribeRouteTables', { RouteTableIds: [table] })).RouteTables?.[0]
      ?.VpcId;
    await call('ec2', 'AttachInternetGateway', { InternetGatewayId, VpcId });
    await call('ec2', 'CreateRoute', { ...destination, GatewayId: InternetGatewayId });
    expect(await refused(modify(second.VpcEndpointId, { AddRouteTableIds: [table] }))).toBe(taken);
  });

  it('keep the policy they are given, until it is reset', async () => {
    const { connect, modify, shown } = await network();
    const PolicyDocument =
      '{ "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*" }] }';
    const { VpcEndpointId: id } = await connect('s3', { PolicyDocument });
    expect((await shown(id)).PolicyDocument).toBe(PolicyDocument);
    await modify(id, { ResetPolicy: true });
    expect((await shown(id)).PolicyDocument).toContain('2008-10-17');
    await modify(id, { PolicyDocument });
    expect((await shown(id)).PolicyDocument).toBe(PolicyDocument);
    expect(await refused(modify(id, { PolicyDocument: '{"Statement":' }))).toMatch(/^InvalidPolicyDocument/);
    expect(await refused(connect('s3', { PolicyDocument: '[]' }))).toMatch(/^InvalidPolicyDocument/);
  });

  it('are refused what only interface endpoints have, and other services (GW-1)', async () => {
    const { call, table, connect, modify } = await network();
    const { VpcEndpointId: id } = await connect('s3', { RouteTableIds: [table] });
    const both = async (change: object, onModify: object, expected: string) => {
      expect(await refused(connect('dynamodb', change))).toBe(expected);
      expect(await refused(modify(id, onModify))).toBe(expected);
    };
    await both(
      { SubnetIds: ['subnet-1'] },
      { AddSubnetIds: ['subnet-1'] },
      'InvalidParameter: Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.',
    );
    await both(
      { SecurityGroupIds: ['sg-1'] },
      { RemoveSecurityGroupIds: ['sg-1'] },
      'InvalidParameter: Security group IDs are only supported for Interface type VPC Endpoint.',
    );
    await both(
      { PrivateDnsEnabled: true },
      { PrivateDnsEnabled: true },
      'InvalidParameter: Private DNS is only supported for Interface type VPC Endpoints.',
    );
    const DnsOptions = { PrivateDnsOnlyForInboundResolverEndpoint: true };
    await both(
      { DnsOptions },
      { DnsOptions },
      'InvalidParameter: DnsOptions PrivateDnsOnlyForInboundResolverEndpoint is applicable only to Interface VPC Endpoints.',
    );
    expect(await refused(connect('sqs'))).toBe(
      'InvalidParameter: Endpoint type (Gateway) does not match available service types ([Interface]).',
    );
    expect(await refused(connect('s3', { ServiceName: 'com.amazonaws.us-west-2.s3' }))).toBe(
      "InvalidServiceName: The Vpc Endpoint Service 'com.amazonaws.us-west-2.s3' does not exist",
    );
    expect(await refused(connect('s3', { RouteTableIds: ['rtb-00000000'] }))).toMatch(
      /^InvalidRouteTableID.NotFound/,
    );
    const other = (await call('ec2', 'CreateVpc', { CidrBlock: '10.1.0.0/16' })).Vpc?.VpcId ?? '';
    const theirs = (await call('ec2', 'CreateRouteTable', { VpcId: other })).RouteTable?.RouteTableId;
    expect(await refused(connect('s3', { RouteTableIds: [theirs] }))).toMatch(/belong to different networks/);
    expect(await refused(modify(id, { RemoveRouteTableIds: [theirs] }))).toMatch(/^InvalidParameter/);
    expect(await refused(modify(id, { AddRouteTableIds: ['x'] }))).toMatch(/^InvalidRouteTableId.Malformed/);
  });

  it('forget a table that is deleted, and keep their VPC', async () => {
    const { call, VpcId, table, connect, shown, remove } = await network();
    const { VpcEndpointId: id } = await connect('s3', { RouteTableIds: [table] });
    await call('ec2', 'DeleteRouteTable', { RouteTableId: table });
    expect((await shown(id)).RouteTableIds).toEqual([]);
    expect(await refused(call('ec2', 'DeleteVpc', { VpcId }))).toMatch(/^DependencyViolation/);
    await remove(id);
    await call('ec2', 'DeleteVpc', { VpcId });
  });

  it('are at most as many as the quota', async () => {
    const { connect } = await network();
    for (let i = 0; i < 20; i++) await connect('s3');
    expect(await refused(connect('s3'))).toMatch(/^VpcEndpointLimitExceeded/);
  });
});
