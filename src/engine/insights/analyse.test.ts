import { describe, expect, it } from 'vitest';
import { explanationCodes } from '../../catalog/reachability-codes.ts';
import { SeededPrng } from '../../std/prng.ts';
import { unknownHealth } from '../health.ts';
import { randomNetwork } from '../random-network.ts';
import { Network, resource } from '../testing.ts';
import { natGateway } from '../testing-nat-gateway.ts';
import { trace } from '../trace/trace.ts';
import { twoVpcs } from '../trace/two-vpcs.ts';
import { analysed, outcomeOf } from './testing-analysis.ts';

const arn = (type: string, id: string) => `arn:aws:ec2:us-east-1:111111111111:${type}/${id}`;

/** A client in subnet-1 with a public address, one without in subnet-2; both subnets lead to the internet gateway. */
function withInternet(): Network {
  const net = new Network();
  net.vpc('vpc-1');
  net.subnet('subnet-1', 'vpc-1', '10.0.1.0/24');
  net.subnet('subnet-2', 'vpc-1', '10.0.2.0/24');
  net.instance('public', 'subnet-1', '10.0.1.10');
  net.instance('private', 'subnet-2', '10.0.2.10');
  net.internetGateway('vpc-1');
  net.publicAddress('54.0.0.1', 'eni-public');
  return net;
}

describe('a path that is found', () => {
  it('is told component by component, there and back', () => {
    const net = twoVpcs();
    const result = analysed(net, { source: 'i-client', destination: 'i-server', destinationPort: 80 });
    expect(outcomeOf(result)).toBe(
      'found: i-client eni-client sg-vpc-a acl-vpc-a rtb-vpc-a acl-vpc-a sg-vpc-a eni-server i-server' +
        ' / i-server eni-server acl-vpc-a rtb-vpc-a acl-vpc-a eni-client i-client',
    );
    const [first, eni, group, acl, table] = result.forwardPathComponents;
    expect(first?.outboundHeader).toEqual({
      protocol: '6',
      sourceAddresses: ['10.0.1.10/32'],
      sourcePortRanges: [{ from: 32_768, to: 60_999 }],
      destinationAddresses: ['10.0.2.10/32'],
      destinationPortRanges: [{ from: 80, to: 80 }],
    });
    expect(eni).toMatchObject({
      sequenceNumber: 2,
      component: { id: 'eni-client', arn: arn('network-interface', 'eni-client') },
      attachedTo: { id: 'i-client' },
      subnet: { id: 'subnet-a1' },
      vpc: { id: 'vpc-a' },
    });
    expect(group?.securityGroupRule).toEqual({ direction: 'egress', protocol: 'all', cidr: '0.0.0.0/0' });
    expect(acl?.aclRule).toEqual({
      cidr: '0.0.0.0/0',
      egress: true,
      protocol: 'all',
      ruleAction: 'allow',
      ruleNumber: 100,
    });
    expect(table?.routeTableRoute).toEqual({
      destinationCidr: '10.0.0.0/16',
      gatewayId: 'local',
      origin: 'createroutetable',
      state: 'active',
    });
    expect(result.forwardPathComponents.at(-1)?.additionalDetails).toEqual([
      { additionalDetailType: 'AVAILABILITY_ZONE_CROSSED' },
    ]);
    const { outboundHeader } = result.returnPathComponents[0] ?? {};
    expect(outboundHeader).toEqual({
      protocol: '6',
      sourceAddresses: ['10.0.2.10/32'],
      destinationAddresses: ['10.0.1.10/32'],
      sourcePortRanges: [{ from: 80, to: 80 }],
      destinationPortRanges: [{ from: 32_768, to: 60_999 }],
    });
  });

  it('goes on behind an endpoint, with other possible targets as hints', () => {
    const net = twoVpcs();
    net.change('loadBalancer', 'lb-nlb', { attributes: { 'load_balancing.cross_zone.enabled': 'true' } });
    const result = analysed(net, { source: 'i-client', destination: 'vpce-e' });
    expect(outcomeOf(result)).toBe(
      'found: i-client eni-client sg-vpc-a vpce-e sg-vpc-a eni-e-a lb-nlb eni-nlb-a sg-vpc-b eni-web1 i-web1' +
        ' / i-web1 eni-web1 eni-client i-client',
    );
    expect(result.alternatePathHints.map(({ componentId }) => componentId)).toContain('eni-web2');
    expect(result.forwardPathComponents.at(-1)?.inboundHeader).toMatchObject({
      sourceAddresses: ['10.0.1.50/32'],
      destinationAddresses: ['10.0.1.20/32'],
      destinationPortRanges: [{ from: 8080, to: 8080 }],
    });
  });

  it('leads by a NAT gateway to the internet, and back', () => {
    const net = withInternet();
    natGateway(net, 'n', ['subnet-1', '10.0.1.99'], '54.0.0.9');
    const target = { kind: 'nat-gateway', id: 'nat-n' } as const;
    const route = { destination: { kind: 'cidr', cidr: '0.0.0.0/0' }, target } as const;
    net.routeTable('rtb-private', 'vpc-1', ['subnet-2'], [route]);
    const result = analysed(net, { source: 'i-private', destination: 'igw-vpc-1', destinationPort: 443 });
    expect(outcomeOf(result)).toMatch(/^found: .* rtb-private .*nat-n .*rtb-vpc-1 igw-vpc-1 \/ /);
    const nat = result.forwardPathComponents.find(({ component }) => component.id === 'nat-n');
    expect(nat).toMatchObject({
      inboundHeader: { sourceAddresses: ['10.0.2.10/32'] },
      outboundHeader: { sourceAddresses: ['10.0.1.99/32'] },
      subnet: { id: 'subnet-1' },
    });
  });
});

