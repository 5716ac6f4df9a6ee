// Random edits of a network for the tests: of every kind that can change who reaches whom, and some that leave
// references dangling.
import { internetScope } from '../../model/internet-host.ts';
import type { Kind, Kinds } from '../../model/kinds.ts';
import type { SecurityGroupRule } from '../../model/security-group.ts';
import type { Change } from '../../model/snapshot.ts';
import { SeededPrng } from '../../std/prng.ts';
import { type Network, resource } from '../testing.ts';

const ports: readonly (readonly [number, number])[] = [
  [80, 80],
  [443, 443],
  [80, 443],
  [8080, 8080],
  [0, 65_535],
];
const replyPorts: readonly (readonly [number, number])[] = [
  [1024, 65_535],
  [32_768, 49_999],
  [50_000, 60_999],
  [0, 40_000],
];

/** Addresses on premises. */
const premises = ['192.168.1.10', '192.168.2.10', '10.0.1.10'] as const;

export class Editor {
  private readonly net: Network;
  private readonly prng: SeededPrng;
  private serial = 0;

  constructor(net: Network, seed: number) {
    this.net = net;
    this.prng = new SeededPrng(seed ^ 0x5eed);
  }

  /** More guests like those that are there, since random networks have few of a kind. */
  crowd(): void {
    const { tables } = this.net;
    for (const [i, { id, subnetId }] of [...tables.all('instance')].entries()) {
      const [one] = tables.by('networkInterface', 'instanceId', id);
      const [base = ''] = tables.get('subnet', subnetId)?.cidrBlock.split('.0/24') ?? [];
      if (one === undefined || base === '') continue;
      for (let k = 0; k < 2; k++) {
        const address = `${base}.${100 + i * 4 + k * 2 + this.prng.below(2)}`;
        this.net.instance(`crowd-${i}-${k}`, subnetId, address, { groupIds: one.groupIds });
      }
    }
  }

  /**
   * Every VPC with a gateway and a public address, some with a VPN to one of two networks on premises; in some subnets
   * replies to some ports only.
   */
  connect(): void {
    const { tables } = this.net;
    for (const [i, { id }] of [...tables.all('vpc')].entries()) this.connectByVpn(id, i);
    this.net.onPremisesHost('mail.example', 'cgw-0', premises[1]);
    for (const [i, { id }] of [...tables.all('vpc')].entries()) {
      this.net.internetGateway(id);
      const one = tables
        .by('networkInterface', 'vpcId', id)
        .find(({ attachment }) => attachment !== undefined);
      if (one === undefined) continue;
      if (tables.by('address', 'networkInterfaceId', one.id).length === 0)
        this.net.publicAddress(`44.0.2.${i}`, one.id);
      if (this.odds(1, 3)) continue;
      const [from, to] = this.pick(replyPorts) ?? [0, 0];
      this.net.acl(`acl-replies-${i}`, one.subnetId, [
        '100 ingress allow all 0.0.0.0/0',
        `100 egress allow tcp ${from}-${to} 0.0.0.0/0`,
        '110 egress allow tcp 0-1023 0.0.0.0/0',
      ]);
    }
  }

  private connectByVpn(vpcId: string, i: number): void {
    this.net.vpn(String(i), vpcId, ['192.168.0.0/16']);
    this.net.onPremisesHost(`files-${i}.example`, `cgw-${i}`, premises[0]);
    if (this.odds(1, 2)) this.net.change('vpnConnection', `vpn-${i}`, { customerGatewayId: 'cgw-0' });
    if (this.odds(1, 2)) {
      const one = this.net.tables.get('vpnConnection', `vpn-${i}`);
      const more = { id: `vpn-more-${i}`, customerGatewayId: 'cgw-0', staticRoutes: ['192.168.1.0/24'] };
      if (one !== undefined) this.net.put('vpnConnection', { ...one, ...more });
    }
    for (const { id } of this.net.tables.by('routeTable', 'vpcId', vpcId))
      if (this.odds(2, 3)) this.net.change('routeTable', id, { propagatingVgws: [`vgw-${i}`] });
  }

