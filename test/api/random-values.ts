// The values that random requests draw from: what is wrong in every way we know, and what each name of a parameter
// may well hold.
import type { Kind } from '../../src/model/kinds.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Prng } from '../../src/std/prng.ts';

export const garbageTexts = [
  '',
  ' ',
  'x',
  '0',
  '-1',
  'null',
  'true',
  '*',
  '%',
  '$&',
  "$'",
  '{id}',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'vpc-',
  'vpc-1',
  'subnet-XYZ',
  'sg',
  'eni-g0000000',
  'i-12345',
  '../../etc/passwd',
  "' OR 1=1",
  '<a>&',
  'é漢字😀',
  '\u0000',
  '\ud800',
  '\n',
  'a'.repeat(129),
  'b'.repeat(300),
  'c'.repeat(30_000),
  '0.0.0.0/0',
  '10.0.0.0/33',
  '10.0.0.1/16',
  '10.0.0.0/08',
  '10.0.0/16',
  '010.0.0.0/16',
  '10.0.0.0',
  '10.0.0.0/16/16',
  '256.0.0.0/8',
  '::/0',
  '::ffff:10.0.0.1/128',
  'fe80::1%eth0/64',
  '10.0.1.0',
  '10.0.1.3',
  '10.0.1.255',
  '10.0.3.15',
  '169.254.169.254',
  '127.0.0.1',
  '240.0.0.1',
  '0.0.0.0',
  '1e3',
  '0x10',
  '65536',
  'TCP',
  'Tcp',
  '999',
  'arn:',
  'arn:aws:iam::1:root',
  'arn:aws:iam::222222222222:root',
  'arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/x/0123456789abcdef',
  '{}',
  '[]',
  '{"a":1',
  'aws:x',
  'AWS:x',
  '2026-01-02T03:04:05.000Z',
  'us-east-1z',
  'us-east-1',
  'pl-63a5400a',
  'pl-02cd2c6b',
  'com.amazonaws.us-east-1.s3',
  'com.amazonaws.us-east-1.ec2',
] as const;

export const garbageNumbers = [
  0,
  -1,
  -2,
  1,
  4,
  255,
  256,
  1000,
  1001,
  32_766,
  32_767,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  1e15,
  'NaN',
  'Infinity',
  '1.5',
  '',
  '1e9',
  '0x10',
  '٣',
] as const;

export class Draw {
  private readonly prng: Prng;
  constructor(prng: Prng) {
    this.prng = prng;
  }

  below(bound: number): number {
    return this.prng.below(bound);
  }

  chance(likely: number): boolean {
    return this.prng.below(1_000_000) < likely * 1_000_000;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.prng.below(values.length)] as T;
  }

  /** Any of them, the newest more often. */
  recent<T>(values: readonly T[]): T {
    return this.chance(0.4) ? this.pick(values.slice(-3)) : this.pick(values);
  }

  length(): number {
    return this.pick([0, 1, 1, 1, 1, 1, 2, 2, 3]);
  }

  garbage(values: readonly string[]): string {
    const one = this.pick(values);
    return this.pick([one.toLowerCase(), one.toUpperCase(), `${one} `, '', 'constructor', one]);
  }

  /** Well-formed, and nobody's. */
  wrongId(): string {
    const prefix = this.pick([
      'vpc',
      'subnet',
      'rtb',
      'igw',
      'nat',
      'cgw',
      'vgw',
      'vpn',
      'sg',
      'sgr',
      'acl',
      'eni',
      'eipalloc',
      'i',
      'ami',
      'dopt',
      'pl',
      'vpce',
      'vpce-svc',
    ]);
    return `${prefix}-${this.pick(['0123456789abcdef0', 'deadbeef'])}`;
  }

  /** Inside the VPCs of the world more often than not. */
  cidr(): string {
    const length = this.pick([16, 20, 24, 24, 26, 28, 28, 32]);
    const base = this.pick(['10.0', '10.0', '10.0', '10.1', '172.31', '192.168']);
    return length === 16 ? `${base}.0.0/16` : `${base}.${this.below(16) * 16}.0/${length}`;
  }

  address(): string {
    return `10.0.${this.pick([1, 1, 2, 3])}.${this.pick([4, 5, 6, 9, 14, 100, 254])}`;
  }
}

interface Place {
  readonly snapshot: Snapshot;
  readonly region: string;
  readonly action: string;
}

