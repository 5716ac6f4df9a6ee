// From on premises and to there: what leads in and out, who is answered, and what is never reached.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Network } from '../testing.ts';
import { ask, fate, twoVpcs } from './two-vpcs.ts';

const from = 'files.corp.example';
let net: Network;

/** twoVpcs with a VPN to VPC a that has 192.168.10.0/24, a route back for all of it, and groups that let all in. */
beforeEach(() => {
  net = twoVpcs();
  net.vpn('a', 'vpc-a', ['192.168.10.0/24']);
  net.onPremisesHost(from, 'cgw-a', '192.168.10.5');
  toVpn('rtb-vpc-a', '192.168.10.0/24');
});

function toVpn(table: string, block: string): void {
  const target = { kind: 'vpn-gateway', id: 'vgw-a' } as const;
  net.change('routeTable', table, { routes: [{ destination: { kind: 'cidr', cidr: block }, target }] });
}

const inward = (destination: string, more = {}) => fate(ask(net, destination, { from, ...more }));
const outward = (destination: string) => fate(ask(net, destination));

describe('from on premises', () => {
  it('reaches instances, endpoints and their services, and internal load balancers', () => {
    expect(inward('10.0.1.10')).toBe('reachable eni-client');
    expect(inward('10.0.2.10', { protocol: 'udp' })).toBe('reachable eni-server');
    expect(inward('10.0.1.200')).toBe('reachable eni-web1');
    net.vpn('b', 'vpc-b', ['192.168.10.0/24']);
    net.change('vpnConnection', 'vpn-b', { customerGatewayId: 'cgw-a' });
    net.change('vpnGateway', 'vgw-a', { vpcId: 'nowhere' });
    const target = { kind: 'vpn-gateway', id: 'vgw-b' } as const;
    const destination = { kind: 'cidr', cidr: '192.168.0.0/16' } as const;
    net.change('routeTable', 'rtb-vpc-b', { routes: [{ destination, target }] });
    expect(inward('10.0.1.50')).toBe('reachable eni-web1');
  });

  it('tells each hop with what decided', () => {
    const { paths } = ask(net, '10.0.1.10', { from });
    expect(
      paths[0]?.forward.map(({ stage, component, decidedBy }) => [stage, component, decidedBy?.id]),
    ).toEqual([
      ['route', 'cgw-a', 'vpn-a/10.0.0.0/16'],
      ['route', 'vgw-a', 'vgw-a/10.0.0.0/16'],
      ['network-acl-ingress', 'acl-vpc-a', 'acl-vpc-a/100'],
      ['security-group-ingress', 'eni-client', expect.any(String)],
    ]);
    expect(paths[0]?.back.map(({ component, decidedBy }) => [component, decidedBy?.id])).toEqual([
      ['acl-vpc-a', 'acl-vpc-a/100'],
      ['rtb-vpc-a', 'rtb-vpc-a/192.168.10.0/24'],
      ['vgw-a', 'vpn-a/192.168.10.0/24'],
    ]);
  });

  it('meets neighbours without the VPN', () => {
    net.onPremisesHost('printer', 'cgw-a', '192.168.77.1');
    expect(inward('192.168.77.1')).toBe('reachable printer');
  });

  it.each([
    ['10.0.0.2', 'NO_POSSIBLE_DESTINATION'],
    ['10.0.1.99', 'NO_POSSIBLE_DESTINATION'],
    ['10.9.0.1', 'NO_ROUTE_TO_DESTINATION'],
    ['54.231.0.87', 'NO_ROUTE_TO_DESTINATION'],
    ['169.254.169.254', 'NO_ROUTE_TO_DESTINATION'],
  ])('never reaches %s', (destination, code) => {
    expect(inward(destination)).toBe(`not-reachable ${code}`);
  });

  it('is judged by the address on premises', () => {
    net.group('sg-vpc-a', 'vpc-a', ['ingress tcp 80 192.168.10.4/30', 'egress all 0.0.0.0/0']);
    expect(inward('10.0.1.10')).toBe('reachable eni-client');
    expect(inward('10.0.1.10', { destinationPort: 81 })).toBe('not-reachable ENI_SG_RULES_MISMATCH');
    net.group('sg-vpc-a', 'vpc-a', ['ingress tcp 80 sg-vpc-a', 'egress all 0.0.0.0/0']);
    expect(inward('10.0.1.10')).toBe('not-reachable ENI_SG_RULES_MISMATCH');
  });

  it('is not answered without a route, a static route, or by another network', () => {
    net.change('routeTable', 'rtb-vpc-a', { routes: [] });
    expect(inward('10.0.1.10')).toBe('not-reachable RETURN_NO_ROUTE');
    net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: ['vgw-a'] });
    expect(inward('10.0.1.10')).toBe('reachable eni-client');
    net.change('vpnConnection', 'vpn-a', { staticRoutes: ['192.168.11.0/24'] });
    expect(inward('10.0.1.10')).toBe('not-reachable RETURN_NO_ROUTE');
    toVpn('rtb-vpc-a', '0.0.0.0/0');
    expect(ask(net, '10.0.1.10', { from })).toMatchObject({
      code: 'RETURN_NO_ROUTE',
      reason: 'no VPN connection of vgw-a has a static route to 192.168.10.5',
    });
    const other = { ...net.tables.get('vpnConnection', 'vpn-a')!, id: 'vpn-c', customerGatewayId: 'cgw-c' };
    net.put('vpnConnection', { ...other, staticRoutes: ['192.168.10.0/24'] });
    expect(ask(net, '10.0.1.10', { from })).toMatchObject({
      code: 'RETURN_NO_ROUTE',
      reason: 'the reply goes by vpn-c to cgw-c, and not back to cgw-a',
    });
  });

  it('is asked from any address behind a gateway that is named', () => {
    const source = '192.168.10.99';
    expect(inward('10.0.1.10', { from: 'cgw-a', source })).toBe('reachable eni-client');
    expect(inward('10.0.1.10', { from: 'cgw-a' })).toBe('unknown UNRESOLVED_REFERENCE');
    expect(inward('10.0.1.10', { from: 'cgw-a', source: '10.0.1.11' })).toBe(
      'not-reachable GATEWAY_REJECTS_SPOOFED_TRAFFIC',
    );
  });

  it('says so where the gateway is attached to no VPC', () => {
    const { vpcId: _, ...gateway } = net.tables.get('vpnGateway', 'vgw-a')!;
    net.put('vpnGateway', gateway);
    expect(inward('10.0.1.10')).toBe('not-reachable BAD_STATE_VPN');
    expect(outward('192.168.10.5')).toBe('not-reachable BAD_STATE_ROUTE');
  });

  it('reaches the older of two VPCs of one block', () => {
    net.vpn('b', 'vpc-b', ['192.168.10.0/24']);
    net.change('vpnConnection', 'vpn-b', { customerGatewayId: 'cgw-a' });
    expect(inward('10.0.1.20')).toBe('not-reachable NO_POSSIBLE_DESTINATION');
    net.change('vpc', 'vpc-b', { cidrBlocks: [{ associationId: '', cidr: '10.0.1.0/24' }] });
    expect(ask(net, '10.0.1.20', { from }).paths[0]?.forward[1]?.component).toBe('vgw-b');
  });
});

