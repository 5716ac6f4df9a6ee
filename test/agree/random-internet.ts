// What the internet meets: internet-facing load balancers, mostly in subnets with a way to the gateway, rules about public
// addresses, and a second host outside. Made and edited with the dice of random-names.ts, for the same reason.
import { placedTargets } from '../../src/engine/balancing.ts';
import type { LoadBalancer } from '../../src/model/load-balancer.ts';
import type { Vpc } from '../../src/model/vpc.ts';
import { randomBalancer, randomTarget } from './random-private-link.ts';
import { moveToAcl } from './random-rules.ts';
import type { World } from './world.ts';

export async function randomInternet(world: World): Promise<void> {
  await world.addHost('client.example.net', '192.0.2.10');
  for (const vpc of world.all('vpc')) {
    const hasGateway = world.snapshot.by('internetGateway', 'vpcId', vpc.id).length > 0;
    if (!hasGateway && world.chance(50)) await gateway(world, vpc);
    for (let i = world.below(3); i > 0; i--) await randomBalancer(world, vpc, 'internet-facing');
    for (const subnet of world.snapshot.by('subnet', 'vpcId', vpc.id))
      if (world.chance(85)) await wayOut(world, vpc, subnet.id);
    for (let i = world.below(3); i > 0; i--) await publicRule(world, vpc);
    if (world.chance(40)) await publicEntry(world, vpc);
  }
  for (const balancer of internetFacing(world)) if (world.chance(80)) await open(world, balancer);
  for (const balancer of internetFacing(world)) {
    if (world.chance(50)) await ownGroup(world, balancer);
    if (world.chance(50)) await ownAcl(world, balancer);
  }
}

/** A group that is none of its targets', and so decides alone. */
async function ownGroup(world: World, { id, ownerId, vpcId, groupIds }: LoadBalancer): Promise<void> {
  if (groupIds.length === 0) return;
  const name = `front-${world.next()}`;
  const make = `ec2 create-security-group --group-name ${name} --description ${name} --vpc-id ${vpcId}`;
  const group = await world.run(ownerId, make, 'GroupId');
  const line = `elbv2 set-security-groups --load-balancer-arn ${id} --security-groups ${group}`;
  await world.run(ownerId, line);
  for (let i = world.below(3); i > 0; i--) await publicRuleOf(world, ownerId, group);
}

/** An ACL for the subnet of one of its nodes, which lets all pass but what entries about public addresses say. */
async function ownAcl(world: World, { ownerId, vpcId, nodes }: LoadBalancer): Promise<void> {
  const make = `ec2 create-network-acl --vpc-id ${vpcId}`;
  const acl = await world.run(ownerId, make, 'NetworkAcl.NetworkAclId');
  for (const side of ['ingress', 'egress']) {
    const rest = `--${side} --rule-number 200 --protocol -1 --cidr-block 0.0.0.0/0 --rule-action allow`;
    await world.run(ownerId, `ec2 create-network-acl-entry --network-acl-id ${acl} ${rest}`);
  }
  for (let i = world.below(3); i > 0; i--) await publicEntryOf(world, ownerId, acl);
  await moveToAcl(world, world.pick(nodes).subnetId, acl);
}

/** Else hardly anything would get through: more targets, and groups that let all in, mostly theirs. */
async function open(world: World, { id, ownerId, groupIds }: LoadBalancer): Promise<void> {
  const groups = new Set(world.chance(50) ? groupIds : []);
  for (const { targetGroupArn } of world.snapshot.by('listener', 'loadBalancerArn', id)) {
    const group = () => world.all('targetGroup').find((one) => one.id === targetGroupArn);
    const before = group();
    for (let i = 1 + world.below(3); i > 0 && before !== undefined; i--) await randomTarget(world, before);
    const now = group();
    const placed = now === undefined ? [] : placedTargets(world.snapshot, now);
    for (const { networkInterface } of placed) networkInterface?.groupIds.forEach((one) => groups.add(one));
  }
  for (const group of groups) {
    const line = `ec2 authorize-security-group-ingress --group-id ${group} --protocol all --cidr 0.0.0.0/0`;
    await world.run(ownerId, line);
  }
}

export async function editInternet(world: World): Promise<void> {
  await world.pick(edits)(world);
}

const edits: readonly ((world: World) => Promise<void>)[] = [
  async (world) => publicRule(world, world.pick(world.all('vpc'))),
  async (world) => publicEntry(world, world.pick(world.all('vpc'))),
  async (world) => {
    const subnet = world.pick(world.all('subnet'));
    const vpc = world.all('vpc').find(({ id }) => id === subnet.vpcId);
    if (vpc !== undefined) await wayOut(world, vpc, subnet.id);
  },
  async (world) => switchTargetGroup(world, 'preserve_client_ip.enabled'),
  async (world) => switchTargetGroup(world, 'proxy_protocol_v2.enabled'),
  moveBalancer,
  deleteBalancer,
];

