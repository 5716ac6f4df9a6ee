// The network between two subnets of a VPC, for all lanes at once: may packets leave, is there a route, may they enter,
// and the same for the reply. The reply's port is whatever the sender chose, so the way back has one word for each
// stretch of the ephemeral range that the network ACLs of the snapshot tell apart; nearly always there is one.
import type { NetworkAcl } from '../../model/network-acl.ts';
import { type NetworkInterface, primaryAddress } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { address, type Cidr, contains, parseCidr } from '../../net/ipv4.ts';
import type { World } from '../trace/world.ts';
import { ephemeralPort, stretchBounds } from '../trace/ephemeral-ports.ts';
import { route } from '../trace/route.ts';
import { allLanes, entryLanes, type Lane, nothing, type Word } from './lanes.ts';

export interface Crossing {
  readonly pass: Word;
  /** By stretch: lanes whose reply comes back. */
  readonly back: readonly Word[];
  /** Lanes whose reply comes back to every source port, and to any. */
  readonly always: Word;
  readonly ever: Word;
}

interface Entry {
  readonly isAllow: boolean;
  readonly block: Cidr;
  readonly lanes: Word;
  readonly replyLanes: readonly Word[];
}

interface CompiledAcl {
  readonly ingress: readonly Entry[];
  readonly egress: readonly Entry[];
}

type Side = keyof CompiledAcl;

export class Crossings {
  private readonly world: World;
  private readonly lanes: readonly Lane[];
  private readonly all: Word;
  /** One of each stretch. */
  readonly sourcePorts: readonly number[];
  private readonly acls = new Map<string, CompiledAcl>();

  constructor(world: World, lanes: readonly Lane[]) {
    this.world = world;
    this.lanes = lanes;
    this.all = allLanes(lanes);
    this.sourcePorts = sourcePorts(world.snapshot);
  }

  /** ACLs may have changed. False when they divide the ephemeral ports otherwise than before. */
  renew(): boolean {
    this.acls.clear();
    return sourcePorts(this.world.snapshot).join() === this.sourcePorts.join();
  }

  /** Where nothing stands in the way. */
  open(): Crossing {
    const { all } = this;
    return { pass: all, back: this.sourcePorts.map(() => all), always: all, ever: all };
  }

  /** Undefined where a route leads to a third party: then only a trace can tell. */
  between(from: NetworkInterface, to: NetworkInterface): Crossing | undefined {
    const there = this.isRouted(from, to);
    const thence = this.isRouted(to, from);
    const source = this.edge(from.subnetId, address(primaryAddress(to)));
    const target = this.edge(to.subnetId, address(primaryAddress(from)));
    if (there === undefined || thence === undefined || source === undefined || target === undefined)
      return undefined;
    const pass = there ? source('egress') & target('ingress') : nothing;
    const back = this.sourcePorts.map((_, k) =>
      thence ? target('egress', k) & source('ingress', k) : nothing,
    );
    const always = back.reduce((a, b) => a & b, this.all);
    return { pass, back, always, ever: back.reduce((a, b) => a | b, nothing) };
  }

  /** True when nothing is judged at the edge of a subnet with this ACL. */
  isOpen(acl: NetworkAcl): boolean {
    const { ingress, egress } = this.compiled(acl);
    return [ingress, egress].every(([first]) => {
      return (
        first?.isAllow === true &&
        first.block.length === 0 &&
        first.lanes === this.all &&
        isForReplies(first, this.all)
      );
    });
  }

  /** Does a packet go straight to who has the address? Undefined when somebody else gets it. */
  private isRouted(from: NetworkInterface, to: NetworkInterface): boolean | undefined {
    const [source, destination] = [primaryAddress(from), primaryAddress(to)];
    const headers = { protocol: 'tcp', source, destination, sourcePort: 0, destinationPort: 0 } as const;
    const { hop, receiver } = route(this.world, from, headers);
    if (hop?.outcome === 'stopped') return false;
    return hop?.outcome !== 'unknown' && receiver?.id === to.id ? true : undefined;
  }

  /** What the ACL of a subnet says of packets from or to an address; undefined where it has none. */
  edge(subnetId: string, peer: number): ((side: Side, reply?: number) => Word) | undefined {
    const { snapshot } = this.world;
    const subnet = snapshot.get('subnet', subnetId);
    const acl = snapshot.by('networkAcl', 'subnetId', subnetId)[0];
    if (subnet === undefined || acl === undefined) return undefined;
    const own = parseCidr(subnet.cidrBlock);
    if (own !== undefined && contains(own, peer)) return () => this.all;
    const compiled = this.compiled(acl);
    return (side, reply) => allowed(compiled[side], peer, this.all, reply);
  }

  private compiled(acl: NetworkAcl): CompiledAcl {
    const known = this.acls.get(acl.id);
    if (known !== undefined) return known;
    const compiled = { ingress: this.entriesOf(acl, false), egress: this.entriesOf(acl, true) };
    this.acls.set(acl.id, compiled);
    return compiled;
  }

  private entriesOf(acl: NetworkAcl, isEgress: boolean): readonly Entry[] {
    return acl.entries
      .filter((entry) => entry.egress === isEgress && entry.cidrBlock !== undefined)
      .toSorted((a, b) => a.ruleNumber - b.ruleNumber)
      .flatMap((entry) => {
        const block = parseCidr(entry.cidrBlock ?? '');
        if (block === undefined) return [];
        const lanes = entryLanes(this.lanes, entry);
        const replyLanes = this.sourcePorts.map((port) => entryLanes(this.lanes, entry, port));
        return [{ isAllow: entry.action === 'allow', block, lanes, replyLanes }];
      });
  }
}

function isForReplies({ replyLanes }: Entry, all: Word): boolean {
  return replyLanes.every((lanes) => lanes === all);
}

/** Lanes that the first entry which means them allows. */
function allowed(entries: readonly Entry[], peer: number, all: Word, reply?: number): Word {
  let open = all;
  let passes = nothing;
  for (const entry of entries) {
    if (!contains(entry.block, peer)) continue;
    const lanes = reply === undefined ? entry.lanes : (entry.replyLanes[reply] ?? nothing);
    if (entry.isAllow) passes |= open & lanes;
    open &= ~lanes;
  }
  return passes;
}

function sourcePorts(snapshot: Snapshot): readonly number[] {
  return [ephemeralPort, ...stretchBounds(snapshot.all('networkAcl'))];
}
