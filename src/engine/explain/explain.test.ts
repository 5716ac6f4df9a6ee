// Whole questions: who sends, what the name answers, the verdict over all ways, the request at the end, and the texts.
import { describe, expect, it } from 'vitest';
import { unknownHealth } from '../health.ts';
import type { Network } from '../testing.ts';
import type { Explanation } from './answer.ts';
import { explain } from './explain.ts';
import { formatExplanation } from './format.ts';
import { readQuestion } from '../ask/ask.ts';
import type { Question } from './question.ts';
import { network } from './testing.ts';

function why(net: Network, from: string, to: string, more: Partial<Question> = {}): Explanation {
  return explain(net.tables, unknownHealth, { ...readQuestion(net.tables, { from, to }), ...more });
}

const policy = (...statements: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string) => ({ Effect: 'Allow', Principal: '*', Action, Resource: '*' });

describe('who sends', () => {
  it('is an interface, an instance by its primary one, or anybody of a subnet', () => {
    const net = network();
    expect(why(net, 'eni-client', '10.0.2.10:80').sender).toEqual({
      networkInterfaceId: 'eni-client',
      vpcId: 'vpc-a',
      address: '10.0.1.10',
      imagined: false,
    });
    expect(why(net, 'i-client', '10.0.2.10:80').sender?.networkInterfaceId).toBe('eni-client');
    net.put('securityGroup', {
      ...net.tables.get('securityGroup', 'sg-vpc-a')!,
      id: 'sg-d',
      name: 'default',
    });
    const anybody = why(net, 'subnet-a1', '10.0.2.10:80');
    expect([anybody.verdict, anybody.sender?.imagined, anybody.sender?.address]).toEqual([
      'reachable',
      true,
      '10.0.1.4',
    ]);
    expect(net.tables.by('networkInterface', 'address', 'vpc-a/10.0.1.4')).toEqual([]);
  });

  it('has a public address where its subnet gives one', () => {
    const net = network();
    net.internetGateway('vpc-a');
    const ask = () => {
      const from = { kind: 'subnet', id: 'subnet-a1', groupIds: ['sg-vpc-a'] } as const;
      return why(net, 'subnet-a1', 'sqs', { from }).verdict;
    };
    expect(ask()).toBe('not-reachable');
    net.change('subnet', 'subnet-a1', { mapPublicIpOnLaunch: true });
    expect(ask()).toBe('reachable');
  });

  it('is the internet, which sees public addresses only', () => {
    const net = network();
    net.internetGateway('vpc-a');
    net.publicAddress('198.18.0.1', 'eni-server');
    expect(why(net, 'internet', 'i-server:80').verdict).toBe('reachable');
    expect(why(net, 'internet', 'ec2-198-18-0-1.compute-1.amazonaws.com:80').verdict).toBe('reachable');
    expect(why(net, 'internet:192.0.2.7', '198.18.0.1:80').ways[0]?.headers.source).toBe('192.0.2.7');
    expect(why(net, 'internet', '10.0.2.10:80').code).toBe('IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS');
    expect(why(net, 'internet', '192.0.2.99:80').verdict).toBe('unknown');
  });

  it('is the internet, which asks a load balancer at its public addresses; its subnet needs the way back', () => {
    const net = network();
    net.internetGateway('vpc-b');
    net.change('loadBalancer', 'lb-nlb', { scheme: 'internet-facing' });
    net.publicAddress('198.18.0.5', 'eni-nlb-a');
    net.publicAddress('198.18.0.6', 'eni-nlb-b');
    const open = why(net, 'internet', 'nlb:80');
    expect([open.verdict, open.resolution?.rule]).toEqual(['reachable', 'load-balancer-names']);
    expect(open.ways.map(({ address }) => address)).toEqual(['198.18.0.5', '198.18.0.6']);
    net.routeTable('rtb-nodes', 'vpc-b', ['subnet-b1', 'subnet-b2'], []);
    const closed = why(net, 'internet', 'nlb:80');
    expect([closed.verdict, closed.code]).toEqual(['not-reachable', 'RETURN_NO_ROUTE']);
    expect(closed.fixes[0]?.changes.map(({ change }) => change.kind)).toEqual(['create-route']);
  });
});

