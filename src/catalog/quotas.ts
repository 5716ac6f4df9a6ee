// Quotas by AWS's names. Defaults of AWS where a laptop wants them, larger where AWS would raise them on request:
// a limit here protects users from what could never be deployed, not from using Postern.
// Source: "Amazon VPC quotas", "AWS PrivateLink quotas", "Network Load Balancer quotas".

export const quotas = {
  /** AWS: 5, adjustable. Here the number of identities bounds it. */
  vpcsPerRegion: 1000,
  cidrBlocksPerVpc: 5,
  subnetsPerVpc: 200,
  routeTablesPerVpc: 200,
  routesPerRouteTable: 500,
  internetGatewaysPerRegion: 1000,
  /** AWS: 5, adjustable. */
  natGatewaysPerZone: 100,
  /** AWS: 50, 5 and 50, adjustable ("AWS Site-to-Site VPN quotas"). */
  customerGatewaysPerRegion: 200,
  vpnGatewaysPerRegion: 200,
  vpnConnectionsPerRegion: 200,
  staticRoutesPerVpnConnection: 100,
  /** Not AWS's: hosts of `postern on-premises`. */
  onPremisesHosts: 1000,
  securityGroupsPerRegion: 2500,
  rulesPerSecurityGroup: 60,
  securityGroupsPerInterface: 5,
  networkAclsPerVpc: 200,
  rulesPerNetworkAcl: 40,
  elasticAddressesPerRegion: 1000,
  interfacesPerRegion: 5000,
  /** AWS: by instance type, 50 at most. */
  privateAddressesPerInterface: 50,
  /** AWS limits processors, not instances; here the host's size does. */
  instancesPerRegion: 1000,
  /** Of user data, decoded. */
  userDataBytes: 16_384,
  imagesPerRegion: 1000,
  /** Not AWS's: hosts of `postern internet`. */
  internetHosts: 1000,
  prefixListsPerRegion: 100,
  entriesPerPrefixList: 1000,
  /** AWS: 2 per VPC, subnet or interface, adjustable. */
  flowLogsPerResource: 10,
  interfaceEndpointsPerVpc: 50,
  gatewayEndpointsPerRegion: 20,
  endpointPolicyCharacters: 20_480,
  bucketPolicyBytes: 20_480,
  /** Of a secret or a queue. */
  resourcePolicyCharacters: 20_480,
  /** Without white space. */
  identityPolicyCharacters: 6144,
  loadBalancersPerRegion: 1000,
  listenersPerLoadBalancer: 50,
  targetsPerTargetGroup: 1000,
  targetGroupsPerRegion: 3000,
  /** "Quotas for Reachability Analyzer". */
  networkInsightsPathsPerRegion: 1000,
  networkInsightsAnalysesPerRegion: 10_000,
  /** "Quotas and considerations for Network Access Analyzer". */
  networkInsightsAccessScopesPerRegion: 1000,
  networkInsightsAccessScopeAnalysesPerRegion: 10_000,
  findingsPerAccessScopeAnalysis: 10_000,
  tagsPerResource: 50,
} as const;
