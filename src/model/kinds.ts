// Every kind of stored resource, and the fields each can be looked up by. Adding a noun begins here.
import type { AccountRegion, ClientToken, Session } from './account.ts';
import type { ElasticAddress } from './address.ts';
import type { CustomerGateway } from './customer-gateway.ts';
import type { DhcpOptions } from './dhcp-options.ts';
import type { ConnectionNotification, EndpointService } from './endpoint-service.ts';
import type { FlowLog } from './flow-log.ts';
import type { Image } from './image.ts';
import type { Instance } from './instance.ts';
import type { InternetGateway } from './internet-gateway.ts';
import type { InternetHost } from './internet-host.ts';
import type { Listener, LoadBalancer, TargetGroup } from './load-balancer.ts';
import type { NatGateway } from './nat-gateway.ts';
import type { NetworkAcl } from './network-acl.ts';
import type { NetworkInsightsAccessScope } from './network-insights-access-scope.ts';
import type { NetworkInsightsAccessScopeAnalysis } from './network-insights-access-scope-analysis.ts';
import type { NetworkInsightsAnalysis } from './network-insights-analysis.ts';
import type { NetworkInsightsPath } from './network-insights-path.ts';
import type { NetworkInterface } from './network-interface.ts';
import type { OnPremisesHost } from './on-premises-host.ts';
import type { PrefixList } from './prefix-list.ts';
import { scopeOf } from './resource.ts';
import type { RouteTable } from './route-table.ts';
import type { SecurityGroup } from './security-group.ts';
import type { Subnet } from './subnet.ts';
import type { Vpc } from './vpc.ts';
import type { VpcEndpoint } from './vpc-endpoint.ts';
import type { VpnConnection } from './vpn-connection.ts';
import type { VpnGateway } from './vpn-gateway.ts';

export interface Kinds {
  vpc: Vpc;
  subnet: Subnet;
  routeTable: RouteTable;
  internetGateway: InternetGateway;
  internetHost: InternetHost;
  natGateway: NatGateway;
  customerGateway: CustomerGateway;
  vpnGateway: VpnGateway;
  vpnConnection: VpnConnection;
  onPremisesHost: OnPremisesHost;
  securityGroup: SecurityGroup;
  networkAcl: NetworkAcl;
  networkInterface: NetworkInterface;
  address: ElasticAddress;
  instance: Instance;
  image: Image;
  dhcpOptions: DhcpOptions;
  prefixList: PrefixList;
  flowLog: FlowLog;
  vpcEndpoint: VpcEndpoint;
  endpointService: EndpointService;
  connectionNotification: ConnectionNotification;
  loadBalancer: LoadBalancer;
  targetGroup: TargetGroup;
  listener: Listener;
  networkInsightsPath: NetworkInsightsPath;
  networkInsightsAnalysis: NetworkInsightsAnalysis;
  networkInsightsAccessScope: NetworkInsightsAccessScope;
  networkInsightsAccessScopeAnalysis: NetworkInsightsAccessScopeAnalysis;
  accountRegion: AccountRegion;
  session: Session;
  clientToken: ClientToken;
}

export type Kind = keyof Kinds;

type KeysOf<T> = (resource: T) => readonly (string | undefined)[];

