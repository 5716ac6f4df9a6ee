// An internet-facing load balancer, with packets from a host of the internet: targets in a subnet without a way out see
// the client, the node, or are told of the client by PROXY protocol.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Instance, makeGroup, makeVpc, runInstance, type Subnets, zones } from './network.ts';
import { accounts, Postern, postern as command, whyNoPackets } from './postern.ts';
import { runWell, until } from './run.ts';

const account = accounts.provider;
const www = 'www.example.com';
const client = '203.0.113.10';
/** Of listeners and targets: the target sees the client, the node, a header that names the client. */
const ports = { kept: 7000, node: 7001, proxied: 7002 } as const;
let postern: Postern;
let network: Subnets;
let server: Instance;
let name: string;
let publicAddress: string;
let nodeAddress: string;

beforeAll(async () => {
  if (whyNoPackets !== undefined) return;
  postern = await Postern.start();
  await runWell(command('internet', 'add', '--state', postern.state.path, www, client));
  network = await makeVpc(postern, account);
  const [front = ''] = network.subnets;
  await publicSubnet(front);
  const place = { VpcId: network.vpc, CidrBlock: '10.0.50.0/24', AvailabilityZone: zones[0] };
  const back = (await postern.aws(account, 'ec2', 'CreateSubnet', place)).Subnet?.SubnetId ?? '';
  const group = await makeGroup(postern, account, network.vpc, 'open', Object.values(ports));
  const program = ['server', ...Object.values(ports)] as const;
  server = await runInstance(postern, account, { subnet: back, group, program });
  const balancer = await makeBalancer(front, group);
  await makeListener(balancer, ports.kept, {});
  await makeListener(balancer, ports.node, { 'preserve_client_ip.enabled': 'false' });
  await makeListener(balancer, ports.proxied, { 'proxy_protocol_v2.enabled': 'true' });
  await postern.settled();
}, 120_000);
afterAll(() => postern?.stop());
beforeEach((context) => context.skip(whyNoPackets !== undefined, whyNoPackets ?? 'needs namespaces'));

async function publicSubnet(SubnetId: string): Promise<void> {
  const { InternetGateway } = await postern.aws(account, 'ec2', 'CreateInternetGateway', {});
  const GatewayId = InternetGateway?.InternetGatewayId ?? '';
  await postern.aws(account, 'ec2', 'AttachInternetGateway', {
    InternetGatewayId: GatewayId,
    VpcId: network.vpc,
  });
  const { RouteTable } = await postern.aws(account, 'ec2', 'CreateRouteTable', { VpcId: network.vpc });
  const RouteTableId = RouteTable?.RouteTableId ?? '';
  await postern.aws(account, 'ec2', 'AssociateRouteTable', { RouteTableId, SubnetId });
  const DestinationCidrBlock = '0.0.0.0/0';
  await postern.aws(account, 'ec2', 'CreateRoute', { RouteTableId, DestinationCidrBlock, GatewayId });
}

async function makeBalancer(subnet: string, group: string): Promise<string> {
  const { LoadBalancers } = await postern.aws(account, 'elbv2', 'CreateLoadBalancer', {
    Name: 'front',
    Type: 'network',
    Subnets: [subnet],
    SecurityGroups: [group],
  });
  const { LoadBalancerArn: arn = '', DNSName = '' } = LoadBalancers?.[0] ?? {};
  name = DNSName;
  const { NetworkInterfaces } = await postern.aws(account, 'ec2', 'DescribeNetworkInterfaces', {
    Filters: [{ Name: 'requester-id', Values: ['amazon-elb'] }],
  });
  publicAddress = NetworkInterfaces?.[0]?.Association?.PublicIp ?? '';
  nodeAddress = NetworkInterfaces?.[0]?.PrivateIpAddress ?? '';
  return arn;
}

async function makeListener(
  LoadBalancerArn: string,
  Port: number,
  attributes: Readonly<Record<string, string>>,
): Promise<void> {
  const { TargetGroups } = await postern.aws(account, 'elbv2', 'CreateTargetGroup', {
    Name: `tg-${Port}`,
    Protocol: 'TCP',
    Port,
    VpcId: network.vpc,
  });
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  const Attributes = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
  if (Attributes.length > 0)
    await postern.aws(account, 'elbv2', 'ModifyTargetGroupAttributes', { TargetGroupArn, Attributes });
  await postern.aws(account, 'elbv2', 'RegisterTargets', { TargetGroupArn, Targets: [{ Id: server.id }] });
  const DefaultActions = [{ Type: 'forward', TargetGroupArn } as const];
  await postern.aws(account, 'elbv2', 'CreateListener', {
    LoadBalancerArn,
    Protocol: 'TCP',
    Port,
    DefaultActions,
  });
}

/** What the server says first, and what it hears first, which it echoes. */
async function greeting(port: number): Promise<{ readonly text: string; readonly heard: Buffer }> {
  const ask = `const s = require('net').connect(${port}, '${publicAddress}');
    let all = Buffer.alloc(0);
    s.on('data', (b) => (all = Buffer.concat([all, b])));
    s.on('connect', () => s.write('hello'));
    setTimeout(() => (process.stdout.write(all.toString('hex')), s.destroy()), 700);
    s.on('error', () => process.exit(1));`;
  const bytes = await until(`${publicAddress}:${port} answers`, async () => {
    const { code, stdout } = await postern.exec(www, [process.execPath, '-e', ask]);
    const all = Buffer.from(stdout, 'hex');
    return code === 0 && all.includes('hello') && all;
  });
  const end = bytes.indexOf('\n');
  return { text: bytes.subarray(0, end).toString(), heard: bytes.subarray(end + 1) };
}

describe('an internet-facing load balancer', () => {
  it('has a name that is its public address, inside the VPC too', async () => {
    for (const from of [www, server.id]) {
      const { stdout } = await postern.exec(from, ['getent', 'ahostsv4', name]);
      expect(stdout).toContain(publicAddress);
    }
  });

  it('shows its targets the client’s address, which have no way out themselves', async () => {
    expect(await greeting(ports.kept)).toMatchObject({ text: `${server.id} ${client}` });
  });

  it('shows them its own where client address preservation is off', async () => {
    expect(await greeting(ports.node)).toMatchObject({ text: `${server.id} ${nodeAddress}` });
  });

  it('tells them of the client by PROXY protocol', async () => {
    const { text, heard } = await greeting(ports.proxied);
    expect(text).toBe(`${server.id} ${nodeAddress}`);
    const ends = [...client.split('.'), ...nodeAddress.split('.')].map(Number);
    expect([...heard.subarray(16, 24)]).toEqual(ends);
    expect(heard.readUInt16BE(26)).toBe(ports.proxied);
  });

  it('is explained as it is', async () => {
    const open = await postern.cli('why', ['internet', `front:${ports.kept}`]);
    expect(open.stdout).toContain('✓ reachable: the internet');
    const closed = await postern.cli('why', ['internet', 'front:7003']);
    expect(closed.stdout).toContain('✗ not reachable');
  });
});