describe('where to', () => {
  it('tells which DNS rule answered, and all addresses', () => {
    const { resolution, ways, verdict } = why(network(), 'i-client', 'vpce-e:80');
    expect(resolution).toEqual({
      name: 'vpce-e-abcd1234.vpce-svc-s.us-east-1.vpce.amazonaws.com',
      vpcId: 'vpc-a',
      rule: 'endpoint-names',
      decidedBy: 'vpce-e',
      rcode: 'NOERROR',
      addresses: ['10.0.1.200', '10.0.2.200'],
    });
    expect(ways.map(({ address }) => address)).toEqual(['10.0.1.200', '10.0.2.200']);
    expect(verdict).toBe('reachable');
  });

  it('is not known where instances ask another name server; the query is traced', () => {
    const net = network();
    const configurations = [{ key: 'domain-name-servers', values: ['10.0.2.10'] }];
    net.change('dhcpOptions', 'dopt-1', { configurations });
    const { verdict, code, resolution } = why(net, 'i-client', 'vpce-e:80');
    expect([verdict, code]).toEqual(['unknown', 'DHCP_DNS_NOT_AMAZON']);
    expect(resolution?.elsewhere?.ways[0]?.path.verdict).toBe('reachable');
  });

  it('is 443 for services, endpoints of them and HTTPS', () => {
    const net = network();
    net.toAwsService('vpce-e', 'sqs', { privateDnsEnabled: true });
    for (const to of [
      'sqs',
      'com.amazonaws.us-east-1.sqs',
      'vpce-e',
      'https://sqs.us-east-1.amazonaws.com/1/q',
    ]) {
      const { verdict, ways } = why(net, 'i-client', to);
      expect([to, verdict, ways[0]?.headers.destinationPort]).toEqual([to, 'reachable', 443]);
    }
  });
});

describe('the verdict', () => {
  it('is ambiguous when the interfaces behind one name differ, and lists every way', () => {
    const net = network();
    net.group('sg-shut', 'vpc-a', []);
    net.change('networkInterface', 'eni-e-b', { groupIds: ['sg-shut'] });
    const { verdict, ways, reasons, fixes } = why(net, 'i-client', 'vpce-e:80');
    expect(verdict).toBe('ambiguous');
    expect(ways.map(({ address, path }) => `${address} ${path.verdict}`)).toEqual([
      '10.0.1.200 reachable',
      '10.0.2.200 not-reachable',
    ]);
    expect(reasons.map(({ component }) => component)).toEqual(['eni-e-b']);
    expect(fixes[0]?.changes.map(({ text }) => text)).toEqual(['let sg-shut take tcp 80 from 10.0.1.10/32']);
  });

  it('is unknown, with what is missing, where a reference leads nowhere', () => {
    const net = network();
    net.remove('loadBalancer', 'lb-nlb');
    const { verdict, code, reason } = why(net, 'i-client', '10.0.1.200:80');
    expect([verdict, code]).toEqual(['unknown', 'UNRESOLVED_REFERENCE']);
    expect(reason).toContain('is not in the snapshot');
  });

  it('is unknown where the packet leaves for the internet, and a fix leads as far', () => {
    const net = network();
    net.internetGateway('vpc-a');
    const blocked = why(net, 'i-client', '192.0.2.1:443');
    expect([blocked.verdict, blocked.fixes[0]?.verdict]).toEqual(['not-reachable', 'unknown']);
    net.publicAddress('198.18.0.1', 'eni-client');
    const open = why(net, 'i-client', '192.0.2.1:443');
    expect([open.verdict, open.fixes]).toEqual(['unknown', []]);
    expect(open.reasons[0]?.notFixable).toContain('all that the snapshot knows lets it pass');
  });
});