describe('to on premises', () => {
  it('arrives where a host was added, and is not known further where none was', () => {
    expect(outward('192.168.10.5')).toBe(`reachable ${from}`);
    expect(outward('192.168.10.6')).toBe('unknown UNKNOWN_RESOURCE');
    expect(outward('192.168.11.5')).toBe('not-reachable NO_ROUTE_TO_DESTINATION');
  });

  it('is judged on the way out and, by stateless ACLs, back in', () => {
    net.acl('acl-strict', 'subnet-a1', [
      '100 ingress allow tcp 80 0.0.0.0/0',
      '100 egress allow all 0.0.0.0/0',
    ]);
    expect(outward('192.168.10.5')).toBe('not-reachable RETURN_SUBNET_ACL_RESTRICTION');
    net.group('sg-vpc-a', 'vpc-a', ['egress tcp 443 0.0.0.0/0']);
    expect(outward('192.168.10.5')).toBe('not-reachable ENI_SG_RULES_MISMATCH');
  });

  it('goes where the longest route leads, a static one before a propagated one', () => {
    net.change('routeTable', 'rtb-vpc-a', { routes: [], propagatingVgws: ['vgw-a'] });
    expect(outward('192.168.10.5')).toBe(`reachable ${from}`);
    const target = { kind: 'network-interface', id: 'eni-gone' } as const;
    const route = (cidr: string) => ({ destination: { kind: 'cidr', cidr }, target }) as const;
    net.change('routeTable', 'rtb-vpc-a', { routes: [route('192.168.0.0/16')] });
    expect(outward('192.168.10.5')).toBe(`reachable ${from}`);
    net.change('routeTable', 'rtb-vpc-a', { routes: [route('192.168.10.0/24')] });
    expect(outward('192.168.10.5')).toBe('not-reachable BAD_STATE_ROUTE');
  });

  it('leaves nothing of the VPC’s own blocks to a propagated route', () => {
    net.change('vpnConnection', 'vpn-a', { staticRoutes: ['10.0.2.0/24', '0.0.0.0/0'] });
    net.change('routeTable', 'rtb-vpc-a', { routes: [], propagatingVgws: ['vgw-a'] });
    expect(outward('10.0.2.10')).toBe('reachable eni-server');
    expect(outward('192.168.10.5')).toBe(`reachable ${from}`);
  });
});
