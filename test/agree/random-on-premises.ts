// What lies on premises: customer gateways with hosts behind them, VPN connections with static routes, and ways there from
// the VPCs, some by propagation. Made and edited with the dice of random-names.ts, for the same reason.
import type { Vpc } from '../../src/model/vpc.ts';
import { accounts, type World } from './world.ts';

/** Of hosts; the last two lie where VPCs do, the one before those where routes lead to the internet. */
const addresses = ['192.168.10.5', '192.168.20.6', '203.0.113.77', '10.1.1.9', '10.0.1.9'];
const blocks = [
  '192.168.10.0/24',
  '192.168.0.0/16',
  '192.168.20.6/32',
  '10.0.0.0/8',
  '203.0.113.0/24',
  '0.0.0.0/0',
];

export async function randomOnPremises(world: World): Promise<void> {
  for (const account of accounts)
    for (let i = world.below(3); i > 0; i--) await customerGateway(world, account);
  for (const vpc of world.all('vpc')) if (world.chance(60)) await vpnGateway(world, vpc);
}

export async function editOnPremises(world: World): Promise<void> {
  await world.pick(edits)(world);
}

const edits: readonly ((world: World) => Promise<void>)[] = [
  randomConnection,
  staticRoute,
  lessStaticRoute,
  randomWay,
  randomWay,
  randomRule,
  async (world) => {
    const table = world.maybe(
      world.all('routeTable').filter(({ propagatingVgws = [] }) => propagatingVgws.length > 0),
    );
    if (table === undefined) return;
    const line = `ec2 disable-vgw-route-propagation --route-table-id ${table.id} --gateway-id ${table.propagatingVgws?.[0]}`;
    await world.run(table.ownerId, line);
  },
  async (world) => {
    const connection = world.maybe(world.all('vpnConnection'));
    if (connection === undefined) return;
    const line = `ec2 delete-vpn-connection --vpn-connection-id ${connection.id}`;
    await world.run(connection.ownerId, line);
  },
  async (world) => {
    const gateway = world.maybe(world.all('vpnGateway').filter(({ vpcId }) => vpcId !== undefined));
    if (gateway === undefined) return;
    const line = `ec2 detach-vpn-gateway --vpn-gateway-id ${gateway.id} --vpc-id ${gateway.vpcId}`;
    await world.run(gateway.ownerId, line);
  },
  async (world) => {
    const gateway = world.maybe(world.all('vpnGateway').filter(({ vpcId }) => vpcId === undefined));
    const vpc = world.maybe(world.all('vpc').filter(({ ownerId }) => ownerId === gateway?.ownerId));
    if (gateway === undefined || vpc === undefined) return;
    const line = `ec2 attach-vpn-gateway --vpn-gateway-id ${gateway.id} --vpc-id ${vpc.id}`;
    await world.run(gateway.ownerId, line);
  },
];

async function customerGateway(world: World, account: string): Promise<void> {
  const line = `ec2 create-customer-gateway --type ipsec.1 --public-ip 198.51.100.${world.next()} --bgp-asn 65000`;
  const id = await world.run(account, line, 'CustomerGateway.CustomerGatewayId');
  for (const address of world.some(addresses))
    await world.addOnPremisesHost(`host${world.next()}.corp.example`, address, id);
}

async function vpnGateway(world: World, { id, ownerId }: Vpc): Promise<void> {
  const line = 'ec2 create-vpn-gateway --type ipsec.1';
  const made = await world.run(ownerId, line, 'VpnGateway.VpnGatewayId');
  await world.run(ownerId, `ec2 attach-vpn-gateway --vpn-gateway-id ${made} --vpc-id ${id}`);
  for (let i = world.below(3); i > 0; i--) await randomConnection(world, made);
  for (let i = world.below(3); i > 0; i--) await randomWay(world);
  for (let i = world.below(2); i > 0; i--) await randomRule(world);
}

async function randomConnection(world: World, vpnGatewayId?: string): Promise<void> {
  const gateway = world.maybe(world.all('vpnGateway').filter(({ id }) => id === (vpnGatewayId ?? id)));
  const other = world.maybe(
    world.all('customerGateway').filter(({ ownerId }) => ownerId === gateway?.ownerId),
  );
  if (gateway === undefined || other === undefined) return;
  const ends = `--customer-gateway-id ${other.id} --vpn-gateway-id ${gateway.id}`;
  const line = `ec2 create-vpn-connection --type ipsec.1 ${ends} --options StaticRoutesOnly=true`;
  await world.run(gateway.ownerId, line);
  for (let i = 1 + world.below(3); i > 0; i--) await staticRoute(world);
}

async function staticRoute(world: World): Promise<void> {
  const connection = world.maybe(world.all('vpnConnection'));
  if (connection === undefined) return;
  const line = `ec2 create-vpn-connection-route --vpn-connection-id ${connection.id} --destination-cidr-block ${world.pick(blocks)}`;
  await world.run(connection.ownerId, line);
}

async function lessStaticRoute(world: World): Promise<void> {
  const connection = world.maybe(
    world.all('vpnConnection').filter(({ staticRoutes }) => staticRoutes.length > 0),
  );
  if (connection === undefined) return;
  const line = `ec2 delete-vpn-connection-route --vpn-connection-id ${connection.id} --destination-cidr-block ${world.pick(connection.staticRoutes)}`;
  await world.run(connection.ownerId, line);
}

/** From some table of a VPC with a VPN gateway, by a route or by propagation. */
async function randomWay(world: World): Promise<void> {
  const gateway = world.maybe(world.all('vpnGateway').filter(({ vpcId }) => vpcId !== undefined));
  const table = world.maybe(world.snapshot.by('routeTable', 'vpcId', gateway?.vpcId ?? ''));
  if (gateway === undefined || table === undefined) return;
  const route = `create-route --destination-cidr-block ${world.pick(blocks)}`;
  const way = world.chance(50) ? 'enable-vgw-route-propagation' : route;
  await world.run(table.ownerId, `ec2 ${way} --route-table-id ${table.id} --gateway-id ${gateway.id}`);
}

async function randomRule(world: World): Promise<void> {
  const { id, ownerId } = world.pick(world.all('securityGroup'));
  const line = `ec2 authorize-security-group-ingress --group-id ${id} --protocol all --cidr ${world.pick(blocks)}`;
  await world.run(ownerId, line);
}
