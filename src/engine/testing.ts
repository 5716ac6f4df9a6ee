// A tiny builder of snapshots for the tests of the pure questions. Rules are short texts:
//   group rule  `ingress tcp 443 10.0.0.0/16`, `egress all 0.0.0.0/0`, `ingress icmp sg-1`, `egress tcp 80-90 pl-1`
//   ACL entry   `100 egress deny tcp 80 10.0.2.0/24`, `110 ingress allow all 0.0.0.0/0`
import type { DhcpOptions } from '../model/dhcp-options.ts';
import type { Kind, Kinds } from '../model/kinds.ts';
import type { Listener, LoadBalancer, TargetGroup } from '../model/load-balancer.ts';
import type { NetworkAcl, NetworkAclEntry } from '../model/network-acl.ts';
import type { NetworkInterface } from '../model/network-interface.ts';
import type { OnPremisesHost } from '../model/on-premises-host.ts';
import type { Resource } from '../model/resource.ts';
import type { Route } from '../model/route-table.ts';
import type { SecurityGroupPeer, SecurityGroupRule } from '../model/security-group.ts';
import type { Subnet } from '../model/subnet.ts';
import { Tables } from '../model/tables.ts';
import type { Vpc } from '../model/vpc.ts';
import type { VpcEndpoint } from '../model/vpc-endpoint.ts';
import { present } from '../std/assert.ts';

export const region = 'us-east-1';

export class Network {
  readonly tables = new Tables();
  private vpcs = 0;
  private interfaces = 0;

  put<K extends Kind>(kind: K, resource: Kinds[K]): Kinds[K] {
    this.tables.apply({ kind, id: resource.id, resource });
    this.tables.revision++;
    return resource;
  }

  /** Changes fields of what is there. */
  change<K extends Kind>(kind: K, id: string, fields: Partial<Kinds[K]>): void {
    this.put(kind, { ...present(this.tables.get(kind, id), id), ...fields });
  }

  remove(kind: Kind, id: string): void {
    this.tables.apply({ kind, id });
    this.tables.revision++;
  }

  /** With a main route table, an open ACL `acl-<id>` and an open group `sg-<id>`. */
  vpc(id: string, cidr = '10.0.0.0/16', fields: Partial<Vpc> = {}): void {
    this.vpcs++;
    const dhcp: DhcpOptions = { ...resource('dopt-1'), configurations: [] };
    this.put('dhcpOptions', dhcp);
    this.put('vpc', {
      ...resource(id),
      cidrBlocks: [{ associationId: `assoc-${id}`, cidr }],
      isDefault: false,
      dhcpOptionsId: dhcp.id,
      instanceTenancy: 'default',
      enableDnsSupport: true,
      enableDnsHostnames: true,
      enableNetworkAddressUsageMetrics: false,
      number: this.vpcs,
      ...fields,
    });
    const associations = [{ id: `rtbassoc-${id}` }];
    this.put('routeTable', { ...resource(`rtb-${id}`), vpcId: id, isMain: true, routes: [], associations });
    const open = ['100 ingress allow all 0.0.0.0/0', '100 egress allow all 0.0.0.0/0'];
    this.put('networkAcl', {
      ...resource(`acl-${id}`),
      vpcId: id,
      isDefault: true,
      entries: open.map(entry),
      associations: [],
    });
    this.group(`sg-${id}`, id, ['ingress all 0.0.0.0/0', 'egress all 0.0.0.0/0']);
  }

  subnet(id: string, vpcId: string, cidrBlock: string, zone = 'a', fields: Partial<Subnet> = {}): void {
    this.put('subnet', {
      ...resource(id),
      vpcId,
      cidrBlock,
      availabilityZone: region + zone,
      isDefault: false,
      mapPublicIpOnLaunch: false,
      privateDnsHostnameType: 'ip-name',
      enableResourceNameDnsARecord: false,
      ...fields,
    });
    this.associate(`acl-${vpcId}`, id);
  }

  group(id: string, vpcId: string, rules: readonly string[]): void {
    const parsed = rules.map((text, i) => groupRule(`sgr-${id.slice(3)}-${i}`, text));
    this.put('securityGroup', { ...resource(id), vpcId, name: id, description: '', rules: parsed });
  }

