// The classes of one VPC and what lies outside it: how each leaves for an address, and enters by a public one of its own.
// Groups and gateways are kept apart, so an edit of a group leaves the ways of the network as they are; and classes
// that leave alike are put together, because those outside are asked about for all of them at once.
import { type Classes, type InterfaceClass, kinds } from './classes.ts';
import type { Exit, Way } from './exits.ts';
import type { Direction } from './groups.ts';
import { allLanes, type Word } from './lanes.ts';
import type { OutsidePlace } from './outside-places.ts';
import type { VpcPlaces } from './places.ts';
import type { Shared } from './shared.ts';

/** An address outside, and the atom it stands for. */
export interface Outer {
  readonly address: string;
  readonly atom: number;
}

export class VpcOutside {
  private readonly shared: Shared;
  private readonly classes: Classes;
  private readonly places: VpcPlaces;
  /** Class → equal numbers for those whose packets go the same ways out of their subnets. */
  private readonly spots: Int32Array;
  private readonly exits = new Map<number, Exit | undefined>();
  private readonly entries = new Map<number, Way | undefined>();
  private readonly vpnEntries = new Map<string, Way | undefined>();
  /** By set of groups. */
  private readonly groupWords = new Map<number, Map<number, Word>>();

  constructor(shared: Shared, classes: Classes, places: VpcPlaces) {
    this.shared = shared;
    this.classes = classes;
    this.places = places;
    this.spots = this.spotsOf();
  }

  /** What the groups of a class let out to an address outside, or in from it. */
  groups(index: number, direction: Direction, { address, atom }: Outer): Word {
    const { kind, groupSet } = this.classes.list[index] as InterfaceClass;
    const ids = this.classes.groupSets[groupSet] ?? [];
    // A load balancer may have none, and then lets in everything.
    if (kind === kinds.node && ids.length === 0) return allLanes(this.shared.lanes);
    const words = this.groupWords.get(groupSet) ?? new Map<number, Word>();
    this.groupWords.set(groupSet, words);
    const key = keyOf(direction === 'egress' ? 0 : 1, atom);
    const known = words.get(key);
    if (known !== undefined) return known;
    const word = this.shared.wordAt(ids, direction, address);
    words.set(key, word);
    return word;
  }

  /** Undefined where only a trace can tell. */
  exit(from: number, { address, atom }: Outer): Exit | undefined {
    const key = keyOf(this.spots[from] as number, atom);
    if (this.exits.has(key)) return this.exits.get(key);
    const exit = this.shared.gateways.exit((this.classes.list[from] as InterfaceClass).first, address);
    this.exits.set(key, exit);
    return exit;
  }

  /** At a public address of a class; undefined as above. */
  entry(to: number, { address, atom }: Outer): Way | undefined {
    const key = keyOf(to, atom);
    if (this.entries.has(key)) return this.entries.get(key);
    const entry = this.shared.gateways.entry((this.classes.list[to] as InterfaceClass).first, address);
    this.entries.set(key, entry);
    return entry;
  }

  /** From behind a customer gateway; undefined as above. */
  entryByVpn(to: number, { address, atom, customerGatewayId = '' }: OutsidePlace): Way | undefined {
    const key = `${this.spots[to]} ${atom} ${customerGatewayId}`;
    if (this.vpnEntries.has(key)) return this.vpnEntries.get(key);
    const { first } = this.classes.list[to] as InterfaceClass;
    const entry = this.shared.gateways.entryByVpn(first, address, customerGatewayId);
    this.vpnEntries.set(key, entry);
    return entry;
  }

  /** The rules of these sets of groups changed. */
  regroup(groupSets: Iterable<number>): void {
    for (const groupSet of groupSets) this.groupWords.delete(groupSet);
  }

  /** Classes of those who can send, together where they do the same to all of these. */
  senders(outers: readonly Outer[]): readonly (readonly number[])[] {
    const ownSpots = new Set<number>();
    const seen = new Set<number>();
    const setKeys = new Map<number, string>();
    const groups = new Map<string, number[]>();
    for (const [index, { kind, groupSet }] of this.classes.list.entries()) {
      if (kind !== kinds.guest && kind !== kinds.odd) continue;
      const spot = this.spots[index] as number;
      if (!seen.has(spot)) {
        seen.add(spot);
        if (outers.some((outer) => isOwn(this.exit(index, outer)))) ownSpots.add(spot);
      }
      let setKey = setKeys.get(groupSet);
      if (setKey === undefined) {
        setKey = outers.map((outer) => this.groups(index, 'egress', outer)).join();
        setKeys.set(groupSet, setKey);
      }
      const isApart = kind === kinds.odd || ownSpots.has(spot);
      const key = isApart ? `only ${index}` : `${spot} ${setKey}`;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, [index]);
      else known.push(index);
    }
    return [...groups.values()];
  }

  private spotsOf(): Int32Array {
    const numbers = new Map<string, number>();
    // Where a route leads to an interface, answers may come to it that do not come to its neighbours.
    return Int32Array.from(this.classes.list, ({ first, place }, index) => {
      const key = this.places.isNamed(first) ? `only ${index}` : `${place.index} ${place.mark}`;
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
  }
}

/** What becomes of its packets hangs on the sender's groups, or only a trace can tell. */
function isOwn(exit: Exit | undefined): boolean {
  return exit === undefined || exit.to === 'appliance';
}

const atomsMax = 2 ** 24;

/** Atoms begin at −1. */
function keyOf(index: number, atom: number): number {
  return index * atomsMax + atom + 1;
}