type Words = readonly Kind[] | ((draw: Draw, place: Place) => string);

const policy = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}';
const oneOf =
  (...values: readonly string[]) =>
  (draw: Draw) =>
    draw.pick(values);

/** Association ids of every kind, by action. */
function association(draw: Draw, { snapshot, action }: Place): string {
  const ids = /RouteTable/.test(action)
    ? [...snapshot.all('routeTable')].flatMap((table) => table.associations.map((one) => one.id))
    : /Acl/.test(action)
      ? [...snapshot.all('networkAcl')].flatMap((acl) => acl.associations.map((one) => one.id))
      : /Cidr/.test(action)
        ? [...snapshot.all('vpc')].flatMap((vpc) => vpc.cidrBlocks.map((one) => one.associationId))
        : [...snapshot.all('address')].flatMap((address) =>
            address.association ? [address.association.id] : [],
          );
  return ids.length === 0 ? draw.wrongId() : draw.recent(ids);
}

function attachment(draw: Draw, { snapshot }: Place): string {
  const ids = [...snapshot.all('networkInterface')].flatMap(({ attachment: a }) => (a ? [a.id] : []));
  return ids.length === 0 ? draw.wrongId() : draw.recent(ids);
}

function rule(draw: Draw, { snapshot }: Place): string {
  const ids = [...snapshot.all('securityGroup')].flatMap((group) => group.rules.map((one) => one.id));
  return ids.length === 0 ? draw.wrongId() : draw.recent(ids);
}

function serviceName(draw: Draw, { snapshot, region }: Place): string {
  const names = Array.from(snapshot.all('endpointService'), (service) => service.serviceName);
  return draw.pick([`com.amazonaws.${region}.s3`, ...names, ...names, ...names]);
}

function name(draw: Draw, { snapshot, action }: Place): string {
  const kind = /TargetGroup/.test(action)
    ? 'targetGroup'
    : /LoadBalancer/.test(action)
      ? 'loadBalancer'
      : undefined;
  const names = kind === undefined ? [] : Array.from(snapshot.all(kind), (one) => one.name);
  return draw.chance(0.3) && names.length > 0 ? draw.pick(names) : `n${draw.below(1000)}`;
}

