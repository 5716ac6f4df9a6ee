// Reach against trace, on random networks by seed: every pair of interfaces, every lane, and again after random edits,
// where the renewed answer must also be the one from scratch. More seeds: REACH_SEEDS=1-2000 npm test -- reach.
import { describe, expect, it } from 'vitest';
import type { NetworkInterface } from '../../model/network-interface.ts';
import { type Health, healthOf } from '../health.ts';
import { randomNetwork } from '../random-network.ts';
import type { Network } from '../testing.ts';
import type { Trace } from '../trace/answer.ts';
import { trace } from '../trace/trace.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { wayToVpc } from '../../model/vpn-connection.ts';
import { type Lane, nothing, verdictAt, type Word } from './lanes.ts';
import type { OutsidePlace } from './outside-places.ts';
import { countPairs } from './questions.ts';
import { Reach } from './reach.ts';
import { isSameGuest } from './vpc-reach.ts';
import { Editor } from './testing-edits.ts';

const lanes: readonly Lane[] = [
  { protocol: 'tcp', port: 80 },
  { protocol: 'tcp', port: 443 },
  { protocol: 'tcp', port: 8080 },
  { protocol: 'tcp', port: 22 },
  { protocol: 'udp', port: 8080 },
  { protocol: 'udp', port: 80 },
  { protocol: 'icmp', port: 0 },
];

const [first = 1, last = first] = (process.env['REACH_SEEDS'] ?? '1-30').split('-').map(Number);

interface Comparison {
  readonly verdicts: Map<string, number>;
  readonly disagreements: string[];
}

function compare({ tables }: Network, health: Health, reach: Reach, total: Comparison): void {
  for (const vpc of tables.all('vpc')) {
    const enis = tables.by('networkInterface', 'vpcId', vpc.id);
    for (const from of enis) for (const to of enis) comparePair({ reach, health, from, to }, total);
  }
  compareCount(reach, total);
  compareOutside(tables, health, reach, total);
}

interface Asked {
  readonly from: string;
  readonly destination: string;
  readonly source?: string;
  /** False when it is not about who was meant, but another with his address. */
  readonly isThere?: (found: Trace) => boolean;
}

/** Each interface and each place, each alone and together with those that are alike; and callers from the internet. */
function compareOutside(
  snapshot: Snapshot,
  health: Health,
  { outside, vpcReaches }: Reach,
  total: Comparison,
): void {
  const holdAgainst = (word: Word, { isThere, ...asked }: Asked) => {
    for (const [i, { protocol, port }] of lanes.entries()) {
      const found = trace(snapshot, health, { ...asked, protocol, destinationPort: port });
      const verdict = isThere?.(found) === false ? 'not-reachable' : found.verdict;
      const key = `outside ${verdict}`;
      total.verdicts.set(key, (total.verdicts.get(key) ?? 0) + 1);
      const said = verdictAt(word, i);
      if (said === verdict) continue;
      total.disagreements.push(
        `${asked.source ?? asked.from} → ${asked.destination} ${protocol} ${port}: reach ${said}, trace ${verdict}`,
      );
    }
  };
  const sending = new Set<string>();
  for (const { vpc, classes } of outside.senders()) {
    for (const place of outside.placesFor(vpc)) {
      const together = outside.word({ vpc, classes }, place);
      for (const index of classes) {
        for (const from of vpc.classes.list[index]?.members ?? []) {
          sending.add(from.id);
          for (const { destination, owner } of addressesOf(snapshot, place)) {
            if (owner !== undefined && isSameGuest(from, owner)) continue;
            const asked = { from: from.id, destination, isThere: isThere(place) };
            holdAgainst(together, asked);
            holdAgainst(outside.word({ vpc, classes: [index] }, place), asked);
          }
        }
      }
    }
  }
  for (const { id } of snapshot.all('networkInterface')) {
    if (!sending.has(id)) holdAgainst(nothing, { from: id, destination: '198.51.100.8' });
  }
  for (const caller of outside.callers) {
    for (const { destination: source } of addressesOf(snapshot, caller)) {
      for (const place of outside.owned) {
        const word = outside.callerWord(caller, place);
        for (const destination of place.ids) holdAgainst(word, { from: 'internet', source, destination });
      }
    }
  }
  for (const host of outside.premises.hosts) {
    for (const vpc of vpcReaches) {
      for (const [to, { members }] of vpc.classes.list.entries()) {
        const word = outside.premises.word(host, vpc, to);
        for (const { privateAddresses } of members) {
          const destination = privateAddresses[0]?.address ?? '';
          const way = wayToVpc(snapshot, { id: host.customerGatewayId ?? '' }, destination);
          const isHere = ({ paths }: Trace) =>
            way?.vpc.id === vpc.vpcId &&
            paths.every((path) => path.verdict !== 'reachable' || path.arrival.kind !== 'on-premises-host');
          for (const from of host.ids) holdAgainst(word, { from, destination, isThere: isHere });
        }
      }
    }
  }
}

/** A host on premises may have the address of somebody else, in a VPC or in another network. */
function isThere({ kind, ids }: OutsidePlace): (found: Trace) => boolean {
  return ({ paths }) =>
    kind !== 'premises' ||
    paths.every((path) => path.verdict !== 'reachable' || ids.includes(path.arrival.id));
}

