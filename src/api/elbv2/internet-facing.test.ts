// Where load balancers get their addresses: internet-facing ones the public too.
import { describe, expect, it } from 'vitest';
import { refused } from '../testing.ts';
import { elb, network } from './testing.ts';

describe('addresses of load balancers', () => {
  it('gives internet-facing nodes public addresses, the chosen ones first', async () => {
    const { call, store, a, b, vpcId } = await network();
    const { InternetGateway } = await call('ec2', 'CreateInternetGateway', {});
    await call('ec2', 'AttachInternetGateway', {
      InternetGatewayId: InternetGateway?.InternetGatewayId,
      VpcId: vpcId,
    });
    const { AllocationId = '', PublicIp } = await call('ec2', 'AllocateAddress', {});
    const create = (SubnetMappings: object[], Scheme: 'internal' | 'internet-facing' = 'internet-facing') =>
      call(elb, 'CreateLoadBalancer', {
        Name: 'web',
        Type: 'network',
        Scheme,
        SubnetMappings: SubnetMappings as never,
      });
    const node = { SubnetId: a, AllocationId };
    expect(await refused(create([node, { ...node, SubnetId: b }]))).toMatch(/^ResourceInUse/);
    expect(await refused(create([node], 'internal'))).toMatch(/^InvalidConfigurationRequest/);
    expect(await refused(create([{ ...node, AllocationId: 'eipalloc-1' }]))).toMatch(/^AllocationIdNotFound/);
    expect(await refused(create([{ SubnetId: a, PrivateIPv4Address: '10.0.0.9' }]))).toMatch(
      /^InvalidConfigurationRequest/,
    );
    const made = (await create([node, { SubnetId: b }])).LoadBalancers?.[0];
    expect(made?.AvailabilityZones?.map((zone) => zone.LoadBalancerAddresses)).toEqual([
      [{ IpAddress: PublicIp, AllocationId }],
      [],
    ]);
    expect((await create([node, { SubnetId: b }])).LoadBalancers?.[0]?.LoadBalancerArn).toBe(
      made?.LoadBalancerArn,
    );
    expect(store.snapshot.count('address')).toBe(2);
    const { NetworkInterfaces } = await call('ec2', 'DescribeNetworkInterfaces', {
      Filters: [{ Name: 'association.ip-owner-id', Values: ['111111111111', 'amazon-elb'] }],
    });
    const [own, lent] = (NetworkInterfaces ?? []).map((one) => one.Association);
    expect(own).toMatchObject({ IpOwnerId: '111111111111', AllocationId, PublicIp });
    expect([lent?.IpOwnerId, lent?.AllocationId]).toEqual(['amazon-elb', undefined]);
    expect(await refused(call('ec2', 'ReleaseAddress', { AllocationId }))).toMatch(/^AuthFailure/);
    // A node that stays keeps its address; another cannot have it.
    const setSubnets = (...SubnetMappings: { SubnetId: string; AllocationId?: string }[]) =>
      call(elb, 'SetSubnets', { LoadBalancerArn: made?.LoadBalancerArn, SubnetMappings });
    expect((await setSubnets(node)).AvailabilityZones).toHaveLength(1);
    expect(await refused(setSubnets(node, { ...node, SubnetId: b }))).toMatch(/^ResourceInUse/);
    const { AvailabilityZones } = await setSubnets(node, { SubnetId: b });
    expect(AvailabilityZones?.map((zone) => zone.LoadBalancerAddresses?.[0]?.IpAddress)).toEqual([
      PublicIp,
      undefined,
    ]);
    await call(elb, 'DeleteLoadBalancer', { LoadBalancerArn: made?.LoadBalancerArn });
    expect([...store.snapshot.all('address')].map((address) => [address.id, address.association])).toEqual([
      [AllocationId, undefined],
    ]);
  });

  it('wants eight free addresses where it chooses one', async () => {
    const { call, store, vpcId, a, loadBalancer } = await network();
    const { Subnet } = await call('ec2', 'CreateSubnet', { VpcId: vpcId, CidrBlock: '10.0.9.0/28' });
    const small = Subnet?.SubnetId ?? '';
    for (let i = 0; i < 4; i++) await loadBalancer(`web${i}`, [small]);
    expect(await refused(loadBalancer('web', [small]))).toBe(
      `InvalidSubnet: Not enough IP space available in ${small}. ELB requires at least 8 free IP addresses in each subnet.`,
    );
    const taken = [...store.snapshot.all('networkInterface')].map((one) => one.privateAddresses[0]?.address);
    const free = ['10.0.9.4', '10.0.9.5', '10.0.9.6', '10.0.9.7', '10.0.9.8'].find(
      (one) => !taken.includes(one),
    );
    const chosen = await call(elb, 'CreateLoadBalancer', {
      Name: 'web',
      Type: 'network',
      Scheme: 'internal',
      SubnetMappings: [{ SubnetId: small, PrivateIPv4Address: free ?? '' }],
    });
    expect(chosen.LoadBalancers).toHaveLength(1);
    expect(await loadBalancer('other', [a])).toMatch(/^arn:/);
  });
});
