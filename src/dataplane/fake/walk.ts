// The second oracle: one flow taken through a fake host as the kernel would take it. From the sender's namespace
// hook by hook, device by device to where the packet is delivered or lost; then the answer all the way back,
// over the connections the first packet left behind. Where a rule hashes over several targets, every choice is
// walked.
import type { Flow } from '../../net/flow.ts';
import { formatAddress } from '../../net/ipv4.ts';
import type { FakeKernel, Namespace } from './fake-kernel.ts';
import { judge, type Place } from './evaluate.ts';
import {
  answerTo,
  Conntrack,
  firstPacket,
  flowOf,
  type Packet,
  retranslate,
  reversed,
  sameTuple,
  untracked,
} from './packet.ts';
import { isLocal, lookUpRoute, routeText } from './route-lookup.ts';
import { type Hook, stateBits } from './rules.ts';

export interface Question {
  /** Namespace that sends the first packet. */
  readonly namespace: string;
  readonly flow: Flow;
}

/** A namespace the packet was in and its headers when it left, or was delivered. */
export interface Step {
  readonly namespace: string;
  readonly from?: string;
  readonly to?: string;
  readonly headers: Flow;
}

/** One way the flow can go. */
export interface Outcome {
  readonly delivered: boolean;
  readonly answered: boolean;
  /** What stopped the packet or, once it was delivered, the answer. */
  readonly at?: Place;
  /** The first packet as its receiver sees it. */
  readonly received?: Step;
  /** Forward, then back. */
  readonly path: readonly Step[];
}

export interface WalkResult {
  /** Every way delivers, and every delivery is answered. */
  readonly delivered: boolean;
  readonly answered: boolean;
  /** Of the first way that fails. */
  readonly at?: Place;
  readonly outcomes: readonly Outcome[];
}

/** More ways than this are not walked. */
const waysMax = 1000;
/** More namespaces than this means a circle. */
const namespacesMax = 32;

export function walk(kernel: FakeKernel, question: Question): WalkResult {
  const outcomes = everyWay((choose) => new Walk(kernel, choose).run(question));
  const failed = outcomes.find(({ answered }) => !answered);
  return {
    delivered: outcomes.every(({ delivered }) => delivered),
    answered: failed === undefined,
    ...(failed?.at === undefined ? {} : { at: failed.at }),
    outcomes,
  };
}

/** Runs `once` for each sequence of choices it can ask for. */
export function everyWay<T>(once: (choose: (count: number) => number) => T): readonly T[] {
  const results: T[] = [];
  let next: number[] | undefined = [];
  while (next !== undefined && results.length < waysMax) {
    const script: readonly number[] = next;
    const made: { taken: number; count: number }[] = [];
    results.push(
      once((count) => {
        const taken = script[made.length] ?? 0;
        made.push({ taken, count });
        return taken;
      }),
    );
    const last = made.findLastIndex(({ taken, count }) => taken + 1 < count);
    next =
      last < 0 ? undefined : made.slice(0, last + 1).map(({ taken }, i) => (i === last ? taken + 1 : taken));
  }
  return results;
}

type Arrival = { readonly at: Place } | { readonly namespace: string };

class Walk {
  private readonly kernel: FakeKernel;
  private readonly choose: (count: number) => number;
  private readonly conntracks = new Map<string, Conntrack>();
  private readonly path: Step[] = [];

  constructor(kernel: FakeKernel, choose: (count: number) => number) {
    this.kernel = kernel;
    this.choose = choose;
  }

  run({ namespace, flow }: Question): Outcome {
    const packet = firstPacket(flow);
    const sent = packet.tuple;
    const arrival = this.send(packet, namespace);
    const { path } = this;
    if ('at' in arrival) return { delivered: false, answered: false, at: arrival.at, path };
    const received = path.at(-1) as Step;
    const answer = answerTo(packet);
    const back = this.send(answer, arrival.namespace);
    if ('at' in back) return { delivered: true, answered: false, at: back.at, received, path };
    if (back.namespace === namespace && sameTuple(answer.tuple, reversed(sent))) {
      return { delivered: true, answered: true, received, path };
    }
    const { source, destination } = flowOf(answer.tuple);
    const at = {
      namespace: back.namespace,
      chain: 'socket',
      rule: `nobody waits for ${source} → ${destination}`,
    };
    return { delivered: true, answered: false, at, received, path };
  }

  /** From a socket in `start` to a socket somewhere. */
  private send(packet: Packet, start: string): Arrival {
    let namespace = this.kernel.namespace(start);
    let from: string | undefined;
    for (let hops = 0; hops < namespacesMax; hops++) {
      const result = this.cross(packet, namespace, from);
      if ('at' in result) return result;
      const headers = flowOf(packet.tuple);
      this.path.push({
        namespace: namespace.name,
        ...(from === undefined ? {} : { from }),
        ...result,
        headers,
      });
      if (result.to === undefined) return { namespace: namespace.name };
      const peer = namespace.devices.get(result.to)?.peer;
      if (peer === undefined) return lost(namespace, 'route', `no device ${result.to}`);
      namespace = this.kernel.namespace(peer.namespace);
      from = peer.device;
      const isUp = namespace.devices.get(from)?.up === true;
      if (!isUp) return lost(namespace, 'link', `${from} is down`);
      // What a packet carries besides its bytes ends at the border of a namespace.
      Object.assign(packet, { mark: 0, ...untracked });
    }
    return lost(namespace, 'route', 'time to live exceeded');
  }

