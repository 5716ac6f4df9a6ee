// The questions, on a small network with everything in it: a client and a provider VPC of one block, joined by an endpoint.
import { beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../std/assert.ts';
import { unknownHealth } from '../health.ts';
import { natGateway } from '../testing-nat-gateway.ts';
import { Network } from '../testing.ts';
import { difference, savedReach } from './difference.ts';
import { chooseLanes } from './port-classes.ts';
import { countPairs, everyPair, type Row, whatReaches, whoReaches } from './questions.ts';
import { Reach } from './reach.ts';
import { interfacesNamed } from './subjects.ts';

const lanes = [
  { protocol: 'tcp', port: 80 },
  { protocol: 'tcp', port: 443 },
] as const;
let net: Network;

beforeEach(() => {
  net = new Network();
  net.vpc('vpc-a');
  net.subnet('subnet-a', 'vpc-a', '10.0.1.0/24', 'a');
  net.instance('one', 'subnet-a', '10.0.1.10');
  net.instance('two', 'subnet-a', '10.0.1.11');
  net.vpc('vpc-b');
  net.subnet('subnet-b', 'vpc-b', '10.0.1.0/24', 'a');
  net.group('sg-web', 'vpc-b', ['ingress tcp 80 10.0.1.0/24']);
  net.instance('web', 'subnet-b', '10.0.1.10', { groupIds: ['sg-web'] });
  net.balancer('nlb', {
    nodes: [['subnet-b', '10.0.1.50']],
    type: 'ip',
    targets: ['10.0.1.10'],
    port: 443,
    targetPort: 80,
  });
  net.service('web', ['nlb']);
  net.endpoint('e', 'web', [['subnet-a', '10.0.1.100']]);
});

const reachOf = () => new Reach(net.tables, unknownHealth, lanes);
const named = (name: string) => interfacesNamed(net.tables, name) ?? [];

function shown(rows: readonly Row[]): readonly string[] {
  return rows.map(({ from, to, open, via }) => {
    const ports = open.map(({ port, verdict }) => (verdict === 'reachable' ? port : `${port}:${verdict}`));
    return `${from.join(',')} > ${to.join(',')}${via === undefined ? '' : ` by ${via}`} ${ports.join(',')}`;
  });
}

describe('who reaches', () => {
  it('names the clients of the endpoint that leads there', () => {
    expect(shown(whoReaches(reachOf(), named('i-web')))).toEqual([
      'eni-one,eni-two > eni-web by eni-e-a 443',
    ]);
  });

  it('knows endpoints by their service', () => {
    expect(named('vpce-svc-web').map(({ id }) => id)).toEqual(['eni-e-a']);
    expect(interfacesNamed(net.tables, 'nothing')).toBeUndefined();
  });

  it('reads who comes in by a public address', () => {
    net.internetGateway('vpc-a');
    net.internetGateway('vpc-b');
    net.publicAddress('44.0.0.1', 'eni-web');
    net.publicAddress('44.0.0.2', 'eni-one');
    net.group('sg-web', 'vpc-b', ['ingress tcp 80 44.0.0.2/32']);
    const rows = () => shown(whoReaches(reachOf(), named('i-web')));
    expect(rows()).toEqual(['eni-one > 44.0.0.1 80']);
    net.group('sg-web', 'vpc-b', ['ingress tcp 443 0.0.0.0/0']);
    expect(rows()).toEqual(['internet,eni-one > 44.0.0.1 443']);
  });

  it("names who comes by a load balancer's public address", () => {
    net.internetGateway('vpc-b');
    net.publicAddress('44.0.0.1', 'eni-nlb-a');
    expect(shown(whoReaches(reachOf(), named('i-web')))).toEqual([
      'eni-one,eni-two > eni-web by eni-e-a 443',
      'internet > eni-web by 44.0.0.1 443',
    ]);
  });
});

describe('hosts on premises', () => {
  beforeEach(() => {
    net.vpn('corp', 'vpc-a', ['192.168.0.0/16']);
    net.onPremisesHost('files.corp.example', 'cgw-corp', '192.168.1.10');
    net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: ['vgw-corp'] });
  });

  it('are reached by VPN, and reach interfaces and what is behind endpoints', () => {
    const reach = reachOf();
    expect(shown(whatReaches(reach, named('i-one'))).at(-1)).toBe('eni-one > files.corp.example 80,443');
    expect(shown(whoReaches(reach, named('i-one')))).toEqual([
      'eni-two > eni-one 80,443',
      'files.corp.example > eni-one 80,443',
    ]);
    expect(shown(whoReaches(reach, named('i-web'))).at(-1)).toBe(
      'files.corp.example > eni-web by eni-e-a 443',
    );
    // Two interfaces reach it; it reaches these, and the endpoint's at one port.
    expect(countPairs(reach).outside.reachable).toEqual([2 + 2, 2 + 2 + 1]);
  });

  it('are not reached where another connection takes what is for them, and hear no answer', () => {
    const connection = present(net.tables.get('vpnConnection', 'vpn-corp'), 'vpn-corp');
    const more = { id: 'vpn-more', customerGatewayId: 'cgw-more', staticRoutes: ['192.168.1.0/24'] };
    net.put('vpnConnection', { ...connection, ...more });
    const reach = reachOf();
    const leaving = shown(whatReaches(reach, named('i-one'))).at(-1);
    expect(leaving).toBe('eni-one > files.corp.example 80:unknown,443:unknown');
    expect(shown(whoReaches(reach, named('i-one')))).toEqual(['eni-two > eni-one 80,443']);
  });

  it('are in the difference of two states', () => {
    const before = savedReach(reachOf());
    net.change('routeTable', 'rtb-vpc-a', { propagatingVgws: [] });
    const { changed } = difference(before, savedReach(reachOf()));
    expect(changed.map(({ from, to, after }) => `${from.join()} > ${to.join()} ${after.length}`)).toEqual([
      'files.corp.example > eni-one,eni-two 0',
      'files.corp.example > eni-e-a 0',
      'eni-one,eni-two > files.corp.example 0',
    ]);
  });
});