  /** An ACL of its own for a subnet. */
  acl(id: string, subnetId: string, entries: readonly string[]): void {
    const { vpcId } = present(this.tables.get('subnet', subnetId), subnetId);
    this.put('networkAcl', {
      ...resource(id),
      vpcId,
      isDefault: false,
      entries: entries.map(entry),
      associations: [],
    });
    this.associate(id, subnetId);
  }

  private associate(aclId: string, subnetId: string): void {
    for (const acl of this.tables.by('networkAcl', 'subnetId', subnetId))
      this.setSubnets(acl, (s) => s !== subnetId);
    this.setSubnets(present(this.tables.get('networkAcl', aclId), aclId), () => true, subnetId);
  }

  private setSubnets(acl: NetworkAcl, keep: (subnetId: string) => boolean, added?: string): void {
    const kept = acl.associations.filter((a) => keep(a.subnetId));
    const more = added === undefined ? [] : [{ id: `aclassoc-${added}`, subnetId: added }];
    this.put('networkAcl', { ...acl, associations: [...kept, ...more] });
  }

  routeTable(id: string, vpcId: string, subnetIds: readonly string[], routes: readonly Route[]): void {
    const associations = subnetIds.map((subnetId) => ({ id: `rtbassoc-${subnetId}`, subnetId }));
    this.put('routeTable', { ...resource(id), vpcId, isMain: false, routes, associations });
  }

  /** An attached internet gateway `igw-<vpc>`, and the main route table's default route to it. */
  internetGateway(vpcId: string): void {
    const id = `igw-${vpcId}`;
    this.put('internetGateway', { ...resource(id), vpcId });
    const target = { kind: 'internet-gateway', id } as const;
    const routes = [{ destination: { kind: 'cidr', cidr: '0.0.0.0/0' }, target }] as const;
    this.change('routeTable', `rtb-${vpcId}`, { routes });
  }

  /** An Elastic IP `eipalloc-<public address>` for the interface's primary address. */
  publicAddress(publicIp: string, networkInterfaceId: string): void {
    const eni = present(this.tables.get('networkInterface', networkInterfaceId), networkInterfaceId);
    const privateAddress = present(eni.privateAddresses[0], 'address').address;
    const association = { id: `eipassoc-${publicIp}`, networkInterfaceId, privateAddress };
    this.put('address', { ...resource(`eipalloc-${publicIp}`), publicIp, association });
  }

  /** A customer gateway `cgw-<name>`, and a VPN to the VPC with these static routes: `vgw-<name>`, `vpn-<name>`. */
  vpn(name: string, vpcId: string, staticRoutes: readonly string[]): void {
    const [customerGatewayId, vpnGatewayId] = [`cgw-${name}`, `vgw-${name}`];
    const others = this.tables.count('customerGateway');
    this.put('customerGateway', { ...resource(customerGatewayId), bgpAsn: 65_000, number: others + 1 });
    this.put('vpnGateway', { ...resource(vpnGatewayId), amazonSideAsn: 64_512, vpcId });
    const number = this.tables.count('vpnConnection') + 1;
    const ends = { customerGatewayId, vpnGatewayId, staticRoutes };
    this.put('vpnConnection', { ...resource(`vpn-${name}`), ...ends, tunnels: [], number, stateRevision: 0 });
  }

  onPremisesHost(
    id: string,
    customerGatewayId: string,
    address: string,
    serves: OnPremisesHost['serves'] = [],
  ): void {
    const number = this.tables.count('onPremisesHost') + 1;
    this.put('onPremisesHost', {
      ...resource(id),
      ...{ customerGatewayId, address, serves, number, bootNumber: 1 },
    });
  }

  eni(
    id: string,
    subnetId: string,
    address: string,
    fields: Partial<NetworkInterface> = {},
  ): NetworkInterface {
    const { vpcId, availabilityZone } = present(this.tables.get('subnet', subnetId), subnetId);
    this.interfaces++;
    return this.put('networkInterface', {
      ...resource(id),
      vpcId,
      subnetId,
      availabilityZone,
      description: '',
      interfaceType: 'interface',
      requesterManaged: false,
      macAddress: '02:00:00:00:00:01',
      privateAddresses: [{ address, primary: true }],
      groupIds: [`sg-${vpcId}`],
      sourceDestCheck: true,
      number: this.interfaces,
      ...fields,
    });
  }

