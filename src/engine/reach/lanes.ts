// Lanes: up to sixteen questions (protocol and port) answered at once, one bit each. A pair's answer is one word: the
// low half says for which lanes packets pass, the high half for which that is not certain. So a security group is a
// number, a pair's verdict is a few bitwise operations, and a matrix of pairs is a typed array.
import { type Protocol, protocolNumbers } from '../../net/flow.ts';
import type { NetworkAclEntry } from '../../model/network-acl.ts';
import type { SecurityGroupRule } from '../../model/security-group.ts';
import { assert } from '../../std/assert.ts';
import type { Trace } from '../trace/answer.ts';

export interface Lane {
  readonly protocol: Protocol;
  /** 0 for ICMP, which is an echo request. */
  readonly port: number;
  /** Where the lane stands for all ports up to this one. */
  readonly lastPort?: number;
}

export const lanesMax = 16;

/** Bits of lanes; see above for those of an answer. */
export type Word = number;
export type Verdict = Trace['verdict'];

export const nothing: Word = 0;

export function allLanes(lanes: readonly Lane[]): Word {
  assert(lanes.length <= lanesMax, `at most ${lanesMax} lanes`);
  return 2 ** lanes.length - 1;
}

/** An answer of its parts: some packets of these lanes pass, some do not, of some it is not known. */
export function answer(passes: Word, fails: Word, unknown: Word): Word {
  const ambiguous = passes & fails & ~unknown;
  return ((passes & ~unknown) | ((ambiguous | unknown) << 16)) >>> 0;
}

/** The word with these lanes taken from another. */
export function replaced(word: Word, lanes: Word, other: Word): Word {
  const both = lanes | (lanes << 16);
  return ((word & ~both) | (other & both)) >>> 0;
}

export function verdictAt(word: Word, lane: number): Verdict {
  const passes = (word >>> lane) & 1;
  const unsure = (word >>> (lane + 16)) & 1;
  if (unsure === 0) return passes === 1 ? 'reachable' : 'not-reachable';
  return passes === 1 ? 'ambiguous' : 'unknown';
}

/** Lanes that are reachable without doubt. */
export function reachableLanes(word: Word): Word {
  return word & ~(word >>> 16) & 0xffff;
}

export function wordOf(lanes: readonly Lane[], verdictOf: (lane: Lane, i: number) => Verdict): Word {
  let word = 0;
  for (const [i, lane] of lanes.entries()) {
    const verdict = verdictOf(lane, i);
    if (verdict === 'reachable' || verdict === 'ambiguous') word |= 1 << i;
    if (verdict === 'ambiguous' || verdict === 'unknown') word |= 1 << (i + 16);
  }
  return word >>> 0;
}

/** Lanes whose packets the rule allows, whoever the peer is. */
export function ruleLanes(lanes: readonly Lane[], rule: SecurityGroupRule): Word {
  let word = 0;
  for (let i = 0; i < lanes.length; i++) if (isOfRule(rule, lanes[i] as Lane)) word |= 1 << i;
  return word;
}

function isOfRule({ protocol, fromPort, toPort }: SecurityGroupRule, lane: Lane): boolean {
  if (protocol === '-1') return true;
  if (protocol === 'icmp') return lane.protocol === 'icmp' && isEcho(fromPort, toPort, 8);
  if (protocol === 'tcp' || protocol === 'udp') {
    return protocol === lane.protocol && (fromPort === -1 || (fromPort <= lane.port && lane.port <= toPort));
  }
  return protocol === String(protocolNumbers[lane.protocol]);
}

function isEcho(type: number, code: number, echo: number): boolean {
  return type === -1 || (type === echo && (code === -1 || code === 0));
}

/** Lanes whose packets an entry means, whatever their addresses; for replies the port they go back to is given. */
export function entryLanes(lanes: readonly Lane[], entry: NetworkAclEntry, replyPort?: number): Word {
  let word = 0;
  for (const [i, lane] of lanes.entries()) if (isOfEntry(entry, lane, replyPort)) word |= 1 << i;
  return word;
}

function isOfEntry(entry: NetworkAclEntry, lane: Lane, replyPort: number | undefined): boolean {
  if (entry.protocol === '-1') return true;
  if (entry.protocol !== String(protocolNumbers[lane.protocol])) return false;
  if (lane.protocol === 'icmp') {
    const { type, code } = entry.icmpTypeCode ?? { type: -1, code: -1 };
    return isEcho(type, code, replyPort === undefined ? 8 : 0);
  }
  const port = replyPort ?? lane.port;
  return entry.portRange === undefined || (entry.portRange.from <= port && port <= entry.portRange.to);
}
