import { describe, expect, it } from 'vitest';
import { nothingApplied, refused } from '../testing.ts';
import { elb, network } from './testing.ts';

describe('load balancers', () => {
  it('has one node interface per zone, which goes with it', async () => {
    const { store, call, a, b, loadBalancer } = await network();
    const { LoadBalancers } = await call(elb, 'CreateLoadBalancer', {
      Name: 'web',
      Type: 'network',
      Scheme: 'internal',
      SubnetMappings: [{ SubnetId: a, PrivateIPv4Address: '10.0.0.50' }, { SubnetId: b }],
      Tags: [{ Key: 'team', Value: 'x' }],
    });
    const made = LoadBalancers?.[0];
    const arn = made?.LoadBalancerArn ?? '';
    expect(arn).toMatch(
      /^arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer\/net\/web\/[0-9a-f]{16}$/,
    );
    expect(made?.DNSName).toMatch(/^web-[0-9a-f]{16}\.elb\.us-east-1\.amazonaws\.com$/);
    expect(made).toMatchObject({
      State: { Code: 'provisioning' },
      CanonicalHostedZoneId: 'Z26RNL4JYFTOTI',
      Type: 'network',
    });
    const interfaces = [...store.snapshot.all('networkInterface')];
    expect(
      interfaces.map((i) => [i.interfaceType, i.requesterManaged, i.attachment?.instanceOwnerId]),
    ).toEqual([
      ['network_load_balancer', true, 'amazon-elb'],
      ['network_load_balancer', true, 'amazon-elb'],
    ]);
    expect(interfaces[0]?.privateAddresses[0]?.address).toBe('10.0.0.50');
    expect(interfaces[0]?.description).toBe(`ELB net/web/${arn.slice(-16)}`);
    expect(interfaces[0]?.groupIds).toEqual([]);

    const described = (await call(elb, 'DescribeLoadBalancers', { Names: ['web'] })).LoadBalancers?.[0];
    expect(described?.State?.Code).toBe('active');
    expect(described?.AvailabilityZones?.[0]).toEqual({
      ZoneName: 'us-east-1a',
      SubnetId: a,
      LoadBalancerAddresses: [{ PrivateIPv4Address: '10.0.0.50' }],
    });
    expect(await loadBalancer('other', [a])).not.toBe(arn);
    await call(elb, 'SetSubnets', { LoadBalancerArn: arn, Subnets: [b] });
    expect([...store.snapshot.all('networkInterface')]).toHaveLength(2);
    await call(elb, 'DeleteLoadBalancer', { LoadBalancerArn: arn });
    await call(elb, 'DeleteLoadBalancer', { LoadBalancerArn: arn });
    expect([...store.snapshot.all('networkInterface')]).toHaveLength(1);
    expect(await refused(call(elb, 'DescribeLoadBalancers', { Names: ['web'] }))).toBe(
      "LoadBalancerNotFound: Load balancers '[web]' not found",
    );
    expect(await refused(call(elb, 'DescribeLoadBalancers', { LoadBalancerArns: [arn] }))).toMatch(
      /^LoadBalancerNotFound/,
    );
  });

  it('is provisioning until the host has applied it', async () => {
    const { call, observed, a, loadBalancer } = await network();
    const report = { ...nothingApplied, appliedRevision: 1 };
    observed.update(report);
    const arn = await loadBalancer('web', [a]);
    const state = async () =>
      (await call(elb, 'DescribeLoadBalancers', { LoadBalancerArns: [arn] })).LoadBalancers?.[0]?.State?.Code;
    expect(await state()).toBe('provisioning');
    observed.update({ ...report, appliedRevision: 100 });
    expect(await state()).toBe('active');
  });

  it('answers the same creation with what is there and refuses another one of that name', async () => {
    const { a, b, loadBalancer } = await network();
    const arn = await loadBalancer('web', [a]);
    expect(await loadBalancer('web', [a])).toBe(arn);
    expect(await refused(loadBalancer('web', [b]))).toBe(
      "DuplicateLoadBalancerName: A load balancer with the same name 'web' exists, but with different settings",
    );
  });

  it.each([
    [{ Type: 'application' }, /^InvalidConfigurationRequest: .*'application'/],
    [{ Type: undefined }, /^InvalidConfigurationRequest: .*'application'/],
    [{ Name: '' }, /^ValidationError/],
    [{ Name: '-web' }, /^ValidationError: .*hyphen/],
    [{ Name: 'internal-web' }, /^ValidationError: .*'internal-'/],
    [{ Name: 'w_b' }, /^ValidationError/],
    [{ Name: 'w'.repeat(33) }, /cannot be longer than '32' characters/],
    [{ Subnets: [] }, /^ValidationError: At least one subnet must be specified/],
    [{ Subnets: ['subnet-0'] }, /^SubnetNotFound: The subnet ID 'subnet-0' does not exist/],
    [{ SecurityGroups: ['sg-1'] }, /^InvalidSecurityGroup/],
    [{ Scheme: 'internet-facing' }, /^InvalidSubnet: VPC vpc-\w+ has no internet gateway/],
    [{ Scheme: 'sideways' }, /^ValidationError/],
    [{ IpAddressType: 'dualstack' }, /^InvalidConfigurationRequest/],
    [{ Tags: [{ Key: 'aws:x', Value: '' }] }, /^ValidationError/],
  ])('refuses %j', async (change, expected) => {
    const { call, store, a } = await network();
    const input = { Name: 'web', Type: 'network', Scheme: 'internal', Subnets: [a], ...change } as never;
    expect(await refused(call(elb, 'CreateLoadBalancer', input))).toMatch(expected);
    expect(store.snapshot.count('networkInterface')).toBe(0);
  });

  it('refuses two subnets of one zone', async () => {
    const { call, a, vpcId, loadBalancer } = await network();
    const { Subnet } = await call('ec2', 'CreateSubnet', {
      VpcId: vpcId,
      CidrBlock: '10.0.9.0/24',
      AvailabilityZone: 'us-east-1a',
    });
    expect(await refused(loadBalancer('web', [a, Subnet?.SubnetId ?? '']))).toMatch(
      /^InvalidConfigurationRequest/,
    );
  });

  it('keeps attributes and refuses unknown ones in the words clients look for', async () => {
    const { call, a, loadBalancer } = await network();
    const LoadBalancerArn = await loadBalancer('web', [a]);
    const set = (Key: string, Value: string) =>
      call(elb, 'ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes: [{ Key, Value }] });
    expect(await refused(set('x.y', '1'))).toContain("attribute key 'x.y' is not recognized");
    expect(await refused(set('deletion_protection.enabled', 'yes'))).toMatch(/^ValidationError/);
    expect(await refused(set('access_logs.s3.enabled', 'true'))).toMatch(
      /^InvalidConfigurationRequest: Access Denied/,
    );
    await set('deletion_protection.enabled', 'true');
    const { Attributes } = await call(elb, 'DescribeLoadBalancerAttributes', { LoadBalancerArn });
    expect(Attributes).toContainEqual({ Key: 'deletion_protection.enabled', Value: 'true' });
    expect(Attributes).toContainEqual({ Key: 'load_balancing.cross_zone.enabled', Value: 'false' });
    expect(await refused(call(elb, 'DeleteLoadBalancer', { LoadBalancerArn }))).toMatch(
      /^OperationNotPermitted/,
    );
  });

  it('sets security groups only where it was created with some', async () => {
    const { call, store, a, vpcId, loadBalancer } = await network();
    const group = store.snapshot.by('securityGroup', 'vpcId', vpcId)[0]?.id ?? '';
    const bare = await loadBalancer('bare', [a]);
    const set = (LoadBalancerArn: string, SecurityGroups: string[]) =>
      call(elb, 'SetSecurityGroups', {
        LoadBalancerArn,
        SecurityGroups,
        EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
      });
    expect(await refused(set(bare, [group]))).toMatch(/^InvalidConfigurationRequest/);
    const guarded = await loadBalancer('guarded', [a], { SecurityGroups: [group] });
    expect(store.snapshot.by('networkInterface', 'managedBy', guarded)[0]?.groupIds).toEqual([group]);
    expect(await refused(set(guarded, []))).toMatch(/^InvalidConfigurationRequest/);
    expect((await set(guarded, [group])).EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic).toBe('off');
  });

  it('pages with Marker', async () => {
    const { call, a, loadBalancer } = await network();
    for (const name of ['n1', 'n2', 'n3']) await loadBalancer(name, [a]);
    const first = await call(elb, 'DescribeLoadBalancers', { PageSize: 2 });
    expect(first.LoadBalancers).toHaveLength(2);
    const second = await call(elb, 'DescribeLoadBalancers', { PageSize: 2, Marker: first.NextMarker });
    expect(second.LoadBalancers?.map((l) => l.LoadBalancerName)).toEqual(['n3']);
    expect(second.NextMarker).toBeUndefined();
    expect(await refused(call(elb, 'DescribeLoadBalancers', { PageSize: 401 }))).toMatch(/^ValidationError/);
    expect(await refused(call(elb, 'DescribeLoadBalancers', { Marker: '%' }))).toMatch(/^ValidationError/);
  });

  it('is not seen by another account', async () => {
    const { call, a, loadBalancer } = await network();
    const LoadBalancerArn = await loadBalancer('web', [a]);
    const other = { account: '222222222222' };
    expect((await call(elb, 'DescribeLoadBalancers', {}, other)).LoadBalancers).toEqual([]);
    expect(await refused(call(elb, 'DescribeTags', { ResourceArns: [LoadBalancerArn] }, other))).toMatch(
      /^LoadBalancerNotFound/,
    );
  });

  it('tags every noun', async () => {
    const { call, a, loadBalancer, targetGroup, listener } = await network();
    const [arn, group] = [await loadBalancer('web', [a]), await targetGroup('g')];
    const made = (await listener(arn, group)).Listeners?.[0]?.ListenerArn ?? '';
    const ResourceArns = [arn, group, made];
    await call(elb, 'AddTags', {
      ResourceArns,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    await call(elb, 'RemoveTags', { ResourceArns, TagKeys: ['a'] });
    const { TagDescriptions } = await call(elb, 'DescribeTags', { ResourceArns });
    expect(TagDescriptions).toEqual(
      ResourceArns.map((ResourceArn) => ({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] })),
    );
    expect(await refused(call(elb, 'DescribeTags', { ResourceArns: ['nonsense'] }))).toMatch(
      /^ValidationError/,
    );
  });
});

describe('target groups', () => {
  it('has the defaults of AWS', async () => {
    const { call, targetGroup } = await network();
    const TargetGroupArn = await targetGroup('g');
    const { TargetGroups } = await call(elb, 'DescribeTargetGroups', { TargetGroupArns: [TargetGroupArn] });
    expect(TargetGroups?.[0]).toMatchObject({
      HealthCheckProtocol: 'TCP',
      HealthCheckPort: 'traffic-port',
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 10,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      LoadBalancerArns: [],
    });
    const { Attributes } = await call(elb, 'DescribeTargetGroupAttributes', { TargetGroupArn });
    expect(Attributes).toContainEqual({ Key: 'preserve_client_ip.enabled', Value: 'false' });
    await call(elb, 'ModifyTargetGroup', {
      TargetGroupArn,
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: '/up',
    });
    const changed = (await call(elb, 'DescribeTargetGroups', { Names: ['g'] })).TargetGroups?.[0];
    expect(changed).toMatchObject({
      HealthCheckPath: '/up',
      Matcher: { HttpCode: '200-399' },
      HealthCheckProtocol: 'HTTP',
    });
    await call(elb, 'ModifyTargetGroupAttributes', {
      TargetGroupArn,
      Attributes: [{ Key: 'proxy_protocol_v2.enabled', Value: 'true' }],
    });
    const bad = call(elb, 'ModifyTargetGroupAttributes', {
      TargetGroupArn,
      Attributes: [{ Key: 'lambda.x', Value: 'true' }],
    });
    expect(await refused(bad)).toBe(
      "ValidationError: Target group attribute key 'lambda.x' is not recognized",
    );
  });

  it.each([
    [{ Protocol: 'HTTP' }, /^InvalidConfigurationRequest/],
    [{ Protocol: undefined }, /^ValidationError/],
    [{ Port: 0 }, /^ValidationError/],
    [{ Port: 70000 }, /^ValidationError/],
    [{ Port: undefined }, /^ValidationError/],
    [{ VpcId: 'vpc-1' }, /^ValidationError: The VPC ID 'vpc-1' is not found/],
    [{ TargetType: 'lambda' }, /^InvalidConfigurationRequest/],
    [{ HealthCheckEnabled: false }, /^InvalidConfigurationRequest/],
    [{ HealthCheckPath: '/' }, /^InvalidConfigurationRequest/],
    [{ HealthCheckProtocol: 'HTTP', HealthCheckPath: 'x' }, /^ValidationError/],
    [{ HealthCheckProtocol: 'HTTP', Matcher: { HttpCode: '700' } }, /^ValidationError/],
    [{ HealthCheckProtocol: 'UDP' }, /^InvalidConfigurationRequest/],
    [{ HealthCheckPort: '0' }, /^ValidationError/],
    [{ HealthCheckIntervalSeconds: 4 }, /^ValidationError/],
    [{ HealthyThresholdCount: Number.NaN }, /^ValidationError/],
  ])('refuses %j', async (change, expected) => {
    const { targetGroup } = await network();
    expect(await refused(targetGroup('g', change))).toMatch(expected);
  });

  it('is created once, and not deleted while a listener uses it', async () => {
    const { call, a, loadBalancer, targetGroup, listener } = await network();
    const TargetGroupArn = await targetGroup('g');
    expect(await targetGroup('g')).toBe(TargetGroupArn);
    expect(await refused(targetGroup('g', { Port: 81 }))).toMatch(/^DuplicateTargetGroupName/);
    const LoadBalancerArn = await loadBalancer('web', [a]);
    await listener(LoadBalancerArn, TargetGroupArn);
    expect((await call(elb, 'DescribeTargetGroups', { LoadBalancerArn })).TargetGroups).toHaveLength(1);
    expect(await refused(call(elb, 'DeleteTargetGroup', { TargetGroupArn }))).toBe(
      `ResourceInUse: Target group '${TargetGroupArn}' is currently in use by a listener or a rule`,
    );
    await call(elb, 'DeleteLoadBalancer', { LoadBalancerArn });
    await call(elb, 'DeleteTargetGroup', { TargetGroupArn });
    expect(await refused(call(elb, 'DescribeTargetGroups', { Names: ['g'] }))).toMatch(
      /^TargetGroupNotFound/,
    );
  });

  it('refuses targets of a group that has outlived its VPC', async () => {
    const { call } = await network();
    const { Vpc } = await call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' });
    const group = {
      Name: 'left',
      Protocol: 'TCP' as const,
      Port: 80,
      VpcId: Vpc?.VpcId,
      TargetType: 'ip' as const,
    };
    const { TargetGroups } = await call(elb, 'CreateTargetGroup', group);
    await call('ec2', 'DeleteVpc', { VpcId: Vpc?.VpcId });
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
    const register = call(elb, 'RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.9' }] });
    expect(await refused(register)).toMatch(/^InvalidTarget: /);
  });

  it('refuses targets that cannot be', async () => {
    const { call, targetGroup } = await network();
    const [ip, instance] = [await targetGroup('ip'), await targetGroup('i', { TargetType: 'instance' })];
    const register = (TargetGroupArn: string, Id: string, rest = {}) =>
      refused(call(elb, 'RegisterTargets', { TargetGroupArn, Targets: [{ Id, ...rest }] }));
    expect(await register(instance, 'i-1')).toBe("InvalidTarget: Instance ID 'i-1' is not valid");
    expect(await register(ip, 'i-1')).toMatch(/^ValidationError/);
    expect(await register(ip, '8.8.8.8', { AvailabilityZone: 'all' })).toMatch(/^InvalidTarget/);
    expect(await register(ip, '10.9.0.1')).toMatch(/^ValidationError: You must specify an Availability Zone/);
    expect(await register(ip, '10.0.0.9', { AvailabilityZone: 'mars' })).toMatch(/^ValidationError/);
    expect(await register(ip, '10.0.0.9', { Port: 99999 })).toMatch(/^ValidationError/);
    await call(elb, 'RegisterTargets', {
      TargetGroupArn: ip,
      Targets: [{ Id: '10.9.0.1', AvailabilityZone: 'all' }],
    });
  });

  it('tells the health of targets as the host reports it', async () => {
    const { call, clock, observed, a, loadBalancer, targetGroup, listener } = await network();
    const TargetGroupArn = await targetGroup('g');
    const health = async () => {
      const { TargetHealthDescriptions } = await call(elb, 'DescribeTargetHealth', { TargetGroupArn });
      return TargetHealthDescriptions?.map(({ Target, TargetHealth }) => [
        Target?.Id,
        TargetHealth?.State,
        TargetHealth?.Reason,
      ]);
    };
    const report = (states: ('initial' | 'healthy' | 'unhealthy')[]) => {
      const target = { targetGroupArn: TargetGroupArn, targetId: '10.0.0.9', targetPort: 80 };
      const targets = states.map((state, i) => ({ ...target, zone: `us-east-1${'ab'[i]}`, state }));
      observed.update({
        ...nothingApplied,
        appliedRevision: 100,
        targets,
      });
    };
    await call(elb, 'RegisterTargets', {
      TargetGroupArn,
      Targets: [{ Id: '10.0.0.9' }, { Id: '10.0.0.9', Port: 80 }],
    });
    expect(await health()).toEqual([['10.0.0.9', 'unused', 'Target.NotInUse']]);
    await listener(await loadBalancer('web', [a]), TargetGroupArn);
    expect(await health()).toEqual([['10.0.0.9', 'initial', 'Elb.RegistrationInProgress']]);
    report(['initial', 'unhealthy']);
    expect(await health()).toEqual([['10.0.0.9', 'initial', 'Elb.InitialHealthChecking']]);
    report(['unhealthy', 'unhealthy']);
    expect(await health()).toEqual([['10.0.0.9', 'unhealthy', 'Target.FailedHealthChecks']]);
    report(['healthy', 'unhealthy']);
    expect(await health()).toEqual([['10.0.0.9', 'healthy', undefined]]);
    await call(elb, 'RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.1.9', Port: 81 }] });
    expect((await health())?.[1]).toEqual(['10.0.1.9', 'unused', 'Target.NotInUse']);
    await call(elb, 'DeregisterTargets', {
      TargetGroupArn,
      Targets: [{ Id: '10.0.0.9' }, { Id: '10.0.0.77' }],
    });
    expect(await health()).toContainEqual(['10.0.0.9', 'draining', 'Target.DeregistrationInProgress']);
    clock.advance(300_000);
    expect(await health()).toEqual([['10.0.1.9', 'unused', 'Target.NotInUse']]);
    const asked = await call(elb, 'DescribeTargetHealth', { TargetGroupArn, Targets: [{ Id: '10.0.0.9' }] });
    expect(asked.TargetHealthDescriptions?.[0]?.TargetHealth).toMatchObject({
      State: 'unused',
      Reason: 'Target.NotRegistered',
    });
  });
});

