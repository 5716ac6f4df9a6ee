// Atoms: what a set of CIDR blocks can tell of an address. Blocks nest or are disjoint, so all of them that hold an
// address are known by the innermost one; addresses with the same innermost block look the same to every rule.
import { type Cidr, cidrSize, lastAddress } from '../../net/ipv4.ts';

const nowhere = -1;

export class Atoms {
  private readonly known: Set<number>;
  /** First addresses of stretches, ascending, and the innermost block of each. */
  private readonly starts: Float64Array;
  private readonly innermost: Int32Array;
  private readonly lengths: Int8Array;

  constructor(blocks: Iterable<Cidr>) {
    const distinct = new Map<number, Cidr>();
    for (const block of blocks) distinct.set(keyOf(block), block);
    this.known = new Set(distinct.keys());
    const sorted = [...distinct.values()].sort((a, b) => a.base - b.base || a.length - b.length);
    const starts: number[] = [0];
    const innermost: number[] = [nowhere];
    const begin = (at: number, block: number) => {
      if (starts.at(-1) === at) innermost[innermost.length - 1] = block;
      else {
        starts.push(at);
        innermost.push(block);
      }
    };
    const open: number[] = [];
    const closeBefore = (at: number) => {
      for (let top = sorted[open.at(-1) ?? -1]; top !== undefined; top = sorted[open.at(-1) ?? -1]) {
        if (lastAddress(top) >= at) return;
        open.pop();
        begin(top.base + cidrSize(top), open.at(-1) ?? nowhere);
      }
    };
    for (const [i, block] of sorted.entries()) {
      closeBefore(block.base);
      begin(block.base, i);
      open.push(i);
    }
    closeBefore(2 ** 33);
    this.starts = Float64Array.from(starts);
    this.innermost = Int32Array.from(innermost);
    this.lengths = Int8Array.from(sorted, ({ length }) => length);
  }

  /** Equal numbers for addresses that no block tells apart. */
  of(address: number): number {
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] ?? 0) <= address) low = middle;
      else high = middle;
    }
    return this.innermost[low] ?? nowhere;
  }

  /** Prefix length of the innermost block that holds the address; 0 where none does. */
  lengthAt(address: number): number {
    return this.lengths[this.of(address)] ?? 0;
  }

  knows(block: Cidr): boolean {
    return this.known.has(keyOf(block));
  }

  equals({ known }: Atoms): boolean {
    return known.size === this.known.size && known.isSubsetOf(this.known);
  }
}

function keyOf({ base, length }: Cidr): number {
  return base * 64 + length;
}

/** Index of the first that is not below the value. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
