// Reaching what lies outside a VPC, and from there: a sender's groups and its exit, which gives it another address, and at
// a public address the entry of whoever has it, with the answers all the way back; joined when a pair is read. What
// words cannot tell (targets that see their clients, dangling references) is asked of `trace`, once for each pair.
import type { NetworkInterface } from '../../model/network-interface.ts';
import { address as numberOf } from '../../net/ipv4.ts';
import { servicePorts } from '../trace/aws-service.ts';
import { Asked } from './asked.ts';
import { type InterfaceClass, kinds } from './classes.ts';
import type { Exit } from './exits.ts';
import { answer, nothing, type Word } from './lanes.ts';
import { internet, type OutsidePlace, outsidePlaces } from './outside-places.ts';
import { Premises } from './premises.ts';
import { arrived, type Entry, returned } from './served.ts';
import type { Shared } from './shared.ts';
import { isSameGuest, type VpcReach } from './vpc-reach.ts';
import type { Outer } from './vpc-outside.ts';

/** Classes of one VPC to whom the outside is one. */
export interface Senders {
  readonly vpc: VpcReach;
  readonly classes: readonly number[];
}

export class Outside {
  readonly places: readonly OutsidePlace[];
  /** Those that open connections to public addresses. */
  readonly callers: readonly OutsidePlace[];
  /** Public addresses. */
  readonly owned: readonly OutsidePlace[];
  readonly premises: Premises;
  private readonly shared: Shared;
  private readonly vpcs: ReadonlyMap<string, VpcReach>;
  private readonly service: Word;
  private readonly asked: Asked;
  private alike: readonly Senders[] | undefined;
  private readonly sources = new Map<string, Outer>();

  constructor(shared: Shared, vpcs: ReadonlyMap<string, VpcReach>) {
    const { world, publicAtoms, lanes } = shared;
    this.shared = shared;
    this.vpcs = vpcs;
    this.asked = new Asked(world, lanes);
    this.places = outsidePlaces(world.snapshot, publicAtoms, vpcs);
    this.callers = this.places.filter(({ kind }) => kind === 'internet' || kind === 'host');
    this.owned = this.places.filter(({ kind }) => kind === 'address');
    this.premises = new Premises(shared, vpcs, this.asked, this.places);
    this.service = lanes.reduce((word, { protocol, port }, i) => {
      return protocol === 'tcp' && servicePorts.includes(port) ? word | (1 << i) : word;
    }, nothing);
  }

  /** Places that an interface of the VPC may ask for. */
  placesFor(vpc: VpcReach): readonly OutsidePlace[] {
    return this.places.filter((place) => this.isAsked(vpc, place));
  }

  /** Services are asked for in their own Region. */
  isAsked({ region }: VpcReach, place: OutsidePlace): boolean {
    return (place.region ?? region) === region;
  }

  /** All that can send, by what they can open. */
  senders(): readonly Senders[] {
    this.alike ??= [...this.vpcs.values()].flatMap((vpc) => {
      const places = this.placesFor(vpc);
      const outers = [...new Map(places.map((place) => [place.atom, place])).values()];
      return vpc.outside.senders(outers).map((classes) => ({ vpc, classes }));
    });
    return this.alike;
  }

  /** What any of them can open to somebody else there. */
  word(senders: Senders, place: OutsidePlace): Word {
    const { vpc } = senders;
    const from = senders.classes[0] as number;
    const { kind } = vpc.classes.list[from] as InterfaceClass;
    if (kind === kinds.odd) return this.trace(senders, place);
    if (kind !== kinds.guest) return nothing;
    const exit = vpc.outside.exit(from, place);
    if (exit === undefined) return this.trace(senders, place);
    const sent = exit.pass & vpc.outside.groups(from, 'egress', place);
    if (sent === nothing || exit.to === 'nowhere') return nothing;
    // Who goes elsewhere may meet another with the address of a host on premises.
    if (place.kind === 'premises' && exit.to !== 'premises') return this.trace(senders, place);
    switch (exit.to) {
      case 'premises':
        return this.premises.arriving(exit, sent, place) ?? this.trace(senders, place);
      case 'service':
        return returned(sent & this.service, exit.back);
      case 'appliance':
        return this.handed(vpc, from, exit, sent) ?? this.trace(senders, place);
      case 'internet':
        return this.arriving(exit, sent, place, senders) ?? this.trace(senders, place);
    }
  }