describe('what reaches', () => {
  it('names neighbours and the endpoint, each with its ports', () => {
    expect(shown(whatReaches(reachOf(), named('i-one')))).toEqual([
      'eni-one > eni-two 80,443',
      'eni-one > eni-e-a 443',
    ]);
  });

  it('names AWS services behind a gateway endpoint', () => {
    net.endpoint('s3', 'web', [['subnet-a', '10.0.1.101']]);
    const gateway = {
      endpointType: 'Gateway',
      networkInterfaceIds: [],
      routeTableIds: ['rtb-vpc-a'],
    } as const;
    net.toAwsService('vpce-s3', 's3', gateway);
    const rows = shown(whatReaches(reachOf(), named('i-one')));
    expect(rows.at(-1)).toBe('eni-one > com.amazonaws.us-east-1.s3 80,443');
  });

  it('names who has a public address, by a NAT gateway too, and does not know the internet', () => {
    net.subnet('subnet-nat', 'vpc-a', '10.0.2.0/24', 'a');
    net.internetGateway('vpc-a');
    natGateway(net, 'a', ['subnet-nat', '10.0.2.10'], '44.0.0.9');
    const target = { kind: 'nat-gateway', id: 'nat-a' } as const;
    const routes = [{ destination: { kind: 'cidr', cidr: '0.0.0.0/0' } as const, target }];
    net.routeTable('rtb-private', 'vpc-a', ['subnet-a'], routes);
    net.internetGateway('vpc-b');
    net.publicAddress('44.0.0.1', 'eni-web');
    net.group('sg-web', 'vpc-b', ['ingress tcp 80 44.0.0.9/32']);
    expect(shown(whatReaches(reachOf(), named('i-one'))).slice(1)).toEqual([
      'eni-one > internet,44.0.0.9 80:unknown,443:unknown',
      'eni-one > com.amazonaws.us-east-1.s3,com.amazonaws.us-east-1.dynamodb 80,443',
      'eni-one > 44.0.0.1 80',
    ]);
  });
});

