import { describe, expect, it } from 'vitest';
import { findEndpointName } from '../../engine/endpoint-names.ts';
import { nothingApplied, refused } from '../testing.ts';
import { type Caller, consumer, privateLink, provider } from './private-link-testing.ts';

describe('interface endpoints', () => {
  it('has an interface per subnet, names per zone and the default group', async () => {
    const { store, ours, ServiceId, ServiceName, connect, describe: shown } = await privateLink();
    const made = await connect({
      TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    const id = made.VpcEndpointId ?? '';
    expect(made.State).toBe('pending');
    const endpoint = await shown(id);
    expect(endpoint).toMatchObject({
      State: 'available',
      VpcEndpointType: 'Interface',
      ServiceName,
      ServiceRegion: 'us-east-1',
      PrivateDnsEnabled: false,
      RequesterManaged: false,
      IpAddressType: 'ipv4',
      DnsOptions: { DnsRecordIpType: 'ipv4' },
      SubnetIds: ours.subnets.slice(0, 2),
      RouteTableIds: [],
      Tags: [{ Key: 'a', Value: 'b' }],
      OwnerId: '222222222222',
    });
    expect(endpoint.Groups?.map((group) => group.GroupName)).toEqual(['default']);
    expect(JSON.parse(endpoint.PolicyDocument ?? '')).toEqual({
      Statement: [{ Action: '*', Effect: 'Allow', Principal: '*', Resource: '*' }],
    });
    const tail = `${ServiceId}.us-east-1.vpce.amazonaws.com`;
    const names = endpoint.DnsEntries?.map((entry) => entry.DnsName ?? '') ?? [];
    const head = names[0]?.slice(0, -tail.length - 1) ?? '';
    expect(head).toMatch(new RegExp(`^${id}-[a-z0-9]{8}$`));
    expect(names).toEqual([`${head}.${tail}`, `${head}-us-east-1a.${tail}`, `${head}-us-east-1b.${tail}`]);
    expect(new Set(endpoint.DnsEntries?.map((entry) => entry.HostedZoneId))).toEqual(
      new Set(['Z7HUB22UULQXV']),
    );
    expect(findEndpointName(store.snapshot, names[0] ?? '')?.zone).toBeUndefined();
    expect(findEndpointName(store.snapshot, names[0] ?? '')?.endpoint.id).toBe(id);
    expect(findEndpointName(store.snapshot, names[2]?.toUpperCase() ?? '')?.zone).toBe('us-east-1b');
    expect(findEndpointName(store.snapshot, names[2]?.replace('1b', '1c') ?? '')).toBeUndefined();
    const interfaces = store.snapshot.by('networkInterface', 'managedBy', id);
    expect(interfaces.map((i) => i.id)).toEqual(endpoint.NetworkInterfaceIds);
    expect(interfaces[0]).toMatchObject({
      interfaceType: 'vpc_endpoint',
      description: `VPC Endpoint Interface ${id}`,
      requesterManaged: true,
      attachment: { instanceOwnerId: 'amazon-aws' },
      groupIds: endpoint.Groups?.map((group) => group.GroupId),
    });
  });

  it('can do without subnets', async () => {
    const { connect, describe: shown } = await privateLink();
    const endpoint = await shown((await connect({ SubnetIds: [] })).VpcEndpointId);
    expect(endpoint).toMatchObject({
      State: 'available',
      SubnetIds: [],
      NetworkInterfaceIds: [],
      DnsEntries: [],
    });
    expect(endpoint.Groups).toHaveLength(1);
  });

  it('is pending until the host has applied it', async () => {
    const { observed, connect, describe: shown } = await privateLink();
    const { VpcEndpointId } = await connect();
    observed.update(nothingApplied);
    expect((await shown(VpcEndpointId)).State).toBe('pending');
    observed.update({ ...nothingApplied, appliedRevision: 1000 });
    expect((await shown(VpcEndpointId)).State).toBe('available');
  });

  it('waits for acceptance, can be rejected and accepted again', async () => {
    const { call, ServiceId, connect, describe: shown } = await privateLink({ acceptance: true });
    const { VpcEndpointId: id = '', State } = await connect();
    expect(State).toBe('pendingAcceptance');
    const act = async (action: 'AcceptVpcEndpointConnections' | 'RejectVpcEndpointConnections', ids = [id]) =>
      (await call('ec2', action, { ServiceId, VpcEndpointIds: ids }, provider)).Unsuccessful?.map(
        (item) => item.Error?.Code,
      );
    const connections = async (Name: string, value: string) => {
      const filter = { Filters: [{ Name, Values: [value] }] };
      return (
        (await call('ec2', 'DescribeVpcEndpointConnections', filter, provider)).VpcEndpointConnections ?? []
      );
    };
    expect((await connections('service-id', ServiceId))[0]).toMatchObject({
      ServiceId,
      VpcEndpointId: id,
      VpcEndpointOwner: '222222222222',
      VpcEndpointState: 'pendingAcceptance',
      VpcEndpointRegion: 'us-east-1',
    });
    expect(await refused(connections('vpc-endpoint-id', id))).toBe(
      "InvalidFilter: The filter 'vpc-endpoint-id' is invalid",
    );
    expect(await act('AcceptVpcEndpointConnections', ['vpce-00000000000000000', id])).toEqual([
      'InvalidVpcEndpoint.NotFound',
    ]);
    expect((await shown(id)).State).toBe('available');
    expect(await act('AcceptVpcEndpointConnections')).toEqual(['InvalidState']);
    const removed = await call(
      'ec2',
      'DeleteVpcEndpointServiceConfigurations',
      { ServiceIds: [ServiceId] },
      provider,
    );
    expect(removed.Unsuccessful?.[0]?.Error?.Code).toBe('ExistingVpcEndpointConnections');
    expect(await act('RejectVpcEndpointConnections')).toEqual([]);
    expect((await shown(id)).State).toBe('rejected');
    expect(await connections('vpc-endpoint-state', 'available')).toEqual([]);
    const change = call('ec2', 'ModifyVpcEndpoint', { VpcEndpointId: id, ResetPolicy: true }, consumer);
    expect(await refused(change)).toMatch(/^IncorrectState/);
    expect(await act('AcceptVpcEndpointConnections')).toEqual([]);
    expect((await shown(id)).State).toBe('available');
    expect(
      await refused(
        call('ec2', 'AcceptVpcEndpointConnections', { ServiceId, VpcEndpointIds: [id] }, consumer),
      ),
    ).toMatch(/^InvalidVpcEndpointServiceId.NotFound/);
  });

  it('refuses what cannot be', async () => {
    const { call, store, ours, theirs, ServiceName, connect } = await privateLink();
    const [a = '', b = '', c = '', a2 = ''] = ours.subnets;
    const before = store.snapshot.count('networkInterface');
    expect(await refused(connect({ VpcEndpointType: undefined }))).toBe(
      'InvalidParameter: Endpoint type (Gateway) does not match available service types ([Interface]).',
    );
    expect(await refused(connect({ VpcEndpointType: 'interface' }))).toMatch(/^InvalidParameterValue/);
    expect(await refused(connect({ VpcEndpointType: 'Resource' }))).toMatch(/^UnsupportedOperation/);
    expect(await refused(connect({ VpcId: undefined }))).toBe(
      'MissingParameter: The request must contain the parameter VpcId',
    );
    expect(await refused(connect({ VpcId: 'vpc-00000000' }))).toMatch(/^InvalidVpcID.NotFound/);
    expect(await refused(connect({ VpcId: theirs.vpcId }))).toMatch(/^InvalidVpcID.NotFound/);
    expect(await refused(connect({ ServiceName: undefined }))).toMatch(/^MissingParameter/);
    expect(await refused(connect({ ServiceName: 'com.amazonaws.us-east-1.s4' }))).toBe(
      "InvalidServiceName: The Vpc Endpoint Service 'com.amazonaws.us-east-1.s4' does not exist",
    );
    expect(await refused(connect({ ServiceRegion: 'eu-west-1' }))).toMatch(/^InvalidServiceName/);
    expect(await refused(connect({ RouteTableIds: ['rtb-1'] }))).toBe(
      'InvalidParameter: Route table IDs are only supported for Gateway type VPC Endpoint.',
    );
    expect(await refused(connect({ SubnetIds: [c] }))).toBe(
      `InvalidParameter: The VPC endpoint service ${ServiceName} does not support the availability zone of the subnet: ${c}.`,
    );
    expect(await refused(connect({ SubnetIds: [a, b, a2] }))).toMatch(
      /^DuplicateSubnetsInSameZone: Found another VPC endpoint subnet/,
    );
    expect(await refused(connect({ SubnetIds: ['x'] }))).toMatch(/^InvalidSubnetId.Malformed/);
    expect(await refused(connect({ SecurityGroupIds: ['sg-00000000'] }))).toMatch(/^InvalidGroup.NotFound/);
    expect(await refused(connect({ SubnetConfigurations: [{ SubnetId: c, Ipv4: '10.0.2.9' }] }))).toMatch(
      /^InvalidParameter/,
    );
    expect(await refused(connect({ SubnetConfigurations: [{ SubnetId: a, Ipv4: '10.9.0.9' }] }))).toMatch(
      /^InvalidParameterValue/,
    );
    expect(await refused(connect({ PolicyDocument: '{' }))).toMatch(
      /^InvalidPolicyDocument: The Policy Document is not valid. Syntax error at position \(1,2\)/,
    );
    expect(await refused(connect({ PolicyDocument: `{"Statement":[]${' '.repeat(20_480)}}` }))).toMatch(
      /^InvalidPolicyDocument/,
    );
    expect(await refused(connect({ IpAddressType: 'dualstack' }))).toMatch(/^InvalidParameter/);
    expect(
      await refused(connect({ DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: true } })),
    ).toMatch(/^InvalidParameter/);
    expect(await refused(connect({ PrivateDnsEnabled: true }))).toBe(
      `InvalidParameter: Private DNS can't be enabled because the service ${ServiceName} does not provide a private DNS name.`,
    );
    expect(await refused(connect({ TagSpecifications: [{ ResourceType: 'vpc', Tags: [] }] }))).toMatch(
      /^InvalidParameterValue/,
    );
    expect(await refused(connect({ DryRun: true }))).toMatch(/^DryRunOperation/);
    expect(store.snapshot.count('networkInterface')).toBe(before);
    expect((await call('ec2', 'DescribeVpcEndpoints', {}, consumer)).VpcEndpoints).toEqual([]);
  });

  it('answers a repeated token with the endpoint it made', async () => {
    const { connect, call, ours, ServiceName } = await privateLink();
    const first = await connect({ ClientToken: 'once' });
    expect((await connect({ ClientToken: 'once' })).VpcEndpointId).toBe(first.VpcEndpointId);
    expect(await refused(connect({ ClientToken: 'once', SubnetIds: [] }))).toMatch(
      /^IdempotentParameterMismatch/,
    );
    const input = {
      VpcEndpointType: 'Interface' as const,
      VpcId: ours.vpcId,
      ServiceName,
      ClientToken: 'two',
    };
    expect((await call('ec2', 'CreateVpcEndpoint', input, consumer)).ClientToken).toBe('two');
  });

  it('changes subnets, addresses, groups and policy', async () => {
    const { call, store, ours, connect, describe: shown } = await privateLink();
    const [a = '', b = '', c = '', a2 = ''] = ours.subnets;
    const { VpcEndpointId: id = '' } = await connect({
      SubnetIds: [a],
      SubnetConfigurations: [{ SubnetId: a, Ipv4: '10.0.0.10' }],
    });
    const modify = (change: object) =>
      call('ec2', 'ModifyVpcEndpoint', { VpcEndpointId: id, ...change }, consumer);
    const addresses = async () =>
      (await shown(id)).NetworkInterfaceIds?.map(
        (eni) => store.snapshot.get('networkInterface', eni)?.privateAddresses[0]?.address,
      );
    expect(await addresses()).toEqual(['10.0.0.10']);
    await modify({ AddSubnetIds: [b], SubnetConfigurations: [{ SubnetId: b, Ipv4: '10.0.1.10' }] });
    await modify({
      SubnetConfigurations: [
        { SubnetId: a, Ipv4: '10.0.0.11' },
        { SubnetId: b, Ipv4: '10.0.1.10' },
      ],
    });
    expect(await addresses()).toEqual(['10.0.0.11', '10.0.1.10']);
    expect(await refused(modify({ AddSubnetIds: [a2] }))).toMatch(/^DuplicateSubnetsInSameZone/);
    expect(await refused(modify({ AddSubnetIds: [c] }))).toMatch(/does not support the availability zone/);
    expect(await refused(modify({ RemoveSubnetIds: [c] }))).toMatch(/^InvalidParameter/);
    await modify({ RemoveSubnetIds: [a], AddSubnetIds: [a2] });
    expect((await shown(id)).SubnetIds).toEqual([b, a2]);
    expect(store.snapshot.by('networkInterface', 'managedBy', id)).toHaveLength(2);

    const { GroupId = '' } = await call(
      'ec2',
      'CreateSecurityGroup',
      { GroupName: 'g', Description: 'd', VpcId: ours.vpcId },
      consumer,
    );
    const [standard = ''] = (await shown(id)).Groups?.map((group) => group.GroupId ?? '') ?? [];
    await modify({ AddSecurityGroupIds: [GroupId], RemoveSecurityGroupIds: [standard] });
    expect(store.snapshot.by('networkInterface', 'managedBy', id).map((eni) => eni.groupIds)).toEqual([
      [GroupId],
      [GroupId],
    ]);
    expect(await refused(modify({ RemoveSecurityGroupIds: [GroupId] }))).toMatch(/^InvalidParameter/);
    expect(await refused(modify({ RemoveSecurityGroupIds: [standard] }))).toMatch(/^InvalidParameter/);

    const PolicyDocument =
      '{ "Statement": [{ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" }] }';
    await modify({ PolicyDocument });
    expect((await shown(id)).PolicyDocument).toBe(PolicyDocument);
    await modify({ ResetPolicy: true });
    expect((await shown(id)).PolicyDocument).toContain('Allow');
    expect(await refused(modify({ AddRouteTableIds: ['rtb-1'] }))).toMatch(/^InvalidParameter/);
    expect(await refused(modify({ VpcEndpointId: 'vpce-00000000' }))).toMatch(
      /^InvalidVpcEndpointId.NotFound/,
    );
    expect(await refused(modify({ VpcEndpointId: 'x' }))).toMatch(/^InvalidVpcEndpointId.Malformed/);
  });

  it('takes the verified private name, once a VPC', async () => {
    const { call, ours, ServiceId, connect, describe: shown, verify } = await privateLink();
    const withDns = { PrivateDnsEnabled: true };
    await call(
      'ec2',
      'ModifyVpcEndpointServiceConfiguration',
      { ServiceId, PrivateDnsName: 'api.example.com' },
      provider,
    );
    expect(await refused(connect(withDns))).toMatch(/has not verified the private DNS name/);
    await verify();
    expect(await refused(connect(withDns))).toMatch(/requires both enableDnsSupport and enableDnsHostnames/);
    await call(
      'ec2',
      'ModifyVpcAttribute',
      { VpcId: ours.vpcId, EnableDnsHostnames: { Value: true } },
      consumer,
    );
    const { VpcEndpointId = '' } = await connect(withDns);
    expect((await shown(VpcEndpointId)).DnsEntries?.map((entry) => entry.DnsName).at(-1)).toBe(
      'api.example.com',
    );
    const conflict = `InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting DNS domain for api.example.com in the VPC ${ours.vpcId}`;
    expect(await refused(connect(withDns))).toBe(conflict);
    const second = await connect();
    const set = (id: string | undefined, PrivateDnsEnabled: boolean) =>
      call('ec2', 'ModifyVpcEndpoint', { VpcEndpointId: id, PrivateDnsEnabled }, consumer);
    expect(await refused(set(second.VpcEndpointId, true))).toBe(conflict);
    await set(VpcEndpointId, false);
    await set(second.VpcEndpointId, true);
    expect((await shown(VpcEndpointId)).DnsEntries).toHaveLength(3);
  });

  it('can be in another Region than its service', async () => {
    const { call, ServiceId, ServiceName } = await privateLink();
    await call(
      'ec2',
      'ModifyVpcEndpointServiceConfiguration',
      { ServiceId, AddSupportedRegions: ['eu-west-1'] },
      provider,
    );
    const there = { ...consumer, region: 'eu-west-1' };
    const { Vpcs } = await call('ec2', 'DescribeVpcs', {}, there);
    const { Subnets } = await call('ec2', 'DescribeSubnets', {}, there);
    const input = {
      VpcEndpointType: 'Interface' as const,
      VpcId: Vpcs?.[0]?.VpcId,
      ServiceName,
      SubnetIds: [Subnets?.[2]?.SubnetId ?? ''],
    };
    expect(await refused(call('ec2', 'CreateVpcEndpoint', input, there))).toMatch(/^InvalidServiceName/);
    const { VpcEndpoint } = await call(
      'ec2',
      'CreateVpcEndpoint',
      { ...input, ServiceRegion: 'us-east-1' },
      there,
    );
    expect(VpcEndpoint?.ServiceRegion).toBe('us-east-1');
    expect(VpcEndpoint?.DnsEntries?.[1]?.DnsName).toMatch(
      /-eu-west-1c\.vpce-svc-\w+\.us-east-1\.vpce\.amazonaws\.com$/,
    );
    const named = await call('ec2', 'DescribeVpcEndpointServices', { ServiceRegions: ['us-east-1'] }, there);
    expect(named.ServiceNames).toEqual([ServiceName]);
  });

  it('leaves nothing behind', async () => {
    const { call, store, ours, connect } = await privateLink();
    const { VpcEndpointId: id = '' } = await connect();
    const [a = ''] = ours.subnets;
    expect(await refused(call('ec2', 'DeleteSubnet', { SubnetId: a }, consumer))).toMatch(
      /^DependencyViolation/,
    );
    const remove = (caller: Caller) => call('ec2', 'DeleteVpcEndpoints', { VpcEndpointIds: [id] }, caller);
    expect((await remove(provider)).Unsuccessful?.[0]?.Error?.Code).toBe('InvalidVpcEndpoint.NotFound');
    expect((await remove(consumer)).Unsuccessful).toEqual([]);
    expect((await remove(consumer)).Unsuccessful?.[0]).toEqual({
      ResourceId: id,
      Error: { Code: 'InvalidVpcEndpoint.NotFound', Message: `The Vpc Endpoint Id '${id}' does not exist` },
    });
    expect(await refused(call('ec2', 'DescribeVpcEndpoints', { VpcEndpointIds: [id] }, consumer))).toMatch(
      /^InvalidVpcEndpointId.NotFound/,
    );
    expect(store.snapshot.by('networkInterface', 'managedBy', id)).toEqual([]);
    await call('ec2', 'DeleteSubnet', { SubnetId: a }, consumer);
  });

  it('is filtered', async () => {
    const { call, ours, connect } = await privateLink();
    await connect();
    const count = async (Name: string, value: string) =>
      (await call('ec2', 'DescribeVpcEndpoints', { Filters: [{ Name, Values: [value] }] }, consumer))
        .VpcEndpoints?.length;
    expect(await count('vpc-id', ours.vpcId)).toBe(1);
    expect(await count('vpc-endpoint-type', 'Gateway')).toBe(0);
    expect(await count('vpc-endpoint-state', 'available')).toBe(1);
    expect(await count('service-name', 'com.amazonaws.vpce.*')).toBe(1);
    expect(await refused(count('nonsense', 'x'))).toBe("InvalidFilter: The filter 'nonsense' is invalid");
  });
});
