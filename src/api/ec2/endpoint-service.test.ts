import { describe, expect, it } from 'vitest';
import { nothingApplied, refused } from '../testing.ts';
import { type Caller, consumer, privateLink, provider } from './private-link-testing.ts';

describe('endpoint services', () => {
  it('round trip', async () => {
    const { call, arn, service, ServiceId, configuration } = await privateLink();
    expect(ServiceId).toMatch(/^vpce-svc-0[0-9a-f]{16}$/);
    expect(service).toMatchObject({
      ServiceName: `com.amazonaws.vpce.us-east-1.${ServiceId}`,
      ServiceState: 'Available',
      ServiceType: [{ ServiceType: 'Interface' }],
      AvailabilityZones: ['us-east-1a', 'us-east-1b'],
      AvailabilityZoneIds: ['use1-az1', 'use1-az2'],
      AcceptanceRequired: false,
      BaseEndpointDnsNames: [`${ServiceId}.us-east-1.vpce.amazonaws.com`],
      NetworkLoadBalancerArns: [arn],
      SupportedIpAddressTypes: ['ipv4'],
      SupportedRegions: [{ Region: 'us-east-1', ServiceState: 'Available' }],
    });
    const modify = (change: object) =>
      call('ec2', 'ModifyVpcEndpointServiceConfiguration', { ServiceId, ...change }, provider);
    await modify({ AcceptanceRequired: true, AddSupportedRegions: ['eu-west-1'] });
    expect(await configuration()).toMatchObject({ AcceptanceRequired: true, RemoteAccessEnabled: true });
    expect(await refused(modify({ RemoveNetworkLoadBalancerArns: [arn] }))).toMatch(/^InvalidParameter/);
    expect(await refused(modify({ AddNetworkLoadBalancerArns: [`${arn}x`] }))).toMatch(/^InvalidParameter/);
    expect(await refused(modify({ AddSupportedIpAddressTypes: ['ipv6'] }))).toMatch(/^InvalidParameter/);
    expect(await refused(modify({ AddSupportedRegions: ['mars'] }))).toMatch(/^InvalidParameter/);
    const payer = (PayerResponsibility: string) =>
      call(
        'ec2',
        'ModifyVpcEndpointServicePayerResponsibility',
        { ServiceId, PayerResponsibility: PayerResponsibility as never },
        provider,
      );
    await payer('ServiceOwner');
    expect(await refused(payer('Me'))).toMatch(/^InvalidParameter/);
    const byFilter = await call(
      'ec2',
      'DescribeVpcEndpointServiceConfigurations',
      { Filters: [{ Name: 'service-name', Values: ['*vpce*'] }] },
      provider,
    );
    expect(byFilter.ServiceConfigurations).toHaveLength(1);
    const remove = () =>
      call('ec2', 'DeleteVpcEndpointServiceConfigurations', { ServiceIds: [ServiceId] }, provider);
    expect(
      await refused(call('elasticloadbalancing', 'DeleteLoadBalancer', { LoadBalancerArn: arn }, provider)),
    ).toBe(
      `ResourceInUse: Load balancer '${arn}' cannot be deleted because it is currently associated with another service`,
    );
    expect((await remove()).Unsuccessful).toEqual([]);
    expect((await remove()).Unsuccessful?.[0]?.Error?.Code).toBe('InvalidVpcEndpointService.NotFound');
    expect(await refused(configuration())).toMatch(/^InvalidVpcEndpointServiceId.NotFound/);
  });

  it('needs one kind of load balancer, the caller’s own and active', async () => {
    const { call, arn, observed } = await privateLink();
    const create = (input: object, caller = provider) =>
      refused(call('ec2', 'CreateVpcEndpointServiceConfiguration', input, caller));
    expect(await create({})).toBe(
      'InvalidParameter: exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member',
    );
    expect(await create({ NetworkLoadBalancerArns: ['x'], GatewayLoadBalancerArns: ['y'] })).toMatch(
      /^InvalidParameter/,
    );
    expect(await create({ NetworkLoadBalancerArns: [arn] }, consumer)).toMatch(/^InvalidParameter/);
    expect(await create({ NetworkLoadBalancerArns: [arn], PrivateDnsName: 'no dots' })).toMatch(
      /^InvalidParameter/,
    );
    observed.update(nothingApplied);
    expect(await create({ NetworkLoadBalancerArns: [arn] })).toMatch(/not in the active state/);
  });

  it('keeps who is allowed', async () => {
    const { call, ServiceId, allow } = await privateLink({ allowed: [] });
    const added = await allow(['*', 'arn:aws:iam::222222222222:user/ann', '*']);
    expect(added.AddedPrincipals?.map((p) => [p.PrincipalType, p.Principal])).toEqual([
      ['All', '*'],
      ['User', 'arn:aws:iam::222222222222:user/ann'],
    ]);
    expect((await allow(['*'])).AddedPrincipals).toEqual([]);
    for (const bad of [
      '',
      'ann',
      'arn:aws:iam::222222222222:user/path/ann',
      'arn:aws:iam::1:root',
      'arn:aws:iam::222222222222:root/x',
    ]) {
      expect(await refused(allow([bad]))).toBe(`InvalidPrincipal: Invalid Principal: '${bad}'`);
    }
    await call(
      'ec2',
      'ModifyVpcEndpointServicePermissions',
      { ServiceId, RemoveAllowedPrincipals: ['*'] },
      provider,
    );
    const shown = (input: object) =>
      call('ec2', 'DescribeVpcEndpointServicePermissions', { ServiceId, ...input }, provider);
    expect((await shown({})).AllowedPrincipals).toHaveLength(1);
    expect(
      (await shown({ Filters: [{ Name: 'principal-type', Values: ['All'] }] })).AllowedPrincipals,
    ).toEqual([]);
    expect(await refused(shown({ Filters: [{ Name: 'principal', Values: ['*'] }] }))).toMatch(
      /^InvalidFilter/,
    );
  });

  it('is seen by its owner and the allowed only', async () => {
    const { call, ServiceName, allow, connect } = await privateLink({ allowed: [] });
    const seen = async (caller: Caller) =>
      (await call('ec2', 'DescribeVpcEndpointServices', {}, caller)).ServiceNames?.filter((name) =>
        name.startsWith('com.amazonaws.vpce.'),
      );
    const asked = (caller: Caller) =>
      call('ec2', 'DescribeVpcEndpointServices', { ServiceNames: [ServiceName] }, caller);
    const unknown = `InvalidServiceName: The Vpc Endpoint Service '${ServiceName}' does not exist`;
    expect(await seen(provider)).toEqual([ServiceName]);
    expect(await seen(consumer)).toEqual([]);
    expect(await refused(asked(consumer))).toBe(unknown);
    expect(await refused(connect())).toBe(unknown);
    await allow(['arn:aws:iam::333333333333:root']);
    expect(await seen(consumer)).toEqual([]);
    await allow(['arn:aws:iam::222222222222:role/deploy']);
    const detail = (await asked(consumer)).ServiceDetails?.[0];
    expect(detail).toMatchObject({
      ServiceName,
      Owner: '111111111111',
      VpcEndpointPolicySupported: false,
      AcceptanceRequired: false,
    });
    await connect();
  });

  it('verifies its private name by a TXT record', async () => {
    const { call, ServiceId, configuration, verify } = await privateLink();
    const start = () => call('ec2', 'StartVpcEndpointServicePrivateDnsVerification', { ServiceId }, provider);
    expect(await refused(start())).toMatch(/^InvalidParameter/);
    await call(
      'ec2',
      'ModifyVpcEndpointServiceConfiguration',
      { ServiceId, PrivateDnsName: 'api.example.com' },
      provider,
    );
    const before = (await configuration()).PrivateDnsNameConfiguration;
    expect(before).toMatchObject({ State: 'pendingVerification', Type: 'TXT' });
    expect(before?.Name).toMatch(/^_[a-z0-9]{19}$/);
    expect(before?.Value).toMatch(/^vpce:[a-zA-Z0-9]{20}$/);
    await start();
    expect((await configuration()).PrivateDnsNameConfiguration?.State).toBe('failed');
    await verify();
    expect((await configuration()).PrivateDnsNameConfiguration?.State).toBe('verified');
    await call(
      'ec2',
      'ModifyVpcEndpointServiceConfiguration',
      { ServiceId, RemovePrivateDnsName: true },
      provider,
    );
    expect((await configuration()).PrivateDnsName).toBeUndefined();
  });

  it('keeps connection notifications', async () => {
    const { call, ServiceId, ServiceName } = await privateLink();
    const topic = 'arn:aws:sns:us-east-1:111111111111:events';
    const create = (input: object) =>
      call('ec2', 'CreateVpcEndpointConnectionNotification', input as never, provider);
    const made = await create({
      ServiceId,
      ConnectionNotificationArn: topic,
      ConnectionEvents: ['Accept', 'Reject'],
    });
    const id = made.ConnectionNotification?.ConnectionNotificationId ?? '';
    expect(id).toMatch(/^vpce-nfn-/);
    expect(
      await refused(create({ ServiceId, ConnectionNotificationArn: 'x', ConnectionEvents: ['Accept'] })),
    ).toMatch(/^InvalidParameter/);
    expect(
      await refused(create({ ServiceId, ConnectionNotificationArn: topic, ConnectionEvents: ['Dance'] })),
    ).toMatch(/^InvalidParameter/);
    expect(await refused(create({ ConnectionNotificationArn: topic, ConnectionEvents: ['Accept'] }))).toMatch(
      /^InvalidParameter/,
    );
    await call(
      'ec2',
      'ModifyVpcEndpointConnectionNotification',
      { ConnectionNotificationId: id, ConnectionEvents: ['Delete'] },
      provider,
    );
    const shown = () =>
      call('ec2', 'DescribeVpcEndpointConnectionNotifications', { ConnectionNotificationId: id }, provider);
    expect((await shown()).ConnectionNotificationSet?.[0]).toMatchObject({
      ServiceId,
      ConnectionEvents: ['Delete'],
      ConnectionNotificationState: 'Enabled',
    });
    const remove = () =>
      call('ec2', 'DeleteVpcEndpointConnectionNotifications', { ConnectionNotificationIds: [id] }, provider);
    expect((await remove()).Unsuccessful).toEqual([]);
    expect((await remove()).Unsuccessful?.[0]?.Error?.Code).toBe('InvalidConnectionNotification');
    expect(await refused(shown())).toMatch(/^InvalidConnectionNotification/);
    expect(ServiceName).not.toBe('');
  });
});
