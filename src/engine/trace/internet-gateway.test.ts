// Flows by the internet gateway: two VPCs that have one, an interface in each with a public address.
import { describe, expect, it } from 'vitest';
import type { Network } from '../testing.ts';
import { ask, fate, twoVpcs } from './two-vpcs.ts';

describe('trace by the internet gateway', () => {
  const cases: readonly [
    why: string,
    change: (net: Network) => void,
    destination: string,
    expected: string,
  ][] = [
    ['to the internet', () => {}, '8.8.8.8', 'unknown UNKNOWN_RESOURCE'],
    [
      'without a public address',
      (net) => net.remove('address', 'eipalloc-198.18.0.1'),
      '8.8.8.8',
      'not-reachable IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS',
    ],
    [
      'to a private address elsewhere',
      () => {},
      '10.9.0.1',
      'not-reachable IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS',
    ],
    [
      'to a shared address',
      () => {},
      '100.64.0.1',
      'not-reachable IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS',
    ],
    ['to another VPC', () => {}, '198.18.0.2', 'reachable eni-web1'],
    [
      'to the same VPC',
      (net) => net.publicAddress('198.18.0.3', 'eni-server'),
      '198.18.0.3',
      'reachable eni-server',
    ],
    [
      'to a detached gateway',
      (net) => net.put('internetGateway', detached(net)),
      '198.18.0.2',
      'not-reachable BAD_STATE_ROUTE',
    ],
    [
      'to an address that nobody has',
      (net) => net.put('address', free(net)),
      '198.18.0.2',
      'not-reachable IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS',
    ],
    [
      'to a VPC without a gateway',
      (net) => net.remove('internetGateway', 'igw-vpc-b'),
      '198.18.0.2',
      'not-reachable IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS',
    ],
    [
      'no way back',
      (net) => net.routeTable('rtb-x', 'vpc-b', ['subnet-b1'], []),
      '198.18.0.2',
      'not-reachable RETURN_NO_ROUTE',
    ],
    [
      'groups see the public address',
      (net) => net.group('sg-vpc-b', 'vpc-b', ['ingress all 198.18.0.1/32']),
      '198.18.0.2',
      'reachable eni-web1',
    ],
    [
      'groups do not see the private one',
      (net) => net.group('sg-vpc-b', 'vpc-b', ['ingress all 10.0.1.10/32']),
      '198.18.0.2',
      'not-reachable ENI_SG_RULES_MISMATCH',
    ],
    [
      'a group never matches a public address',
      (net) => net.group('sg-vpc-a', 'vpc-a', ['egress all 0.0.0.0/0', 'ingress all sg-vpc-a']),
      '198.18.0.3',
      'not-reachable ENI_SG_RULES_MISMATCH',
    ],
    [
      'ACLs see public addresses',
      (net) =>
        net.acl('acl-x', 'subnet-a1', [
          '1 egress allow all 198.18.0.2/32',
          '1 ingress allow all 198.18.0.2/32',
        ]),
      '198.18.0.2',
      'reachable eni-web1',
    ],
    [
      'ACL of the receiver',
      (net) => net.acl('acl-x', 'subnet-b1', ['1 ingress allow all 0.0.0.0/0']),
      '198.18.0.2',
      'not-reachable RETURN_SUBNET_ACL_RESTRICTION',
    ],
    ['a balancer', (net) => net.publicAddress('198.18.0.4', 'eni-nlb-a'), '198.18.0.4', 'reachable eni-web1'],
    [
      "a balancer's node without a way to the internet",
      (net) => {
        net.publicAddress('198.18.0.4', 'eni-nlb-a');
        net.routeTable('rtb-x', 'vpc-b', ['subnet-b1'], []);
      },
      '198.18.0.4',
      'not-reachable RETURN_NO_ROUTE',
    ],
    [
      "a balancer's groups see the public address",
      (net) => {
        net.group('sg-nlb', 'vpc-b', ['ingress all 10.0.0.0/8', 'egress all 0.0.0.0/0']);
        net.change('loadBalancer', 'lb-nlb', { groupIds: ['sg-nlb'] });
        net.publicAddress('198.18.0.4', 'eni-nlb-a');
      },
      '198.18.0.4',
      'not-reachable ENI_SG_RULES_MISMATCH',
    ],
  ];
  it.each(cases)('%s', (why, change, destination, expected) => {
    const net = twoVpcs();
    net.internetGateway('vpc-a');
    net.internetGateway('vpc-b');
    net.publicAddress('198.18.0.1', 'eni-client');
    net.publicAddress('198.18.0.2', 'eni-web1');
    if (why.startsWith('a group')) net.publicAddress('198.18.0.3', 'eni-server');
    change(net);
    expect(fate(ask(net, destination))).toBe(expected);
  });

  function detached(net: Network) {
    const { vpcId: _, ...rest } = net.tables.get('internetGateway', 'igw-vpc-a')!;
    return rest;
  }

  function free(net: Network) {
    const { association: _, ...rest } = net.tables.get('address', 'eipalloc-198.18.0.2')!;
    return rest;
  }

  it('brings the reply to whoever has the address', () => {
    const net = twoVpcs();
    net.internetGateway('vpc-a');
    net.internetGateway('vpc-b');
    net.publicAddress('198.18.0.1', 'eni-neighbour');
    net.publicAddress('198.18.0.2', 'eni-web1');
    net.change('networkInterface', 'eni-client', { sourceDestCheck: false });
    expect(fate(ask(net, '198.18.0.2', { source: '10.0.1.11' }))).toBe('not-reachable RETURN_NO_ROUTE');
  });
});
