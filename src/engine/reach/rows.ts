// Rows, in which the questions are answered: interfaces with the same answer stand in one row. A row that goes by an
// endpoint or a load balancer names it, and whom it leads to.
import type { NetworkInterface } from '../../model/network-interface.ts';
import { type Lane, type Verdict, verdictAt, type Word } from './lanes.ts';
import type { Reach } from './reach.ts';
import type { VpcReach } from './vpc-reach.ts';

export interface OpenLane extends Lane {
  readonly verdict: Exclude<Verdict, 'not-reachable'>;
}

export interface Row {
  /** Ids of network interfaces. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly open: readonly OpenLane[];
  /** The endpoint or load balancer's interface that packets go to instead. */
  readonly via?: string;
  /** How many ids of `from` and `to` were left out. */
  readonly more?: { readonly from: number; readonly to: number };
}

export interface SomeOfClass {
  readonly vpc: VpcReach;
  readonly index: number;
  readonly some: NetworkInterface[];
}

export function byClass(reach: Reach, interfaces: readonly NetworkInterface[]): readonly SomeOfClass[] {
  const found = new Map<string, SomeOfClass>();
  for (const one of interfaces) {
    const vpc = reach.vpc(one.vpcId);
    const index = vpc?.classes.indexOf.get(one.id);
    if (vpc === undefined || index === undefined) continue;
    const key = `${vpc.vpcId} ${index}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { vpc, index, some: [one] });
    else known.some.push(one);
  }
  return [...found.values()];
}

/** Some of them, and how many were left out. */
export function someOf(ids: readonly string[], idsMax: number) {
  const some = ids.slice(0, idsMax);
  return { ids: some, more: ids.length - some.length };
}

/** By lane: the weight of all words that have it. */
export function perLane(lanes: readonly Lane[], byWord: Float64Array): readonly number[] {
  const sums = lanes.map(() => 0);
  for (let word = 0; word < byWord.length; word++) {
    const weight = byWord[word] as number;
    if (weight === 0) continue;
    for (let lane = 0; lane < sums.length; lane++)
      if ((word >>> lane) & 1) sums[lane] = (sums[lane] as number) + weight;
  }
  return sums;
}

export function collect<T>(byWord: Map<Word, T[]>, word: Word, ids: readonly T[]): void {
  if (word === 0) return;
  const known = byWord.get(word);
  if (known === undefined) byWord.set(word, [...ids]);
  else known.push(...ids);
}

export function openLanes({ lanes }: Pick<Reach, 'lanes'>, word: Word): readonly OpenLane[] {
  return lanes.flatMap((lane, i) => {
    const verdict = verdictAt(word, i);
    return verdict === 'not-reachable' ? [] : [{ ...lane, verdict }];
  });
}
