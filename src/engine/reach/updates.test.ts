// Edits one by one, each with the answer before and after: what the random networks meet only now and then.
import { beforeEach, describe, expect, it } from 'vitest';
import { internetScope } from '../../model/internet-host.ts';
import type { Kind, Kinds } from '../../model/kinds.ts';
import { present } from '../../std/assert.ts';
import { unknownHealth } from '../health.ts';
import { natGateway } from '../testing-nat-gateway.ts';
import { Network, resource } from '../testing.ts';
import { type Verdict, verdictAt } from './lanes.ts';
import { Reach } from './reach.ts';

const lanes = [{ protocol: 'tcp', port: 80 }] as const;
let net: Network;
let reach: Reach;

beforeEach(() => {
  net = new Network();
  net.vpc('vpc-a');
  net.subnet('subnet-a1', 'vpc-a', '10.0.1.0/24', 'a');
  net.subnet('subnet-a2', 'vpc-a', '10.0.2.0/24', 'b');
  net.instance('one', 'subnet-a1', '10.0.1.10');
  net.instance('two', 'subnet-a1', '10.0.1.11');
  net.group('sg-web', 'vpc-a', ['ingress tcp 80 sg-vpc-a', 'egress all 0.0.0.0/0']);
  net.instance('web', 'subnet-a2', '10.0.2.10', { groupIds: ['sg-web'] });
  net.vpc('vpc-b');
  net.subnet('subnet-b', 'vpc-b', '10.0.1.0/24', 'a');
  net.instance('far', 'subnet-b', '10.0.1.10');
  net.balancer('nlb', { nodes: [['subnet-b', '10.0.1.50']], type: 'ip', targets: ['10.0.1.10'] });
  net.service('far', ['nlb']);
  net.endpoint('e', 'far', [['subnet-a1', '10.0.1.100']]);
});

function verdict(from: string, to: string): Verdict {
  const [a, b] = [from, to].map((id) => present(net.tables.get('networkInterface', id), id));
  return reach.verdict(present(a, from), present(b, to), 0);
}

type Edited = readonly [Kind, string];

/** Both before and after. */
function changing(from: string, to: string, edited: Edited, edit: () => void): readonly Verdict[] {
  return beforeAndAfter(() => verdict(from, to), edited, edit);
}

function beforeAndAfter(read: () => Verdict, [kind, id]: Edited, edit: () => void): readonly Verdict[] {
  reach = new Reach(net.tables, unknownHealth, lanes);
  const before = read();
  edit();
  const resource = net.tables.get(kind, id) as Kinds[Kind] | undefined;
  reach.update([resource === undefined ? { kind, id } : { kind, id, resource }]);
  return [before, read()];
}

it('a rule that tells two of a class apart', () => {
  const edit = () => net.group('sg-web', 'vpc-a', ['ingress tcp 80 10.0.1.11/32', 'egress all 0.0.0.0/0']);
  expect(changing('eni-one', 'eni-web', ['securityGroup', 'sg-web'], edit)).toEqual([
    'reachable',
    'not-reachable',
  ]);
  expect(verdict('eni-two', 'eni-web')).toBe('reachable');
});

it('an ACL that lets replies come back to some ports only', () => {
  const edit = () => {
    net.acl('acl-web', 'subnet-a2', [
      '100 ingress allow all 0.0.0.0/0',
      '100 egress allow tcp 32768-49999 0.0.0.0/0',
    ]);
  };
  expect(changing('eni-one', 'eni-web', ['networkAcl', 'acl-web'], edit)).toEqual(['reachable', 'ambiguous']);
});

it('an ACL between a client and an endpoint', () => {
  const entries = ['100 egress allow all 0.0.0.0/0', '100 ingress allow tcp 40000-65535 0.0.0.0/0'];
  const edit = () => net.acl('acl-web', 'subnet-a2', entries);
  expect(changing('eni-web', 'eni-e-a', ['networkAcl', 'acl-web'], edit)).toEqual(['reachable', 'ambiguous']);
});

it('a group of a target, seen through an endpoint in another VPC', () => {
  const edit = () => net.group('sg-vpc-b', 'vpc-b', ['ingress tcp 443 0.0.0.0/0', 'egress all 0.0.0.0/0']);
  const seen = changing('eni-one', 'eni-e-a', ['securityGroup', 'sg-vpc-b'], edit);
  expect(seen).toEqual(['reachable', 'not-reachable']);
});

it('a group on the way to an appliance, which only a trace can follow', () => {
  net.change('networkInterface', 'eni-two', { sourceDestCheck: false });
  const target = { kind: 'network-interface', id: 'eni-two' } as const;
  net.routeTable(
    'rtb-a1',
    'vpc-a',
    ['subnet-a1'],
    [{ destination: { kind: 'cidr', cidr: '10.0.2.0/24' }, target }],
  );
  const edit = () => net.group('sg-vpc-a', 'vpc-a', ['ingress all 0.0.0.0/0', 'egress tcp 443 0.0.0.0/0']);
  const seen = changing('eni-one', 'eni-web', ['securityGroup', 'sg-vpc-a'], edit);
  expect(seen).toEqual(['unknown', 'not-reachable']);
});

