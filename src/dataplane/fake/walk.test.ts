import { describe, expect, it } from 'vitest';
import type { Flow } from '../../net/flow.ts';
import type { NftChain, NftMap, NftTable } from '../../plan/nft.ts';
import type { LinkPlan, NamespacePlan, Plan, RoutePlan, RulePlan } from '../../plan/plan.ts';
import { FakeHost } from './fake-host.ts';
import { everyWay, walk } from './walk.ts';

// Router r between guest a (10.0.1.10, device e1) and guest b (10.0.2.10, device e2), and the services (device up).
const main = (destination: string, device?: string): RoutePlan => {
  return {
    table: 254,
    destination,
    ...(device === undefined ? { type: 'blackhole' } : { type: 'unicast', device }),
  };
};

interface Parts {
  readonly chains?: readonly NftChain[];
  readonly maps?: readonly NftMap[];
  readonly routes?: readonly RoutePlan[];
  readonly rules?: readonly RulePlan[];
}

async function host({ chains = [], maps = [], routes = [], rules = [] }: Parts): Promise<FakeHost> {
  const firewall: NftTable = { sets: [], maps, chains };
  const none = { sysctls: [], rules: [] };
  const guest = (name: string, address: string): NamespacePlan => {
    const gateway: RoutePlan = { ...main('0.0.0.0/0', 'eth0'), via: address.replace('.10', '.1') };
    return {
      ...none,
      name,
      kind: 'guest',
      addresses: [{ device: 'eth0', cidr: `${address}/24` }],
      routes: [gateway],
    };
  };
  const local: RoutePlan = { table: 255, destination: '248.0.0.0/5', type: 'local', device: 'lo' };
  const own = [
    main('10.0.1.10/32', 'e1'),
    main('10.0.2.10/32', 'e2'),
    main('240.0.0.0/4', 'up'),
    main('10.0.0.0/16'),
  ];
  const link = (name: string, index: number, peer: LinkPlan['ends'][1]): LinkPlan => {
    return {
      name,
      ends: [{ namespace: 'r', device: name, index }, peer],
      mac: '02:00:00:00:00:01',
      mtu: 1500,
    };
  };
  const plan: Plan = {
    revision: 1,
    guests: [],
    healthChecks: [],
    proxies: [],
    namespaces: [
      {
        ...none,
        name: 'services',
        kind: 'services',
        addresses: [],
        routes: [local, main('240.0.0.0/5', 'r1')],
      },
      guest('a', '10.0.1.10'),
      guest('b', '10.0.2.10'),
      {
        name: 'r',
        kind: 'router',
        sysctls: [['net.ipv4.ip_forward', '1']],
        addresses: [],
        routes: [...own, ...routes],
        rules,
        firewall,
      },
    ],
    links: [
      link('up', 2, { namespace: 'services', device: 'r1', index: 1001 }),
      link('e1', 11, { namespace: 'a', device: 'eth0', index: 2 }),
      link('e2', 12, { namespace: 'b', device: 'eth0', index: 2 }),
    ],
  };
  const fake = new FakeHost();
  const { failures } = await fake.apply(plan);
  expect([...failures]).toEqual([]);
  return fake;
}

const flow = (more: Partial<Flow> = {}): Flow => {
  return {
    protocol: 'tcp',
    source: '10.0.1.10',
    destination: '10.0.2.10',
    sourcePort: 40_000,
    destinationPort: 80,
    ...more,
  };
};

const base = (
  name: string,
  hook: NonNullable<NftChain['hook']>['hook'],
  priority: number,
  ...rules: string[]
): NftChain => {
  const type = name.startsWith('nat') ? 'nat' : 'filter';
  return { name, hook: { type, hook, priority, policy: 'accept' }, rules };
};

const map = (name: string, key: string, value: string, elements: NftMap['elements']): NftMap => {
  return { name, key, value, interval: false, elements };
};

async function ask(parts: Parts, more: Partial<Flow> = {}) {
  const result = walk((await host(parts)).kernel, { namespace: 'a', flow: flow(more) });
  const at = result.at === undefined ? '' : `${result.at.namespace} ${result.at.chain}: ${result.at.rule}`;
  return {
    ...result,
    verdict: `${result.delivered ? 'delivered' : 'lost'} ${result.answered ? 'answered' : at}`,
  };
}

const verdictOf = async (parts: Parts, more: Partial<Flow> = {}) => (await ask(parts, more)).verdict;

