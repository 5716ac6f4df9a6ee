// What lies behind an endpoint's interface or a load balancer's node: the listeners, and from the node the way to each
// target and back. Without the client's address it is the same for every client, so it is judged once, by the stages
// of trace, and joined with each client's own way to the interface afterwards.
import type { Listener } from '../../model/load-balancer.ts';
import { type NetworkInterface, primaryAddress } from '../../model/network-interface.ts';
import type { VpcEndpoint } from '../../model/vpc-endpoint.ts';
import { ipProtocols, servedListeners } from '../balancing.ts';
import { servicePorts } from '../trace/aws-service.ts';
import { type Choice, chooseTargets, type Node } from '../trace/load-balancer.ts';
import { towardsTarget } from '../trace/through-balancer.ts';
import { wayBack } from '../trace/way-back.ts';
import { stopOf, type World } from '../trace/world.ts';
import type { Way } from './exits.ts';
import { allLanes, answer, type Lane, nothing, replaced, type Word } from './lanes.ts';

/** Lanes of which some path passes, fails, or is not known. */
export interface Fates {
  readonly passes: Word;
  readonly fails: Word;
  readonly unknown: Word;
}

/** The groups of a load balancer that enforces them on PrivateLink, for the lanes it serves. */
export interface Gate {
  readonly groupIds: readonly string[];
  readonly lanes: Word;
}

/** Where a lane ends: a target's interface. */
export interface Arrival {
  readonly lane: number;
  readonly networkInterfaceId: string;
  readonly port: number;
}

export interface Served {
  /** By stretch of the ephemeral range. */
  readonly fates: readonly Fates[];
  /** Lanes whose clients keep their address: only a trace of the client's own packet can tell. */
  readonly kept: Word;
  readonly gates: readonly Gate[];
  readonly arrivals: readonly Arrival[];
  /** Security groups it hangs on. */
  readonly groupIds: ReadonlySet<string>;
}

/** Of lanes that have come so far, those whose clients' addresses are not kept; `back`: the rest of the way back, by stretch. */
export function throughServed(served: Served, entered: Word, back: readonly Word[]): Word {
  let [passes, fails, unknown] = [nothing, nothing, nothing];
  for (const [k, fates] of served.fates.entries()) {
    const returns = back[k] as Word;
    passes |= entered & fates.passes & returns;
    fails |= entered & (fates.fails | (fates.passes & ~returns));
    unknown |= entered & fates.unknown;
  }
  return answer(passes, fails, unknown);
}

/** Lanes that get to an interface, and by stretch the rest of the way back; behind an endpoint or a node what it serves. */
export interface Entry extends Way {
  readonly served?: Served;
}

/** `ask` is for lanes whose clients keep their address. */
export function arrived({ pass, back, served }: Entry, ask: (lanes: Word) => Word): Word {
  if (served === undefined) return returned(pass, back);
  const kept = pass & served.kept;
  const word = throughServed(served, pass, back);
  return kept === nothing ? word : replaced(word, kept, ask(kept));
}

export function returned(pass: Word, back: readonly Word[]): Word {
  if (pass === nothing) return nothing;
  const ever = back.reduce((a, b) => a | b, nothing);
  const always = back.reduce((a, b) => a & b, pass);
  return answer(pass & ever, pass & ~always, nothing);
}

export interface ServedQuestion {
  readonly world: World;
  readonly lanes: readonly Lane[];
  readonly sourcePorts: readonly number[];
  /** Equal for targets that nothing tells apart. */
  readonly classOf: (target: NetworkInterface) => number | string;
}

export function servedByAws({ lanes, sourcePorts }: ServedQuestion): Served {
  let passes = nothing;
  for (const [i, { protocol, port }] of lanes.entries()) {
    if (protocol === 'tcp' && servicePorts.includes(port)) passes |= 1 << i;
  }
  const fates = { passes, fails: allLanes(lanes) & ~passes, unknown: nothing };
  return { fates: sourcePorts.map(() => fates), kept: nothing, gates: [], arrivals: [], groupIds: new Set() };
}

/** Behind an endpoint's interface in a zone: of the endpoint only its service and its Region matter. */
export function servedAtEndpoint(question: ServedQuestion, endpoint: VpcEndpoint, zone: string): Served {
  const { snapshot } = question.world;
  const service = snapshot.get('endpointService', endpoint.endpointServiceId ?? '');
  const isDangling = (service?.networkLoadBalancerArns ?? []).some(
    (arn) => snapshot.get('loadBalancer', arn) === undefined,
  );
  const found = servedListeners(snapshot, endpoint, zone);
  return new Judge(question, true).judge(found, isDangling);
}

