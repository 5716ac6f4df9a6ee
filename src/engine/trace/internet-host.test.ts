// Flows to and from a host of the internet that a user added.
import { describe, expect, it } from 'vitest';
import { unknownHealth } from '../health.ts';
import type { Network } from '../testing.ts';
import { formatTrace } from './format.ts';
import { trace } from './trace.ts';
import { ask, fate, twoVpcs } from './two-vpcs.ts';

const address = '203.0.113.10';

function withHost(): Network {
  const net = twoVpcs();
  net.internetGateway('vpc-a');
  net.publicAddress('198.18.0.1', 'eni-client');
  const scope = { ownerId: 'internet', region: '', createdAt: '', tags: {} };
  net.put('internetHost', { ...scope, id: 'www.example.com', address, serves: [], number: 1, bootNumber: 1 });
  return net;
}

/** The balancer of VPC b, met at 198.18.0.4; its node and the target behind lie in two subnets. */
function withBalancer(): Network {
  const net = withHost();
  net.internetGateway('vpc-b');
  net.subnet('subnet-b3', 'vpc-b', '10.0.3.0/24', 'a');
  net.instance('web3', 'subnet-b3', '10.0.3.20');
  net.balancer('front', { nodes: [['subnet-b1', '10.0.1.60']], targets: ['i-web3'], targetPort: 8080 });
  net.publicAddress('198.18.0.4', 'eni-front-a');
  return net;
}

const inward = (net: Network, destination: string) =>
  trace(net.tables, unknownHealth, {
    from: 'www.example.com',
    protocol: 'tcp',
    destination,
    destinationPort: 80,
  });

describe('a host of the internet', () => {
  it('is reached by the gateway, with the public address', () => {
    const answer = ask(withHost(), address);
    expect(fate(answer)).toBe('reachable www.example.com');
    expect(formatTrace(answer)).toContain('= arrives at www.example.com, 203.0.113.10:80');
    expect(answer.paths[0]?.forward.at(-1)).toMatchObject({ rewritten: { source: '198.18.0.1' } });
  });

  it('is not reached without a public address, nor when the reply is not let in', () => {
    const net = withHost();
    net.remove('address', 'eipalloc-198.18.0.1');
    expect(fate(ask(net, address))).toBe('not-reachable IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS');
    const closed = withHost();
    closed.acl('acl-x', 'subnet-a1', ['100 egress allow all 0.0.0.0/0']);
    expect(fate(ask(closed, address))).toBe('not-reachable RETURN_SUBNET_ACL_RESTRICTION');
  });

  it('reaches what its groups let in from there', () => {
    const net = withHost();
    expect(fate(inward(net, '198.18.0.1'))).toBe('reachable eni-client');
    net.group('sg-vpc-a', 'vpc-a', ['egress all 0.0.0.0/0', 'ingress all 203.0.113.0/29']);
    expect(fate(inward(net, '198.18.0.1'))).toBe('not-reachable ENI_SG_RULES_MISMATCH');
    expect(fate(inward(net, '10.0.1.10'))).toBe('not-reachable IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS');
  });

  it.each(['true', 'false'])(
    "reaches a load balancer's target without a way out, client kept: %s",
    (kept) => {
      const net = withBalancer();
      const group = net.tables.get('targetGroup', 'tg-front')!;
      const attributes = { ...group.attributes, 'preserve_client_ip.enabled': kept };
      net.put('targetGroup', { ...group, attributes });
      net.routeTable('rtb-private', 'vpc-b', ['subnet-b3'], []);
      const answer = inward(net, '198.18.0.4');
      expect(fate(answer)).toBe('reachable eni-web3');
      expect(answer.paths[0]?.forward.at(-1)?.headers.source).toBe(kept === 'true' ? address : '10.0.1.60');
      expect(answer.paths[0]?.forward.map(({ stage, component }) => `${stage} ${component}`)).toEqual([
        'route igw-vpc-b',
        'network-acl-ingress acl-vpc-b',
        'load-balancer lb-front',
        ...(kept === 'true' ? [] : ['network-acl-egress acl-vpc-b']),
        'route rtb-vpc-b',
        'network-acl-ingress acl-vpc-b',
        'security-group-ingress eni-web3',
      ]);
      net.acl('acl-x', 'subnet-b3', ['1 ingress allow all 0.0.0.0/0', '1 egress allow all 10.0.0.0/16']);
      const closed = kept === 'true' ? 'not-reachable RETURN_SUBNET_ACL_RESTRICTION' : 'reachable eni-web3';
      expect(fate(inward(net, '198.18.0.4'))).toBe(closed);
      net.acl('acl-x', 'subnet-b3', ['1 ingress allow all 0.0.0.0/0', '1 egress allow all 0.0.0.0/0']);
      net.routeTable('rtb-closed', 'vpc-b', ['subnet-b1'], []);
      expect(fate(inward(net, '198.18.0.4'))).toBe('not-reachable RETURN_NO_ROUTE');
    },
  );
});
