// People's words and the question that they are; and those that are none, with what is asked back.
import { describe, expect, it } from 'vitest';
import type { Network } from '../testing.ts';
import { network } from '../explain/testing.ts';
import { readQuestion, type Words } from './ask.ts';
import { Unclear } from './unclear.ts';

function world(): Network {
  const net = network();
  net.internetGateway('vpc-a');
  net.publicAddress('198.18.0.1', 'eni-server');
  net.group('sg-web', 'vpc-a', ['ingress tcp 8080 0.0.0.0/0', 'ingress tcp 22 10.0.0.0/8']);
  net.change('networkInterface', 'eni-server', { groupIds: ['sg-web'] });
  net.change('instance', 'i-neighbour', { tags: { Name: 'neighbour' } });
  const host = { address: '203.0.113.77', serves: [], number: 1, bootNumber: 1 };
  net.put('internetHost', {
    id: 'www.example.com',
    ownerId: '',
    region: '',
    createdAt: '',
    tags: {},
    ...host,
  });
  net.vpn('a', 'vpc-a', ['192.168.10.0/24']);
  net.put('customerGateway', { ...net.tables.get('customerGateway', 'cgw-a')!, id: 'cgw-b' });
  net.onPremisesHost('files.corp.example', 'cgw-a', '192.168.10.5', [{ port: 8080 }]);
  const client = net.tables.get('networkInterface', 'eni-client');
  net.put('networkInterface', {
    ...client!,
    id: 'eni-host',
    hostAttachment: 'pid:4711',
    privateAddresses: [{ address: '10.0.1.12', primary: true }],
  });
  return net;
}

const read = (words: Words, net = world()) => readQuestion(net.tables, words);

function unclear(words: Words): string {
  try {
    read(words);
  } catch (error) {
    if (error instanceof Unclear) return error.message;
    throw error;
  }
  throw new Error(`${JSON.stringify(words)} was a question`);
}

describe('who sends', () => {
  it.each([
    ['i-client', { kind: 'instance', id: 'i-client' }],
    ['eni-client', { kind: 'interface', id: 'eni-client' }],
    ['subnet-a1', { kind: 'subnet', id: 'subnet-a1' }],
    ['vpc-a/10.0.1.10', { kind: 'interface', id: 'eni-client', address: '10.0.1.10' }],
    ['10.0.2.10', { kind: 'interface', id: 'eni-server', address: '10.0.2.10' }],
    ['vpc-a/10.0.1.77', { kind: 'subnet', id: 'subnet-a1', address: '10.0.1.77' }],
    ['198.18.0.1', { kind: 'interface', id: 'eni-server', address: '10.0.2.10' }],
    ['192.0.2.9', { kind: 'internet', address: '192.0.2.9' }],
    ['internet', { kind: 'internet' }],
    ['internet:192.0.2.9', { kind: 'internet', address: '192.0.2.9' }],
    ['www.example.com', { kind: 'internet', address: '203.0.113.77' }],
    ['pid:4711', { kind: 'interface', id: 'eni-host' }],
    ['neighbour', { kind: 'instance', id: 'i-neighbour' }],
    ['files.corp.example', { kind: 'on-premises', id: 'cgw-a', address: '192.168.10.5' }],
    ['192.168.10.5', { kind: 'on-premises', id: 'cgw-a', address: '192.168.10.5' }],
    ['on-premises:192.168.10.5', { kind: 'on-premises', id: 'cgw-a', address: '192.168.10.5' }],
    ['on-premises:192.168.10.77', { kind: 'on-premises', id: 'cgw-a', address: '192.168.10.77' }],
    ['cgw-b/192.168.10.77', { kind: 'on-premises', id: 'cgw-b', address: '192.168.10.77' }],
  ])('%s', (from, source) => {
    expect(read({ from, to: '10.0.2.20:80' }).from).toEqual(source);
  });

  it.each([
    ['i-0123456789abcdef0', /no i-0123456789abcdef0 in this Postern; all accounts and Regions/],
    ['subnet-0123456789abcdef0', /There is no subnet-/],
    ['vpc-a', /VPC, which sends nothing itself. Name one of its subnets: subnet-a1, subnet-a2/],
    ['vpce-e', /endpoint only takes connections/],
    ['vpce-svc-s', /only offers load balancers/],
    ['sg-web', /sends nothing itself/],
    ['10.0.1.77', /in 2 subnets: subnet-a1, subnet-b1/],
    ['10.9.9.9', /in no subnet of this Postern. If it is on premises, write on-premises:10.9.9.9/],
    ['on-premises', /Which host on premises\? .*one that was added: files.corp.example/],
    ['on-premises:x', /x is not an IPv4 address/],
    ['cgw-a', /cgw-a stands for a network on premises: name an address/],
    ['cgw-0123', /There is no cgw-0123/],
    ['vgw-a', /sends nothing itself/],
    ['vpn-a', /sends nothing itself/],
    ['tgw-0123', /transit gateways, peering and Direct Connect are not modelled yet/],
    [
      'on-premises:192.168.30.1',
      /may be behind 2 customer gateways: cgw-a, cgw-b. Write cgw-a\/192.168.30.1/,
    ],
    ['internet:10.0.0.1', /nobody on the internet has that address/],
    ['internet:x', /not an IPv4 address/],
    ['pid:1', /postern attach pid:1 --subnet/],
    ['nobody', /nothing called nobody that could send/],
  ])('%s is asked back', (from, why) => {
    expect(unclear({ from, to: '10.0.2.20:80' })).toMatch(why);
  });

  it('asks which interface is meant where VPCs share an address', () => {
    const net = world();
    net.instance('twin', 'subnet-b1', '10.0.1.10');
    expect(() => read({ from: '10.0.1.10', to: '10.0.2.20:80' }, net)).toThrow(
      /address of 2 interfaces: eni-client in vpc-a, eni-twin in vpc-b. .*vpc-a\/10.0.1.10/,
    );
  });
});