describe('walk', () => {
  it('goes by routes alone where there are no rules, and shows the path', async () => {
    const { verdict, outcomes } = await ask({});
    expect(verdict).toBe('delivered answered');
    expect(
      outcomes[0]?.path.map(({ namespace, from = '', to = '' }) => `${from}>${namespace}>${to}`),
    ).toEqual(['>a>eth0', 'e1>r>e2', 'eth0>b>', '>b>eth0', 'e2>r>e1', 'eth0>a>']);
  });

  it('loses what has no route, no receiver, or a receiver that does not know the address', async () => {
    expect(await verdictOf({}, { destination: '10.0.9.9' })).toBe(
      'lost r route: blackhole 10.0.0.0/16 table 254',
    );
    expect(await verdictOf({}, { destination: '8.8.8.8' })).toBe('lost r route: no route');
    const lanes = { routes: [main('8.8.8.8/32', 'e2')] };
    expect(await verdictOf(lanes, { destination: '8.8.8.8' })).toBe('lost b route: 8.8.8.8 is not local');
    expect(await verdictOf({}, { source: '10.0.2.10' })).toBe('lost b route: martian source 10.0.2.10');
  });

  it.each([
    [['iif "e1" drop'], 'lost r f: iif 11 drop'],
    [['iif "e2" drop'], 'delivered r f: iif 12 drop'],
    [['tcp dport 80-90 return', 'drop comment "sgr-1"'], 'delivered r f: drop comment "sgr-1"'],
    [['tcp sport 80 accept', 'tcp dport 80 accept', 'drop'], 'delivered answered'],
    [['meta l4proto udp accept', 'drop'], 'lost r f: drop'],
    [['ip saddr { 10.0.1.0/24, 10.0.2.10 } accept', 'drop'], 'delivered answered'],
    [['jump sub', 'drop'], 'delivered r f: drop'],
    [['goto sub', 'drop'], 'delivered answered'],
    [['iif vmap @by-device', 'drop'], 'delivered answered'],
    [
      ['meta mark 0x0 meta mark set iif . ip saddr map @marks', 'meta mark & 0xff0 vmap { 0x10 : drop }'],
      'lost r f: meta mark & 0xff0 vmap { 0x10 : drop }',
    ],
    [['ct state vmap { invalid : drop }'], 'lost r f: ct state vmap { invalid : drop }'],
  ])('evaluates %j', async (rules, verdict) => {
    const maps = [
      map('by-device', 'typeof iif', 'verdict', [
        ['"e1"', 'accept'],
        ['"e2"', 'goto sub2'],
      ]),
      map('marks', 'typeof iif . ip saddr', 'mark', [['"e1" . 10.0.1.10', '0x1f']]),
    ];
    const chains = [
      base('f', 'prerouting', -300, ...rules),
      { name: 'sub', rules: ['ip daddr 10.0.2.10 accept'] },
      { name: 'sub2', rules: ['ip daddr 10.0.1.10 accept', 'drop'] },
    ].map((chain) =>
      rules[0] === 'goto sub' && chain.name === 'sub' ? { ...chain, rules: ['return'] } : chain,
    );
    expect(await verdictOf({ maps, chains })).toBe(verdict);
  });

  it('names the rule whose comment says what decided, not the chain that carries it out', async () => {
    const said = base('f', 'prerouting', 0, 'ip daddr 10.0.2.10 meta mark set 0x7 goto end comment "sg-1"');
    const silent = base('f', 'prerouting', 0, 'goto end');
    const end = { name: 'end', rules: ['drop'] };
    const { at, verdict } = await ask({ chains: [said, end] });
    expect([at?.chain, at?.comment]).toEqual(['f', 'sg-1']);
    expect(verdict).toContain('lost r f: ip daddr 10.0.2.10');
    expect(await verdictOf({ chains: [silent, end] })).toBe('lost r end: drop');
  });

  it('tells the route by which a packet came to a namespace that is not for it', async () => {
    const chains = [base('input', 'input', 0, 'drop')];
    const routes: RoutePlan[] = [{ table: 254, destination: '8.8.8.0/24', type: 'local', device: 'lo' }];
    expect(await verdictOf({ chains, routes }, { destination: '8.8.8.8' })).toBe(
      'lost r route: local 8.8.8.0/24 dev lo table 254',
    );
  });

  it('judges ICMP by type, and an answer as a reply', async () => {
    const icmp = { protocol: 'icmp', sourcePort: 0, destinationPort: 0 } as const;
    expect(
      await verdictOf({ chains: [base('f', 'forward', 0, 'icmp type 8 icmp code 0 accept', 'drop')] }, icmp),
    ).toBe('delivered r f: drop');
  });

  it('runs chains by priority, NAT chains at their own, and drops by policy', async () => {
    const drops = (name: string, priority: number) => base(name, 'prerouting', priority, 'drop');
    expect(await verdictOf({ chains: [drops('late', 5), drops('early', -150), drops('nat', -400)] })).toMatch(
      /early/,
    );
    expect(await verdictOf({ chains: [drops('late', 5), drops('nat', 500)] })).toMatch(/^lost r nat:/);
    const closed = {
      ...base('f', 'postrouting', 0),
      hook: { type: 'filter', hook: 'postrouting', priority: 0, policy: 'drop' },
    } as const;
    expect(await verdictOf({ chains: [closed] })).toBe('lost r f: policy drop');
  });

  it('translates both ends, lets established packets by, and undoes it for the answer', async () => {
    const chains = [
      base(
        'nat-d',
        'prerouting',
        -100,
        'ct mark set 0x7',
        'dnat ip to ip daddr . meta l4proto . th dport map @services',
      ),
      base('nat-d2', 'prerouting', -90, 'drop'),
      base('nat-s', 'postrouting', 100, 'snat ip to ct mark map @nodes', 'drop'),
      base(
        'in',
        'postrouting',
        110,
        'ct state vmap { established : accept }',
        'ip saddr 10.0.2.50 tcp dport 8080 accept',
        'drop',
      ),
    ];
    const maps = [
      map('services', 'type ipv4_addr . inet_proto . inet_service', 'ipv4_addr . inet_service', [
        ['10.0.9.9 . tcp . 80', '10.0.2.10 . 8080'],
      ]),
      map('nodes', 'type mark', 'ipv4_addr', [['0x7', '10.0.2.50']]),
    ];
    const result = await ask({ chains, maps }, { destination: '10.0.9.9' });
    expect(result.verdict).toBe('delivered answered');
    expect(result.outcomes[0]?.received?.headers).toEqual({
      protocol: 'tcp',
      source: '10.0.2.50',
      sourcePort: 40_000,
      destination: '10.0.2.10',
      destinationPort: 8080,
    });
    expect(result.outcomes[0]?.path.at(-1)?.headers).toMatchObject({ source: '10.0.9.9', sourcePort: 80 });
    expect(await verdictOf({ chains, maps }, { destination: '10.0.9.8' })).toBe('lost r nat-d2: drop');
  });

  it('tells the directions of a connection apart', async () => {
    const drops = (direction: string) =>
      verdictOf({ chains: [base('f', 'prerouting', -95, `ct direction ${direction} drop`)] });
    expect(await drops('original')).toBe('lost r f: ct direction original drop');
    expect(await drops('reply')).toBe('delivered r f: ct direction reply drop');
    const early = base('f', 'prerouting', -300, 'ct direction original drop', 'ct direction reply drop');
    expect(await verdictOf({ chains: [early] })).toBe('delivered answered');
  });

  it('finds the answer to a connection that has a zone', async () => {
    const zoned = base('z', 'prerouting', -300, 'ct original zone set iif map @zones');
    const judged = base('f', 'prerouting', -150, 'ct state vmap { invalid : drop }');
    const maps = [map('zones', 'typeof iif', 'ct zone', [['"e1"', '7']])];
    expect(await verdictOf({ chains: [zoned, judged], maps })).toBe('delivered answered');
  });

  it('walks every target of a hash', async () => {
    const targets = 'mod 3 seed 0x1 map { 0 : 10.0.2.10 . 80, 1 : 10.0.2.10 . 81, 2 : 10.0.2.11 . 80 }';
    const chains = [base('nat', 'prerouting', -100, `dnat ip to jhash ip saddr . th sport ${targets}`)];
    const { outcomes, verdict } = await ask({ chains }, { destination: '10.0.9.9' });
    expect(verdict).toBe('lost r route: blackhole 10.0.0.0/16 table 254');
    expect(outcomes.map(({ received }) => received?.headers.destinationPort)).toEqual([80, 81, undefined]);
    expect(everyWay((choose) => [choose(2), choose(1), choose(3)].join(''))).toHaveLength(6);
  });

  it('chooses the route table by the mark', async () => {
    const rules = [{ priority: 33_001, mark: { value: 1, mask: 0xfff }, table: 1001 }];
    const routes = [{ ...main('8.8.0.0/16', 'e2'), table: 1001 }];
    const marked = [base('f', 'prerouting', -300, 'iif "e1" meta mark set 0x5001')];
    expect(await verdictOf({ rules, routes }, { destination: '8.8.8.8' })).toBe('lost r route: no route');
    expect(await verdictOf({ rules, routes, chains: marked }, { destination: '8.8.8.8' })).toMatch(/^lost b/);
  });

  it('delivers to the services, which answer an identity', async () => {
    const chains = [
      base('nat-d', 'prerouting', -100, 'dnat ip to ip daddr . meta l4proto . th dport map @services'),
      base('nat-s', 'postrouting', 100, 'oif "up" snat ip to ip saddr map @identities'),
    ];
    const maps = [
      map('services', 'type ipv4_addr . inet_proto . inet_service', 'ipv4_addr . inet_service', [
        ['169.254.169.253 . udp . 53', '248.0.0.53 . 53'],
      ]),
      map('identities', 'type ipv4_addr', 'ipv4_addr', [['10.0.1.10', '240.0.64.1']]),
    ];
    const dns = { protocol: 'udp', destination: '169.254.169.253', destinationPort: 53 } as const;
    const { verdict, outcomes } = await ask({ chains, maps }, dns);
    expect(verdict).toBe('delivered answered');
    expect(outcomes[0]?.received).toMatchObject({ namespace: 'services', headers: { source: '240.0.64.1' } });
  });

  it('loses a packet where the link is gone', async () => {
    const { kernel } = await host({});
    kernel.removeDevice('r', 'e1');
    expect(walk(kernel, { namespace: 'a', flow: flow() }).at?.rule).toMatch(/no route/);
    kernel.removeDevice('r', 'e2');
    expect(walk(kernel, { namespace: 'services', flow: flow() }).at?.rule).toMatch(/no route/);
  });
});