  /** Makes so many edits; what was written. */
  edit(count: number): readonly Change[] {
    const changes: Change[] = [];
    const edits = [
      () => this.rules(),
      () => this.rules(),
      () => this.rules(),
      () => this.acl(),
      () => this.acl(),
      () => this.groupsOf(),
      () => this.instance(),
      () => this.endpoint(),
      () => this.balancer(),
      () => this.targets(),
      () => this.routes(),
      () => this.wayOut(),
      () => this.internetGateway(),
      () => this.natGateway(),
      () => this.publicAddress(),
      () => this.gatewayEndpoint(),
      () => this.host(),
      () => this.hostOnPremises(),
      () => this.vpn(),
      () => this.removal(),
    ];
    while (changes.length < count) changes.push(...(this.pick(edits)?.() ?? []));
    return changes;
  }

  private rules(): readonly Change[] {
    const group = this.pick([...this.net.tables.all('securityGroup')]);
    if (group === undefined) return [];
    const kept = group.rules.filter(() => this.odds(3, 4));
    const peers = this.net.tables.by('securityGroup', 'vpcId', group.vpcId);
    const [fromPort, toPort] = this.pick(ports) ?? [80, 80];
    const protocol = this.pick(['tcp', 'udp', '-1', 'icmp']) ?? 'tcp';
    const all = { fromPort: -1, toPort: -1 };
    const rule: SecurityGroupRule = {
      id: `sgr-edit-${this.serial++}`,
      direction: this.pick(['ingress', 'egress']) ?? 'ingress',
      protocol,
      ...(protocol === 'tcp' || protocol === 'udp' ? { fromPort, toPort } : all),
      peer: this.odds(1, 2)
        ? { kind: 'cidr', cidr: this.block(group.vpcId) }
        : { kind: 'group', groupId: this.pick(peers)?.id ?? '', ownerId: group.ownerId },
      tags: {},
    };
    return this.put('securityGroup', group.id, { rules: [...kept, rule] });
  }

  private acl(): readonly Change[] {
    const acl = this.pick([...this.net.tables.all('networkAcl')]);
    if (acl === undefined) return [];
    const [from, to] = this.pick(this.odds(1, 2) ? ports : replyPorts) ?? [0, 0];
    const entry = {
      ruleNumber: 1 + this.prng.below(300),
      egress: this.odds(1, 2),
      action: this.odds(1, 2) ? 'allow' : 'deny',
      protocol: this.pick(['6', '17', '-1', '1']) ?? '6',
      cidrBlock: this.odds(1, 2) ? '0.0.0.0/0' : this.block(acl.vpcId),
    } as const;
    const isPort = entry.protocol === '6' || entry.protocol === '17';
    const entries = [
      ...acl.entries.filter((one) => one.ruleNumber !== entry.ruleNumber && this.odds(7, 8)),
      isPort ? { ...entry, portRange: { from, to } } : entry,
    ];
    return this.put('networkAcl', acl.id, { entries });
  }

  private groupsOf(): readonly Change[] {
    const one = this.pick([...this.net.tables.all('networkInterface')]);
    if (one === undefined) return [];
    const groups = this.net.tables.by('securityGroup', 'vpcId', one.vpcId).filter(() => this.odds(1, 2));
    return this.put('networkInterface', one.id, { groupIds: groups.map(({ id }) => id) });
  }

  private instance(): readonly Change[] {
    const one = this.pick([...this.net.tables.all('instance')]);
    if (one === undefined) return [];
    return this.put('instance', one.id, { intent: one.intent === 'running' ? 'stopped' : 'running' });
  }

  private endpoint(): readonly Change[] {
    const one = this.pick([...this.net.tables.all('vpcEndpoint')]);
    if (one === undefined) return [];
    const state = one.state === 'available' ? 'rejected' : 'available';
    return this.put('vpcEndpoint', one.id, { state });
  }

  private balancer(): readonly Change[] {
    const one = this.pick([...this.net.tables.all('loadBalancer')]);
    if (one === undefined) return [];
    const groups = this.net.tables.by('securityGroup', 'vpcId', one.vpcId).filter(() => this.odds(1, 3));
    const enforceSecurityGroupInboundRulesOnPrivateLinkTraffic = this.odds(1, 2) ? 'on' : 'off';
    const groupIds = groups.map(({ id }) => id);
    return this.put('loadBalancer', one.id, {
      groupIds,
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic,
    });
  }

