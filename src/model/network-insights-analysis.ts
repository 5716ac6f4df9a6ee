// Network insights analysis: one answer to a path, as of the moment it was started. It names everything by id, ARN and
// name as they were then, so that later changes of the network do not touch it. The members are AWS's own
// (NetworkInsightsAnalysis in the EC2 API reference), with a small first letter; those of resources that are not here
// (transit gateways, firewalls, VPNs) are left out.
import type { PortRange } from './network-insights-path.ts';
import type { Resource } from './resource.ts';

export interface AnalysisComponent {
  readonly id: string;
  /** Absent when nobody has the id. */
  readonly arn?: string;
  readonly name?: string;
}

export interface AnalysisPacketHeader {
  readonly destinationAddresses: readonly string[];
  readonly destinationPortRanges: readonly PortRange[];
  /** Its number as text. */
  readonly protocol: string;
  readonly sourceAddresses: readonly string[];
  readonly sourcePortRanges: readonly PortRange[];
}

export interface AnalysisAclRule {
  readonly cidr: string;
  readonly egress: boolean;
  readonly portRange?: PortRange;
  readonly protocol: string;
  readonly ruleAction: 'allow' | 'deny';
  readonly ruleNumber: number;
}

export interface AnalysisRouteTableRoute {
  readonly destinationCidr?: string;
  readonly destinationPrefixListId?: string;
  readonly gatewayId?: string;
  readonly natGatewayId?: string;
  readonly networkInterfaceId?: string;
  readonly vpcPeeringConnectionId?: string;
  readonly origin: 'createroutetable' | 'createroute' | 'enablevgwroutepropagation';
  readonly state: 'active' | 'blackhole';
}

export interface AnalysisSecurityGroupRule {
  readonly cidr?: string;
  readonly direction: 'egress' | 'ingress';
  /** The group that the rule names. */
  readonly securityGroupId?: string;
  readonly portRange?: PortRange;
  readonly prefixListId?: string;
  readonly protocol: string;
}

export interface AdditionalDetail {
  readonly additionalDetailType: 'AVAILABILITY_ZONE_CROSSED';
}

export interface PathComponent {
  readonly sequenceNumber: number;
  readonly aclRule?: AnalysisAclRule;
  readonly attachedTo?: AnalysisComponent;
  readonly component: AnalysisComponent;
  readonly outboundHeader?: AnalysisPacketHeader;
  readonly inboundHeader?: AnalysisPacketHeader;
  readonly routeTableRoute?: AnalysisRouteTableRoute;
  readonly securityGroupRule?: AnalysisSecurityGroupRule;
  readonly subnet?: AnalysisComponent;
  readonly vpc?: AnalysisComponent;
  readonly additionalDetails: readonly AdditionalDetail[];
  readonly elasticLoadBalancerListener?: AnalysisComponent;
  readonly serviceName?: string;
}

export interface Explanation {
  /** One of catalog/reachability-codes.ts. */
  readonly explanationCode: string;
  readonly acl?: AnalysisComponent;
  readonly aclRule?: AnalysisAclRule;
  readonly address?: string;
  readonly availabilityZones?: readonly string[];
  readonly component?: AnalysisComponent;
  readonly componentAccount?: string;
  readonly destination?: AnalysisComponent;
  readonly destinationVpc?: AnalysisComponent;
  readonly direction?: 'egress' | 'ingress';
  readonly elasticLoadBalancerListener?: AnalysisComponent;
  readonly internetGateway?: AnalysisComponent;
  readonly loadBalancerArn?: string;
  readonly loadBalancerTargetGroup?: AnalysisComponent;
  readonly missingComponent?: string;
  readonly natGateway?: AnalysisComponent;
  readonly networkInterface?: AnalysisComponent;
  readonly packetField?: string;
  readonly port?: number;
  readonly portRanges?: readonly PortRange[];
  readonly protocols?: readonly string[];
  readonly routeTable?: AnalysisComponent;
  readonly routeTableRoute?: AnalysisRouteTableRoute;
  readonly securityGroup?: AnalysisComponent;
  readonly securityGroups?: readonly AnalysisComponent[];
  readonly sourceVpc?: AnalysisComponent;
  readonly state?: string;
  readonly subnet?: AnalysisComponent;
  readonly vpc?: AnalysisComponent;
  readonly vpcEndpoint?: AnalysisComponent;
}

export interface AlternatePathHint {
  readonly componentId: string;
  readonly componentArn?: string;
}

export interface AnalysisResult {
  readonly status: 'succeeded' | 'failed';
  /** Why it failed. */
  readonly statusMessage?: string;
  readonly warningMessage?: string;
  /** Absent when it failed. */
  readonly networkPathFound?: boolean;
  readonly forwardPathComponents: readonly PathComponent[];
  readonly returnPathComponents: readonly PathComponent[];
  readonly explanations: readonly Explanation[];
  readonly alternatePathHints: readonly AlternatePathHint[];
  readonly suggestedAccounts: readonly string[];
}

export interface NetworkInsightsAnalysis extends Resource, AnalysisResult {
  readonly networkInsightsPathId: string;
  readonly additionalAccounts: readonly string[];
  readonly filterInArns: readonly string[];
  readonly filterOutArns: readonly string[];
}