  /** What somebody on the internet can open to a public address. */
  callerWord(caller: OutsidePlace, place: OutsidePlace): Word {
    const entry = this.enter(place, caller);
    const ask = (lanes?: Word) =>
      this.asked.word({ from: internet, destination: place.address, source: caller.address }, lanes);
    return entry === undefined ? ask() : arrived(entry, ask);
  }

  /** Groups may have changed. */
  forget(): void {
    this.asked.forget();
    this.alike = undefined;
  }

  private arriving(exit: Exit, sent: Word, place: OutsidePlace, senders: Senders): Word | undefined {
    switch (place.kind) {
      case 'internet':
        return answer(nothing, nothing, sent);
      case 'host':
        return returned(sent, exit.back);
      case 'service':
        return returned(sent & this.service, exit.back);
      case 'address':
        return this.entering(exit, sent, place, senders);
      case 'premises':
        return undefined;
    }
  }

  private entering(exit: Exit, sent: Word, place: OutsidePlace, senders: Senders): Word | undefined {
    // A gateway that meets itself.
    if (exit.nat !== undefined && place.owner?.interfaces[0]?.id === exit.nat)
      return answer(nothing, nothing, sent);
    const entry = this.enter(place, this.sourceAt(exit.source ?? ''));
    if (entry === undefined) return undefined;
    const way = { ...entry, pass: sent & entry.pass, back: both(exit.back, entry.back) };
    return arrived(way, (lanes) => this.trace(senders, place, lanes));
  }

  private sourceAt(address: string): Outer {
    const known = this.sources.get(address);
    if (known !== undefined) return known;
    const source = { address, atom: this.shared.publicAtoms.of(numberOf(address)) };
    this.sources.set(address, source);
    return source;
  }

  /** With the groups of who has the address; undefined where only a trace can tell. */
  private enter({ owner }: OutsidePlace, source: Outer): Entry | undefined {
    if (owner === undefined) return undefined;
    const { vpc, index } = owner;
    const { kind } = vpc.classes.list[index] as InterfaceClass;
    const entry = kind === kinds.odd ? undefined : vpc.outside.entry(index, source);
    if (entry === undefined) return undefined;
    if (kind !== kinds.guest && kind !== kinds.node) return { ...entry, pass: nothing };
    const way = { ...entry, pass: entry.pass & vpc.outside.groups(index, 'ingress', source) };
    const served = kind === kinds.node ? vpc.servedBy(index) : undefined;
    return served === undefined ? way : { ...way, served };
  }

  private handed(vpc: VpcReach, from: number, { handed }: Exit, sent: Word): Word | undefined {
    const { indexOf, list } = vpc.classes;
    const to = indexOf.get(handed?.to.id ?? '');
    const sender = handed?.from === undefined ? from : indexOf.get(handed.from.id);
    if (to === undefined || sender === undefined || list[to]?.kind !== kinds.guest) return undefined;
    return answer(nothing, nothing, sent & vpc.entry(sender, to));
  }

  private trace({ vpc, classes }: Senders, { kind, ids, address, owner }: OutsidePlace, lanes?: Word): Word {
    for (const index of classes) {
      for (const from of vpc.classes.list[index]?.members ?? []) {
        if (kind === 'premises')
          return this.asked.word({ from: from.id, destination: address, hosts: ids }, lanes);
        if (owner === undefined) return this.asked.word({ from: from.id, destination: address }, lanes);
        const i = owner.interfaces.findIndex((one) => !isSameGuest(from, one));
        if (i >= 0) return this.asked.word({ from: from.id, destination: ids[i] ?? '' }, lanes);
      }
    }
    return nothing;
  }
}

/** Whether somebody's packets to this address never leave its guest. */
export function isOwn(sender: NetworkInterface, owner: NetworkInterface | undefined): boolean {
  return owner !== undefined && isSameGuest(sender, owner);
}

function both(a: readonly Word[], b: readonly Word[]): readonly Word[] {
  return a.map((word, k) => word & (b[k] ?? nothing));
}