const lb = 'nlb.elb.us-east-1.amazonaws.com';

describe('where to, and which port', () => {
  it.each<[string, object]>([
    ['10.0.2.10:80', { to: { kind: 'address', address: '10.0.2.10' }, protocol: 'tcp', port: 80 }],
    ['10.0.2.10:53/udp', { protocol: 'udp', port: 53 }],
    ['i-server/icmp', { to: { kind: 'instance', id: 'i-server' }, protocol: 'icmp' }],
    ['vpc-b/10.0.1.20:22', { to: { kind: 'interface', id: 'eni-web1' }, port: 22 }],
    ['eni-server:22', { to: { kind: 'interface', id: 'eni-server' }, port: 22 }],
    ['https://www.example.com/a?b=c', { to: { kind: 'name', name: 'www.example.com' }, port: 443 }],
    ['http://www.example.com:8080', { port: 8080 }],
    [
      'postgres://user:word@db.example.com:5432/x',
      { to: { kind: 'name', name: 'db.example.com' }, port: 5432 },
    ],
    ['s3', { to: { kind: 'service', name: 's3' }, protocol: 'tcp', port: 443 }],
    ['ecr.api', { to: { kind: 'service', name: 'ecr.api' }, port: 443 }],
    ['com.amazonaws.us-east-1.sqs', { port: 443 }],
    ['sqs.us-east-1.amazonaws.com', { to: { kind: 'name', name: 'sqs.us-east-1.amazonaws.com' }, port: 443 }],
    ['vpce-e', { to: { kind: 'vpc-endpoint', id: 'vpce-e' }, protocol: 'tcp', port: 80 }],
    ['vpce-svc-s', { to: { kind: 'service', name: 'vpce-svc-s' }, port: 80 }],
    ['10.0.1.200', { to: { kind: 'address', address: '10.0.1.200' }, port: 80 }],
    ['nlb', { to: { kind: 'name', name: expect.stringContaining('nlb') }, port: 80 }],
    ['lb-nlb:443', { to: { kind: 'name', name: expect.stringContaining('nlb') }, port: 443 }],
    ['neighbour:22', { to: { kind: 'instance', id: 'i-neighbour' }, port: 22 }],
    ['files.corp.example:443', { to: { kind: 'address', address: '192.168.10.5' }, port: 443 }],
    ['files.corp.example', { to: { kind: 'address', address: '192.168.10.5' }, port: 8080 }],
    ['on-premises:192.168.10.5:22', { to: { kind: 'address', address: '192.168.10.5' }, port: 22 }],
  ])('%s', (to, question) => {
    expect(read({ from: 'i-client', to })).toMatchObject(question);
  });

  it.each([
    [
      'i-server',
      /^Which port of i-server\? Its groups let in tcp 8080, tcp 22. Write i-server:8080 \(or .*icmp/,
    ],
    ['10.0.9.9', /^Which port of 10.0.9.9\? Write/],
    ['www.example.com', /^Which port of www.example.com/],
    ['postgres://db.example.com/x', /which port does postgres have/],
    ['i-server:0', /not a port/],
    ['i-server:70000', /not a port/],
    ['10.0.0.999:80', /not an IPv4 address/],
    ['[::1]:80', /IPv6 is not modelled yet/],
    ['i-0123456789abcdef0:80', /There is no i-0123456789abcdef0/],
    ['arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/x/1', /There is no arn/],
    ['subnet-a1:80', /many addresses/],
    ['sg-1a:80', /takes no connections/],
    ['com.amazonaws.us-east-1.nothing', /There is no service/],
    ['nothing', /There is nothing called nothing/],
    ['a..b:80', /neither an address nor a host name/],
    ['i-client:80', /at both ends/],
    ['10.0.1.10:80', /at both ends/],
    ['on-prem:80', /80 is not an IPv4 address|Which host on premises/],
    ['pcx-0123:80', /not modelled yet/],
    ['vgw-a:80', /takes no connections/],
    ['internet', /many hosts: name one/],
    ['vpc-b/10.0.9.9:22', /No interface of vpc-b has 10.0.9.9/],
    ['', /Where to\?/],
  ])('%s is asked back', (to, why) => {
    expect(unclear({ from: 'i-client', to })).toMatch(why);
  });

  it('knows what a host of the internet serves', () => {
    const net = world();
    net.change('internetHost', 'www.example.com', { serves: [{ port: 8443 }] });
    expect(read({ from: 'i-client', to: 'www.example.com' }, net)).toMatchObject({
      protocol: 'tcp',
      port: 8443,
    });
  });

  it('asks which of several listeners', () => {
    const net = world();
    const [listener] = net.tables.by('listener', 'loadBalancerArn', 'lb-nlb');
    net.put('listener', { ...listener!, id: `${listener!.id}-2`, port: 443 });
    expect(() => read({ from: 'i-client', to: 'vpce-e' }, net)).toThrow(/listeners have TCP 80, TCP 443/);
  });

  it('knows names of load balancers', () => {
    const net = world();
    net.change('loadBalancer', 'lb-nlb', { dnsName: lb });
    expect(read({ from: 'i-client', to: lb }, net)).toMatchObject({
      to: { kind: 'name', name: lb },
      port: 80,
    });
  });
});

describe('a request', () => {
  const request = 's3:GetObject arn:aws:s3:::books/a.txt';

  it('says the service where nothing else does', () => {
    const principal = 'arn:aws:iam::111111111111:role/app';
    expect(read({ from: 'i-client', request, principal })).toMatchObject({
      to: { kind: 'service', name: 's3' },
      port: 443,
      request: { action: 's3:GetObject', resource: 'arn:aws:s3:::books/a.txt', principal },
    });
    expect(read({ from: 'i-client', request: 'ecr:GetAuthorizationToken' })).toMatchObject({
      to: { name: 'ecr.api' },
      request: { resource: '*' },
    });
  });

  it.each<[Partial<Words>, RegExp]>([
    [{ request: 'GetObject' }, /a request is/],
    [{ request: 's3:GetObject bucket/key' }, /a request is/],
    [{ request, principal: 'alice' }, /a principal is an ARN/],
    [{ principal: 'arn:aws:iam::111111111111:role/app' }, /add --request/],
  ])('%j is asked back', (words, why) => {
    expect(unclear({ from: 'i-client', to: 's3', ...words })).toMatch(why);
  });
});