  private targets(): readonly Change[] {
    const one = this.pick([...this.net.tables.all('targetGroup')]);
    if (one === undefined) return [];
    const kept = String(this.odds(1, 2));
    const attributes = { ...one.attributes, 'preserve_client_ip.enabled': kept };
    return this.put('targetGroup', one.id, {
      attributes,
      targets: one.targets.filter(() => this.odds(2, 3)),
    });
  }

  private routes(): readonly Change[] {
    const table = this.pick([...this.net.tables.all('routeTable')]);
    const one = this.pick(this.net.tables.by('networkInterface', 'vpcId', table?.vpcId ?? ''));
    if (table === undefined || one === undefined) return [];
    const destination = { kind: 'cidr', cidr: this.block(table.vpcId) } as const;
    const route = { destination, target: { kind: 'network-interface', id: one.id } } as const;
    return this.put('routeTable', table.id, { routes: this.odds(1, 2) ? [] : [...table.routes, route] });
  }

  /** A route to a gateway of any VPC. */
  private wayOut(): readonly Change[] {
    const { tables } = this.net;
    const table = this.pick([...tables.all('routeTable')]);
    const gateways = [
      ...Array.from(tables.all('internetGateway'), ({ id }) => ({ kind: 'internet-gateway', id }) as const),
      ...Array.from(tables.all('natGateway'), ({ id }) => ({ kind: 'nat-gateway', id }) as const),
    ];
    const target = this.pick(gateways);
    if (table === undefined || target === undefined) return [];
    const cidr =
      this.pick(['0.0.0.0/0', '0.0.0.0/0', '198.18.0.0/16', '198.51.100.0/24', '44.0.0.0/8']) ?? '';
    const others = table.routes.filter(
      ({ destination }) => destination.kind !== 'cidr' || destination.cidr !== cidr,
    );
    const routes = [...others, { destination: { kind: 'cidr', cidr } as const, target }];
    return this.put('routeTable', table.id, { routes });
  }

  private internetGateway(): readonly Change[] {
    const { tables } = this.net;
    const vpc = this.pick([...tables.all('vpc')]);
    const id = `igw-${vpc?.id}`;
    const { vpcId, ...gateway } = tables.get('internetGateway', id) ?? { ...resource(id) };
    return this.write(
      'internetGateway',
      vpcId === undefined ? { ...gateway, vpcId: vpc?.id ?? '' } : gateway,
    );
  }

  private natGateway(): readonly Change[] {
    const one = this.pick([...this.net.tables.all('natGateway')]);
    if (one === undefined) return [];
    return this.put('natGateway', one.id, { state: one.state === 'available' ? 'deleted' : 'available' });
  }

  /** Of whatever interface, load balancer nodes among them; or no longer. */
  private publicAddress(): readonly Change[] {
    const { tables } = this.net;
    const one = this.pick([...tables.all('networkInterface')]);
    const known = this.pick([...tables.all('address')]);
    if (known !== undefined && this.odds(1, 3)) {
      const { association: _, ...address } = known;
      return this.write('address', address);
    }
    if (one === undefined || tables.by('address', 'networkInterfaceId', one.id).length > 0) return [];
    const privateAddress = this.pick(one.privateAddresses)?.address ?? '';
    const publicIp =
      known?.association === undefined && known !== undefined ? known.publicIp : `44.0.0.${this.serial++}`;
    const association = { id: `eipassoc-${publicIp}`, networkInterfaceId: one.id, privateAddress };
    return this.write('address', { ...resource(`eipalloc-${publicIp}`), publicIp, association });
  }

  private gatewayEndpoint(): readonly Change[] {
    const { tables } = this.net;
    const one = this.pick(
      [...tables.all('vpcEndpoint')].filter(({ endpointType }) => endpointType === 'Gateway'),
    );
    if (one === undefined) return [];
    const found = tables.by('routeTable', 'vpcId', one.vpcId).filter(() => this.odds(1, 2));
    return this.put('vpcEndpoint', one.id, { routeTableIds: found.map(({ id }) => id) });
  }