describe('what a path leaves open', () => {
  it('is searched for a port, and told as the range that fares alike', () => {
    const net = twoVpcs();
    net.group('sg-vpc-a', 'vpc-a', ['ingress tcp 8000-8010 10.0.0.0/16', 'egress all 0.0.0.0/0']);
    const ports = (result: ReturnType<typeof analysed>) =>
      result.forwardPathComponents[0]?.outboundHeader?.destinationPortRanges;
    const path = { source: 'i-client', destination: 'i-server' };
    expect(ports(analysed(net, path))).toEqual([{ from: 8000, to: 8010 }]);
    const filterAtSource = { destinationPortRange: { from: 8005, to: 9000 } };
    expect(ports(analysed(net, { ...path, filterAtSource }))).toEqual([{ from: 8005, to: 8010 }]);
    const closed = { destinationPortRange: { from: 9000, to: 9001 } };
    expect(outcomeOf(analysed(net, { ...path, filterAtSource: closed }))).toBe('ENI_SG_RULES_MISMATCH');
    const filterAtDestination = { destinationPortRange: { from: 8010, to: 8020 } };
    expect(ports(analysed(net, { ...path, filterAtDestination }))).toEqual([{ from: 8010, to: 8010 }]);
  });

  it('is searched for a source port, which only ACLs tell apart', () => {
    const net = twoVpcs();
    net.acl('acl-own', 'subnet-a1', [
      '100 egress allow all 0.0.0.0/0',
      '100 ingress allow tcp 40000-40010 0.0.0.0/0',
    ]);
    const path = { source: 'i-client', destination: 'i-server', destinationPort: 80 };
    const result = analysed(net, path);
    expect(result.forwardPathComponents[0]?.outboundHeader?.sourcePortRanges).toEqual([
      { from: 40_000, to: 40_010 },
    ]);
    const filterAtSource = {
      sourcePortRange: { from: 1024, to: 2000 },
      destinationPortRange: { from: 80, to: 80 },
    };
    const other = analysed(net, { source: 'i-client', destination: 'i-server', filterAtSource });
    expect(outcomeOf(other)).toBe('SUBNET_ACL_RESTRICTION');
    expect(other.explanations[0]).toMatchObject({
      acl: { id: 'acl-own' },
      direction: 'ingress',
      subnet: { id: 'subnet-a1' },
      vpc: { id: 'vpc-a' },
      aclRule: { ruleNumber: 32_767, ruleAction: 'deny' },
    });
  });

  it('is searched for a host of the internet that may come in', () => {
    const net = withInternet();
    net.group('sg-vpc-1', 'vpc-1', ['ingress tcp 22 198.51.100.0/24', 'egress all 0.0.0.0/0']);
    const path = { source: 'igw-vpc-1', destination: 'i-public', destinationPort: 22 };
    const result = analysed(net, path);
    expect(outcomeOf(result)).toBe(
      'found: igw-vpc-1 acl-vpc-1 sg-vpc-1 eni-public i-public / i-public eni-public acl-vpc-1 rtb-vpc-1',
    );
    expect(result.forwardPathComponents[0]).toMatchObject({
      inboundHeader: { sourceAddresses: ['198.51.100.0/24'], destinationAddresses: ['54.0.0.1/32'] },
      outboundHeader: { sourceAddresses: ['198.51.100.0/24'], destinationAddresses: ['10.0.1.10/32'] },
    });
    const other = { sourceAddress: '203.0.113.7', destinationPortRange: { from: 22, to: 22 } };
    const { destinationPort: _, ...anyPort } = path;
    expect(outcomeOf(analysed(net, { ...anyPort, filterAtSource: other }))).toBe('ENI_SG_RULES_MISMATCH');
  });
});

