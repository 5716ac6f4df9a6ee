// How many pairs of one VPC have which word, without reading each: rows hold one word for all classes and others for few,
// so pairs are counted as if all had the first, and only those that differ are put right. A hundred thousand interfaces
// have thirty-six million pairs of classes and a million of these.
import { at, eachException, type Row } from './groups.ts';
import { reachableLanes, type Word } from './lanes.ts';
import type { VpcReach } from './vpc-reach.ts';

/** Adds the pairs to those of their word's lanes that are reachable without doubt. */
export function countVpc(vpc: VpcReach, byWord: Float64Array): void {
  const sizes = Float64Array.from(vpc.classes.list, ({ members }) => members.length);
  const add = (word: Word, weight: number) => {
    const lanes = reachableLanes(word);
    byWord[lanes] = (byWord[lanes] as number) + weight;
  };
  const indexes = [...sizes.keys()];
  const open = indexes.filter((index) => vpc.isOpen(index));
  const others = indexes.filter((index) => !vpc.isOpen(index));
  const senders = new Senders(vpc, open, sizes);
  for (const to of open) {
    const size = sizes[to] as number;
    senders.count(to, (word, weight) => add(word, weight * size));
    for (const from of others) add(vpc.word(from, to), size * (sizes[from] as number));
  }
  for (const to of others) {
    for (const from of indexes) add(vpc.word(from, to), (sizes[to] as number) * (sizes[from] as number));
  }
  // Nobody is a pair with himself.
  for (const index of indexes) add(vpc.word(index, index), -(sizes[index] as number));
}

/** Senders with one row of egress rules. */
interface Alike {
  readonly row: Row;
  size: number;
}

class Senders {
  private readonly vpc: VpcReach;
  private readonly sizes: Float64Array;
  private readonly alike = new Map<Row, Alike>();
  /** Word of a row for everyone → how many have it. */
  private readonly everyone = new Map<Word, number>();
  /** Class → rows that have another word for it. */
  private readonly differing = new Map<number, Alike[]>();

  constructor(vpc: VpcReach, open: readonly number[], sizes: Float64Array) {
    this.vpc = vpc;
    this.sizes = sizes;
    for (const from of open) this.add(vpc.egressOf(from), sizes[from] as number);
    for (const one of this.alike.values()) {
      const { everyone } = one.row;
      this.everyone.set(everyone, (this.everyone.get(everyone) ?? 0) + one.size);
      eachException(one.row, (to) => {
        const known = this.differing.get(to);
        if (known === undefined) this.differing.set(to, [one]);
        else known.push(one);
      });
    }
  }

  /** The words to one class, with the number of senders. */
  count(to: number, add: (word: Word, weight: number) => void): void {
    const ingress = this.vpc.ingressOf(to);
    for (const [word, size] of this.everyone) add(ingress.everyone & word, size);
    const counted = new Map<Row, number>();
    const differing = this.differing.get(to);
    eachException(ingress, (from, word) => {
      if (!this.vpc.isOpen(from)) return;
      const size = this.sizes[from] as number;
      const egress = this.vpc.egressOf(from);
      add(ingress.everyone & egress.everyone, -size);
      add(word & at(egress, to), size);
      if (differing !== undefined) counted.set(egress, (counted.get(egress) ?? 0) + size);
    });
    for (const { row, size } of differing ?? []) {
      const rest = size - (counted.get(row) ?? 0);
      add(ingress.everyone & row.everyone, -rest);
      add(ingress.everyone & at(row, to), rest);
    }
  }

  private add(row: Row, size: number): void {
    const known = this.alike.get(row);
    if (known === undefined) this.alike.set(row, { row, size });
    else known.size += size;
  }
}
