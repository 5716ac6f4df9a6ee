// Changes to a network that `explain` may propose, each as data. apply.ts does one to a snapshot, describe.ts says it
// in English and as commands, opens.ts says what else it lets through.
//
// What a change creates has the id of a shell variable (`$igw`): the command that creates it sets the variable, and
// later commands of the same fix use it. An endpoint, whose id is part of its names, is `vpce-new`.
import type { NetworkAclEntry } from '../../model/network-acl.ts';
import type { Route, RouteDestination } from '../../model/route-table.ts';
import type { SecurityGroupRule } from '../../model/security-group.ts';

export type GroupRuleFacts = Pick<
  SecurityGroupRule,
  'direction' | 'protocol' | 'fromPort' | 'toPort' | 'peer'
>;

export type Change =
  | { readonly kind: 'add-security-group-rule'; readonly groupId: string; readonly rule: GroupRuleFacts }
  | { readonly kind: 'add-network-acl-entry'; readonly networkAclId: string; readonly entry: NetworkAclEntry }
  /** Where no rule number is free before the entry that denies. */
  | {
      readonly kind: 'delete-network-acl-entry';
      readonly networkAclId: string;
      readonly ruleNumber: number;
      readonly egress: boolean;
    }
  | { readonly kind: 'create-route'; readonly routeTableId: string; readonly route: Route }
  /** The route of that destination gets another target. */
  | { readonly kind: 'replace-route'; readonly routeTableId: string; readonly route: Route }
  | {
      readonly kind: 'delete-route';
      readonly routeTableId: string;
      readonly destination: RouteDestination;
    }
  /** `$igw`: one is created first. */
  | {
      readonly kind: 'attach-internet-gateway';
      readonly internetGatewayId: string;
      readonly vpcId: string;
    }
  /** An Elastic IP is allocated for it. */
  | {
      readonly kind: 'associate-address';
      readonly networkInterfaceId: string;
      readonly privateAddress: string;
    }
  /** `$nat`, with an Elastic IP of its own. */
  | { readonly kind: 'create-nat-gateway'; readonly subnetId: string }
  | { readonly kind: 'attach-vpn-gateway'; readonly vpnGatewayId: string; readonly vpcId: string }
  | {
      readonly kind: 'enable-vgw-route-propagation';
      readonly routeTableId: string;
      readonly vpnGatewayId: string;
    }
  | {
      readonly kind: 'create-vpn-connection-route';
      readonly vpnConnectionId: string;
      readonly destination: string;
    }
  | { readonly kind: 'disable-source-dest-check'; readonly networkInterfaceId: string }
  | { readonly kind: 'start-instance'; readonly instanceId: string }
  | {
      readonly kind: 'associate-gateway-endpoint';
      readonly vpcEndpointId: string;
      readonly routeTableId: string;
    }
  | {
      readonly kind: 'create-gateway-endpoint';
      readonly vpcId: string;
      readonly serviceName: string;
      readonly routeTableId: string;
    }
  | {
      readonly kind: 'create-interface-endpoint';
      readonly vpcId: string;
      readonly serviceName: string;
      readonly subnetId: string;
      /** The VPC's default group. */
      readonly groupIds: readonly string[];
      readonly privateDns: boolean;
    }
  | { readonly kind: 'add-endpoint-subnet'; readonly vpcEndpointId: string; readonly subnetId: string }
  /** The endpoint was one of `postern:zonal`. */
  | { readonly kind: 'serve-all-zones'; readonly vpcEndpointId: string }
  | { readonly kind: 'enable-private-dns'; readonly vpcEndpointId: string }
  /** Private DNS was for inbound Resolver endpoints alone. */
  | { readonly kind: 'extend-private-dns-to-vpc'; readonly vpcEndpointId: string }
  | {
      readonly kind: 'enable-vpc-dns';
      readonly vpcId: string;
      readonly attribute: 'enableDnsSupport' | 'enableDnsHostnames';
    }
  | {
      readonly kind: 'accept-endpoint-connection';
      readonly endpointServiceId: string;
      readonly vpcEndpointId: string;
    }
  | {
      readonly kind: 'allow-principal';
      readonly endpointServiceId: string;
      readonly principal: string;
    }
  /** The whole new document. */
  | {
      readonly kind: 'change-endpoint-policy';
      readonly vpcEndpointId: string;
      readonly policyDocument: string;
      /** What is new in it, or gone. */
      readonly difference: string;
    }
  | {
      readonly kind: 'create-listener';
      readonly loadBalancerArn: string;
      readonly protocol: 'TCP' | 'UDP' | 'TCP_UDP' | 'TLS';
      readonly port: number;
      readonly targetGroupArn: string;
    }
  | {
      readonly kind: 'change-listener-target-group';
      readonly listenerArn: string;
      readonly targetGroupArn: string;
    }
  | { readonly kind: 'enable-cross-zone'; readonly loadBalancerArn: string; readonly targetGroupArn: string }
  | { readonly kind: 'disable-client-ip-preservation'; readonly targetGroupArn: string }
  | {
      readonly kind: 'add-load-balancer-subnet';
      readonly loadBalancerArn: string;
      readonly subnetId: string;
    };
