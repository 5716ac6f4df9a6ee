import { describe, expect, it } from 'vitest';
import { nothingApplied, refused, testApi } from '../testing.ts';

/** A VPC with an internet gateway, a subnet of 11 free addresses and an Elastic IP. */
async function network() {
  const api = testApi();
  const { call } = api;
  const VpcId = (await call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId ?? '';
  const made = await call('ec2', 'CreateSubnet', { VpcId, CidrBlock: '10.0.0.0/28' });
  const SubnetId = made.Subnet?.SubnetId ?? '';
  const { InternetGateway } = await call('ec2', 'CreateInternetGateway', {});
  const InternetGatewayId = InternetGateway?.InternetGatewayId ?? '';
  await call('ec2', 'AttachInternetGateway', { VpcId, InternetGatewayId });
  const { AllocationId = '', PublicIp = '' } = await call('ec2', 'AllocateAddress', {});
  const create = async (change = {}) =>
    (await call('ec2', 'CreateNatGateway', { SubnetId, AllocationId, ...change })).NatGateway ?? {};
  const shown = async (NatGatewayId = '') =>
    (await call('ec2', 'DescribeNatGateways', { NatGatewayIds: [NatGatewayId] })).NatGateways?.[0] ?? {};
  const remove = (NatGatewayId = '') => call('ec2', 'DeleteNatGateway', { NatGatewayId });
  return { ...api, VpcId, SubnetId, InternetGatewayId, AllocationId, PublicIp, create, shown, remove };
}

describe('NAT gateways', () => {
  it('have an interface and an Elastic IP, pending until the host has applied them', async () => {
    const { call, observed, VpcId, SubnetId, AllocationId, PublicIp, create, shown } = await network();
    const made = await create({
      TagSpecifications: [{ ResourceType: 'natgateway', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    expect(made.State).toBe('pending');
    const { NatGatewayId = '' } = made;
    expect(NatGatewayId).toMatch(/^nat-0[0-9a-f]{16}$/);
    observed.update(nothingApplied);
    expect((await shown(NatGatewayId)).State).toBe('pending');
    observed.update({ ...nothingApplied, appliedRevision: 1000 });
    const gateway = await shown(NatGatewayId);
    expect(gateway).toMatchObject({
      State: 'available',
      VpcId,
      SubnetId,
      ConnectivityType: 'public',
      AvailabilityMode: 'zonal',
      Tags: [{ Key: 'a', Value: 'b' }],
      NatGatewayAddresses: [{ AllocationId, PublicIp, IsPrimary: true, Status: 'succeeded' }],
    });
    const [address] = gateway.NatGatewayAddresses ?? [];
    const NetworkInterfaceIds = [address?.NetworkInterfaceId ?? ''];
    const { NetworkInterfaces } = await call('ec2', 'DescribeNetworkInterfaces', { NetworkInterfaceIds });
    expect(NetworkInterfaces).toMatchObject([
      {
        InterfaceType: 'nat_gateway',
        Description: `Interface for NAT Gateway ${NatGatewayId}`,
        RequesterManaged: true,
        SourceDestCheck: false,
        Status: 'in-use',
        Groups: [],
        PrivateIpAddress: address?.PrivateIp,
        Association: { PublicIp, AllocationId, AssociationId: address?.AssociationId },
        Attachment: { InstanceOwnerId: 'amazon-aws' },
      },
    ]);
  });

  it('can be private', async () => {
    const { create, shown } = await network();
    const change = { ConnectivityType: 'private', PrivateIpAddress: '10.0.0.9' };
    expect(await refused(create(change))).toMatch(/^InvalidParameterCombination/);
    const { NatGatewayId } = await create({ ...change, AllocationId: undefined });
    const gateway = await shown(NatGatewayId);
    expect(gateway).toMatchObject({ State: 'available', ConnectivityType: 'private' });
    expect(gateway.NatGatewayAddresses?.[0]?.PrivateIp).toBe('10.0.0.9');
    expect(gateway.NatGatewayAddresses?.[0]?.PublicIp).toBeUndefined();
  });

  it('fail as a state where the network stands against them', async () => {
    const { call, store, clock, VpcId, SubnetId, InternetGatewayId, AllocationId, create, shown, remove } =
      await network();
    const first = await create();
    const interfaces = store.snapshot.count('networkInterface');
    const again = await create();
    expect(again.State).toBe('pending');
    expect(again.FailureCode).toBeUndefined();
    expect(await shown(again.NatGatewayId)).toMatchObject({
      State: 'failed',
      FailureCode: 'Resource.AlreadyAssociated',
      FailureMessage: `Elastic IP address ${AllocationId} is already associated`,
    });
    await remove(first.NatGatewayId);
    for (let i = 0; i < 11; i++) await create({ AllocationId: undefined, ConnectivityType: 'private' });
    expect(await shown((await create()).NatGatewayId)).toMatchObject({
      FailureCode: 'InsufficientFreeAddressesInSubnet',
    });
    await call('ec2', 'DetachInternetGateway', { VpcId, InternetGatewayId });
    const { NatGatewayId } = await create();
    expect(await shown(NatGatewayId)).toMatchObject({
      FailureCode: 'Gateway.NotAttached',
      FailureMessage: `Network ${VpcId} has no Internet gateway attached`,
    });
    expect(store.snapshot.count('networkInterface')).toBe(interfaces + 10);
    clock.advance(3_600_000);
    expect(await refused(shown(NatGatewayId))).toBe(
      `NatGatewayNotFound: NAT gateway ${NatGatewayId} was not found`,
    );
    const Filter = [{ Name: 'subnet-id', Values: [SubnetId] }];
    expect((await call('ec2', 'DescribeNatGateways', { Filter })).NatGateways).toHaveLength(11);
  });

  it('are refused what no gateway can be', async () => {
    const { create } = await network();
    expect(await refused(create({ SubnetId: undefined }))).toMatch(/^MissingParameter/);
    expect(await refused(create({ AllocationId: undefined }))).toMatch(/^MissingParameter/);
    expect(await refused(create({ SubnetId: 'subnet-00000000' }))).toMatch(/^InvalidSubnetID.NotFound/);
    expect(await refused(create({ AllocationId: 'eipalloc-00000000' }))).toBe(
      "InvalidElasticIpID.NotFound: The elasticIp ID 'eipalloc-00000000' does not exist",
    );
    expect(await refused(create({ AllocationId: 'x' }))).toMatch(/^InvalidElasticIpID.Malformed/);
    expect(await refused(create({ PrivateIpAddress: '10.9.9.9' }))).toMatch(/^InvalidParameterValue/);
    expect(await refused(create({ ConnectivityType: 'secret' }))).toMatch(/^InvalidParameterValue/);
    expect(await refused(create({ AvailabilityMode: 'regional' }))).toMatch(/^UnsupportedOperation/);
    expect(await refused(create({ SecondaryPrivateIpAddressCount: 1 }))).toMatch(/^UnsupportedOperation/);
  });

  it('are listed as deleted for an hour, and give back what they had', async () => {
    const { call, clock, observed, VpcId, SubnetId, AllocationId, create, shown, remove } = await network();
    const { NatGatewayId } = await create();
    const dependency = /^DependencyViolation/;
    expect(await refused(call('ec2', 'DeleteSubnet', { SubnetId }))).toMatch(dependency);
    expect(await refused(call('ec2', 'DeleteVpc', { VpcId }))).toMatch(dependency);
    expect((await remove(NatGatewayId)).NatGatewayId).toBe(NatGatewayId);
    observed.update(nothingApplied);
    expect((await shown(NatGatewayId)).State).toBe('deleting');
    observed.update({ ...nothingApplied, appliedRevision: 1000 });
    const gateway = await shown(NatGatewayId);
    expect(gateway.State).toBe('deleted');
    expect(gateway.DeleteTime).toBeDefined();
    expect(gateway.NatGatewayAddresses?.[0]?.AllocationId).toBe(AllocationId);
    await remove(NatGatewayId);
    const { Addresses } = await call('ec2', 'DescribeAddresses', { AllocationIds: [AllocationId] });
    expect(Addresses?.[0]?.AssociationId).toBeUndefined();
    await call('ec2', 'ReleaseAddress', { AllocationId });
    await call('ec2', 'DeleteSubnet', { SubnetId });
    clock.advance(3_599_000);
    expect((await shown(NatGatewayId)).State).toBe('deleted');
    clock.advance(1000);
    expect(await refused(remove(NatGatewayId))).toMatch(/^NatGatewayNotFound/);
    expect(await refused(shown('nat-x'))).toMatch(/^NatGatewayMalformed/);
  });

  it('keep their Elastic IP and their internet gateway', async () => {
    const { call, VpcId, InternetGatewayId, AllocationId, create, shown } = await network();
    const { NatGatewayId } = await create();
    const [address] = (await shown(NatGatewayId)).NatGatewayAddresses ?? [];
    const denied = 'AuthFailure: You do not have permission to access the specified resource.';
    const { AssociationId = '', NetworkInterfaceId = '' } = address ?? {};
    expect(await refused(call('ec2', 'DisassociateAddress', { AssociationId }))).toBe(denied);
    expect(await refused(call('ec2', 'ReleaseAddress', { AllocationId }))).toBe(denied);
    const SubnetId = (await shown(NatGatewayId)).SubnetId ?? '';
    const other = await call('ec2', 'CreateNetworkInterface', { SubnetId });
    const move = { AllocationId, NetworkInterfaceId: other.NetworkInterface?.NetworkInterfaceId ?? '' };
    expect(await refused(call('ec2', 'AssociateAddress', move))).toBe(denied);
    expect(await refused(call('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId }))).toMatch(/in use/);
    expect(await refused(call('ec2', 'DetachInternetGateway', { VpcId, InternetGatewayId }))).toMatch(
      /^DependencyViolation: Network .* has some mapped public address/,
    );
  });

  it('are route targets in their own VPC, and blackholes once they are gone', async () => {
    const { call, VpcId, create, remove } = await network();
    const { NatGatewayId = '' } = await create();
    const table = async (inVpc: string) =>
      (await call('ec2', 'CreateRouteTable', { VpcId: inVpc })).RouteTable?.RouteTableId ?? '';
    const RouteTableId = await table(VpcId);
    const route = (id: string, change = {}) =>
      call('ec2', 'CreateRoute', {
        RouteTableId,
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: id,
        ...change,
      });
    await route(NatGatewayId);
    const shown = async () =>
      (await call('ec2', 'DescribeRouteTables', { RouteTableIds: [RouteTableId] })).RouteTables?.[0]
        ?.Routes?.[1];
    expect(await shown()).toMatchObject({ NatGatewayId, State: 'active' });
    const other = (await call('ec2', 'CreateVpc', { CidrBlock: '10.1.0.0/16' })).Vpc?.VpcId ?? '';
    const elsewhere = { RouteTableId: await table(other) };
    expect(await refused(route(NatGatewayId, elsewhere))).toMatch(/belong to different networks/);
    const unknown = "InvalidNatGatewayID.NotFound: The natGateway ID 'nat-00000000' does not exist";
    expect(await refused(route('nat-00000000', { DestinationCidrBlock: '1.0.0.0/8' }))).toBe(unknown);
    await route(NatGatewayId, { DestinationCidrBlock: '10.0.0.0/28' });
    await remove(NatGatewayId);
    expect(await shown()).toMatchObject({ NatGatewayId, State: 'blackhole' });
    expect(await refused(route(NatGatewayId, { DestinationCidrBlock: '1.0.0.0/8' }))).toMatch(
      /^InvalidNatGatewayID.NotFound/,
    );
  });
});