it('counts pairs of interfaces, and of those with what lies outside', () => {
  for (const [vpc, address, eni] of [
    ['vpc-a', '44.0.0.1', 'eni-one'],
    ['vpc-b', '44.0.0.2', 'eni-web'],
  ] as const) {
    net.internetGateway(vpc);
    net.publicAddress(address, eni);
  }
  const { pairs, reachable, outside } = countPairs(reachOf());
  const asked = everyPair(reachOf()).flatMap(({ from, to, open }) =>
    from.flatMap((a) => to.flatMap((b) => (a === b ? [] : open.map((one) => ({ ...one, to: b }))))),
  );
  const passing = (isOutside: boolean) =>
    [80, 443].map(
      (wanted) =>
        asked.filter(({ port, verdict, to }) => {
          return port === wanted && verdict === 'reachable' && to.startsWith('eni-') !== isOutside;
        }).length,
    );
  expect(pairs).toBe(3 * 2 + 2);
  expect(reachable).toEqual([2, 4]);
  expect(reachable).toEqual(passing(false));
  // The internet, two services and two addresses; the internet itself asks for the addresses.
  expect([outside.places, outside.pairs]).toEqual([5, 3 * 5 - 2 + 2]);
  // The one with an address and egress rules reaches two services, and the internet reaches it.
  expect(outside.reachable).toEqual([2 + 1, 2 + 1]);
  expect(outside.reachable).toEqual(passing(true));
});

it('tells two states apart by who could reach whom', () => {
  const before = savedReach(reachOf());
  expect(difference(before, savedReach(reachOf()))).toEqual({ changed: [], added: [], removed: [] });
  net.group('sg-one', 'vpc-a', ['ingress tcp 80 0.0.0.0/0', 'egress all 0.0.0.0/0']);
  net.change('networkInterface', 'eni-one', { groupIds: ['sg-one'] });
  net.instance('new', 'subnet-a', '10.0.1.12');
  const { changed, added, removed } = difference(before, savedReach(reachOf()));
  expect([added, removed]).toEqual([['eni-new'], []]);
  expect(changed.map(({ from, to, before: old, after }) => [from, to, old.length, after])).toEqual([
    [['eni-two'], ['eni-one'], 2, [{ protocol: 'tcp', port: 80, verdict: 'reachable' }]],
  ]);
});

it('tells who could come from outside and no longer can', () => {
  net.internetGateway('vpc-b');
  net.publicAddress('44.0.0.1', 'eni-web');
  net.group('sg-web', 'vpc-b', ['ingress tcp 443 0.0.0.0/0']);
  const before = savedReach(reachOf());
  expect(difference(before, savedReach(reachOf()))).toEqual({ changed: [], added: [], removed: [] });
  const changes = () =>
    difference(before, savedReach(reachOf())).changed.map(({ from, to, before: old, after }) => {
      return `${from.join()} > ${to.join()} ${old.length} ${after.length}`;
    });
  net.change('address', 'eipalloc-44.0.0.1', { publicIp: '44.0.0.2' });
  expect(changes()).toEqual(['internet > 44.0.0.2 0 1', 'internet > 44.0.0.1 1 0']);
  net.remove('address', 'eipalloc-44.0.0.1');
  expect(changes()).toContain('internet > 44.0.0.1 1 0');
});

it('tells that who stopped reaches nobody outside any more', () => {
  net.internetGateway('vpc-b');
  net.publicAddress('44.0.0.1', 'eni-web');
  net.group('sg-web', 'vpc-b', ['egress all 0.0.0.0/0']);
  const before = savedReach(reachOf());
  net.change('instance', 'i-web', { intent: 'stopped' });
  const { changed, added, removed } = difference(before, savedReach(reachOf()));
  expect([added, removed]).toEqual([[], []]);
  const outside = changed.filter(({ to }) => to.includes('internet'));
  expect(outside).toMatchObject([{ from: ['eni-web'], after: [] }]);
});

it('asks about the ports of AWS services where a VPC has a way out', () => {
  const alone = new Network();
  alone.vpc('vpc-c');
  const texts = () => chooseLanes(alone.tables).map(({ protocol, port }) => `${protocol} ${port}`);
  expect(texts()).toEqual(['tcp 0', 'udp 0', 'icmp 0']);
  alone.internetGateway('vpc-c');
  expect(texts()).toEqual(['tcp 80', 'tcp 443', 'tcp 444', 'udp 0', 'icmp 0']);
});

it('asks about each stretch of ports that rules tell apart', () => {
  net.group('sg-web', 'vpc-b', ['ingress tcp 8000-8099 10.0.1.0/24', 'ingress udp 53 10.0.1.0/24']);
  const texts = chooseLanes(net.tables).map(
    ({ protocol, port, lastPort = port }) => `${protocol} ${port}-${lastPort}`,
  );
  expect(texts).toEqual([
    'tcp 80-80',
    'tcp 443-443',
    'tcp 8000-8099',
    'tcp 8100-65535',
    'udp 53-53',
    'udp 54-65535',
    'icmp 0-0',
  ]);
});
