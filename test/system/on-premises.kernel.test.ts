// Hosts on premises, with packets: two VPCs of one block behind one customer gateway, a service behind PrivateLink and one
// of AWS's used by the endpoints' names, and a path MTU below that of the VPC.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeGroup, makeVpc, runInstance, type Subnets, webImage } from './network.ts';
import { accounts, Postern, postern as command, whyNoPackets } from './postern.ts';
import { runWell, until } from './run.ts';

const account = accounts.consumer;
const files = 'files.corp.example';
let postern: Postern;
let customerGateway: string;
/** Two VPCs of one block, each with a client at 10.0.1.10. */
let networks: readonly (Subnets & { readonly client: string })[];

beforeAll(async () => {
  if (whyNoPackets !== undefined) return;
  postern = await Postern.start();
  const gateway = { Type: 'ipsec.1', IpAddress: '203.0.113.20' } as const;
  const made = await postern.aws(account, 'ec2', 'CreateCustomerGateway', gateway);
  customerGateway = made.CustomerGateway?.CustomerGatewayId ?? '';
  networks = [await network(), await network()];
  await onPremises('add', files, '192.168.10.5', '--customer-gateway', customerGateway, '--serve', '80');
  await postern.settled();
});
afterAll(() => postern?.stop());
beforeEach((context) => context.skip(whyNoPackets !== undefined, whyNoPackets ?? 'needs namespaces'));

const onPremises = (verb: string, ...words: readonly string[]) =>
  runWell(command('on-premises', verb, '--state', postern.state.path, ...words));

async function network(): Promise<Subnets & { readonly client: string }> {
  const made = await makeVpc(postern, account);
  const { vpc: VpcId, subnets } = made;
  const group = await makeGroup(postern, account, VpcId, 'web', [80, 443]);
  const instance = { subnet: subnets[0] ?? '', group, address: '10.0.1.10', image: webImage };
  const { id: client } = await runInstance(postern, account, instance);
  await vpn(VpcId);
  return { ...made, client };
}

async function vpn(VpcId: string): Promise<void> {
  const { VpnGateway } = await postern.aws(account, 'ec2', 'CreateVpnGateway', { Type: 'ipsec.1' });
  const VpnGatewayId = VpnGateway?.VpnGatewayId ?? '';
  await postern.aws(account, 'ec2', 'AttachVpnGateway', { VpnGatewayId, VpcId });
  const { VpnConnection } = await postern.aws(account, 'ec2', 'CreateVpnConnection', {
    ...{ Type: 'ipsec.1', CustomerGatewayId: customerGateway, VpnGatewayId },
    Options: { StaticRoutesOnly: true },
  });
  const VpnConnectionId = VpnConnection?.VpnConnectionId ?? '';
  const DestinationCidrBlock = '192.168.10.0/24';
  await postern.aws(account, 'ec2', 'CreateVpnConnectionRoute', { VpnConnectionId, DestinationCidrBlock });
  const ofVpc = { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] };
  const { RouteTables } = await postern.aws(account, 'ec2', 'DescribeRouteTables', ofVpc);
  const RouteTableId = RouteTables?.[0]?.RouteTableId ?? '';
  await postern.aws(account, 'ec2', 'EnableVgwRoutePropagation', { RouteTableId, GatewayId: VpnGatewayId });
}

/** The body, or the exit code of curl. */
async function fetch(from: string, url: string): Promise<string> {
  const { code, stdout } = await postern.exec(from, ['curl', '-sS', '--max-time', '2', url]);
  return code === 0 ? stdout.trim() : `curl ${code}`;
}

/** Connects from this port, waits a while, and only then asks. */
const patientClient = `
  const socket = require('node:net').connect({ host: '192.168.10.5', port: 80, localPort: 40000 });
  socket.setTimeout(4000, () => process.exit(1)).on('error', () => process.exit(1));
  socket.on('connect', () => setTimeout(() => socket.write('GET / HTTP/1.0\\r\\n\\r\\n'), 1500));
  socket.on('data', (data) => process.stdout.write(data));
`;

describe('a host on premises', () => {
  it('is reached from both VPCs, at once from one address and port', async () => {
    const [one, other] = networks;
    const sees = `${files} sees 10.0.1.10`;
    for (const { client } of networks)
      await until(`${client} is heard`, async () => (await fetch(client, 'http://192.168.10.5/')) === sees);
    const asked = [one, other].map((each) =>
      postern.exec(each?.client ?? '', [process.execPath, '-e', patientClient]),
    );
    for (const { code, stdout } of await Promise.all(asked)) {
      expect(code).toBe(0);
      expect(stdout).toContain(sees);
    }
  });

  it('reaches the VPC of the older connection, also with large segments', async () => {
    const [one] = networks;
    expect(await fetch(files, 'http://10.0.1.10/')).toContain(`Hello from ${one?.client}`);
    const large =
      'await fetch("http://192.168.10.5/", { method: "POST", body: "x".repeat(1e6) }).then((r) => r.text())';
    const program = `(async () => process.stdout.write(${large}))()`;
    const { stdout } = await postern.exec(one?.client ?? '', [process.execPath, '-e', program]);
    expect(stdout).toContain(`${files} sees 10.0.1.10`);
  });

  it('uses an interface endpoint by its name; the public name means a public address', async () => {
    const [one] = networks;
    const group = await makeGroup(postern, account, one?.vpc ?? '', 'endpoint', [443]);
    const { VpcEndpoint } = await postern.aws(account, 'ec2', 'CreateVpcEndpoint', {
      ...{ VpcEndpointType: 'Interface', VpcId: one?.vpc, ServiceName: 'com.amazonaws.us-east-1.kms' },
      ...{ SubnetIds: [...(one?.subnets ?? [])], SecurityGroupIds: [group], PrivateDnsEnabled: true },
    });
    const name = VpcEndpoint?.DnsEntries?.[0]?.DnsName ?? '';
    await until('the endpoint answers', async () => {
      const answer = await fetch(files, `https://${name}/`);
      return (
        answer.includes('"sourceAddress": "192.168.10.5"') && answer.includes('"way": "interface-endpoint"')
      );
    });
    expect(await fetch(files, 'https://kms.us-east-1.amazonaws.com/')).toBe('curl 28');
  });

  it('is listed, explained and removed', async () => {
    const [one] = networks;
    const { stdout } = await postern.cli('why', [files, `${one?.client}:80`]);
    expect(stdout).toContain('✓ reachable: 192.168.10.5 on premises');
    expect(await onPremises('list')).toContain(`${files}  192.168.10.5  ${customerGateway}  80`);
    await onPremises('remove', files);
    expect(await onPremises('list')).toBe('');
    await postern.settled();
    expect(await fetch(one?.client ?? '', 'http://192.168.10.5/')).toBe('curl 28');
  });
});
