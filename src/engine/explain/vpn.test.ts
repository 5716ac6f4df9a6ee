// Why not from and to on premises: the route, the propagation or the static route that is missing, each tried.
import { beforeEach, describe, expect, it } from 'vitest';
import { unknownHealth } from '../health.ts';
import type { Network } from '../testing.ts';
import type { Explanation } from './answer.ts';
import { explain } from './explain.ts';
import { formatExplanation } from './format.ts';
import type { Destination, Question } from './question.ts';
import { network } from './testing.ts';

let net: Network;

beforeEach(() => {
  net = network();
  net.vpn('a', 'vpc-a', ['192.168.10.0/24']);
  net.onPremisesHost('files.corp.example', 'cgw-a', '192.168.10.5');
});

const onPremises = { kind: 'on-premises', id: 'cgw-a', address: '192.168.10.5' } as const;
const files: Destination = { kind: 'address', address: '192.168.10.5' };

function ask(question: Partial<Question>): Explanation {
  const usual = { from: onPremises, to: files, protocol: 'tcp', port: 80 } as const;
  return explain(net.tables, unknownHealth, { ...usual, ...question });
}

const changesOf = ({ fixes }: Explanation) =>
  fixes.map(({ changes }) => changes.map(({ change }) => change.kind).join(', '));
const toServer = { to: { kind: 'instance', id: 'i-server' } } as const;
const fromClient = { from: { kind: 'instance', id: 'i-client' } } as const;

describe('a route back', () => {
  it('is proposed by propagation and by hand, and lets it pass', () => {
    const answer = ask(toServer);
    expect(answer).toMatchObject({ verdict: 'not-reachable', code: 'RETURN_NO_ROUTE' });
    expect(changesOf(answer)).toEqual(['enable-vgw-route-propagation', 'create-route']);
    expect(answer.fixes.map(({ verdict }) => verdict)).toEqual(['reachable', 'reachable']);
    expect(answer.fixes.flatMap(({ changes }) => changes.flatMap(({ commands }) => commands))).toEqual([
      'aws ec2 enable-vgw-route-propagation --route-table-id rtb-vpc-a --gateway-id vgw-a',
      'aws ec2 create-route --route-table-id rtb-vpc-a --destination-cidr-block 192.168.10.0/24 --gateway-id vgw-a',
    ]);
    expect(answer.components['vgw-a']?.type).toBe('vpn-gateway');
  });

  it('takes a static route of the connection first where none has the address', () => {
    net.change('vpnConnection', 'vpn-a', { staticRoutes: [] });
    net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: ['vgw-a'] });
    const answer = ask(toServer);
    expect(changesOf(answer)[0]).toBe('create-vpn-connection-route');
    expect(answer.fixes[0]?.changes[0]?.commands).toEqual([
      'aws ec2 create-vpn-connection-route --vpn-connection-id vpn-a --destination-cidr-block 192.168.10.5/32',
    ]);
  });
});

it('proposes the same ways to a host on premises', () => {
  const answer = ask(fromClient);
  expect(answer).toMatchObject({ verdict: 'not-reachable', code: 'NO_ROUTE_TO_DESTINATION' });
  expect(changesOf(answer)).toEqual(['enable-vgw-route-propagation', 'create-route']);
});

it('does not know what a host does that nobody added', () => {
  net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: ['vgw-a'] });
  const answer = ask({ ...fromClient, to: { kind: 'address', address: '192.168.10.6' } });
  expect(answer).toMatchObject({ verdict: 'unknown', fixes: [] });
  expect(formatExplanation(answer)).toMatch(/the host on premises decides \(postern on-premises add\)/);
  net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: [] });
  const [fix] = ask({ ...fromClient, to: { kind: 'address', address: '192.168.10.6' } }).fixes;
  expect(fix?.verdict).toBe('unknown');
});

it('proposes to attach the gateway', () => {
  const { vpcId: _, ...gateway } = net.tables.get('vpnGateway', 'vgw-a')!;
  net.put('vpnGateway', gateway);
  net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: ['vgw-a'] });
  const answer = ask({ to: { kind: 'address', address: '10.0.2.10' } });
  expect(answer.code).toBe('BAD_STATE_VPN');
  expect(changesOf(answer)).toContain('attach-vpn-gateway');
});

describe('who is where', () => {
  it('says which VPCs nothing leads to', () => {
    expect(ask({ to: { kind: 'instance', id: 'i-web1' } })).toMatchObject({
      code: 'DISCONNECTED_VPCS',
      reason: 'eni-web1 is in vpc-b, and nothing leads there from cgw-a',
    });
  });

  it('finds an endpoint by its name, and its service by the endpoint', () => {
    net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: ['vgw-a'] });
    expect(ask({ to: { kind: 'vpc-endpoint', id: 'vpce-e' } })).toMatchObject({
      verdict: 'reachable',
      resolution: { rule: 'endpoint-names', addresses: ['10.0.1.200', '10.0.2.200'] },
    });
    expect(ask({ to: { kind: 'service', name: 'vpce-svc-s' } }).verdict).toBe('reachable');
  });

  it('says that public names mean public addresses there', () => {
    const text = formatExplanation(ask({ to: { kind: 'service', name: 'kms' }, port: 443 }));
    expect(text).toMatch(/NO_ROUTE_TO_DESTINATION at cgw-a/);
    expect(text).toMatch(/at an interface endpoint, by the name of that/);
  });

  it('knows no network behind a gateway that is gone', () => {
    expect(ask({ from: { ...onPremises, id: 'cgw-gone' }, ...toServer })).toMatchObject({
      verdict: 'unknown',
      reason: 'cgw-gone is not in the snapshot',
    });
  });
});
