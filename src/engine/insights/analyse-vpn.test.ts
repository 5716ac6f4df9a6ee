// A virtual private gateway as an end of a path: its networks on premises send and receive.
import { beforeEach, expect, it } from 'vitest';
import type { Network } from '../testing.ts';
import { twoVpcs } from '../trace/two-vpcs.ts';
import { analysed, outcomeOf } from './testing-analysis.ts';

let net: Network;

beforeEach(() => {
  net = twoVpcs();
  net.vpn('a', 'vpc-a', ['192.168.10.0/24']);
  net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: ['vgw-a'] });
});

const from = (destination: string, more = {}) =>
  analysed(net, { source: 'vgw-a', destination, destinationPort: 80, ...more });
const to = (source: string, more = {}) =>
  analysed(net, { source, destination: 'vgw-a', destinationPort: 80, ...more });

it('is where a path from on premises begins, and its answer ends', () => {
  const result = from('i-server');
  expect(outcomeOf(result)).toBe(
    'found: vgw-a acl-vpc-a sg-vpc-a eni-server i-server / i-server eni-server acl-vpc-a rtb-vpc-a vgw-a',
  );
  expect(result.forwardPathComponents[0]?.outboundHeader?.sourceAddresses).toEqual(['192.168.10.0/24']);
  expect(result.returnPathComponents.at(-1)?.inboundHeader?.destinationAddresses).toEqual([
    '192.168.10.0/24',
  ]);
});

it('leads to the services of endpoints, and to nothing of another VPC', () => {
  expect(outcomeOf(from('vpce-svc-s'))).toMatch(/^found: vgw-a .*vpce-e .* i-web1 /);
  expect(outcomeOf(from('i-web1'))).toBe('DISCONNECTED_VPCS');
  expect(outcomeOf(from('vgw-a'))).toBe('NO_PATH');
});

it('is where a path to on premises ends, whoever is there', () => {
  const result = to('i-client');
  expect(outcomeOf(result)).toMatch(/^found: i-client eni-client sg-vpc-a acl-vpc-a rtb-vpc-a vgw-a \//);
  const route = result.forwardPathComponents.at(-2)?.routeTableRoute;
  expect(route).toMatchObject({ gatewayId: 'vgw-a', origin: 'enablevgwroutepropagation' });
  expect(result.forwardPathComponents.at(-1)?.inboundHeader?.destinationAddresses).toEqual([
    '192.168.10.0/24',
  ]);
  expect(outcomeOf(to('i-client', { destinationIp: '192.168.10.77' }))).toMatch(/^found: /);
  expect(outcomeOf(to('i-client', { destinationIp: '192.168.11.1' }))).toBe('NO_ROUTE_TO_DESTINATION');
  expect(outcomeOf(to('i-web1'))).toBe('DISCONNECTED_VPCS');
});

it('says what is missing', () => {
  net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: [] });
  const { explanations } = from('i-server');
  expect(explanations.map(({ explanationCode }) => explanationCode)).toEqual(['NO_ROUTE_TO_DESTINATION']);
  expect(explanations[0]?.routeTable?.id).toBe('rtb-vpc-a');
  net.change('vpnConnection', 'vpn-a', { staticRoutes: [] });
  expect(outcomeOf(from('i-server'))).toBe('NO_PATH');
  expect(outcomeOf(from('i-server', { sourceIp: '192.168.10.5' }))).toContain('NO_ROUTE_TO_DESTINATION');
  const { vpcId: _, ...gateway } = net.tables.get('vpnGateway', 'vgw-a')!;
  net.put('vpnGateway', gateway);
  expect(outcomeOf(from('i-server'))).toBe('UNASSOCIATED_COMPONENT');
});