async function gateway(world: World, { id, ownerId }: Vpc): Promise<void> {
  const made = await world.run(ownerId, 'ec2 create-internet-gateway', 'InternetGateway.InternetGatewayId');
  await world.run(ownerId, `ec2 attach-internet-gateway --internet-gateway-id ${made} --vpc-id ${id}`);
}

/** By the table of the subnet to the internet gateway, unless it leads elsewhere. */
async function wayOut(world: World, { id, ownerId }: Vpc, subnetId: string): Promise<void> {
  const [own] = world.snapshot.by('routeTable', 'subnetId', subnetId);
  const table = own ?? world.snapshot.by('routeTable', 'vpcId', id).find(({ isMain }) => isMain);
  const [to] = world.snapshot.by('internetGateway', 'vpcId', id);
  const isLed = table?.routes.some(
    ({ destination }) => destination.kind === 'cidr' && destination.cidr === '0.0.0.0/0',
  );
  if (table === undefined || to === undefined || isLed === true) return;
  await world.run(
    ownerId,
    `ec2 create-route --route-table-id ${table.id} --destination-cidr-block 0.0.0.0/0 --gateway-id ${to.id}`,
  );
}

/** Hosts outside, and whoever has a public address here. */
function publicBlock(world: World): string {
  const ours = world.maybe(world.all('address'))?.publicIp ?? '198.18.0.1';
  return world.pick(['203.0.113.0/24', '192.0.2.10/32', '198.18.0.0/15', `${ours}/32`]);
}

async function publicRule(world: World, { id, ownerId }: Vpc): Promise<void> {
  await publicRuleOf(world, ownerId, world.pick(world.snapshot.by('securityGroup', 'vpcId', id)).id);
}

async function publicRuleOf(world: World, ownerId: string, group: string): Promise<void> {
  const protocol = world.pick(['tcp', 'tcp', 'udp', '-1']);
  const ports =
    protocol === '-1' ? '' : `,${world.pick(['FromPort=80,ToPort=80', 'FromPort=0,ToPort=65535'])}`;
  const traffic = `IpProtocol=${protocol}${ports},IpRanges=[{CidrIp=${publicBlock(world)}}]`;
  const line = `ec2 authorize-security-group-ingress --group-id ${group} --ip-permissions ${traffic}`;
  await world.run(ownerId, line);
}

async function publicEntry(world: World, { id, ownerId }: Vpc): Promise<void> {
  await publicEntryOf(world, ownerId, world.pick(world.snapshot.by('networkAcl', 'vpcId', id)).id);
}

async function publicEntryOf(world: World, ownerId: string, acl: string): Promise<void> {
  const side = world.pick(['ingress', 'egress']);
  const what = world.pick(['-1', '6 --port-range From=80,To=443', '6 --port-range From=1024,To=65535']);
  const action = world.chance(50) ? 'allow' : 'deny';
  const entry = `--${side} --rule-number ${60 + world.below(20)} --protocol ${what} --cidr-block ${publicBlock(world)} --rule-action ${action}`;
  await world.run(ownerId, `ec2 create-network-acl-entry --network-acl-id ${acl} ${entry}`);
}

async function switchTargetGroup(world: World, key: string): Promise<void> {
  const group = world.maybe(world.all('targetGroup'));
  if (group === undefined) return;
  const change = `Key=${key},Value=${group.attributes[key] !== 'true'}`;
  const line = `elbv2 modify-target-group-attributes --target-group-arn ${group.id} --attributes ${change}`;
  await world.run(group.ownerId, line);
}

function internetFacing(world: World): readonly LoadBalancer[] {
  return world.all('loadBalancer').filter(({ scheme }) => scheme === 'internet-facing');
}

/** To other subnets of its VPC, with an address of the account's in each. */
async function moveBalancer(world: World): Promise<void> {
  const balancer = world.maybe(internetFacing(world));
  if (balancer === undefined) return;
  const { id, ownerId, vpcId } = balancer;
  const subnets = world.snapshot.by('subnet', 'vpcId', vpcId);
  const byZone = Map.groupBy(subnets, ({ availabilityZone }) => availabilityZone);
  const places: string[] = [];
  for (const choices of world.some([...byZone.values()])) {
    const address = await world.run(ownerId, 'ec2 allocate-address', 'AllocationId');
    places.push(`SubnetId=${world.pick(choices).id}${address === '' ? '' : `,AllocationId=${address}`}`);
  }
  const line = `elbv2 set-subnets --load-balancer-arn ${id} --subnet-mappings ${places.join(' ')}`;
  await world.run(ownerId, line);
}

async function deleteBalancer(world: World): Promise<void> {
  const balancer = world.maybe(internetFacing(world));
  if (balancer !== undefined)
    await world.run(balancer.ownerId, `elbv2 delete-load-balancer --load-balancer-arn ${balancer.id}`);
}