function addressesOf(snapshot: Snapshot, { kind, ids, address, owner }: OutsidePlace) {
  return ids.map((id, i) => ({
    destination:
      kind === 'address'
        ? id
        : (snapshot.get('internetHost', id) ?? snapshot.get('onPremisesHost', id) ?? { address }).address,
    owner: owner?.interfaces[i],
  }));
}

/** Counting does not read each pair. */
function compareCount(reach: Reach, { disagreements }: Comparison): void {
  const counted = countPairs(reach).reachable;
  const read = lanes.map(() => 0);
  for (const vpc of reach.vpcReaches) {
    const sizes = vpc.classes.list.map(({ members }) => members.length);
    for (const [from, senders] of sizes.entries()) {
      for (const [to, receivers] of sizes.entries()) {
        const pairs = senders * (from === to ? receivers - 1 : receivers);
        for (const lane of lanes.keys())
          if (verdictAt(vpc.word(from, to), lane) === 'reachable') read[lane] = (read[lane] ?? 0) + pairs;
      }
    }
  }
  if (counted.join() !== read.join()) disagreements.push(`counted ${counted.join()}, read ${read.join()}`);
}

function comparePair(
  { reach, health, from, to }: { reach: Reach; health: Health; from: NetworkInterface; to: NetworkInterface },
  { verdicts, disagreements }: Comparison,
): void {
  const destination = to.privateAddresses[0]?.address ?? '';
  const word = reach.word(from, to);
  for (const [i, { protocol, port }] of lanes.entries()) {
    const question = { from: from.id, protocol, destination, destinationPort: port };
    const { verdict } = trace(reach.world.snapshot, health, question);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    const said = verdictAt(word, i);
    if (said === verdict) continue;
    disagreements.push(`${from.id} → ${to.id} ${protocol} ${port}: reach ${said}, trace ${verdict}`);
  }
}

describe(`random networks, seeds ${first} to ${last}`, { timeout: 3_600_000 }, () => {
  it('says what trace says, of all pairs, before and after edits', () => {
    const total: Comparison = { verdicts: new Map(), disagreements: [] };
    for (let seed = first; seed <= last; seed++) {
      const { net, reports } = randomNetwork(seed);
      const health = healthOf(reports);
      const editor = new Editor(net, seed);
      if (seed % 2 === 0) editor.crowd();
      if (seed % 3 === 0) editor.connect();
      editor.edit(seed % 8);
      const reach = new Reach(net.tables, health, lanes);
      compare(net, health, reach, total);
      expect(total.disagreements.slice(0, 5), `seed ${seed}`).toEqual([]);
      for (let round = 1; round <= 4; round++) {
        const changes = editor.edit(1);
        reach.update(changes);
        compare(net, health, reach, total);
        const what = changes.map(({ kind, id }) => `${kind} ${id}`).join(', ');
        expect(total.disagreements.slice(0, 5), `seed ${seed}, edit ${round}: ${what}`).toEqual([]);
      }
    }
    // Networks in which nothing passes, or nothing is in doubt, would show nothing.
    const asked = [...total.verdicts.values()].reduce((a, b) => a + b, 0);
    expect((total.verdicts.get('reachable') ?? 0) / asked).toBeGreaterThan(0.05);
    for (const verdict of ['not-reachable', 'ambiguous', 'unknown']) {
      expect(total.verdicts.get(verdict), verdict).toBeGreaterThan(0);
      expect(total.verdicts.get(`outside ${verdict}`), verdict).toBeGreaterThan(0);
    }
    expect(total.verdicts.get('outside reachable')).toBeGreaterThan(0);
  });

  it('puts only those into one class whom the outside does not tell apart either', () => {
    const differing: string[] = [];
    let asked = 0;
    for (let seed = first; seed <= last; seed++) {
      const { net, reports } = randomNetwork(seed);
      new Editor(net, seed).crowd();
      const health = healthOf(reports);
      const outside = [
        '8.8.8.8',
        '52.216.1.1',
        ...Array.from(net.tables.all('address'), ({ publicIp }) => publicIp),
      ];
      for (const { classes } of new Reach(net.tables, health, lanes).vpcReaches) {
        for (const { members } of classes.list.filter((one) => one.members.length > 1)) {
          for (const destination of outside) {
            const others = members.filter((one) => !owns(net, one, destination));
            const fates = others.map((one) => fateOf(net, health, one, destination));
            asked += others.length;
            if (new Set(fates).size > 1)
              differing.push(`seed ${seed}: ${others.map(({ id }) => id).join()} → ${destination}`);
          }
        }
      }
    }
    expect(differing.slice(0, 5)).toEqual([]);
    expect(asked).toBeGreaterThan(0);
  });
});

function owns({ tables }: Network, one: NetworkInterface, publicIp: string): boolean {
  const owner = tables.by('address', 'publicIp', publicIp)[0]?.association?.networkInterfaceId;
  const other = tables.get('networkInterface', owner ?? '');
  return other !== undefined && isSameGuest(one, other);
}

function fateOf({ tables }: Network, health: Health, { id }: NetworkInterface, destination: string): string {
  return lanes
    .map(
      ({ protocol, port }) =>
        trace(tables, health, { from: id, protocol, destination, destinationPort: port }).verdict,
    )
    .join();
}