  /** Through one namespace: the device it leaves by, or no device when it is delivered here. */
  private cross(
    packet: Packet,
    namespace: Namespace,
    from: string | undefined,
  ): { at: Place } | { to?: string } {
    packet.inIndex = indexOf(namespace, from);
    packet.outIndex = 0;
    if (from !== undefined) {
      const dropped = this.hook('prerouting', packet, namespace);
      if (dropped !== undefined) return { at: dropped };
      if (isLocal(namespace, packet.tuple.source) && !isOn(namespace, from, 'accept_local')) {
        return lost(namespace, 'route', `martian source ${formatAddress(packet.tuple.source)}`);
      }
    }
    const route = lookUpRoute(namespace, packet);
    if (route === undefined || route.type === 'blackhole') {
      return lost(namespace, 'route', route === undefined ? 'no route' : routeText(route));
    }
    if (route.type === 'local') {
      const dropped = from === undefined ? undefined : this.hook('input', packet, namespace);
      if (dropped === undefined) return {};
      // What a router itself gets by a route beside its addresses is there to be dropped: the route decided.
      const isRouters = dropped.chain === 'input' && route.table !== localTable;
      return isRouters ? lost(namespace, 'route', routeText(route)) : { at: dropped };
    }
    if (from !== undefined && namespace.sysctls.get('net.ipv4.ip_forward') !== '1') {
      return lost(namespace, 'route', `${formatAddress(packet.tuple.destination)} is not local`);
    }
    const to = route.device ?? '';
    packet.outIndex = indexOf(namespace, to);
    const dropped =
      this.hook(from === undefined ? 'output' : 'forward', packet, namespace) ??
      this.hook('postrouting', packet, namespace);
    if (dropped !== undefined) return { at: dropped };
    return namespace.devices.get(to)?.up === true ? { to } : lost(namespace, 'link', `${to} is down`);
  }

  /** Runs what hangs at a hook, by priority; answers what dropped the packet. */
  private hook(hook: Hook['hook'], packet: Packet, namespace: Namespace): Place | undefined {
    const { table } = namespace;
    if (table === undefined) return undefined;
    const evaluation = { namespace: namespace.name, table, packet, choose: this.choose };
    const base = [...table.chains.values()].filter((chain) => chain.hook?.hook === hook);
    const steps: { priority: number; run: () => Place | undefined }[] = base
      .filter((chain) => chain.hook?.type === 'filter')
      .map((chain) => {
        const run = () => dropOf(judge(evaluation, chain));
        return { priority: chain.hook?.priority ?? 0, run };
      });
    const natChains = base
      .filter((chain) => chain.hook?.type === 'nat')
      .toSorted((a, b) => (a.hook?.priority ?? 0) - (b.hook?.priority ?? 0));
    const natPriority = natPriorities[hook];
    if (natPriority !== undefined) {
      const judges = natChains.map((chain) => () => dropOf(judge(evaluation, chain)));
      steps.push({ priority: natPriority, run: () => nat(packet, hook, judges) });
    }
    if (hook === 'prerouting' || hook === 'output') {
      steps.push({ priority: conntrackPriority, run: () => this.track(packet, namespace) });
    }
    for (const { run } of steps.toSorted((a, b) => a.priority - b.priority)) {
      const dropped = run();
      if (dropped !== undefined) return dropped;
    }
    return undefined;
  }

  private track(packet: Packet, { name }: Namespace): undefined {
    const conntrack = this.conntracks.get(name) ?? new Conntrack();
    this.conntracks.set(name, conntrack);
    conntrack.track(packet);
  }
}

const localTable = 255;
const conntrackPriority = -200;
/** All nat chains of a hook run at this one priority, whatever their own, which only orders them. */
const natPriorities: Readonly<Partial<Record<Hook['hook'], number>>> = {
  prerouting: -100,
  output: -100,
  postrouting: 100,
  input: 100,
};

/** The first packet of a connection walks the nat chains until one has settled it; others repeat what it got. */
function nat(
  packet: Packet,
  hook: Hook['hook'],
  chains: readonly (() => Place | undefined)[],
): Place | undefined {
  const end = hook === 'prerouting' || hook === 'output' ? 'destination' : 'source';
  const { connection } = packet;
  if (connection === undefined) return undefined;
  if (packet.state !== stateBits.new) {
    retranslate(packet, end);
    return undefined;
  }
  for (const run of chains) {
    if (connection.settled.has(end)) break;
    const dropped = run();
    if (dropped !== undefined) return dropped;
  }
  connection.settled.add(end);
  return undefined;
}

function dropOf({ verdict, place }: ReturnType<typeof judge>): Place | undefined {
  return verdict === 'drop' ? place : undefined;
}

function lost({ name }: Namespace, chain: string, rule: string): { at: Place } {
  return { at: { namespace: name, chain, rule } };
}

function indexOf(namespace: Namespace, device: string | undefined): number {
  return device === undefined ? 0 : (namespace.devices.get(device)?.index ?? 0);
}

function isOn({ sysctls }: Namespace, device: string, key: string): boolean {
  return ['all', device].some((scope) => sysctls.get(`net.ipv4.conf.${scope}.${key}`) === '1');
}