describe('an internet gateway', () => {
  it('leads to a target behind an internet-facing load balancer, and to its node', () => {
    const net = withInternet();
    net.subnet('subnet-3', 'vpc-1', '10.0.3.0/24');
    net.instance('web', 'subnet-3', '10.0.3.10');
    net.routeTable('rtb-private', 'vpc-1', ['subnet-3'], []);
    net.balancer('nlb', {
      nodes: [['subnet-1', '10.0.1.50']],
      port: 443,
      targets: ['i-web'],
      targetPort: 8080,
    });
    net.publicAddress('54.0.0.3', 'eni-nlb-a');
    net.group('sg-vpc-1', 'vpc-1', ['ingress tcp 8080 198.51.100.0/24', 'egress all 0.0.0.0/0']);
    const path =
      'found: igw-vpc-1 acl-vpc-1 lb-nlb rtb-vpc-1 acl-vpc-1 sg-vpc-1 eni-web i-web' +
      ' / i-web eni-web acl-vpc-1 acl-vpc-1 rtb-vpc-1';
    const result = analysed(net, { source: 'igw-vpc-1', destination: 'i-web' });
    expect(outcomeOf(result)).toBe(path);
    expect(result.forwardPathComponents.find(({ component }) => component.id === 'lb-nlb')).toMatchObject({
      inboundHeader: {
        sourceAddresses: ['198.51.100.0/24'],
        destinationPortRanges: [{ from: 443, to: 443 }],
      },
      outboundHeader: {
        destinationAddresses: ['10.0.3.10/32'],
        destinationPortRanges: [{ from: 8080, to: 8080 }],
      },
    });
    expect(outcomeOf(analysed(net, { source: 'igw-vpc-1', destination: 'eni-nlb-a' }))).toBe(path);
    net.routeTable('rtb-closed', 'vpc-1', ['subnet-1'], []);
    expect(outcomeOf(analysed(net, { source: 'igw-vpc-1', destination: 'i-web' }))).toBe(
      'NO_ROUTE_TO_DESTINATION',
    );
  });

  it('is not the way into another VPC, and not the way out of it', () => {
    const net = withInternet();
    net.vpc('vpc-2', '10.2.0.0/16');
    net.subnet('subnet-3', 'vpc-2', '10.2.1.0/24');
    net.instance('other', 'subnet-3', '10.2.1.10');
    net.internetGateway('vpc-2');
    net.publicAddress('54.0.0.2', 'eni-other');
    const outcome = (source: string, destination?: string, destinationAddress?: string) =>
      outcomeOf(
        analysed(net, {
          source,
          ...(destination && { destination }),
          ...(destinationAddress && { filterAtSource: { destinationAddress } }),
        }),
      );
    expect(outcome('igw-vpc-1', 'i-other')).toBe('DISCONNECTED_VPCS');
    expect(outcome('igw-vpc-1', undefined, '54.0.0.2')).toBe('FILTER_AT_SOURCE_DESTINATION_ADDRESS');
    expect(outcome('i-other', 'igw-vpc-1')).toBe('DISCONNECTED_VPCS');
    expect(outcome('igw-vpc-1', 'igw-vpc-2')).toBe('NO_PATH');
    expect(outcome('igw-vpc-1', 'i-private')).toBe('IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS');
    expect(outcome('i-public', 'igw-vpc-1', '10.9.9.9')).toBe('IGW_EXPECTS_PUBLIC_ADDRESS');
    net.publicAddress('198.18.0.9', 'eni-private');
    expect(outcome('i-public', 'igw-vpc-1', '198.18.0.9')).toMatch(/^found: .*igw-vpc-1/);
    expect(outcome('i-public', undefined, '8.8.8.8')).toMatch(/^found: .*igw-vpc-1 \/ /);
    net.put('internetGateway', resource('igw-vpc-1'));
    expect(outcome('igw-vpc-1', 'i-public')).toBe('UNASSOCIATED_COMPONENT');
  });

  it('is followed back too: answers that an ACL drops are none', () => {
    const net = withInternet();
    net.acl('acl-own', 'subnet-1', ['100 egress allow all 0.0.0.0/0', '100 ingress allow tcp 443 0.0.0.0/0']);
    const path = { source: 'i-public', destination: 'igw-vpc-1', destinationPort: 443 };
    expect(outcomeOf(analysed(net, path))).toBe('SUBNET_ACL_RESTRICTION');
  });
});