const table: readonly (readonly [RegExp, Words])[] = [
  [/VpcEndpointIds?$/, ['vpcEndpoint']],
  [/VpcIds?$/, ['vpc']],
  [/Subnets?(Ids?)?$/, ['subnet']],
  [/^(Add|Remove)?(SecurityGroups?|Groups?)(Ids?)?$/, ['securityGroup']],
  [/RouteTableIds?$/, ['routeTable']],
  [/NetworkInsightsAccessScopeIds?$/, ['networkInsightsAccessScope']],
  [/NetworkInsightsAccessScopeAnalysisIds?$/, ['networkInsightsAccessScopeAnalysis']],
  [
    /^ResourceTypes$/,
    oneOf('AWS::EC2::InternetGateway', 'AWS::EC2::NetworkInterface', 'AWS::EC2::NatGateway'),
  ],
  [/^(Source|Destination)Addresses$/, (draw) => draw.cidr()],
  [/^(Source|Destination)Ports$/, oneOf('80', '80-90', '443')],
  [/^Protocols$/, oneOf('tcp', 'udp')],
  [/NetworkInsightsPathIds?$/, ['networkInsightsPath']],
  [/NetworkInsightsAnalysisIds?$/, ['networkInsightsAnalysis']],
  [/NatGatewayIds?$/, ['natGateway']],
  [/FlowLogIds?$/, ['flowLog']],
  [/CustomerGatewayIds?$/, ['customerGateway']],
  [/VpnGatewayIds?$/, ['vpnGateway']],
  [/VpnConnectionIds?$/, ['vpnConnection']],
  [/GatewayIds?$/, ['internetGateway', 'vpnGateway']],
  [/NetworkAclIds?$/, ['networkAcl']],
  [/NetworkInterfaceIds?$/, ['networkInterface']],
  [/AllocationIds?$/, ['address']],
  [/InstanceIds?$/, ['instance']],
  [
    /ImageIds?$/,
    (draw, place) =>
      draw.pick([
        'ami-03eb5e00000000001',
        'ami-0ba5e000000000001',
        ...Array.from(place.snapshot.all('image'), (i) => i.id),
      ]),
  ],
  [
    /DhcpOptionsIds?$/,
    (draw, place) =>
      draw.pick(['default', ...Array.from(place.snapshot.all('dhcpOptions'), (one) => one.id)]),
  ],
  [/PrefixListIds?$/, ['prefixList']],
  [/ServiceIds?$/, ['endpointService']],
  [/ConnectionNotificationIds?$/, ['connectionNotification']],
  [/^AssociationId$/, association],
  [/^AttachmentId$/, attachment],
  [/SecurityGroupRuleIds?$/, rule],
  [
    /^Resources$/,
    ['vpc', 'subnet', 'networkInterface', 'securityGroup', 'instance', 'vpcEndpoint', 'image', 'prefixList'],
  ],
  [/LoadBalancerArns?$/, ['loadBalancer']],
  [/TargetGroupArns?$/, ['targetGroup']],
  [/ListenerArns?$/, ['listener']],
  [/^ResourceArns$/, ['loadBalancer', 'targetGroup', 'listener']],
  [/^ServiceNames?$/, serviceName],
  [/Cidr(Block|Ip|Ipv4)?$/, (draw) => draw.cidr()],
  [/PrivateIpAddress(es)?$|PrivateIPv4Address/, (draw) => draw.address()],
  [
    /PublicIps?$/,
    (draw, place) =>
      draw.pick(['203.0.113.1', ...Array.from(place.snapshot.all('address'), (one) => one.publicIp)]),
  ],
  [/AvailabilityZone$/, (draw, { region }) => region + draw.pick(['a', 'a', 'b', 'c'])],
  [/^ZoneNames?$/, (draw, { region }) => region + draw.pick(['a', 'b'])],
  [/Regions?(Names?)?$/, (_draw, { region }) => region],
  [/^ClientToken$/, (draw) => `token-${draw.below(4)}`],
  [/NextToken|Marker/, oneOf(btoa('from 1'), btoa('from 99999'))],
  [/PolicyDocument|^Policy$/, () => policy],
  [/^UserData$|^Value$/, oneOf('aGVsbG8=', 'true', 'false', '3')],
  [/^(IpProtocol|Protocol)$/, oneOf('tcp', '6', '17', '-1')],
  [/AllowedPrincipals/, oneOf('*', 'arn:aws:iam::222222222222:root', 'arn:aws:iam::111111111111:role/a')],
  [
    /^(Source|Destination)$/,
    ['networkInterface', 'instance', 'internetGateway', 'vpcEndpoint', 'endpointService'],
  ],
  [/^(Source|Destination)(Address|Ip)$/, (draw) => draw.address()],
  [/^(FilterIn|FilterOut)Arns$/, oneOf('arn:aws:ec2:us-east-1:111111111111:vpc/vpc-0')],
  [/^AdditionalAccounts$/, oneOf('222222222222')],
  [/^ConnectionEvents$/, oneOf('Accept', 'Connect', 'Delete', 'Reject')],
  [/NotificationArn$/, oneOf('arn:aws:sns:us-east-1:111111111111:topic')],
  [/^InstanceTypes?$/, oneOf('t3.micro', 't3.small')],
  [/^RoleArn$/, oneOf('arn:aws:iam::222222222222:role/admin')],
  [/^PrivateDnsName$/, oneOf('api.example.com', '*.example.com')],
  [/^(Group|PrefixList|LoadBalancer)?Names?$/, name],
  [
    /^Key$|TagKeys/,
    (draw, place) =>
      /Attributes/.test(place.action)
        ? draw.pick(attributeKeys)
        : draw.pick(['Name', 'a', 'b', 'constructor', '__proto__']),
  ],
  [/^HealthCheckPath$/, oneOf('/', '/health')],
  [/^HealthCheckPort$/, oneOf('traffic-port', '80')],
  [/^DeviceName$/, oneOf('/dev/xvda')],
];

const attributeKeys = [
  'deletion_protection.enabled',
  'load_balancing.cross_zone.enabled',
  'deregistration_delay.timeout_seconds',
  'preserve_client_ip.enabled',
  'proxy_protocol_v2.enabled',
  'stickiness.enabled',
  'tcp.idle_timeout.seconds',
] as const;

/** What a parameter of this name may well hold: ids of these kinds, or a text. */
export function wordsOf(memberName: string): Words | undefined {
  return table.find(([pattern]) => pattern.test(memberName))?.[1];
}