export function servedAtNode(question: ServedQuestion, at: Node): Served {
  const listeners = question.world.snapshot.by('listener', 'loadBalancerArn', at.loadBalancer.id);
  const found = listeners.flatMap((listener) =>
    ipProtocols(listener.protocol).map((protocol) => ({ ...at, listener, protocol })),
  );
  return new Judge(question, false).judge(found, false);
}

interface Found extends Node {
  readonly listener: Listener;
  readonly protocol: 'tcp' | 'udp';
}

class Judge {
  private readonly question: ServedQuestion;
  private readonly viaEndpoint: boolean;
  private readonly fates: { passes: Word; fails: Word; unknown: Word }[];
  private readonly gates = new Map<string, { groupIds: readonly string[]; lanes: Word }>();
  private readonly arrivals: Arrival[] = [];
  private readonly groupIds = new Set<string>();
  private readonly seen = new Set<string>();
  private kept = nothing;

  constructor(question: ServedQuestion, viaEndpoint: boolean) {
    this.question = question;
    this.viaEndpoint = viaEndpoint;
    this.fates = question.sourcePorts.map(() => ({ passes: nothing, fails: nothing, unknown: nothing }));
  }

  judge(found: readonly Found[], isDangling: boolean): Served {
    for (const [i, lane] of this.question.lanes.entries()) {
      const one = found.find(
        ({ protocol, listener }) => protocol === lane.protocol && listener.port === lane.port,
      );
      if (one === undefined) this.end(i, isDangling ? 'unknown' : 'fails');
      else this.judgeLane(i, one);
    }
    const { fates, kept, gates, arrivals, groupIds } = this;
    return { fates, kept, gates: [...gates.values()], arrivals, groupIds };
  }

  private judgeLane(i: number, found: Found): void {
    const { world } = this.question;
    const { loadBalancer, protocol, listener } = found;
    for (const id of loadBalancer.groupIds) this.groupIds.add(id);
    const headers = { protocol, source: '', destination: '', sourcePort: 0, destinationPort: listener.port };
    if (this.viaEndpoint) this.addGate(i, found);
    const chosen = chooseTargets(world, found, headers, this.viaEndpoint);
    if ('stopped' in chosen) return this.end(i, chosen.stopped.outcome === 'unknown' ? 'unknown' : 'fails');
    for (const choice of chosen.choices) {
      const { networkInterface, target } = choice.target;
      for (const id of networkInterface?.groupIds ?? []) this.groupIds.add(id);
      if (networkInterface !== undefined) {
        this.arrivals.push({ lane: i, networkInterfaceId: networkInterface.id, port: target.port });
      }
      if (choice.keepsClient) this.kept |= 1 << i;
      else if (this.isNew(i, choice)) this.follow(i, found, chosen.node, choice);
    }
  }

  private follow(i: number, { loadBalancer }: Found, node: NetworkInterface, choice: Choice): void {
    const { world, sourcePorts } = this.question;
    const { receiver, onward } = towardsTarget(world, { node, groupIds: loadBalancer.groupIds, choice });
    const stop = stopOf(onward);
    if (stop !== undefined) return this.end(i, stop.outcome === 'unknown' ? 'unknown' : 'fails');
    if (receiver === undefined) return this.end(i, 'unknown');
    for (const [k, sourcePort] of sourcePorts.entries()) {
      const headers = { ...choice.headers, sourcePort };
      const lost = stopOf(wayBack(world, [{ from: node, to: receiver, headers }]));
      this.note(k, i, lost === undefined ? 'passes' : lost.outcome === 'unknown' ? 'unknown' : 'fails');
    }
  }

  /** Targets of one class have one fate. */
  private isNew(lane: number, { target: { networkInterface, address, target } }: Choice): boolean {
    if (networkInterface === undefined || primaryAddress(networkInterface) !== address) return true;
    const key = `${lane} ${target.port} ${this.question.classOf(networkInterface)}`;
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    return true;
  }

  private addGate(i: number, { loadBalancer, node }: Found): void {
    const { snapshot } = this.question.world;
    const { id, groupIds, enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforce } = loadBalancer;
    if (enforce !== 'on' || groupIds.length === 0) return;
    if (snapshot.get('networkInterface', node.networkInterfaceId) === undefined) return;
    const gate = this.gates.get(id) ?? { groupIds, lanes: nothing };
    gate.lanes |= 1 << i;
    this.gates.set(id, gate);
  }

  private end(lane: number, fate: keyof Fates): void {
    for (const k of this.fates.keys()) this.note(k, lane, fate);
  }

  private note(stretch: number, lane: number, fate: keyof Fates): void {
    const fates = this.fates[stretch];
    if (fates !== undefined) fates[fate] |= 1 << lane;
  }
}