describe('a request', () => {
  const request = {
    action: 'sqs:SendMessage',
    resource: 'arn:aws:sqs:us-east-1:111111111111:q',
    principal: 'arn:aws:iam::111111111111:role/app',
  };

  function ask(policyDocument: string, more: Partial<NonNullable<Question['request']>> = {}): Explanation {
    const net = network();
    net.toAwsService('vpce-e', 'sqs', { privateDnsEnabled: true, policyDocument });
    return why(net, 'i-client', 'sqs', { request: { ...request, ...more } });
  }

  it('ends with the statement that allows', () => {
    const { verdict, policy: decision } = ask(policy(allow('sqs:*')));
    expect(verdict).toBe('reachable');
    expect(decision?.text).toBe('sqs:SendMessage is allowed by statement 1 of the endpoint policy of vpce-e');
  });

  it('ends with what the closest statement lacks, and the statement to add', () => {
    const { verdict, code, reasons, fixes } = ask(policy(allow('sqs:ReceiveMessage')));
    expect([verdict, code, reasons[0]?.phase]).toEqual([
      'not-reachable',
      'ENDPOINT_POLICY_IMPLICIT_DENY',
      'request',
    ]);
    const [change] = fixes[0]?.changes ?? [];
    expect(change?.text).toBe(
      'give vpce-e a policy with a statement that allows sqs:SendMessage on arn:aws:sqs:us-east-1:111111111111:q',
    );
    expect(change?.commands[0]).toMatch(
      /^aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-e --policy-document '\{/,
    );
  });

  it('ends with the statement that denies, which has to go', () => {
    const deny = { ...allow('sqs:Send*'), Effect: 'Deny', Sid: 'NoSending' };
    const { code, fixes } = ask(policy(allow('*'), deny));
    expect(code).toBe('ENDPOINT_POLICY_DENIES');
    expect(fixes[0]?.changes[0]?.text).toBe('give vpce-e a policy without the statement NoSending');
  });

  it('knows the resource policy that it is given, and that only its owner can change it', () => {
    const theirs = policy({
      ...allow('sqs:*'),
      Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-other' } },
    });
    const { code, reasons, fixes } = ask('', { resourcePolicy: theirs, resourceAccountId: '222222222222' });
    expect(code).toBe('RESOURCE_POLICY_REQUIRES_SOURCEVPCE');
    expect(fixes).toEqual([]);
    expect(reasons[0]?.notFixable).toContain('not part of the network');
  });

  it('is not decided by a policy that cannot be read', () => {
    expect(ask('{').verdict).toBe('unknown');
    expect(ask('', { resourcePolicy: 'nonsense' }).verdict).toBe('unknown');
  });

  it('is not asked before the packets arrive', () => {
    const net = network();
    net.group('sg-vpc-a', 'vpc-a', []);
    expect(why(net, 'i-client', 'sqs', { request }).policy).toBeUndefined();
  });
});

