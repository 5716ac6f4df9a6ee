// Packets as evidence, as a user sees it: a flow is blocked, `postern why` shows under the stop how many packets of it
// were dropped there, the printed command opens it. For each kind of stop that the brief life of a packet can meet; that
// every stop of many networks is counted at its place is what test/agree holds.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  accept,
  type Instance,
  makeConsumer,
  makeGroup,
  makeProvider,
  makeVpc,
  runInstance,
  webImage,
} from './network.ts';
import { accounts, Postern, whyNoPackets } from './postern.ts';
import { run, runWell, until } from './run.ts';

const account = accounts.consumer;
const none = 'no packet of this flow has been dropped here (in the last two minutes)';
const some = /dropped here: \d+ packets? of this flow, the last (just now|\d+ s ago)/;
let postern: Postern;
let client: Instance;
let server: Instance;
let vpc: string;
let group: string;
let subnets: readonly string[];

beforeAll(async () => {
  if (whyNoPackets !== undefined) return;
  postern = await Postern.start();
  ({ vpc, subnets } = await makeVpc(postern, account, 2));
  group = await makeGroup(postern, account, vpc, 'web', [80]);
  const open = await makeGroup(postern, account, vpc, 'client', []);
  client = await runInstance(postern, account, { subnet: subnets[0] ?? '', group: open });
  server = await runInstance(postern, account, { subnet: subnets[1] ?? '', group, image: webImage });
  await postern.settled();
  await untilOpen();
});
afterAll(() => postern?.stop());
beforeEach((context) => context.skip(whyNoPackets !== undefined, whyNoPackets ?? 'needs namespaces'));

const send = (to: string, ...words: readonly string[]) =>
  postern.exec(client.id, ['curl', '-s', '--max-time', '2', ...words, `http://${to}/`]);
const untilOpen = () => until('the server answers', async () => (await send(server.address)).code === 0);

async function why(from: string, to: string): Promise<string> {
  const { stdout, stderr } = await postern.cli('why', [from, to]);
  expect(stderr).toBe('');
  return stdout;
}

/** The line under the stop. */
function under(stop: string, text: string): string {
  const lines = text.split('\n');
  return lines[lines.findIndex((line) => line.startsWith('✗ ') && line.includes(stop)) + 1]?.trim() ?? '';
}

/** An ACL for the subnet: everything, but for these entries before. */
async function withAcl(
  subnet: string,
  entry: { Egress: boolean; CidrBlock: string },
  work: () => Promise<void>,
) {
  const Filters = [{ Name: 'association.subnet-id', Values: [subnet] }];
  const { NetworkAcls } = await postern.aws(account, 'ec2', 'DescribeNetworkAcls', { Filters });
  const association = NetworkAcls?.[0]?.Associations?.find(({ SubnetId }) => SubnetId === subnet);
  const made = await postern.aws(account, 'ec2', 'CreateNetworkAcl', { VpcId: vpc });
  const NetworkAclId = made.NetworkAcl?.NetworkAclId;
  const put = (RuleNumber: number, Egress: boolean, RuleAction: 'allow' | 'deny', CidrBlock: string) =>
    postern.aws(account, 'ec2', 'CreateNetworkAclEntry', {
      ...{ NetworkAclId, RuleNumber, Egress, RuleAction, CidrBlock, Protocol: '-1' },
    });
  await put(50, entry.Egress, 'deny', entry.CidrBlock);
  for (const egress of [true, false]) await put(100, egress, 'allow', '0.0.0.0/0');
  const replace = async (AssociationId: string | undefined, id: string | undefined) => {
    const input = { AssociationId, NetworkAclId: id };
    return (await postern.aws(account, 'ec2', 'ReplaceNetworkAclAssociation', input)).NewAssociationId;
  };
  const changed = await replace(association?.NetworkAclAssociationId, NetworkAclId);
  await postern.settled();
  await work();
  await replace(changed, NetworkAcls?.[0]?.NetworkAclId);
  await postern.settled();
}

