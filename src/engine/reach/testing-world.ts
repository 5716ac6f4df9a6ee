// Large networks as companies have them, for measuring: VPCs with public, private and data subnets in three zones,
// services that let in the services before them by their groups, load balancers, endpoint services and their consumers,
// endpoints to AWS's services, gateways, a few public addresses.
import { internetScope } from '../../model/internet-host.ts';
import type { Route } from '../../model/route-table.ts';
import { formatAddress } from '../../net/ipv4.ts';
import { SeededPrng } from '../../std/prng.ts';
import { natGateway } from '../testing-nat-gateway.ts';
import { Network, resource } from '../testing.ts';

export interface WorldSize {
  readonly interfaces: number;
  readonly services: number;
  readonly vpcs: number;
  readonly seed?: number;
}

const zones = ['a', 'b', 'c'] as const;
const tiers = ['public', 'private', 'data'] as const;
const servicePorts = [80, 443, 8080, 8443, 5432, 3306, 6379, 9092, 9200, 50_051] as const;
const offeredPerVpc = 3;
/** Of the internet. */
const hosts = ['9.9.9.9', '8.8.4.4'] as const;
/** Guests in one subnet, a /20. */
const perSubnetMax = 3500;
const base = 10 * 2 ** 24;
const allEgress = 'egress all 0.0.0.0/0';

type Tier = (typeof tiers)[number];

interface Service {
  readonly groupId: string;
  readonly port: number;
  readonly addresses: string[];
}

export function largeWorld(size: WorldSize): Network {
  const maker = new Maker(size);
  maker.make();
  return maker.net;
}

class Maker {
  readonly net = new Network();
  private readonly size: WorldSize;
  private readonly prng: SeededPrng;
  /** Subnet → its next address. */
  private readonly next = new Map<string, number>();
  /** Public addresses are handed out one after the other from 100.64.0.0/10's neighbour 44.0.0.0/8. */
  private nextPublic = 44 * 2 ** 24 + 1;

  constructor(size: WorldSize) {
    this.size = size;
    this.prng = new SeededPrng(size.seed ?? 1);
  }

  make(): void {
    const { vpcs } = this.size;
    for (const [number, address] of hosts.entries()) {
      const fields = { address, serves: [], number, bootNumber: 1 };
      this.net.put('internetHost', { ...resource(`host-${number}.example`), ...internetScope, ...fields });
    }
    for (let v = 0; v < vpcs; v++) this.vpc(v);
    for (let v = 0; v < vpcs; v++) this.consume(v);
  }

  private vpc(v: number): void {
    const id = `vpc-${v}`;
    const perVpc = Math.ceil(this.size.interfaces / this.size.vpcs);
    // A private subnet gets about a quarter of the guests.
    const blocks = Math.ceil((perVpc / 4 + 100) / perSubnetMax);
    const cidrBlocks = Array.from({ length: blocks }, (_, i) => ({
      associationId: `assoc-${v}-${i}`,
      cidr: `${formatAddress(base + i * 65_536)}/16`,
    }));
    this.net.vpc(id, cidrBlocks[0]?.cidr, { cidrBlocks });
    this.net.internetGateway(id);
    this.subnets(v, blocks);
    this.groups(v);
    const services = this.services(v, perVpc);
    for (let i = 0; i < Math.min(offeredPerVpc, services.length); i++)
      this.offer(v, i, services[i] as Service);
    this.publish(v, services[0] as Service);
    this.awsEndpoints(v);
  }

  private subnets(v: number, blocks: number): void {
    const vpcId = `vpc-${v}`;
    for (let b = 0; b < blocks; b++) {
      for (const [t, tier] of tiers.entries()) {
        for (const [z, zone] of zones.entries()) {
          const id = this.subnetOf(v, tier, z, b);
          const first = base + b * 65_536 + (t * 4 + z) * 4096;
          this.net.subnet(id, vpcId, `${formatAddress(first)}/20`, zone);
          this.next.set(id, first + 10);
        }
      }
    }
    const natSubnet = this.subnetOf(v, 'public', 0, 0);
    natGateway(this.net, `${v}`, [natSubnet, this.address(natSubnet)], this.publicAddress());
    const target = { kind: 'nat-gateway', id: `nat-${v}` } as const;
    const routes: readonly Route[] = [{ destination: { kind: 'cidr', cidr: '0.0.0.0/0' }, target }];
    const inside = (tier: Tier) =>
      Array.from({ length: blocks * 3 }, (_, i) => this.subnetOf(v, tier, i % 3, Math.floor(i / 3)));
    this.net.routeTable(`rtb-private-${v}`, vpcId, [...inside('private'), ...inside('data')], routes);
    // Every tenth VPC keeps its data tier behind an ACL.
    if (v % 10 !== 9) return;
    const entries = [
      '100 ingress allow tcp 1024-65535 10.0.0.0/8',
      '100 egress allow tcp 1024-65535 10.0.0.0/8',
    ];
    for (const subnetId of inside('data')) this.net.acl(`acl-${subnetId}`, subnetId, entries);
  }

  private subnetOf(v: number, tier: Tier, zone: number, block: number): string {
    return `subnet-${v}-${tier}-${zones[zone] ?? 'a'}${block}`;
  }

  /** Groups that nearly everything carries. */
  private groups(v: number): void {
    const vpcId = `vpc-${v}`;
    this.net.group(`sg-${v}-bastion`, vpcId, ['ingress tcp 22 44.0.0.0/8', allEgress]);
    this.net.group(`sg-${v}-base`, vpcId, [
      `ingress tcp 22 sg-${v}-bastion`,
      'ingress icmp 10.0.0.0/8',
      allEgress,
    ]);
    this.net.group(`sg-${v}-endpoints`, vpcId, ['ingress tcp 443 10.0.0.0/8']);
  }