describe('what comes out', () => {
  it('is plain data that names every component', () => {
    const net = network();
    net.change('vpcEndpoint', 'vpce-e', { state: 'pendingAcceptance' });
    net.change('instance', 'i-client', { tags: { Name: 'app' } });
    const explanation = why(net, 'i-client', 'vpce-e:80');
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    expect(explanation.components['vpce-e']).toEqual({
      id: 'vpce-e',
      type: 'vpc-endpoint',
      arn: 'arn:aws:ec2:us-east-1:111111111111:vpc-endpoint/vpce-e',
      vpcId: 'vpc-a',
    });
    expect(explanation.fixes[0]?.changes[0]).toMatchObject({
      change: {
        kind: 'accept-endpoint-connection',
        endpointServiceId: 'vpce-svc-s',
        vpcEndpointId: 'vpce-e',
      },
      commands: ['aws ec2 accept-vpc-endpoint-connections --service-id vpce-svc-s --vpc-endpoint-ids vpce-e'],
      accountId: '111111111111',
      region: 'us-east-1',
      components: ['vpce-svc-s', 'vpce-e'],
      opens: { count: 2, components: ['subnet-a1', 'subnet-a2'] },
    });
  });

  it('turns private DNS of S3 on for the whole VPC: of itself it is for inbound Resolver endpoints', () => {
    const net = network();
    const forVpc = /--private-dns-enabled --dns-options PrivateDnsOnlyForInboundResolverEndpoint=false/;
    const commands = (to: string) =>
      why(net, 'i-client', to).fixes.flatMap(({ changes }) => changes.flatMap((one) => one.commands));
    expect(commands('s3')).toContainEqual(expect.stringMatching(forVpc));
    expect(commands('sqs')).not.toContainEqual(expect.stringMatching(/dns-options/));
    net.toAwsService('vpce-e', 's3', {});
    expect(commands('s3')).toContainEqual(expect.stringMatching(forVpc));
  });

  it('tells ways that end alike in a line, and what they share once', () => {
    const net = network();
    net.change('loadBalancer', 'lb-nlb', { attributes: { 'load_balancing.cross_zone.enabled': 'true' } });
    net.group('sg-web', 'vpc-b', ['ingress tcp 443 0.0.0.0/0']);
    net.change('networkInterface', 'eni-web2', { groupIds: ['sg-web'] });
    const lines = formatExplanation(why(net, 'i-client', 'vpce-e:80')).split('\n');
    expect(lines[0]).toBe('~ reachable by some ways only: i-client → vpce-e:80/tcp');
    expect(lines.filter((line) => /eni-e-[ab] |as above|likewise|= arrives/.test(line))).toEqual([
      '  → security-group-ingress eni-e-a                  sgr-vpc-a-0 allow all traffic from 0.0.0.0/0',
      '  = arrives at eni-web1, 10.0.1.20:8080',
      '  … 7 lines as above',
      '  = likewise to 10.0.2.200: arrives at eni-web1, 10.0.1.20:8080',
      '✗   likewise to 10.0.2.200: ENI_SG_RULES_MISMATCH at eni-web2',
    ]);
  });

  it('can be read at a glance', () => {
    const net = network();
    net.group('sg-web', 'vpc-b', ['ingress tcp 443 0.0.0.0/0']);
    for (const name of ['web1', 'web2'])
      net.change('networkInterface', `eni-${name}`, { groupIds: ['sg-web'] });
    net.acl('acl-1', 'subnet-a1', ['100 egress allow all 0.0.0.0/0', '100 ingress allow tcp 22 0.0.0.0/0']);
    expect(formatExplanation(why(net, 'i-client', '10.0.2.200:80'))).toMatchInlineSnapshot(`
      "✗ not reachable: i-client → 10.0.2.200:80/tcp
        ENI_SG_RULES_MISMATCH at eni-web2: no ingress rule of sg-web allows tcp 8080 from 10.0.2.50

        tcp 10.0.1.10:32768 → 10.0.2.200:80 in vpc-a
        → source-check           eni-client
        → security-group-egress  eni-client               sgr-vpc-a-1 allow all traffic to 0.0.0.0/0
        → network-acl-egress     acl-1                    100 allow all traffic to 0.0.0.0/0
        → route                  rtb-vpc-a                10.0.0.0/16 → local
        → network-acl-ingress    acl-vpc-a                100 allow all traffic from 0.0.0.0/0
        → endpoint               vpce-e                   state available
        → security-group-ingress eni-e-b                  sgr-vpc-a-0 allow all traffic from 0.0.0.0/0
        tcp 10.0.1.10:32768 → 10.0.2.200:80 in vpc-b
        → load-balancer          lb-nlb                   TCP 80 → tg-nlb
        tcp 10.0.2.50:32768 → 10.0.2.20:8080 in vpc-b
      ✗ → security-group-ingress eni-web2                 ENI_SG_RULES_MISMATCH: no ingress rule of sg-web allows tcp 8080 from 10.0.2.50
        ! AVAILABILITY_ZONE_CROSSED: eni-client in us-east-1a → eni-e-b in us-east-1b

      2 things stand in the way
      ✗ → eni-web2                 ENI_SG_RULES_MISMATCH: no ingress rule of sg-web allows tcp 8080 from 10.0.2.50
      ✗ ← acl-1                    RETURN_SUBNET_ACL_RESTRICTION: acl-1 does not let tcp 10.0.2.200 → 10.0.1.10:32768 enter subnet-a1: no entry matches

      to fix (2 changes, tried: then it is reachable)
        1. let sg-web take tcp 8080 from 10.0.2.50/32
             aws ec2 authorize-security-group-ingress --group-id sg-web --ip-permissions 'IpProtocol=tcp,FromPort=8080,ToPort=8080,IpRanges=[{CidrIp=10.0.2.50/32}]'
             opens: also for eni-web1, lb-nlb
        2. let acl-1 pass tcp 1024-65535 in from 10.0.2.200/32, as entry 110
             aws ec2 create-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 110 --protocol 6 --cidr-block 10.0.2.200/32 --rule-action allow --port-range From=1024,To=65535
             opens: for 1 subnet of acl-1: subnet-a1

      names: lb-nlb nlb
      "
    `);
  });
});