describe('postern why shows what was dropped of the flow', () => {
  it('by a security group, until the printed command opens it', async () => {
    expect(under('security-group-ingress', await why(client.id, `${server.id}:81`))).toBe(none);
    expect((await send(`${server.address}:81`)).code).not.toBe(0);
    const text = await why(client.id, `${server.id}:81`);
    expect(under('security-group-ingress', text)).toMatch(some);
    const command = /^ {7}(aws ec2 authorize-security-group-ingress .+)$/m.exec(text)?.[1] ?? '';
    const env = { AWS_ENDPOINT_URL: postern.endpoint, AWS_DEFAULT_REGION: 'us-east-1' };
    const keys = { AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: 'any' };
    if ((await run(['aws', '--version']).catch(() => undefined))?.code === 0) {
      await runWell(['sh', '-c', command], { env: { ...env, ...keys } });
      const after = await why(client.id, `${server.id}:81`);
      expect(after.split('\n')[0]).toMatch(/^✓ reachable/);
      expect(after).not.toContain('dropped');
    }
  });

  it('by the ACL of the sender, by its own entry', async () => {
    await withAcl(subnets[0] ?? '', { Egress: true, CidrBlock: '10.0.2.0/24' }, async () => {
      expect((await send(server.address)).code).not.toBe(0);
      const text = await why(client.id, `${server.id}:80`);
      expect(under('network-acl-egress', text)).toMatch(some);
    });
  });

  it('of the answers, by the ACL that does not let them back', async () => {
    await withAcl(subnets[1] ?? '', { Egress: true, CidrBlock: '10.0.1.0/24' }, async () => {
      expect((await send(server.address)).code).not.toBe(0);
      const text = await why(client.id, `${server.id}:80`);
      expect(under('← network-acl-egress', text)).toMatch(some);
    });
  });

  it('for want of a route', async () => {
    expect((await send('192.0.2.1')).code).not.toBe(0);
    expect(under('route', await why(client.id, '192.0.2.1:80'))).toMatch(some);
  });

  it('by the source check, for what another sent', async () => {
    const spoof =
      'ip address add 192.0.2.77/32 dev lo; curl -s --max-time 2 --interface 192.0.2.77 "$1"; true';
    await postern.exec(client.id, ['sh', '-c', spoof, 'sh', `http://${server.address}/`]);
    const text = await why(`${client.id}/192.0.2.77`, `${server.id}:80`);
    expect(text).toContain('ENI_ADDRESS_RESTRICTION');
    expect(under('source-check', text)).toMatch(some);
  });

  it('at an endpoint that was not accepted, and after it was by the groups of a target in the other VPC', async () => {
    const provider = await makeProvider(postern, { acceptance: true });
    const consumer = await makeConsumer(postern, provider.service.name);
    await postern.settled();
    const address = consumer.addresses[0] ?? '';
    const reach = () => postern.ask<string[]>(consumer.client.id, 'reach', ['tcp', address, 7000]);
    expect(await reach()).toEqual(['silent']);
    const to = `${address}:7000`;
    expect(under('endpoint', await why(consumer.client.id, to))).toMatch(some);
    await accept(postern, provider.service.id, consumer.endpoint);
    const { SecurityGroups } = await postern.aws(accounts.provider, 'ec2', 'DescribeSecurityGroups', {
      GroupIds: [provider.group],
    });
    const IpPermissions = SecurityGroups?.[0]?.IpPermissions;
    const input = { GroupId: provider.group, IpPermissions };
    await postern.aws(accounts.provider, 'ec2', 'RevokeSecurityGroupIngress', input);
    await postern.settled();
    expect(await reach()).toEqual(['silent']);
    const text = await why(consumer.client.id, to);
    expect(under('security-group-ingress', text)).toMatch(some);
  });

  it('as data; and says so where the agent is away', async () => {
    await send(`${server.address}:83`);
    const ask = async () => {
      const { stdout } = await postern.cli('why', [client.id, `${server.id}:83`, '--json']);
      return JSON.parse(stdout) as { ways: readonly { dropped?: object }[]; dropCounters: object };
    };
    const { ways, dropCounters } = await ask();
    expect(dropCounters).toEqual({ isRead: true });
    expect(ways[0]?.dropped).toEqual({
      isCounted: true,
      packets: expect.any(Number),
      bytes: expect.any(Number),
      lastSecondsAgo: expect.any(Number),
      withinSeconds: 120,
    });
    await postern.kill('agent');
    const without = await ask();
    expect(without.dropCounters).toEqual({ isRead: false, reason: 'the agent does not answer' });
    expect(without.ways[0]).not.toHaveProperty('dropped');
    expect(await why(client.id, `${server.id}:83`)).not.toContain('dropped');
    await postern.up();
    // The kernel's counters outlive the agent.
    await until('the new agent tells them', async () => some.test(await why(client.id, `${server.id}:83`)));
  });
});