it('the endpoint itself, its service, and an instance', () => {
  const reject = () => net.change('vpcEndpoint', 'vpce-e', { state: 'rejected' });
  const accept = () => net.change('vpcEndpoint', 'vpce-e', { state: 'available' });
  expect(changing('eni-one', 'eni-e-a', ['vpcEndpoint', 'vpce-e'], reject)).toEqual([
    'reachable',
    'not-reachable',
  ]);
  expect(changing('eni-one', 'eni-e-a', ['vpcEndpoint', 'vpce-e'], accept)).toEqual([
    'not-reachable',
    'reachable',
  ]);
  const remove = () => net.remove('endpointService', 'vpce-svc-far');
  expect(changing('eni-one', 'eni-e-a', ['endpointService', 'vpce-svc-far'], remove)).toEqual([
    'reachable',
    'unknown',
  ]);
  const stop = () => net.change('instance', 'i-web', { intent: 'stopped' });
  expect(changing('eni-one', 'eni-web', ['instance', 'i-web'], stop)).toEqual(['reachable', 'not-reachable']);
});

/** What an interface, or the internet, opens at a place outside. */
function changingOutside(from: string, id: string, edited: Edited, edit: () => void): readonly Verdict[] {
  const read = (): Verdict => {
    const { outside } = reach;
    const place = outside.places.find(({ ids }) => ids.includes(id));
    if (place === undefined) return 'not-reachable';
    const caller = outside.callers.find(({ ids }) => ids.includes(from));
    if (caller !== undefined) return verdictAt(outside.callerWord(caller, place), 0);
    const sender = present(net.tables.get('networkInterface', from), from);
    const vpc = present(reach.vpc(sender.vpcId), sender.vpcId);
    const index = present(vpc.classes.indexOf.get(from), from);
    return verdictAt(outside.word({ vpc, classes: [index] }, place), 0);
  };
  return beforeAndAfter(read, edited, edit);
}

describe('outside', () => {
  const closes = ['reachable', 'not-reachable'];

  beforeEach(() => {
    for (const vpc of ['vpc-a', 'vpc-b']) net.internetGateway(vpc);
    net.publicAddress('44.0.0.1', 'eni-one');
    net.publicAddress('44.0.0.2', 'eni-far');
  });

  it('an internet gateway that is detached, at either end', () => {
    const detach = (vpc: string) => () => net.put('internetGateway', { ...resource(`igw-${vpc}`) });
    const igw = (vpc: string) => ['internetGateway', `igw-${vpc}`] as const;
    expect(changingOutside('eni-one', '44.0.0.2', igw('vpc-b'), detach('vpc-b'))).toEqual(closes);
    expect(changingOutside('internet', '44.0.0.1', igw('vpc-a'), detach('vpc-a'))).toEqual(closes);
  });

  it('a public address that goes to somebody else', () => {
    const give = (name: string, privateAddress: string) => () => {
      const association = { id: 'eipassoc-new', networkInterfaceId: `eni-${name}`, privateAddress };
      net.change('address', 'eipalloc-44.0.0.1', { association });
    };
    const address = ['address', 'eipalloc-44.0.0.1'] as const;
    expect(changingOutside('eni-one', '44.0.0.2', address, give('web', '10.0.2.10'))).toEqual(closes);
    expect(changingOutside('eni-web', '44.0.0.2', address, give('one', '10.0.1.10'))).toEqual(closes);
  });

  it('a NAT gateway that is deleted', () => {
    net.subnet('subnet-nat', 'vpc-a', '10.0.3.0/24', 'a');
    natGateway(net, 'a', ['subnet-nat', '10.0.3.10'], '44.0.0.3');
    const target = { kind: 'nat-gateway', id: 'nat-a' } as const;
    const routes = [{ destination: { kind: 'cidr', cidr: '0.0.0.0/0' } as const, target }];
    net.routeTable('rtb-web', 'vpc-a', ['subnet-a2'], routes);
    const end = () => net.change('natGateway', 'nat-a', { state: 'deleted' });
    expect(changingOutside('eni-web', '44.0.0.2', ['natGateway', 'nat-a'], end)).toEqual(closes);
  });

  it('a group at the other end, which lets in one public address', () => {
    const group = ['securityGroup', 'sg-vpc-b'] as const;
    const edit = () => net.group('sg-vpc-b', 'vpc-b', ['ingress tcp 80 44.0.0.1/32']);
    expect(changingOutside('internet', '44.0.0.2', group, edit)).toEqual(closes);
    const back = () => net.group('sg-vpc-b', 'vpc-b', ['ingress tcp 80 44.0.0.9/32']);
    expect(changingOutside('eni-one', '44.0.0.2', group, back)).toEqual(closes);
  });

  it('a host of the internet that is added', () => {
    const fields = { address: '9.9.9.9', serves: [], number: 1, bootNumber: 1 };
    const add = () =>
      net.put('internetHost', { ...resource('www.example.com'), ...internetScope, ...fields });
    const seen = changingOutside('eni-one', 'www.example.com', ['internetHost', 'www.example.com'], add);
    expect(seen).toEqual(['not-reachable', 'reachable']);
  });
});