describe('a gateway endpoint', () => {
  it('is reached by the addresses of its prefix list, and takes no UDP', () => {
    const net = twoVpcs();
    const none = { networkInterfaceIds: [], subnetIds: [], groupIds: [], vpcId: 'vpc-a' };
    net.toAwsService('vpce-e', 's3', { endpointType: 'Gateway', ...none, routeTableIds: ['rtb-vpc-a'] });
    const path = { source: 'i-client', destination: 'vpce-e' };
    const result = analysed(net, path);
    expect(outcomeOf(result)).toMatch(/^found: .* rtb-vpc-a vpce-e \/ /);
    const route = result.forwardPathComponents.find(({ routeTableRoute }) => routeTableRoute !== undefined);
    expect(route?.routeTableRoute).toMatchObject({
      destinationPrefixListId: 'pl-63a5400a',
      gatewayId: 'vpce-e',
    });
    expect(outcomeOf(analysed(net, { ...path, protocol: 'udp' }))).toBe('VPCE_GATEWAY_PROTOCOL_RESTRICTION');
  });
});

describe('a path that is not found', () => {
  it('is explained by everything that stands in the way', () => {
    const net = twoVpcs();
    net.group('sg-vpc-a', 'vpc-a', ['egress tcp 22 0.0.0.0/0', 'ingress tcp 22 0.0.0.0/0']);
    net.acl('acl-own', 'subnet-a2', ['100 egress allow all 0.0.0.0/0', '90 ingress deny tcp 80 0.0.0.0/0']);
    const result = analysed(net, { source: 'i-client', destination: 'i-server', destinationPort: 80 });
    expect(outcomeOf(result)).toBe('ENI_SG_RULES_MISMATCH SUBNET_ACL_RESTRICTION ENI_SG_RULES_MISMATCH');
    expect(result.explanations.map(({ direction }) => direction)).toEqual(['egress', 'ingress', 'ingress']);
    expect(result.explanations[2]).toEqual({
      explanationCode: 'ENI_SG_RULES_MISMATCH',
      direction: 'ingress',
      networkInterface: { id: 'eni-server', arn: arn('network-interface', 'eni-server') },
      securityGroups: [{ id: 'sg-vpc-a', arn: arn('security-group', 'sg-vpc-a'), name: 'sg-vpc-a' }],
      subnet: { id: 'subnet-a2', arn: arn('subnet', 'subnet-a2') },
      vpc: { id: 'vpc-a', arn: arn('vpc', 'vpc-a') },
    });
    expect([result.forwardPathComponents, result.returnPathComponents]).toEqual([[], []]);
  });

  // Both as in reports of AWS's answers.
  it('says which route and which public address are missing', () => {
    const net = withInternet();
    net.change('routeTable', 'rtb-vpc-1', { routes: [] });
    const path = { destination: 'igw-vpc-1', destinationPort: 443 };
    expect(analysed(net, { ...path, source: 'i-public' }).explanations).toEqual([
      {
        explanationCode: 'NO_ROUTE_TO_DESTINATION',
        destination: { id: 'igw-vpc-1', arn: arn('internet-gateway', 'igw-vpc-1') },
        routeTable: { id: 'rtb-vpc-1', arn: arn('route-table', 'rtb-vpc-1') },
        vpc: { id: 'vpc-1', arn: arn('vpc', 'vpc-1') },
      },
    ]);
    expect(analysed(withInternet(), { ...path, source: 'i-private' }).explanations[0]).toMatchObject({
      explanationCode: 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS',
      internetGateway: { id: 'igw-vpc-1' },
      vpc: { id: 'vpc-1' },
    });
  });

  it.each([
    [{ source: 'i-client', destination: 'i-gone' }, 'NO_SOURCE_OR_DESTINATION'],
    [{ source: 'i-gone', destination: 'i-client' }, 'NO_SOURCE_OR_DESTINATION'],
    [{ source: 'i-client', destination: 'i-web1' }, 'DISCONNECTED_VPCS'],
    [{ source: 'vpce-e', destination: 'i-client' }, 'VPCE_INTRA_VPC_TRAFFIC'],
    [{ source: 'vpce-svc-s', destination: 'i-client' }, 'UNSUPPORTED_COMPONENT'],
    [{ source: 'i-web1', destination: 'vpce-e' }, 'DISCONNECTED_VPCS'],
    [{ source: 'i-web1', destination: 'vpce-svc-s' }, 'NO_PATH'],
    [{ source: 'i-client', destination: 'vpce-e', destinationPort: 81 }, 'ELBV2_LISTENER_PORT_RESTRICTION'],
    [
      { source: 'i-client', destination: 'i-server', sourceIp: '10.0.1.9' },
      'ENI_ADDRESS_RESTRICTION NO_ROUTE_TO_DESTINATION',
    ],
    [
      { source: 'i-client', destination: 'i-server', destinationIp: '10.0.9.9' },
      'FILTER_AT_DESTINATION_DESTINATION_ADDRESS',
    ],
    [
      { source: 'i-client', destination: 'i-server', filterAtSource: { destinationAddress: '10.0.1.11' } },
      'FILTER_AT_SOURCE_DESTINATION_ADDRESS',
    ],
    [
      { source: 'i-client', destination: 'vpce-e', filterAtDestination: { sourceAddress: '10.0.1.10' } },
      'FILTER_AT_DESTINATION_SOURCE_ADDRESS',
    ],
  ] as const)('%j: %s', (path, code) => {
    expect(outcomeOf(analysed(twoVpcs(), path))).toBe(code);
  });

  it('has AWS’s nearest code where AWS has none', () => {
    const net = twoVpcs();
    net.change('vpcEndpoint', 'vpce-e', { state: 'pendingAcceptance' });
    const [first] = analysed(net, { source: 'i-client', destination: 'vpce-e' }).explanations;
    expect(first).toMatchObject({
      explanationCode: 'BAD_STATE',
      vpcEndpoint: { id: 'vpce-e' },
      state: 'pendingAcceptance',
    });
  });
});

