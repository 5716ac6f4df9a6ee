// What single actions lack of what every action must have, each with its reason. This list may only shrink: the
// coverage test also fails when an exception is needed no more.
const perItem = 'a batch: what failed is told item by item in Unsuccessful';
const idempotent = 'deleting what is not there succeeds, as in AWS';
const condition = 'a condition, which matches nothing where nothing has the id';
const noDryRun = "AWS's shape has no DryRun";

export const exceptions = {
  validation: {},
  ids: {
    'ec2 AcceptVpcEndpointConnections VpcEndpointId': perItem,
    'ec2 CreateFlowLogs ResourceId': perItem,
    'ec2 DeleteFlowLogs FlowLogId': perItem,
    'ec2 CreateNetworkInsightsAccessScope MatchPath': condition,
    'ec2 DeleteVpcEndpointConnectionNotifications ConnectionNotificationId': perItem,
    'ec2 DeleteVpcEndpointServiceConfigurations ServiceId': perItem,
    'ec2 DeleteVpcEndpoints VpcEndpointId': perItem,
    'ec2 RejectVpcEndpointConnections VpcEndpointId': perItem,
    'elasticloadbalancing DeleteLoadBalancer LoadBalancerArn': idempotent,
    'elasticloadbalancing DeleteTargetGroup TargetGroupArn': idempotent,
    'elasticloadbalancing DeregisterTargets Targets': idempotent,
  },
  dryRun: {
    'ec2 AssignPrivateIpAddresses': noDryRun,
    'ec2 AssociateVpcCidrBlock': noDryRun,
    'ec2 CreateVpnConnectionRoute': noDryRun,
    'ec2 DeleteVpnConnectionRoute': noDryRun,
    'ec2 DisassociateVpcCidrBlock': noDryRun,
    'ec2 ModifySubnetAttribute': noDryRun,
    'ec2 ModifyVpcAttribute': noDryRun,
    'ec2 UnassignPrivateIpAddresses': noDryRun,
  },
  listed: {},
  tags: {},
  clientToken: {},
  pages: {},
} satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