  /** A running instance `i-<name>` with the interface `eni-<name>`. */
  instance(name: string, subnetId: string, address: string, fields: Partial<NetworkInterface> = {}): void {
    const { vpcId, availabilityZone } = present(this.tables.get('subnet', subnetId), subnetId);
    const attachment = attached(`i-${name}`);
    this.eni(`eni-${name}`, subnetId, address, { attachment, ...fields });
    this.put('instance', {
      ...resource(`i-${name}`),
      imageId: 'ami-1',
      instanceType: 't3.micro',
      reservationId: 'r-1',
      launchIndex: 0,
      intent: 'running',
      bootNumber: 1,
      stateChangedAt: '',
      vpcId,
      subnetId,
      availabilityZone,
      privateDnsName: `ip-${address.replaceAll('.', '-')}.ec2.internal`,
      disableApiTermination: false,
      disableApiStop: false,
      shutdownBehavior: 'stop',
      metadataOptions: {
        httpTokens: 'required',
        httpEndpoint: 'enabled',
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: 'disabled',
      },
      monitoring: false,
      ebsOptimized: false,
    });
  }

  /** Load balancer `lb-<name>` with one node (`eni-<name>-<zone>`) per address, and one listener and target group. */
  balancer(name: string, options: BalancerOptions): void {
    const {
      nodes,
      port = 80,
      targets,
      targetPort = port,
      type = 'instance',
      groupIds = [],
      attributes = {},
    } = options;
    const made = nodes.map(([subnetId, address]) => this.node(name, subnetId, address, groupIds));
    const loadBalancer: LoadBalancer = {
      ...resource(`lb-${name}`),
      name,
      dnsName: `${name}-0123456789abcdef.elb.${region}.amazonaws.com`,
      scheme: 'internal',
      vpcId: present(made[0], 'node').vpcId,
      nodes: made.map((e) => ({
        subnetId: e.subnetId,
        availabilityZone: e.availabilityZone,
        networkInterfaceId: e.id,
      })),
      groupIds,
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: options.enforce ?? 'on',
      attributes: { 'load_balancing.cross_zone.enabled': String(options.crossZone ?? false) },
      stateRevision: 0,
    };
    this.put('loadBalancer', loadBalancer);
    const protocol = options.protocol ?? 'TCP';
    const targetGroup: TargetGroup = {
      ...resource(`tg-${name}`),
      name: `tg-${name}`,
      protocol,
      port: targetPort,
      vpcId: loadBalancer.vpcId,
      targetType: type,
      healthCheck: healthCheck,
      attributes: { 'preserve_client_ip.enabled': String(type === 'instance'), ...attributes },
      targets: targets.map((id) => ({ id, port: targetPort, registeredAt: '' })),
      draining: [],
    };
    this.put('targetGroup', targetGroup);
    const listener: Listener = {
      ...resource(`listener-${name}`),
      loadBalancerArn: loadBalancer.id,
      protocol,
      port,
      targetGroupArn: targetGroup.id,
      attributes: {},
      certificateArns: [],
    };
    this.put('listener', listener);
  }

  private node(
    name: string,
    subnetId: string,
    address: string,
    groupIds: readonly string[],
  ): NetworkInterface {
    const zone = present(this.tables.get('subnet', subnetId), subnetId).availabilityZone.slice(-1);
    const fields = {
      interfaceType: 'network_load_balancer',
      groupIds,
      sourceDestCheck: false,
      managedBy: `lb-${name}`,
    } as const;
    return this.eni(`eni-${name}-${zone}`, subnetId, address, fields);
  }

  /** Endpoint service `vpce-svc-<name>` on load balancers. */
  service(name: string, balancers: readonly string[], privateName?: string): void {
    const id = `vpce-svc-${name}`;
    this.put('endpointService', {
      ...resource(id),
      serviceName: `com.amazonaws.vpce.${region}.${id}`,
      acceptanceRequired: false,
      networkLoadBalancerArns: balancers.map((b) => `lb-${b}`),
      permissions: [],
      supportedRegions: [region],
      ...(privateName === undefined ? {} : { privateDns: verified(privateName) }),
    });
  }

