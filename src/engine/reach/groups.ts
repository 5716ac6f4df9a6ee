// What security groups let pass between classes of interfaces, as one row of words for each set of groups: what such an
// interface lets in from every class, and out to every class. A rule touches only the classes it names, so a row costs
// what its rules say and not what the network holds.
import type { SecurityGroup, SecurityGroupRule } from '../../model/security-group.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { type Cidr, contains, parseCidr } from '../../net/ipv4.ts';
import { prefixListCidrs } from '../prefix-lists.ts';
import { type Lane, nothing, ruleLanes, type Word } from './lanes.ts';

export interface CompiledRule {
  readonly lanes: Word;
  readonly blocks: readonly Cidr[];
  readonly groupId?: string;
}

export interface CompiledGroup {
  readonly ingress: readonly CompiledRule[];
  readonly egress: readonly CompiledRule[];
}

export type Direction = 'ingress' | 'egress';

/** The other side of a row: classes of one VPC, found by what rules name. */
export class Peers {
  readonly count: number;
  /** Rows of rules that name blocks alone, of which many groups have the same. */
  readonly rows = new Map<string, Row>();
  /** An address of each class that stands for all. */
  private readonly addresses: Float64Array;
  private readonly vpcBlocks: readonly Cidr[];
  private readonly byGroup: ReadonlyMap<string, readonly number[]>;
  private readonly byBlock = new Map<string, readonly number[]>();

  constructor(
    addresses: Float64Array,
    vpcBlocks: readonly Cidr[],
    byGroup: ReadonlyMap<string, readonly number[]>,
  ) {
    this.count = addresses.length;
    this.addresses = addresses;
    this.vpcBlocks = vpcBlocks;
    this.byGroup = byGroup;
  }

  withGroup(groupId: string): readonly number[] {
    return this.byGroup.get(groupId) ?? [];
  }

  within(block: Cidr): readonly number[] {
    const key = blockKey(block);
    const known = this.byBlock.get(key);
    if (known !== undefined) return known;
    const found = [...this.addresses.keys()].filter((i) => contains(block, this.addresses[i] as number));
    this.byBlock.set(key, found);
    return found;
  }

  areAllIn(block: Cidr): boolean {
    return this.vpcBlocks.every((own) => own.length >= block.length && contains(block, own.base));
  }
}

/** A word for all classes, and other ones for some: by class where they are few, else in a list of all. */
export interface Row {
  readonly everyone: Word;
  readonly few: ReadonlyMap<number, Word> | undefined;
  readonly many: Uint16Array | undefined;
}

export function at({ everyone, few, many }: Row, index: number): Word {
  if (many !== undefined) return many[index] as number;
  return few?.get(index) ?? everyone;
}

/** Visits the classes with another word than everyone. */
export function eachException(
  { everyone, few, many }: Row,
  visit: (index: number, word: Word) => void,
): void {
  few?.forEach((word, index) => visit(index, word));
  if (many === undefined) return;
  for (let index = 0; index < many.length; index++)
    if (many[index] !== everyone) visit(index, many[index] as number);
}

function plainRow(everyone: Word): Row {
  return { everyone, few: undefined, many: undefined };
}

export function compileGroup(
  snapshot: Snapshot,
  lanes: readonly Lane[],
  group: SecurityGroup,
): CompiledGroup {
  const of = (direction: Direction) =>
    group.rules
      .filter((rule) => rule.direction === direction && rule.peer.kind !== 'cidr6')
      .map((rule) => compileRule(snapshot, lanes, rule, group.region))
      .filter((rule) => rule.lanes !== nothing);
  return { ingress: of('ingress'), egress: of('egress') };
}

function compileRule(
  snapshot: Snapshot,
  lanes: readonly Lane[],
  rule: SecurityGroupRule,
  region: string,
): CompiledRule {
  const word = ruleLanes(lanes, rule);
  const { peer } = rule;
  if (peer.kind === 'group') return { lanes: word, blocks: [], groupId: peer.groupId };
  return { lanes: word, blocks: peerBlocks(snapshot, rule, region) };
}

/** Blocks a rule names, by itself or through a prefix list. */
export function peerBlocks(snapshot: Snapshot, { peer }: SecurityGroupRule, region: string): readonly Cidr[] {
  const texts =
    peer.kind === 'cidr'
      ? [peer.cidr]
      : peer.kind === 'prefix-list'
        ? prefixListCidrs(snapshot, region, peer.prefixListId)
        : [];
  return texts.flatMap((text) => parseCidr(text) ?? []);
}

/** What these groups together let in from, or out to, each class of the peers. */
export function rowOf(groups: readonly CompiledGroup[], direction: Direction, peers: Peers): Row {
  let everyone = nothing;
  const some: CompiledRule[] = [];
  for (const group of groups) {
    for (const rule of group[direction]) {
      if (rule.blocks.some((block) => peers.areAllIn(block))) everyone |= rule.lanes;
      else some.push(rule);
    }
  }
  if (some.every((rule) => (rule.lanes & ~everyone) === 0)) return plainRow(everyone);
  if (some.some(({ groupId }) => groupId !== undefined)) return filled(some, everyone, peers);
  const key = [everyone, ...some.map(ruleKey).sort()].join(' ');
  const row = peers.rows.get(key) ?? filled(some, everyone, peers);
  peers.rows.set(key, row);
  return row;
}

/** What these groups together let in from, or out to, an address that is no interface's of their VPC. */
export function wordAt(groups: readonly CompiledGroup[], direction: Direction, address: number): Word {
  let word = nothing;
  for (const group of groups) {
    for (const { lanes, blocks } of group[direction]) {
      if (blocks.some((block) => contains(block, address))) word |= lanes;
    }
  }
  return word;
}

function filled(rules: readonly CompiledRule[], everyone: Word, peers: Peers): Row {
  const lists = rules.flatMap(({ lanes, blocks, groupId }) => {
    const named = groupId === undefined ? [] : [{ lanes, classes: peers.withGroup(groupId) }];
    return [...named, ...blocks.map((block) => ({ lanes, classes: peers.within(block) }))];
  });
  const count = lists.reduce((sum, { classes }) => sum + classes.length, 0);
  if (count * manyShare > peers.count) {
    const many = new Uint16Array(peers.count).fill(everyone);
    for (const { lanes, classes } of lists)
      for (const index of classes) many[index] = (many[index] as number) | lanes;
    return { everyone, few: undefined, many };
  }
  const few = new Map<number, Word>();
  for (const { lanes, classes } of lists)
    for (const index of classes) few.set(index, (few.get(index) ?? everyone) | lanes);
  return { everyone, few, many: undefined };
}

/** A list of all is smaller than a map of one in so many. */
const manyShare = 16;

function ruleKey({ lanes, blocks }: CompiledRule): string {
  return `${lanes}:${blocks.map(blockKey).join(',')}`;
}

function blockKey({ base, length }: Cidr): string {
  return `${base}/${length}`;
}
