// Network load balancers with their listeners and targets, services on them, and endpoints everywhere: to those
// services, and to AWS's own.
import type { LoadBalancer, TargetGroup } from '../../src/model/load-balancer.ts';
import { primaryAddress } from '../../src/model/network-interface.ts';
import type { Vpc } from '../../src/model/vpc.ts';
import { ports } from './random-rules.ts';
import { accounts, type World, zones } from './world.ts';

export async function randomBalancer(
  world: World,
  { id: vpcId, ownerId }: Vpc,
  scheme: LoadBalancer['scheme'] = 'internal',
): Promise<void> {
  const byZone = Map.groupBy(
    world.snapshot.by('subnet', 'vpcId', vpcId),
    ({ availabilityZone }) => availabilityZone,
  );
  const places = world.some([...byZone.values()]).map((subnets) => world.pick(subnets).id);
  const groups = world.some(world.snapshot.by('securityGroup', 'vpcId', vpcId)).map(({ id }) => id);
  const guarded = world.chance(50) ? ` --security-groups ${groups.join(' ')}` : '';
  const line = `elbv2 create-load-balancer --name nlb-${world.next()} --type network --scheme ${scheme} --subnets ${places.join(' ')}${guarded}`;
  const arn = await world.run(ownerId, line, 'LoadBalancers[0].LoadBalancerArn');
  const balancer = world.all('loadBalancer').find(({ id }) => id === arn);
  if (balancer === undefined) return;
  await setCrossZone(world, balancer, world.chance(50));
  const enforce = `elbv2 set-security-groups --load-balancer-arn ${arn} --security-groups ${groups.join(' ')} --enforce-security-group-inbound-rules-on-private-link-traffic off`;
  if (guarded !== '' && world.chance(40)) await world.run(ownerId, enforce);
  for (const port of world.some(ports)) await listener(world, balancer, port);
  if (world.chance(75)) await service(world, balancer);
}

export async function setCrossZone(
  world: World,
  { id, ownerId }: LoadBalancer,
  isOn: boolean,
): Promise<void> {
  const attribute = `Key=load_balancing.cross_zone.enabled,Value=${isOn}`;
  await world.run(
    ownerId,
    `elbv2 modify-load-balancer-attributes --load-balancer-arn ${id} --attributes ${attribute}`,
  );
}

async function listener(world: World, balancer: LoadBalancer, port: number): Promise<void> {
  const { id: balancerArn, ownerId, vpcId } = balancer;
  const protocol = world.pick(['TCP', 'TCP', 'TCP', 'UDP', 'TCP_UDP']);
  const type = world.pick(['instance', 'ip']);
  const made = `elbv2 create-target-group --name targets-${world.next()} --protocol ${protocol} --port ${world.pick(ports)} --vpc-id ${vpcId} --target-type ${type} --health-check-protocol TCP`;
  const arn = await world.run(ownerId, made, 'TargetGroups[0].TargetGroupArn');
  const attributes = [
    ...(world.chance(40) ? [`Key=preserve_client_ip.enabled,Value=${world.chance(50)}`] : []),
    ...(world.chance(10) && protocol === 'TCP' ? ['Key=proxy_protocol_v2.enabled,Value=true'] : []),
    ...(world.chance(20) ? [`Key=load_balancing.cross_zone.enabled,Value=${world.chance(50)}`] : []),
  ];
  if (attributes.length > 0)
    await world.run(
      ownerId,
      `elbv2 modify-target-group-attributes --target-group-arn ${arn} --attributes ${attributes.join(' ')}`,
    );
  const group = world.all('targetGroup').find(({ id }) => id === arn);
  if (group === undefined) return;
  for (let i = world.below(4); i > 0; i--) await randomTarget(world, group);
  await world.run(
    ownerId,
    `elbv2 create-listener --load-balancer-arn ${balancerArn} --protocol ${protocol} --port ${port} --default-actions Type=forward,TargetGroupArn=${arn}`,
  );
}

