// All tables of actions joined, by service as the SigV4 scope names it. The reference page and the coverage
// tests read this.
import type { Ec2Operations, Elbv2Operations, StsOperations } from '../shapes/operations.ts';
import { type Action, type Actions, type LaterAction, later } from './action.ts';
import { absentActions } from './ec2/absent.ts';
import { addressActions } from './ec2/address.ts';
import { customerGatewayActions } from './ec2/customer-gateway.ts';
import { dhcpOptionsActions } from './ec2/dhcp-options.ts';
import { internetGatewayActions } from './ec2/internet-gateway.ts';
import { endpointConnectionActions } from './ec2/endpoint-connection.ts';
import { endpointServiceActions } from './ec2/endpoint-service.ts';
import { flowLogActions } from './ec2/flow-log.ts';
import { imageActions } from './ec2/image.ts';
import { instanceActions } from './ec2/instance.ts';
import { instanceAttributeActions } from './ec2/instance-attribute.ts';
import { instanceTypeActions } from './ec2/instance-type.ts';
import { natGatewayActions } from './ec2/nat-gateway.ts';
import { networkAclActions } from './ec2/network-acl.ts';
import { networkInterfaceActions } from './ec2/network-interface.ts';
import { networkInterfaceAttributeActions } from './ec2/network-interface-attribute.ts';
import { prefixListActions } from './ec2/prefix-list.ts';
import { regionActions } from './ec2/region.ts';
import { routeTableActions } from './ec2/route-table.ts';
import { runInstancesActions } from './ec2/run-instances.ts';
import { securityGroupRuleActions } from './ec2/security-group-rule.ts';
import { securityGroupActions } from './ec2/security-group.ts';
import { subnetActions } from './ec2/subnet.ts';
import { ec2TagActions } from './ec2/tags.ts';
import { usableServiceActions } from './ec2/usable-service.ts';
import { vpcActions } from './ec2/vpc.ts';
import { vpcEndpointActions } from './ec2/vpc-endpoint.ts';
import { vpnConnectionActions } from './ec2/vpn-connection.ts';
import { vpnGatewayActions } from './ec2/vpn-gateway.ts';
import { listenerActions } from './elbv2/listener.ts';
import { loadBalancerActions } from './elbv2/load-balancer.ts';
import { tagActions } from './elbv2/tags.ts';
import { targetGroupActions } from './elbv2/target-group.ts';
import { sessionActions } from './sts/session.ts';

/** They ask the engine for whole paths, which is as much code as all other actions: `up` does not wait for it. */
const networkInsightsActions = later(
  [
    'CreateNetworkInsightsAccessScope',
    'CreateNetworkInsightsPath',
    'DeleteNetworkInsightsAccessScope',
    'DeleteNetworkInsightsAccessScopeAnalysis',
    'DeleteNetworkInsightsAnalysis',
    'DeleteNetworkInsightsPath',
    'DescribeNetworkInsightsAccessScopeAnalyses',
    'DescribeNetworkInsightsAccessScopes',
    'DescribeNetworkInsightsAnalyses',
    'DescribeNetworkInsightsPaths',
    'GetNetworkInsightsAccessScopeAnalysisFindings',
    'GetNetworkInsightsAccessScopeContent',
    'StartNetworkInsightsAccessScopeAnalysis',
    'StartNetworkInsightsAnalysis',
  ],
  async () => (await import('./ec2/network-insights.ts')).networkInsightsActions,
);

const ec2: Actions<Ec2Operations> = {
  ...absentActions,
  ...addressActions,
  ...customerGatewayActions,
  ...dhcpOptionsActions,
  ...ec2TagActions,
  ...endpointConnectionActions,
  ...endpointServiceActions,
  ...flowLogActions,
  ...imageActions,
  ...instanceActions,
  ...instanceAttributeActions,
  ...instanceTypeActions,
  ...internetGatewayActions,
  ...natGatewayActions,
  ...networkAclActions,
  ...networkInsightsActions,
  ...networkInterfaceActions,
  ...networkInterfaceAttributeActions,
  ...prefixListActions,
  ...regionActions,
  ...routeTableActions,
  ...runInstancesActions,
  ...securityGroupActions,
  ...securityGroupRuleActions,
  ...subnetActions,
  ...usableServiceActions,
  ...vpcActions,
  ...vpcEndpointActions,
  ...vpnConnectionActions,
  ...vpnGatewayActions,
};

const elasticloadbalancing: Actions<Elbv2Operations> = {
  ...listenerActions,
  ...loadBalancerActions,
  ...tagActions,
  ...targetGroupActions,
};

const sts: Actions<StsOperations> = {
  ...sessionActions,
};

export type ServiceName = 'ec2' | 'elasticloadbalancing' | 'sts';

type AnyAction = Action<unknown, unknown> | LaterAction<unknown, unknown>;

const tables = { ec2, elasticloadbalancing, sts } as unknown as Record<
  ServiceName,
  Record<string, AnyAction>
>;

export function findAction(service: ServiceName, action: string): AnyAction | undefined {
  const table = tables[service];
  return Object.hasOwn(table, action) ? table[action] : undefined;
}

export function actionNames(service: ServiceName): readonly string[] {
  return Object.keys(tables[service]).sort();
}