describe('components that a path has to go through, or must not', () => {
  const path = { source: 'i-client', destination: 'vpce-e' };

  it('choose among the possible targets', () => {
    for (const id of ['web1', 'web2']) {
      const filterInArns = [arn('instance', `i-${id}`)];
      expect(outcomeOf(analysed(twoVpcs(), path, { filterInArns }))).toMatch(new RegExp(` i-${id} /`));
      expect(outcomeOf(analysed(twoVpcs(), path, { filterOutArns: filterInArns }))).not.toMatch(`i-${id}`);
    }
  });

  it('are the reason where no path is left', () => {
    const filterInArns = [arn('instance', 'i-neighbour')];
    expect(outcomeOf(analysed(twoVpcs(), path, { filterInArns }))).toBe('COMPONENT_FILTER_RESTRICTION');
    const filterOutArns = [arn('vpc-endpoint', 'vpce-e')];
    expect(outcomeOf(analysed(twoVpcs(), path, { filterOutArns }))).toBe(
      'COMPONENT_FILTER_RESTRICTION_REMOVED_COMPONENT',
    );
  });
});

describe('another account', () => {
  function othersProvider(): Network {
    const net = twoVpcs();
    const ownerId = '222222222222';
    const { tables } = net;
    net.change('vpc', 'vpc-b', { ownerId });
    for (const kind of ['subnet', 'networkInterface', 'securityGroup', 'networkAcl', 'routeTable'] as const)
      for (const { id } of tables.by(kind, 'vpcId', 'vpc-b')) net.change(kind, id, { ownerId });
    for (const kind of ['instance', 'loadBalancer', 'endpointService', 'listener', 'targetGroup'] as const)
      for (const { id } of [...tables.all(kind)])
        if (!['i-client', 'i-server', 'i-neighbour'].includes(id)) net.change(kind, id, { ownerId });
    return net;
  }

  it('is not shown, but named, unless it was', () => {
    const path = { source: 'i-client', destination: 'vpce-e' };
    const hidden = analysed(othersProvider(), path);
    expect(outcomeOf(hidden)).toBe(
      'found: i-client eni-client sg-vpc-a vpce-e sg-vpc-a eni-e-a / eni-client i-client',
    );
    expect(hidden.suggestedAccounts).toEqual(['222222222222']);
    const accounts = ['111111111111', '222222222222'];
    expect(outcomeOf(analysed(othersProvider(), path, { accounts }))).toContain('i-web1');
    expect(JSON.stringify(hidden)).not.toMatch(/web1|vpc-b|nlb/);
  });

  it('hides its reasons', () => {
    const path = { source: 'i-client', destination: 'vpce-e', destinationPort: 81 };
    expect(analysed(othersProvider(), path)).toMatchObject({
      explanations: [{ explanationCode: 'NO_POSSIBLE_DESTINATION', componentAccount: '222222222222' }],
      suggestedAccounts: ['222222222222'],
    });
  });
});