export async function randomTarget(world: World, group: TargetGroup): Promise<void> {
  const instance = world.maybe(world.snapshot.by('instance', 'vpcId', group.vpcId));
  const eni = world.snapshot.by('networkInterface', 'instanceId', instance?.id ?? '')[0];
  if (instance === undefined || eni === undefined) return;
  const target = group.targetType === 'instance' ? instance.id : primaryAddress(eni);
  const port = world.chance(20) ? `,Port=${world.pick(ports)}` : '';
  await world.run(
    group.ownerId,
    `elbv2 register-targets --target-group-arn ${group.id} --targets Id=${target}${port}`,
  );
  randomHealth(world, group.id);
}

/** What health checks found of a group's targets; of some they have not found anything yet. */
export function randomHealth(world: World, targetGroupArn: string): void {
  const group = world.all('targetGroup').find(({ id }) => id === targetGroupArn);
  for (const { id: targetId, port: targetPort } of group?.targets ?? []) {
    for (const zone of zones) {
      const state = world.pick(['healthy', 'healthy', 'unhealthy', 'initial'] as const);
      if (world.chance(75)) world.report({ targetGroupArn, targetId, targetPort, zone, state });
    }
  }
}

async function service(world: World, { id, ownerId }: LoadBalancer): Promise<void> {
  const acceptance = world.chance(30) ? '--acceptance-required' : '--no-acceptance-required';
  const made = `ec2 create-vpc-endpoint-service-configuration --network-load-balancer-arns ${id} ${acceptance}`;
  const serviceId = await world.run(ownerId, made, 'ServiceConfiguration.ServiceId');
  const allowed = world.pick(['*', ...accounts.map((account) => `arn:aws:iam::${account}:root`)]);
  await world.run(
    ownerId,
    `ec2 modify-vpc-endpoint-service-permissions --service-id ${serviceId} --add-allowed-principals ${allowed}`,
  );
}

/** To every service that lets this account in; some are accepted, some wait, some are rejected. */
export async function randomEndpoints(world: World, vpc: Vpc): Promise<void> {
  for (const { serviceName } of world.all('endpointService')) {
    if (world.chance(70)) await interfaceEndpoint(world, vpc, serviceName);
  }
  for (const endpoint of world.all('vpcEndpoint'))
    if (endpoint.state === 'pendingAcceptance' && world.chance(60)) await decide(world, endpoint.id);
  if (world.chance(40))
    await interfaceEndpoint(world, vpc, `com.amazonaws.us-east-1.${world.pick(['sqs', 'sts', 'ecr.api'])}`);
  if (world.chance(50)) await gatewayEndpoint(world, vpc);
}

export async function interfaceEndpoint(
  world: World,
  { id, ownerId }: Vpc,
  serviceName: string,
): Promise<void> {
  const byZone = Map.groupBy(
    world.snapshot.by('subnet', 'vpcId', id),
    ({ availabilityZone }) => availabilityZone,
  );
  const places = world.some([...byZone.values()]).map((subnets) => world.pick(subnets).id);
  const groups = world.some(world.snapshot.by('securityGroup', 'vpcId', id)).map((group) => group.id);
  const dns = serviceName.includes('vpce-svc') || world.chance(50) ? ' --no-private-dns-enabled' : '';
  await world.run(
    ownerId,
    `ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id ${id} --service-name ${serviceName} --subnet-ids ${places.join(' ')} --security-group-ids ${groups.join(' ')}${dns}`,
  );
}

async function gatewayEndpoint(world: World, { id, ownerId }: Vpc): Promise<void> {
  const service = `com.amazonaws.us-east-1.${world.pick(['s3', 'dynamodb'])}`;
  const tables = world.some(world.snapshot.by('routeTable', 'vpcId', id)).map((table) => table.id);
  await world.run(
    ownerId,
    `ec2 create-vpc-endpoint --vpc-id ${id} --service-name ${service} --route-table-ids ${tables.join(' ')}`,
  );
}

/** The provider accepts or rejects. */
export async function decide(world: World, endpointId: string): Promise<void> {
  const endpoint = world.all('vpcEndpoint').find(({ id }) => id === endpointId);
  const provider = world.all('endpointService').find(({ id }) => id === endpoint?.endpointServiceId);
  if (provider === undefined) return;
  const verb = world.chance(70) ? 'accept' : 'reject';
  await world.run(
    provider.ownerId,
    `ec2 ${verb}-vpc-endpoint-connections --service-id ${provider.id} --vpc-endpoint-ids ${endpointId}`,
  );
}
