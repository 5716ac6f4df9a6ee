// Rules applied to a packet, as nftables does it: parts from left to right, the first that does not match or finds
// nothing ends the rule; jumps come back, gotos do not; only a base chain has a policy.
import { assert } from '../../std/assert.ts';
import { type Packet, translate } from './packet.ts';
import {
  type Chain,
  type Container,
  directions,
  type Element,
  type Field,
  type Part,
  type Rule,
  type RuleTable,
  type Selector,
  type Value,
  type Verdict,
} from './rules.ts';

/** The rule that decided; for a policy or a route, words instead of a rule. */
export interface Place {
  readonly namespace: string;
  readonly chain: string;
  readonly rule: string;
  readonly comment?: string;
}

export interface Ruling {
  readonly verdict: 'accept' | 'drop';
  readonly place: Place;
}

export interface Evaluation {
  readonly namespace: string;
  readonly table: RuleTable;
  readonly packet: Packet;
  /** Which of `count` equal possibilities a hash takes. */
  readonly choose: (count: number) => number;
}

/** What a base chain says about the packet; its rules may change marks and NAT. */
export function judge(evaluation: Evaluation, base: Chain): Ruling {
  const ruling = runChain(evaluation, base);
  if (ruling !== undefined) return ruling;
  const policy = base.hook?.policy ?? 'accept';
  return {
    verdict: policy,
    place: { namespace: evaluation.namespace, chain: base.name, rule: `policy ${policy}` },
  };
}

function runChain(evaluation: Evaluation, chain: Chain): Ruling | undefined {
  for (const rule of chain.rules) {
    const verdict = runRule(evaluation, rule);
    switch (verdict?.kind) {
      case undefined:
        break;
      case 'accept':
      case 'drop':
        return { verdict: verdict.kind, place: placeOf(evaluation.namespace, chain, rule) };
      case 'return':
        return undefined;
      case 'goto': {
        const ruling = runChain(evaluation, chainNamed(evaluation.table, verdict.chain));
        // A comment says what decided, wherever it is carried out.
        if (ruling === undefined || rule.comment === undefined) return ruling;
        return { ...ruling, place: placeOf(evaluation.namespace, chain, rule) };
      }
      case 'jump': {
        const ruling = runChain(evaluation, chainNamed(evaluation.table, verdict.chain));
        if (ruling !== undefined) return ruling;
      }
    }
  }
  return undefined;
}

function placeOf(namespace: string, chain: Chain, { text, comment }: Rule): Place {
  return { namespace, chain: chain.name, rule: text, ...(comment === undefined ? {} : { comment }) };
}

function chainNamed(table: RuleTable, name: string): Chain {
  const chain = table.chains.get(name);
  assert(chain !== undefined, `chain ${name} was there when the rules were loaded`);
  return chain;
}

/** The verdict the rule came to, if any. */
function runRule(evaluation: Evaluation, rule: Rule): Verdict | undefined {
  for (const part of rule.parts) {
    const result = runPart(evaluation, part);
    if (result === 'break') return undefined;
    if (result !== 'next') return result;
  }
  return undefined;
}

function runPart(evaluation: Evaluation, part: Part): Verdict | 'next' | 'break' {
  const { packet } = evaluation;
  switch (part.kind) {
    case 'verdict':
      return part.verdict;
    case 'match':
      return lookUp(evaluation, part.among, read(packet, part.selector)) === undefined ? 'break' : 'next';
    case 'verdict-map': {
      const value = lookUp(evaluation, part.map, read(packet, part.selector))?.value;
      return value === undefined ? 'break' : (value as Verdict);
    }
    case 'count':
      return read(packet, part.selector) === undefined ? 'break' : 'next';
    case 'set-mark': {
      const [mark] = compute(evaluation, part.value) ?? [];
      if (mark === undefined) return 'break';
      if (part.of === 'meta mark') packet.mark = mark;
      else if (part.of === 'ct original zone') packet.zone = mark;
      else if (packet.connection !== undefined) packet.connection.mark = mark;
      return 'next';
    }
    case 'nat': {
      const [address, port] = compute(evaluation, part.value) ?? [];
      if (address === undefined) return 'break';
      translate(packet, part.of === 'dnat' ? 'destination' : 'source', { address, port });
      return { kind: 'accept' };
    }
  }
}

function compute(evaluation: Evaluation, value: Value): readonly number[] | undefined {
  switch (value.kind) {
    case 'constant':
      return value.numbers;
    case 'map':
      return lookUp(evaluation, value.map, read(evaluation.packet, value.selector))?.value as
        | readonly number[]
        | undefined;
    case 'hash': {
      if (read(evaluation.packet, value.selector) === undefined) return undefined;
      const index = value.modulus === 1 ? 0 : evaluation.choose(value.modulus);
      return lookUp(evaluation, value.map, [index])?.value as readonly number[] | undefined;
    }
  }
}

function lookUp(
  { table }: Evaluation,
  container: Container,
  key: readonly number[] | undefined,
): Element | undefined {
  if (key === undefined) return undefined;
  const covers = (element: Element) => key.every((value, i) => isWithin(value, element.key[i]));
  if (container.kind === 'inline') return container.elements.find(covers);
  const set = table.sets.get(container.name);
  assert(set !== undefined, `set ${container.name} was there when the rules were loaded`);
  return set.interval ? [...set.elements.values()].find(covers) : set.elements.get(key.join(' '));
}

function isWithin(value: number, range: Element['key'][number] | undefined): boolean {
  return range !== undefined && value >= range.from && value <= range.to;
}

/** Values of the fields; undefined when the packet lacks one. */
function read(packet: Packet, { fields, mask }: Selector): readonly number[] | undefined {
  const values: number[] = [];
  for (const field of fields) {
    const value = readField(packet, field);
    if (value === undefined) return undefined;
    values.push(mask === undefined ? value : (value & mask) >>> 0);
  }
  return values;
}

function readField(
  { tuple, inIndex, outIndex, mark, icmpType, connection, isReply, state }: Packet,
  field: Field,
): number | undefined {
  const only = (protocol: number, value: number) => (tuple.protocol === protocol ? value : undefined);
  switch (field) {
    case 'iif':
      return inIndex;
    case 'oif':
      return outIndex;
    case 'ip saddr':
      return tuple.source;
    case 'ip daddr':
      return tuple.destination;
    case 'meta l4proto':
      return tuple.protocol;
    case 'meta mark':
      return mark;
    case 'th sport':
      return tuple.sourcePort;
    case 'th dport':
      return tuple.destinationPort;
    case 'tcp sport':
      return only(6, tuple.sourcePort);
    case 'tcp dport':
      return only(6, tuple.destinationPort);
    case 'udp sport':
      return only(17, tuple.sourcePort);
    case 'udp dport':
      return only(17, tuple.destinationPort);
    case 'icmp type':
      return only(1, icmpType);
    case 'icmp code':
      return only(1, 0);
    case 'ct mark':
      return connection?.mark;
    case 'ct state':
      return state;
    case 'ct direction':
      return connection === undefined ? undefined : directions[isReply ? 'reply' : 'original'];
    case 'ct original zone':
      return connection?.zone;
    // Only counters look at these, and the walk does not count.
    case 'ct original ip saddr':
    case 'ct original ip daddr':
    case 'ct original proto-src':
    case 'ct original proto-dst':
    case 'ct reply ip saddr':
    case 'ct reply ip daddr':
    case 'ct reply proto-src':
    case 'ct reply proto-dst':
      return undefined;
  }
}