  /** Endpoint `vpce-<name>` with one interface (`eni-<name>-<zone>`) per address. */
  endpoint(name: string, service: string, places: readonly Place[], fields: Partial<VpcEndpoint> = {}): void {
    const id = `vpce-${name}`;
    const enis = places.map(([subnetId, address]) => {
      const zone = present(this.tables.get('subnet', subnetId), subnetId).availabilityZone.slice(-1);
      const groups = fields.groupIds === undefined ? {} : { groupIds: fields.groupIds };
      return this.eni(`eni-${name}-${zone}`, subnetId, address, {
        interfaceType: 'vpc_endpoint',
        managedBy: id,
        ...groups,
      });
    });
    this.put('vpcEndpoint', {
      ...resource(id),
      vpcId: present(enis[0], 'interface').vpcId,
      endpointType: 'Interface',
      serviceName: `com.amazonaws.vpce.${region}.vpce-svc-${service}`,
      serviceRegion: region,
      endpointServiceId: `vpce-svc-${service}`,
      state: 'available',
      stateRevision: 0,
      subnetIds: enis.map((e) => e.subnetId),
      networkInterfaceIds: enis.map((e) => e.id),
      groupIds: [],
      routeTableIds: [],
      policyDocument: '',
      privateDnsEnabled: false,
      ipAddressType: 'ipv4',
      dnsRecordIpType: 'ipv4',
      dnsSuffix: 'abcd1234',
      connectionId: 'vpce-con-1',
      ...fields,
    });
  }

  /** Makes an endpoint one to a service of AWS's. */
  toAwsService(id: string, service: string, fields: Partial<VpcEndpoint> = {}): void {
    const { endpointServiceId: _, ...endpoint } = present(this.tables.get('vpcEndpoint', id), id);
    this.put('vpcEndpoint', { ...endpoint, serviceName: `com.amazonaws.${region}.${service}`, ...fields });
  }
}

/** Subnet and address. */
type Place = readonly [subnetId: string, address: string];

export interface BalancerOptions {
  readonly nodes: readonly Place[];
  /** Instance ids or addresses, by `type`. */
  readonly targets: readonly string[];
  readonly port?: number;
  readonly targetPort?: number;
  readonly protocol?: 'TCP' | 'UDP' | 'TCP_UDP';
  readonly type?: 'instance' | 'ip';
  readonly groupIds?: readonly string[];
  readonly enforce?: 'on' | 'off';
  readonly crossZone?: boolean;
  readonly attributes?: Readonly<Record<string, string>>;
}

const healthCheck = {
  enabled: true,
  protocol: 'TCP',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 10,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
} as const;

function verified(name: string) {
  return { name, state: 'verified', recordName: '_x', recordValue: 'vpce:x' } as const;
}

export function attached(instanceId: string, deviceIndex = 0): NonNullable<NetworkInterface['attachment']> {
  const id = `eni-attach-${instanceId}-${deviceIndex}`;
  return { id, instanceId, instanceOwnerId: '1', deviceIndex, deleteOnTermination: true, attachedAt: '' };
}

export function resource(id: string): Resource {
  return { id, ownerId: '111111111111', region, createdAt: '2026-01-01T00:00:00.000Z', tags: {} };
}

function groupRule(id: string, text: string): SecurityGroupRule {
  const words = text.split(' ');
  const direction = words[0] === 'egress' ? 'egress' : 'ingress';
  const protocol = words[1] === 'all' ? '-1' : (words[1] ?? '-1');
  const ports = words.length > 3 ? words[2] : undefined;
  const [fromPort = -1, toPort = fromPort] = ports === undefined ? [] : ports.split('-').map(Number);
  return { id, direction, protocol, fromPort, toPort, peer: peerOf(words.at(-1) ?? ''), tags: {} };
}

function peerOf(text: string): SecurityGroupPeer {
  if (text.startsWith('sg-')) return { kind: 'group', groupId: text, ownerId: '111111111111' };
  if (text.startsWith('pl-')) return { kind: 'prefix-list', prefixListId: text };
  return { kind: 'cidr', cidr: text };
}

function entry(text: string): NetworkAclEntry {
  const words = text.split(' ');
  const protocols: Readonly<Record<string, string>> = { all: '-1', icmp: '1', tcp: '6', udp: '17' };
  const ports = words.length > 5 ? words[4] : undefined;
  const [from = 0, to = from] = ports === undefined ? [] : ports.split('-').map(Number);
  return {
    ruleNumber: Number(words[0]),
    egress: words[1] === 'egress',
    action: words[2] === 'deny' ? 'deny' : 'allow',
    protocol: protocols[words[3] ?? ''] ?? '-1',
    cidrBlock: words.at(-1) ?? '',
    ...(ports === undefined ? {} : { portRange: { from, to } }),
  };
}