  private host(): readonly Change[] {
    const number = this.prng.below(4);
    const id = `host-${number}.example`;
    if (this.net.tables.get('internetHost', id) !== undefined) {
      this.net.remove('internetHost', id);
      return [{ kind: 'internetHost', id }];
    }
    const address = ['198.51.100.7', '44.0.1.1', '9.9.9.9', '198.18.200.1'][number] ?? '';
    const fields = { address, serves: [], number, bootNumber: 1 };
    return this.write('internetHost', { ...resource(id), ...internetScope, ...fields });
  }

  private hostOnPremises(): readonly Change[] {
    const one = this.pick([...this.net.tables.all('onPremisesHost')]);
    if (one === undefined) return [];
    if (this.odds(1, 2)) return this.put('onPremisesHost', one.id, { address: this.pick(premises) ?? '' });
    this.net.remove('onPremisesHost', one.id);
    return [{ kind: 'onPremisesHost', id: one.id }];
  }

  private vpn(): readonly Change[] {
    const { tables } = this.net;
    const connection = this.pick([...tables.all('vpnConnection')]);
    const gateway = this.pick([...tables.all('vpnGateway')]);
    const table = this.pick([...tables.all('routeTable')]);
    if (connection === undefined || gateway === undefined || table === undefined) return [];
    if (this.odds(1, 3)) {
      const staticRoutes = ['192.168.0.0/16', '192.168.1.0/24', '0.0.0.0/0'].filter(() => this.odds(1, 2));
      return this.put('vpnConnection', connection.id, { staticRoutes });
    }
    if (this.odds(1, 2)) {
      const { vpcId, ...detached } = gateway;
      const [vpc] = tables.all('vpc');
      return this.write('vpnGateway', vpcId === undefined ? { ...detached, vpcId: vpc?.id ?? '' } : detached);
    }
    return this.put('routeTable', table.id, { propagatingVgws: this.odds(1, 2) ? [gateway.id] : [] });
  }

  /** Whatever was there, references to it stay. */
  private removal(): readonly Change[] {
    if (this.odds(1, 2)) return [];
    const kind = this.pick([
      'securityGroup',
      'networkInterface',
      'instance',
      'listener',
      'targetGroup',
      'endpointService',
      'loadBalancer',
      'vpcEndpoint',
      'networkAcl',
      'address',
      'internetGateway',
      'natGateway',
    ] as const);
    const one = kind && this.pick([...this.net.tables.all(kind)]);
    if (kind === undefined || one === undefined) return [];
    this.net.remove(kind, one.id);
    return [{ kind, id: one.id }];
  }

  private put<K extends Kind>(
    kind: K,
    id: string,
    fields: Parameters<Network['change']>[2] & object,
  ): readonly Change[] {
    this.net.change(kind, id, fields as never);
    const resource = this.net.tables.get(kind, id);
    return resource === undefined ? [] : [{ kind, id, resource }];
  }

  private write<K extends Kind>(kind: K, what: Kinds[K]): readonly Change[] {
    this.net.put(kind, what);
    return [{ kind, id: what.id, resource: what }];
  }

  private block(vpcId: string): string {
    const vpc = this.net.tables.get('vpc', vpcId);
    const subnets = this.net.tables.by('subnet', 'vpcId', vpcId).map(({ cidrBlock }) => cidrBlock);
    const enis = this.net.tables.by('networkInterface', 'vpcId', vpcId);
    const hosts = enis.map(({ privateAddresses }) => `${privateAddresses[0]?.address ?? '10.0.1.10'}/32`);
    const part = (subnets[0] ?? '10.0.1.0/24').replace('.0/24', `.${100 + 8 * this.prng.below(4)}/30`);
    if (this.odds(1, 8)) return this.pick(['192.168.0.0/16', '192.168.1.0/24', '192.168.1.10/32']) ?? '';
    const outer = [
      '198.18.0.0/16',
      '44.0.0.0/8',
      `44.0.0.${this.prng.below(8)}/32`,
      '198.51.100.0/24',
      '52.216.0.0/15',
    ];
    if (this.odds(1, 4)) return this.pick(outer) ?? '';
    return this.pick(['0.0.0.0/0', vpc?.cidrBlocks[0]?.cidr ?? '', part, ...subnets, ...hosts]) ?? '';
  }

  private odds(some: number, all: number): boolean {
    return this.prng.below(all) < some;
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list[this.prng.below(list.length)];
  }
}
