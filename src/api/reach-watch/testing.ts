// For tests of watches: a load balancer whose targets differ in what they let in, so that their health matters.
import { present } from '../../std/assert.ts';
import type { testApi } from '../testing.ts';

/** Before two instances of the default group: `web` gets a group that lets in port 80. Resolves to the target group. */
export async function unevenBalancer(
  { call, store }: ReturnType<typeof testApi>,
  { web, db }: { readonly web: string; readonly db: string },
): Promise<string> {
  const eni = present(store.snapshot.by('networkInterface', 'instanceId', web)[0], web);
  const { vpcId: VpcId, subnetId } = eni;
  const made = await call('ec2', 'CreateSecurityGroup', { GroupName: 'web', Description: 'web', VpcId });
  const GroupId = made.GroupId ?? '';
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
  ];
  await call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions });
  await call('ec2', 'ModifyNetworkInterfaceAttribute', { NetworkInterfaceId: eni.id, Groups: [GroupId] });
  const { TargetGroups = [] } = await call('elasticloadbalancing', 'CreateTargetGroup', {
    ...{ Name: 'web', Protocol: 'TCP', Port: 80, VpcId },
  });
  const TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? '';
  const Targets = [web, db].map((Id) => ({ Id, Port: 80 }));
  await call('elasticloadbalancing', 'RegisterTargets', { TargetGroupArn, Targets });
  const { LoadBalancers = [] } = await call('elasticloadbalancing', 'CreateLoadBalancer', {
    ...{ Name: 'web', Type: 'network', Scheme: 'internal', Subnets: [subnetId] },
  });
  await call('elasticloadbalancing', 'CreateListener', {
    ...{ LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn ?? '', Protocol: 'TCP', Port: 80 },
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  return TargetGroupArn;
}
