// engine/reach and engine/trace on large networks, in process. The worlds are those of testing-world.ts: ten VPCs with
// services that let each other in by groups, endpoints, balancers, gateways; and, hardest, all in one VPC. All pairs are
// counted for sixteen ports, those with the outside (the internet, hosts, AWS's services, public addresses) too; the peer
// is one trace after the other, measured on some pairs in the same round and counted for a millionth of them. Limits are
// peers as well: ≤ 1 × "1 s". Times are those of the processor, garbage collection included, because all of it is one
// thread's work in memory. The largest world needs a larger heap than Node gives: it is measured in a process of its own.
import { execFile } from 'node:child_process';
import { freemem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readQuestion } from '../src/engine/ask/ask.ts';
import { explain } from '../src/engine/explain/explain.ts';
import { unknownHealth } from '../src/engine/health.ts';
import type { Lane } from '../src/engine/reach/lanes.ts';
import { countPairs } from '../src/engine/reach/questions.ts';
import { Reach } from '../src/engine/reach/reach.ts';
import { largeWorld, type WorldSize } from '../src/engine/reach/testing-world.ts';
import type { Network } from '../src/engine/testing.ts';
import { trace } from '../src/engine/trace/trace.ts';
import type { NetworkInterface } from '../src/model/network-interface.ts';
import { SeededPrng } from '../src/std/prng.ts';
import type { Figure, Outcome, RunOptions, Workload } from './figures.ts';
import { median } from './measure.ts';

export const reachWorkload: Workload = { name: 'reach', run };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const sizes = [1000, 10_000, 100_000, 1_000_000] as const;
const asked = 100_000;
const tcp = [22, 80, 443, 8080, 8443, 5432, 3306, 6379, 9092, 9200, 50_051, 53, 1234] as const;
const lanes: readonly Lane[] = [
  ...tcp.map((port) => ({ protocol: 'tcp', port }) as const),
  { protocol: 'udp', port: 53 },
  { protocol: 'udp', port: 8080 },
  { protocol: 'icmp', port: 0 },
];
const heapMiB = 12_000;
const freeBytesMin = heapMiB * 2 ** 20;
const secondMs = 1000;
const millisecondUs = 1000;

function worldOf(interfaces: number): WorldSize {
  return {
    interfaces,
    services: Math.max(10, (interfaces * 3) / 100),
    vpcs: Math.max(1, interfaces / 10_000),
  };
}

const names = {
  all: (size: number) => `reach, all pairs × 16, ${size} interfaces`,
  oneVpc: `reach, all pairs × 16, ${asked} interfaces in one VPC`,
  memory: (size: number) => `reach, memory, ${size} interfaces`,
  edit: `reach, a security group's edit, ${asked} interfaces`,
  trace: `trace, one path, ${asked} interfaces`,
  explain: `explain, one blocked path and what would open it, ${asked} interfaces`,
};

async function run({ isQuick, isWanted }: RunOptions): Promise<Outcome> {
  const figures: Figure[] = [];
  const skips: Outcome['skips'][number][] = [];
  for (const size of sizes) {
    const own = [
      names.all(size),
      names.memory(size),
      ...(size === asked ? [names.edit, names.trace, names.explain] : []),
    ];
    const wanted = own.filter(isWanted);
    if (wanted.length === 0) continue;
    if (isQuick && size > asked) continue;
    if (size > asked && !hasLargeHeap()) {
      if (freemem() > freeBytesMin) figures.push(...(await inLargeHeap(`${size} interfaces`, isWanted)));
      else skips.push(...wanted.map((name) => ({ name, reason: 'needs 12 GB of free memory' })));
      continue;
    }
    const net = largeWorld(worldOf(size));
    const rounds = isQuick || size > asked ? 1 : 5;
    const found = [
      ...allPairs(net, size, rounds),
      ...(size === asked ? [edits(net, rounds), onePath(net, rounds), explained(net, rounds)] : []),
    ];
    figures.push(...found.filter(({ name }) => isWanted(name)));
  }
  if (isWanted(names.oneVpc)) {
    const net = largeWorld({ ...worldOf(asked), vpcs: 1 });
    figures.push({ ...allPairs(net, asked, isQuick ? 1 : 5)[0], name: names.oneVpc });
  }
  return { figures, skips };
}

function hasLargeHeap(): boolean {
  return process.execArgv.some((option) => option.startsWith('--max-old-space-size'));
}

/** The rows whose name contains this, measured by another process. */
async function inLargeHeap(only: string, isWanted: RunOptions['isWanted']): Promise<readonly Figure[]> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const argv = [`--max-old-space-size=${heapMiB}`, main, '--only', only, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as readonly Figure[];
  return figures.filter(({ name }) => isWanted(name));
}

