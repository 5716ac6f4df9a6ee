import { describe, expect, it } from 'vitest';
import { nothingApplied, refused, testApi } from '../testing.ts';

/** A VPC with a subnet, a customer gateway, a virtual private gateway attached to it and a VPN connection. */
async function network() {
  const api = testApi();
  const { call } = api;
  const VpcId = (await call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId ?? '';
  const tables = await call('ec2', 'DescribeRouteTables', {
    Filters: [{ Name: 'vpc-id', Values: [VpcId] }],
  });
  const RouteTableId = tables.RouteTables?.[0]?.RouteTableId ?? '';
  const gateway = { Type: 'ipsec.1', IpAddress: '203.0.113.20', BgpAsn: 65_000 } as const;
  const customer = (await call('ec2', 'CreateCustomerGateway', gateway)).CustomerGateway ?? {};
  const CustomerGatewayId = customer.CustomerGatewayId ?? '';
  const made = await call('ec2', 'CreateVpnGateway', { Type: 'ipsec.1' });
  const VpnGatewayId = made.VpnGateway?.VpnGatewayId ?? '';
  await call('ec2', 'AttachVpnGateway', { VpnGatewayId, VpcId });
  const connect = async (Options: object = {}, change: object = {}) => {
    const options = { StaticRoutesOnly: true, ...Options };
    const ends = { Type: 'ipsec.1', CustomerGatewayId, VpnGatewayId } as const;
    return (
      (await call('ec2', 'CreateVpnConnection', { ...ends, Options: options, ...change })).VpnConnection ?? {}
    );
  };
  const shown = async () => (await call('ec2', 'DescribeVpnConnections', {})).VpnConnections ?? [];
  const routes = async () => {
    const { RouteTables } = await call('ec2', 'DescribeRouteTables', { RouteTableIds: [RouteTableId] });
    return RouteTables?.[0]?.Routes ?? [];
  };
  return { ...api, VpcId, RouteTableId, CustomerGatewayId, VpnGatewayId, connect, shown, routes };
}

describe('customer gateways', () => {
  it('are there once, however often they are asked for', async () => {
    const { call, CustomerGatewayId } = await network();
    const again = { Type: 'ipsec.1', IpAddress: '203.0.113.20', BgpAsn: 65_000 } as const;
    expect((await call('ec2', 'CreateCustomerGateway', again)).CustomerGateway).toEqual({
      CustomerGatewayId,
      ...{ State: 'available', Type: 'ipsec.1', IpAddress: '203.0.113.20', BgpAsn: '65000', Tags: [] },
    });
    const other = { ...again, BgpAsn: undefined, BgpAsnExtended: 4_200_000_000 };
    expect((await call('ec2', 'CreateCustomerGateway', other)).CustomerGateway).toMatchObject({
      BgpAsnExtended: '4200000000',
    });
    expect((await call('ec2', 'DescribeCustomerGateways', {})).CustomerGateways).toHaveLength(2);
  });

  it('refuse to go while a connection needs them', async () => {
    const { call, CustomerGatewayId, connect } = await network();
    const { VpnConnectionId } = await connect();
    expect(await refused(call('ec2', 'DeleteCustomerGateway', { CustomerGatewayId }))).toMatch(
      /^IncorrectState/,
    );
    await call('ec2', 'DeleteVpnConnection', { VpnConnectionId });
    await call('ec2', 'DeleteCustomerGateway', { CustomerGatewayId });
    const gone = call('ec2', 'DescribeCustomerGateways', { CustomerGatewayIds: [CustomerGatewayId] });
    expect(await refused(gone)).toMatch(/^InvalidCustomerGatewayID.NotFound/);
  });

  it.each([
    [{ Type: 'ipsec.2', IpAddress: '203.0.113.1' }, 'InvalidParameterValue'],
    [{ Type: 'ipsec.1' }, 'MissingParameter'],
    [{ Type: 'ipsec.1', IpAddress: 'x' }, 'InvalidParameterValue'],
    [{ Type: 'ipsec.1', IpAddress: '203.0.113.1', BgpAsn: 0 }, 'InvalidParameterValue'],
    [{ Type: 'ipsec.1', IpAddress: '203.0.113.1', BgpAsnExtended: 4_294_967_295 }, 'InvalidParameterValue'],
  ])('refuse %j', async (input, code) => {
    const { call } = await network();
    expect(await refused(call('ec2', 'CreateCustomerGateway', input as never))).toMatch(
      new RegExp(`^${code}`),
    );
  });
});

describe('virtual private gateways', () => {
  it('are attached to one VPC, which has one', async () => {
    const { call, VpcId, VpnGatewayId } = await network();
    const other = (await call('ec2', 'CreateVpnGateway', { Type: 'ipsec.1', AmazonSideAsn: 65_001 }))
      .VpnGateway;
    expect(other).toMatchObject({ State: 'available', AmazonSideAsn: 65_001, VpcAttachments: [] });
    const attach = (id = '', vpc = VpcId) =>
      call('ec2', 'AttachVpnGateway', { VpnGatewayId: id, VpcId: vpc });
    expect((await attach(VpnGatewayId)).VpcAttachment).toEqual({ VpcId, State: 'attaching' });
    expect(await refused(attach(other?.VpnGatewayId))).toMatch(/^InvalidVpcState/);
    const { Vpc } = await call('ec2', 'CreateVpc', { CidrBlock: '10.1.0.0/16' });
    expect(await refused(attach(VpnGatewayId, Vpc?.VpcId))).toMatch(/^VpnGatewayAttachmentLimitExceeded/);
    const [shown] =
      (await call('ec2', 'DescribeVpnGateways', { VpnGatewayIds: [VpnGatewayId] })).VpnGateways ?? [];
    expect(shown).toMatchObject({ AmazonSideAsn: 64_512, VpcAttachments: [{ VpcId, State: 'attached' }] });
    expect(await refused(call('ec2', 'DeleteVpnGateway', { VpnGatewayId }))).toMatch(/^IncorrectState/);
    expect(await refused(call('ec2', 'DeleteVpc', { VpcId }))).toMatch(/^DependencyViolation/);
    await call('ec2', 'DetachVpnGateway', { VpnGatewayId, VpcId });
    const again = () => refused(call('ec2', 'DetachVpnGateway', { VpnGatewayId, VpcId }));
    expect(await again()).toMatch(/^InvalidVpnGatewayAttachment.NotFound/);
    await call('ec2', 'DeleteVpc', { VpcId });
    expect(await again()).toMatch(/^InvalidVpnGatewayAttachment.NotFound/);
    await call('ec2', 'DeleteVpnGateway', { VpnGatewayId });
  });

  it('propagate the static routes of their connections, until they are detached', async () => {
    const { call, VpcId, VpnGatewayId, RouteTableId, connect, routes } = await network();
    const { VpnConnectionId } = await connect();
    const propagation = { RouteTableId, GatewayId: VpnGatewayId };
    await call('ec2', 'CreateVpnConnectionRoute', {
      VpnConnectionId,
      DestinationCidrBlock: '192.168.1.0/24',
    });
    await call('ec2', 'EnableVgwRoutePropagation', propagation);
    await call('ec2', 'EnableVgwRoutePropagation', propagation);
    expect((await routes()).slice(1)).toEqual([
      {
        ...{ DestinationCidrBlock: '192.168.1.0/24', GatewayId: VpnGatewayId },
        ...{ Origin: 'EnableVgwRoutePropagation', State: 'active' },
      },
    ]);
    await call('ec2', 'CreateRoute', { ...propagation, DestinationCidrBlock: '192.168.1.0/24' });
    expect((await routes()).map(({ Origin }) => Origin)).toEqual(['CreateRouteTable', 'CreateRoute']);
    await call('ec2', 'DetachVpnGateway', { VpnGatewayId, VpcId });
    expect((await routes()).at(-1)).toMatchObject({ GatewayId: VpnGatewayId, State: 'blackhole' });
    expect(await refused(call('ec2', 'EnableVgwRoutePropagation', propagation))).toMatch(
      /^Gateway.NotAttached/,
    );
    await call('ec2', 'AttachVpnGateway', { VpnGatewayId, VpcId });
    await call('ec2', 'DeleteRoute', { RouteTableId, DestinationCidrBlock: '192.168.1.0/24' });
    expect(await routes()).toHaveLength(1);
    await call('ec2', 'EnableVgwRoutePropagation', propagation);
    expect(await routes()).toHaveLength(2);
    await call('ec2', 'DisableVgwRoutePropagation', propagation);
    await call('ec2', 'DisableVgwRoutePropagation', propagation);
    expect(await routes()).toHaveLength(1);
  });
});

describe('VPN connections', () => {
  it('have two tunnels and say how to configure the device, pending until the host has them', async () => {
    const { call, observed, connect, shown, CustomerGatewayId, VpnGatewayId } = await network();
    const TunnelOptions = [{ TunnelInsideCidr: '169.254.44.0/30', PreSharedKey: 'correct_horse.1' }];
    const made = await connect({ TunnelOptions });
    const { VpnConnectionId = '' } = made;
    expect(made).toMatchObject({ State: 'pending', Type: 'ipsec.1', CustomerGatewayId, VpnGatewayId });
    observed.update(nothingApplied);
    expect(await shown()).toMatchObject([{ State: 'pending' }]);
    observed.update({ ...nothingApplied, appliedRevision: 1000 });
    const route = { VpnConnectionId, DestinationCidrBlock: '192.168.1.0/24' };
    await call('ec2', 'CreateVpnConnectionRoute', route);
    await call('ec2', 'CreateVpnConnectionRoute', route);
    const [connection] = await shown();
    expect(connection).toMatchObject({
      State: 'available',
      Routes: [{ DestinationCidrBlock: '192.168.1.0/24', Source: 'Static', State: 'available' }],
      VgwTelemetry: [
        { Status: 'UP', AcceptedRouteCount: 1 },
        { Status: 'UP', AcceptedRouteCount: 1 },
      ],
      Options: {
        StaticRoutesOnly: true,
        TunnelInsideIpVersion: 'ipv4',
        TunnelOptions: [
          { TunnelInsideCidr: '169.254.44.0/30', PreSharedKey: 'correct_horse.1' },
          { PreSharedKey: expect.stringMatching(/^[\w.]{32}$/) },
        ],
      },
    });
    const outside = connection?.VgwTelemetry?.map(({ OutsideIpAddress }) => OutsideIpAddress) ?? [];
    expect(new Set(outside).size).toBe(2);
    const xml = connection?.CustomerGatewayConfiguration ?? '';
    for (const part of [
      `<vpn_connection id="${VpnConnectionId}">`,
      '169.254.44.2',
      '<asn>65000</asn>',
      ...outside,
    ])
      expect(xml).toContain(part);
    await call('ec2', 'DeleteVpnConnectionRoute', route);
    expect(await refused(call('ec2', 'DeleteVpnConnectionRoute', route))).toMatch(/^InvalidRoute.NotFound/);
    await call('ec2', 'DeleteVpnConnection', { VpnConnectionId });
    expect(await shown()).toEqual([]);
    expect(await refused(call('ec2', 'DeleteVpnConnection', { VpnConnectionId }))).toMatch(
      /^InvalidVpnConnectionID.NotFound/,
    );
  });

  it('are down while their gateway is attached to no VPC', async () => {
    const { call, connect, shown, VpcId, VpnGatewayId } = await network();
    await connect();
    await call('ec2', 'DetachVpnGateway', { VpnGatewayId, VpcId });
    expect((await shown())[0]?.VgwTelemetry).toMatchObject([{ Status: 'DOWN' }, { Status: 'DOWN' }]);
  });

  it.each<[string, object, object?]>([
    ['UnsupportedOperation: Only VPN connections with static routes', { StaticRoutesOnly: false }],
    ['UnsupportedOperation: EnableAcceleration', { EnableAcceleration: true }],
    ['UnsupportedOperation: TunnelInsideIpVersion', { TunnelInsideIpVersion: 'ipv6' }],
    ['UnsupportedOperation: LocalIpv4NetworkCidr', { LocalIpv4NetworkCidr: '10.0.0.0/8' }],
    [
      'UnsupportedOperation: TunnelOptions.Phase1LifetimeSeconds',
      { TunnelOptions: [{ Phase1LifetimeSeconds: 900 }] },
    ],
    ['UnsupportedOperation: TunnelOptions with more than two', { TunnelOptions: [{}, {}, {}] }],
    ['InvalidParameterValue: .*TunnelInsideCidr', { TunnelOptions: [{ TunnelInsideCidr: '10.0.0.0/30' }] }],
    [
      'InvalidParameterValue: .*TunnelInsideCidr',
      { TunnelOptions: [{ TunnelInsideCidr: '169.254.0.0/30' }] },
    ],
    [
      'InvalidParameterValue: .*in use',
      { TunnelOptions: [{ TunnelInsideCidr: '169.254.9.0/30' }, { TunnelInsideCidr: '169.254.9.0/30' }] },
    ],
    ['InvalidParameterValue: .*PreSharedKey', { TunnelOptions: [{ PreSharedKey: '0short' }] }],
    ['UnsupportedOperation: .*VpnGatewayId', {}, { TransitGatewayId: 'tgw-0123456789abcdef0' }],
    ['MissingParameter', {}, { VpnGatewayId: undefined }],
    ['InvalidVpnGatewayID.NotFound', {}, { VpnGatewayId: 'vgw-0123456789abcdef0' }],
    ['InvalidCustomerGatewayID.NotFound', {}, { CustomerGatewayId: 'cgw-0123456789abcdef0' }],
  ])('refuse with %s', async (code, options, change = {}) => {
    const { connect } = await network();
    expect(await refused(connect(options, change))).toMatch(new RegExp(`^${code}`));
  });

  it('refuse a route that is no block', async () => {
    const { call, connect } = await network();
    const { VpnConnectionId } = await connect();
    const add = (DestinationCidrBlock: string) =>
      call('ec2', 'CreateVpnConnectionRoute', { VpnConnectionId, DestinationCidrBlock });
    expect(await refused(add('x'))).toMatch(/^InvalidParameterValue/);
    expect(await refused(add('2001:db8::/32'))).toMatch(/^InvalidParameterValue/);
  });
});