  private services(v: number, perVpc: number): readonly Service[] {
    const count = Math.max(1, Math.round(this.size.services / this.size.vpcs));
    const made: Service[] = [];
    for (let s = 0; s < count; s++) {
      const groupId = `sg-${v}-s${s}`;
      const port = this.pick(servicePorts);
      this.net.group(groupId, `vpc-${v}`, this.rules(v, s, port));
      made.push({ groupId, port, addresses: [] });
    }
    for (let i = 0; i < perVpc; i++) this.guest(v, i, made[i % count] as Service, i % count);
    return made;
  }

  private rules(v: number, s: number, port: number): readonly string[] {
    const callers = Array.from({ length: s === 0 ? 0 : 1 + this.prng.below(3) }, () => {
      return `ingress tcp ${port} sg-${v}-s${this.prng.below(s)}`;
    });
    if (s % 10 === 0) callers.push(`ingress tcp ${port} 10.0.0.0/16`);
    if (s % 20 === 1) callers.push('ingress tcp 443 0.0.0.0/0');
    if (s % 5 !== 2) return [...callers, allEgress];
    return [...callers, 'egress tcp 443 0.0.0.0/0', `egress tcp ${port} 10.0.0.0/16`];
  }

  private guest(v: number, i: number, { groupId, addresses }: Service, s: number): void {
    const tier: Tier = s % 30 === 1 ? 'public' : s % 4 === 3 ? 'data' : 'private';
    const subnetId = this.subnetOf(v, tier, i % 3, Math.floor(i / 4 / perSubnetMax));
    const address = this.address(subnetId);
    addresses.push(address);
    const name = `${v}-${i}`;
    this.net.instance(name, subnetId, address, { groupIds: [groupId, `sg-${v}-base`] });
    // Every third guest of a public service.
    if (tier === 'public' && addresses.length % 3 === 1)
      this.net.publicAddress(this.publicAddress(), `eni-${name}`);
  }

  /** A service behind a load balancer and an endpoint service. */
  private offer(v: number, i: number, service: Service): void {
    this.balance(v, { name: `${v}-${i}`, tier: 'private', clients: '10.0.0.0/8' }, service);
    this.net.service(`${v}-${i}`, [`${v}-${i}`]);
  }

  /** A service behind a load balancer with public addresses. */
  private publish(v: number, service: Service): void {
    const name = `${v}-web`;
    this.balance(v, { name, tier: 'public', clients: '0.0.0.0/0' }, service);
    this.net.change('loadBalancer', `lb-${name}`, { scheme: 'internet-facing' });
    for (const zone of zones) this.net.publicAddress(this.publicAddress(), `eni-${name}-${zone}`);
  }

  private balance(
    v: number,
    { name, tier, clients }: { readonly name: string; readonly tier: Tier; readonly clients: string },
    { port, addresses, groupId }: Service,
  ): void {
    const own = `sg-${v}-nlb-${name}`;
    const { rules = [] } = this.net.tables.get('securityGroup', groupId) ?? {};
    this.net.group(groupId, `vpc-${v}`, [`ingress tcp ${port} ${own}`]);
    const more = this.net.tables.get('securityGroup', groupId)?.rules ?? [];
    this.net.change('securityGroup', groupId, { rules: [...rules, ...more] });
    this.net.group(own, `vpc-${v}`, [`ingress tcp 443 ${clients}`, allEgress]);
    this.net.balancer(name, {
      nodes: zones.map((_, z) => {
        const subnetId = this.subnetOf(v, tier, z, 0);
        return [subnetId, this.address(subnetId)] as const;
      }),
      type: 'ip',
      targets: addresses.slice(0, 12),
      port: 443,
      targetPort: port,
      groupIds: [own],
      crossZone: true,
    });
  }

  private awsEndpoints(v: number): void {
    for (const service of ['sqs', 'secretsmanager', 'kms']) {
      this.endpoint(`${v}-${service}`, 'none', v);
      this.net.toAwsService(`vpce-${v}-${service}`, service);
    }
    this.endpoint(`${v}-s3`, 'none', v);
    const routeTableIds = [`rtb-private-${v}`];
    const gateway = { endpointType: 'Gateway', networkInterfaceIds: [], routeTableIds } as const;
    this.net.toAwsService(`vpce-${v}-s3`, 's3', gateway);
  }

  /** Endpoints to what other VPCs offer. */
  private consume(v: number): void {
    for (let i = 0; i < offeredPerVpc; i++) {
      const provider = (v + 1 + this.prng.below(this.size.vpcs)) % this.size.vpcs;
      const service = `${provider}-${i}`;
      if (this.net.tables.get('endpointService', `vpce-svc-${service}`) === undefined) continue;
      this.endpoint(`${v}-to-${service}`, service, v);
    }
  }

  private endpoint(name: string, service: string, v: number): void {
    const places = zones.map((_, z) => {
      const subnetId = this.subnetOf(v, 'private', z, 0);
      return [subnetId, this.address(subnetId)] as const;
    });
    this.net.endpoint(name, service, places, { groupIds: [`sg-${v}-endpoints`] });
  }

  private address(subnetId: string): string {
    const next = this.next.get(subnetId) ?? base;
    this.next.set(subnetId, next + 1);
    return formatAddress(next);
  }

  private publicAddress(): string {
    return formatAddress(this.nextPublic++);
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.prng.below(list.length)] as T;
  }
}