/** From the snapshot to the count of what is reachable, for each lane. */
function allPairs(net: Network, size: number, rounds: number): readonly [pairs: Figure, memory: Figure] {
  const times: number[] = [];
  const ratios: number[] = [];
  let bytes = 0;
  for (let round = 0; round <= rounds; round++) {
    const before = heapBytes();
    const start = cpuMs();
    const reach = new Reach(net.tables, unknownHealth, lanes);
    const { pairs } = countPairs(reach);
    const time = cpuMs() - start;
    // The first round does not count for time, being also the compiler's, and alone for memory, because later ones may
    // still hold the one before. Counting once more keeps this one until now.
    if (round === 0) {
      bytes = heapBytes() - before;
      countPairs(reach);
      continue;
    }
    times.push(time);
    ratios.push(time / ((tracesMs(net, 200, lanes.length) / 200) * (pairs / 1e6)));
  }
  const value = median(times);
  const limit = size === asked ? { '1 s': value / secondMs } : {};
  const floors = size === asked ? { floors: [{ peer: '1 s', max: 1 }] } : {};
  return [
    {
      name: names.all(size),
      value,
      unit: 'ms',
      against: { 'trace of a millionth': median(ratios), ...limit },
      ...floors,
    },
    {
      name: names.memory(size),
      value: bytes / 2 ** 20,
      unit: 'MiB',
      against: { 'KiB an interface': bytes / 1024 / size },
    },
  ];
}

/** A rule more or less in a group, and every pair it touches read anew. */
function edits(net: Network, rounds: number): Figure {
  const reach = new Reach(net.tables, unknownHealth, lanes);
  countPairs(reach);
  const times: number[] = [];
  for (let i = 0; i < rounds * 40; i++) {
    const id = `sg-${i % 10}-s${(i * 7) % 300}`;
    const group = net.tables.get('securityGroup', id);
    if (group === undefined) continue;
    const peer = {
      kind: 'group',
      groupId: `sg-${i % 10}-s${(i * 11 + 3) % 300}`,
      ownerId: group.ownerId,
    } as const;
    const added = {
      id: `sgr-${i}`,
      direction: 'ingress',
      protocol: 'tcp',
      fromPort: 1234,
      toPort: 1234,
      peer,
      tags: {},
    } as const;
    net.change('securityGroup', id, { rules: [...group.rules, added] });
    const resource = net.tables.get('securityGroup', id);
    const start = performance.now();
    reach.update([{ kind: 'securityGroup', id, ...(resource === undefined ? {} : { resource }) }]);
    readOf(reach, `vpc-${i % 10}`, id);
    times.push((performance.now() - start) * 1000);
  }
  const value = median(times.slice(40));
  return {
    name: names.edit,
    value,
    unit: 'µs',
    against: { '1 ms': value / millisecondUs },
    floors: [{ peer: '1 ms', max: 1 }],
  };
}

/** Every pair one side of which carries the group, with the outside too. */
function readOf(reach: Reach, vpcId: string, groupId: string): number {
  const vpc = reach.vpc(vpcId);
  const { outside } = reach;
  let open = 0;
  for (const [i, { first }] of vpc?.classes.list.entries() ?? []) {
    if (vpc === undefined || !first.groupIds.includes(groupId)) continue;
    for (let other = 0; other < vpc.count; other++)
      open += (vpc.word(i, other) & 1) + (vpc.word(other, i) & 1);
    for (const place of outside.placesFor(vpc)) open += outside.word({ vpc, classes: [i] }, place) & 1;
    for (const place of outside.owned) {
      if (place.owner?.vpc !== vpc || place.owner.index !== i) continue;
      for (const senders of outside.senders()) open += outside.word(senders, place) & 1;
      for (const caller of outside.callers) open += outside.callerWord(caller, place) & 1;
    }
  }
  return open;
}

function onePath(net: Network, rounds: number): Figure {
  return underMillisecond(names.trace, rounds, () => tracesMs(net, 500, 1) / 500);
}

function explained(net: Network, rounds: number): Figure {
  const prng = new SeededPrng(8);
  const enis = net.tables.by('networkInterface', 'vpcId', 'vpc-0');
  const pick = () => (enis[prng.below(enis.length)] as NetworkInterface).id;
  return underMillisecond(names.explain, rounds, () => {
    const times: number[] = [];
    while (times.length < 300) {
      const question = readQuestion(net.tables, { from: pick(), to: `${pick()}:5432` });
      const start = cpuMs();
      const { verdict } = explain(net.tables, unknownHealth, question);
      if (verdict === 'not-reachable') times.push(cpuMs() - start);
    }
    return times.reduce((sum, time) => sum + time, 0) / times.length;
  });
}

/** Milliseconds of each round, of which the first is a rehearsal. */
function underMillisecond(name: string, rounds: number, once: () => number): Figure {
  const times = Array.from({ length: rounds + 1 }, once).slice(1);
  const value = median(times) * 1000;
  return {
    name,
    value,
    unit: 'µs',
    against: { '1 ms': value / millisecondUs },
    floors: [{ peer: '1 ms', max: 1 }],
  };
}

/** Traces of random pairs of one VPC, each for so many lanes. */
function tracesMs(net: Network, pairs: number, laneCount: number): number {
  const prng = new SeededPrng(7);
  const enis = net.tables.by('networkInterface', 'vpcId', 'vpc-0');
  const pick = () => enis[prng.below(enis.length)] as NetworkInterface;
  const start = cpuMs();
  for (let i = 0; i < pairs; i++) {
    const [from, to] = [pick(), pick()];
    for (const { protocol, port } of lanes.slice(2, 2 + laneCount)) ask(net, from, to, protocol, port);
  }
  return cpuMs() - start;
}

function ask(
  net: Network,
  from: NetworkInterface,
  to: NetworkInterface,
  protocol: Lane['protocol'],
  port: number,
): void {
  const destination = to.privateAddresses[0]?.address ?? '';
  trace(net.tables, unknownHealth, { from: from.id, protocol, destination, destinationPort: port });
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What is in use, after a collection. */
function heapBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