describe('listeners', () => {
  it('round trip', async () => {
    const { call, a, loadBalancer, targetGroup, listener } = await network();
    const LoadBalancerArn = await loadBalancer('web', [a]);
    const TargetGroupArn = await targetGroup('g');
    const made = (await listener(LoadBalancerArn, TargetGroupArn)).Listeners?.[0];
    const ListenerArn = made?.ListenerArn ?? '';
    expect(ListenerArn.startsWith(`${LoadBalancerArn.replace(':loadbalancer/', ':listener/')}/`)).toBe(true);
    expect((await listener(LoadBalancerArn, TargetGroupArn)).Listeners?.[0]).toEqual(made);
    expect((await call(elb, 'DescribeListeners', { LoadBalancerArn })).Listeners).toEqual([made]);
    await call(elb, 'ModifyListenerAttributes', {
      ListenerArn,
      Attributes: [{ Key: 'tcp.idle_timeout.seconds', Value: '60' }],
    });
    expect((await call(elb, 'DescribeListenerAttributes', { ListenerArn })).Attributes).toEqual([
      { Key: 'tcp.idle_timeout.seconds', Value: '60' },
    ]);
    const changed = await call(elb, 'ModifyListener', { ListenerArn, Port: 8080 });
    expect(changed.Listeners?.[0]).toMatchObject({ Port: 8080, Protocol: 'TCP' });
    await call(elb, 'DeleteListener', { ListenerArn });
    expect(await refused(call(elb, 'DescribeListeners', { ListenerArns: [ListenerArn] }))).toMatch(
      /^ListenerNotFound/,
    );
    expect(await refused(call(elb, 'DeleteListener', { ListenerArn }))).toMatch(/^ListenerNotFound/);
    expect(await refused(call(elb, 'DescribeListeners', {}))).toMatch(/^ValidationError/);
  });

  it('refuses what cannot be', async () => {
    const { call, a, loadBalancer, targetGroup, listener } = await network();
    const [first, second] = [await loadBalancer('web', [a]), await loadBalancer('api', [a])];
    const [tcp, udp] = [await targetGroup('tcp'), await targetGroup('udp', { Protocol: 'UDP' })];
    expect(await refused(listener(first, tcp, 443, 'TLS'))).toMatch(/^UnsupportedProtocol/);
    expect(await refused(listener(first, udp))).toMatch(/^IncompatibleProtocols/);
    expect(await refused(listener(first, tcp, 0))).toMatch(/^ValidationError/);
    expect(await refused(listener('arn:nothing', tcp))).toBe(
      "ValidationError: 'arn:nothing' is not a valid load balancer ARN",
    );
    expect(await refused(listener(first.slice(0, -16) + '0'.repeat(16), tcp))).toMatch(
      /^LoadBalancerNotFound/,
    );
    expect(await refused(listener(first, tcp.slice(0, -16) + '0'.repeat(16)))).toMatch(
      /^TargetGroupNotFound/,
    );
    await listener(first, tcp);
    expect(await refused(listener(first, udp, 80, 'UDP'))).toMatch(/^DuplicateListener/);
    expect(await refused(listener(second, tcp))).toMatch(/^TargetGroupAssociationLimit/);
    const noAction = call(elb, 'CreateListener', {
      LoadBalancerArn: first,
      Port: 1,
      Protocol: 'TCP',
      DefaultActions: [],
    });
    expect(await refused(noAction)).toMatch(/^ValidationError/);
    const redirect = call(elb, 'CreateListener', {
      LoadBalancerArn: first,
      Port: 1,
      Protocol: 'TCP',
      DefaultActions: [{ Type: 'redirect' }],
    });
    expect(await refused(redirect)).toMatch(/^InvalidLoadBalancerAction/);
  });
});