describe('random networks', () => {
  it('a path is found when the trace says so, and explained in AWS’s codes when not', () => {
    const seen = { found: 0, lost: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      const { net, senders, destinations } = randomNetwork(seed);
      const prng = new SeededPrng(seed);
      const pick = <T>(items: readonly T[]): T => items[prng.below(items.length)] as T;
      for (let i = 0; i < 12 && senders.length > 0; i++) {
        const { networkInterfaceId: source, source: sourceIp } = pick(senders);
        const [destinationAddress, port] = [pick(destinations), pick([80, 443, 8080])];
        const protocol = pick(['tcp', 'udp'] as const);
        const filterAtSource = {
          sourceAddress: sourceIp,
          destinationAddress,
          destinationPortRange: { from: port, to: port },
        };
        const result = analysed(net, { source, protocol, filterAtSource }, { accounts: owners(net) });
        const flow = { protocol, destination: destinationAddress, destinationPort: port, source: sourceIp };
        const { paths, verdict } = trace(net.tables, unknownHealth, { from: source, ...flow });
        const about = `seed ${seed}: ${source} ${JSON.stringify(flow)}`;
        // Beyond the trace's snapshot an analysis goes on: hosts of the internet answer.
        if (verdict === 'unknown') continue;
        expect(result.networkPathFound, about).toBe(paths.some((path) => path.verdict === 'reachable'));
        seen[result.networkPathFound === true ? 'found' : 'lost']++;
        if (result.networkPathFound === true) continue;
        expect(result.explanations.length, about).toBeGreaterThan(0);
        for (const { explanationCode } of result.explanations)
          expect(explanationCodes as readonly string[], about).toContain(explanationCode);
      }
    }
    expect([seen.found > 60, seen.lost > 60], JSON.stringify(seen)).toEqual([true, true]);
  });

  function owners(net: Network): readonly string[] {
    return [...new Set(Array.from(net.tables.all('vpc'), ({ ownerId }) => ownerId))];
  }
});