/** Index name → the keys a resource is found under. Every kind has `scope` besides (see `scopeOf`). */
export const indexes = {
  vpc: { number: (r) => [String(r.number)] },
  subnet: { vpcId: (r) => [r.vpcId] },
  routeTable: { vpcId: (r) => [r.vpcId], subnetId: (r) => r.associations.map((a) => a.subnetId) },
  internetGateway: { vpcId: (r) => [r.vpcId] },
  internetHost: { address: (r) => [r.address] },
  natGateway: { vpcId: (r) => [r.vpcId], subnetId: (r) => [r.subnetId] },
  customerGateway: { number: (r) => [String(r.number)] },
  vpnGateway: { vpcId: (r) => [r.vpcId] },
  vpnConnection: {
    customerGatewayId: (r) => [r.customerGatewayId],
    vpnGatewayId: (r) => [r.vpnGatewayId],
    number: (r) => [String(r.number)],
  },
  onPremisesHost: {
    customerGatewayId: (r) => [r.customerGatewayId],
    address: (r) => [r.address],
    number: (r) => [String(r.number)],
  },
  securityGroup: {
    vpcId: (r) => [r.vpcId],
    /** Groups that the rules of this group name. */
    referencedGroupId: (r) =>
      r.rules.map((rule) => (rule.peer.kind === 'group' ? rule.peer.groupId : undefined)),
  },
  networkAcl: { vpcId: (r) => [r.vpcId], subnetId: (r) => r.associations.map((a) => a.subnetId) },
  networkInterface: {
    vpcId: (r) => [r.vpcId],
    subnetId: (r) => [r.subnetId],
    groupId: (r) => r.groupIds,
    instanceId: (r) => [r.attachment?.instanceId],
    managedBy: (r) => [r.managedBy],
    /** `vpc-…/10.0.0.5` */
    address: (r) => r.privateAddresses.map((a) => `${r.vpcId}/${a.address}`),
    /** `vpc-…/7` */
    number: (r) => [`${r.vpcId}/${r.number}`],
  },
  address: { networkInterfaceId: (r) => [r.association?.networkInterfaceId], publicIp: (r) => [r.publicIp] },
  instance: { vpcId: (r) => [r.vpcId], subnetId: (r) => [r.subnetId] },
  image: {},
  dhcpOptions: {},
  prefixList: {},
  flowLog: { vpcId: (r) => [r.vpcId], resourceId: (r) => [r.resourceId] },
  vpcEndpoint: {
    vpcId: (r) => [r.vpcId],
    endpointServiceId: (r) => [r.endpointServiceId],
    serviceName: (r) => [r.serviceName],
    networkInterfaceId: (r) => r.networkInterfaceIds,
    routeTableId: (r) => r.routeTableIds,
  },
  endpointService: {
    serviceName: (r) => [r.serviceName],
    loadBalancerArn: (r) => r.networkLoadBalancerArns,
  },
  connectionNotification: {
    endpointServiceId: (r) => [r.endpointServiceId],
    vpcEndpointId: (r) => [r.vpcEndpointId],
  },
  loadBalancer: {
    vpcId: (r) => [r.vpcId],
    networkInterfaceId: (r) => r.nodes.map((node) => node.networkInterfaceId),
  },
  targetGroup: { vpcId: (r) => [r.vpcId], targetId: (r) => r.targets.map((t) => t.id) },
  listener: { loadBalancerArn: (r) => [r.loadBalancerArn], targetGroupArn: (r) => [r.targetGroupArn] },
  networkInsightsPath: {},
  networkInsightsAnalysis: { networkInsightsPathId: (r) => [r.networkInsightsPathId] },
  networkInsightsAccessScope: {},
  networkInsightsAccessScopeAnalysis: {
    networkInsightsAccessScopeId: (r) => [r.networkInsightsAccessScopeId],
  },
  accountRegion: {},
  session: {},
  clientToken: {},
} satisfies { readonly [K in Kind]: Readonly<Record<string, KeysOf<Kinds[K]>>> };

export const kinds = Object.keys(indexes) as readonly Kind[];

/** Names a kind can be looked up by. */
export type IndexOf<K extends Kind> = (keyof (typeof indexes)[K] & string) | 'scope';

/** All index keys of a resource: index name → keys. */
export function indexKeys<K extends Kind>(kind: K, resource: Kinds[K]): [name: string, key: string][] {
  const keys: [string, string][] = [['scope', scopeOf(resource.ownerId, resource.region)]];
  const byName = indexes[kind] as Readonly<Record<string, KeysOf<Kinds[K]>>>;
  for (const [name, keysOf] of Object.entries(byName)) {
    for (const key of new Set(keysOf(resource))) if (key !== undefined) keys.push([name, key]);
  }
  return keys;
}
