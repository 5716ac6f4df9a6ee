// The search for a path among all packets that a question leaves open: every combination of addresses and ports, in
// pieces that the rules met so far do not tell apart (cuts.ts). Each piece is one question to engine/trace; whatever
// that meets may divide the pieces further, until a path is found or no piece is left that was not asked about.
import { serviceNameAt } from '../../catalog/aws-services.ts';
import { internetScope } from '../../model/internet-host.ts';
import { overlay } from '../../model/overlay.ts';
import type { Change, Snapshot } from '../../model/snapshot.ts';
import { connectionTo } from '../../model/vpn-connection.ts';
import { formatAddress } from '../../net/ipv4.ts';
import { pieces, type Range } from '../../net/ranges.ts';
import { isPublicAddress } from '../../net/special-purpose.ts';
import { unknownHealth } from '../health.ts';
import type { Path, Trace, TraceQuestion } from '../trace/answer.ts';
import { trace } from '../trace/trace.ts';
import { type Cuts, firstCuts, type Named, noteCuts, servicePorts } from './cuts.ts';
import type { Explained, Journey } from './ends.ts';

export interface Space {
  readonly journeys: readonly Journey[];
  readonly protocol: 'tcp' | 'udp';
  readonly destinationPorts: Range;
  readonly sourcePorts: Range;
  /** What else the question tells apart. */
  readonly named: Named;
  /** A path is open when the packet arrives, whether or not an answer comes back. */
  readonly isOneWay: boolean;
  /** More questions are not asked. */
  readonly tracesMax: number;
}

/** Packets that fare alike; the first of each range was asked about. */
export interface Cell {
  readonly from: string;
  readonly source: Range;
  readonly destination: Range;
  readonly destinationPort: Range;
  readonly sourcePort: Range;
}

export interface Asked {
  readonly cell: Cell;
  /** With the host of the internet that was asked for, if it was none of ours. */
  readonly snapshot: Snapshot;
  readonly question: TraceQuestion;
  readonly trace: Trace;
}

export type Outcome = (
  | { readonly found: Asked; readonly path: Path }
  | {
      /** The packet that came furthest. */
      readonly closest: Asked | undefined;
      /** Why a path that is open is not one that was asked for. */
      readonly unwanted?: Explained;
      readonly isComplete: boolean;
    }
) & {
  /** How many questions were asked. */
  readonly traces: number;
};

/** `objection`: why an open path is not wanted. */
export function search(
  snapshot: Snapshot,
  space: Space,
  objection: (asked: Asked, path: Path) => Explained | undefined,
): Outcome {
  const { isOneWay } = space;
  const isOpen = isOneWay ? arrives : isAnswered;
  const cuts = firstCuts(space.named);
  const tried = new Set<string>();
  let closest: Asked | undefined;
  let unwanted: Explained | undefined;
  const nothing = (isComplete: boolean) => {
    const why = unwanted === undefined ? {} : { unwanted };
    return { closest, isComplete, traces: tried.size, ...why };
  };
  for (let before = -1; before < tried.size; ) {
    before = tried.size;
    for (const cell of cellsOf(space, cuts)) {
      const key = keyOf(cell);
      if (tried.has(key)) continue;
      if (tried.size >= space.tracesMax) return nothing(false);
      tried.add(key);
      const asked = ask(snapshot, space.protocol, cell);
      noteCuts(asked.snapshot, { paths: asked.trace.paths, isOneWay }, cuts);
      for (const path of asked.trace.paths.filter(isOpen)) {
        const against = objection(asked, path);
        const found = { ...asked, cell: narrowed(cell, cuts, isOfService(path) ? undefined : space) };
        if (against === undefined) return { found, path, traces: tried.size };
        unwanted ??= against;
      }
      if (closest === undefined || progress(asked.trace) > progress(closest.trace)) closest = asked;
    }
  }
  return nothing(true);
}

function isAnswered({ verdict }: Path): boolean {
  return verdict === 'reachable';
}

function arrives(path: Path): boolean {
  const isPassed = (hops: Path['forward']) => hops.every(({ outcome }) => outcome === 'passed');
  return isAnswered(path) || (path.back.length > 0 && isPassed(path.forward) && !isPassed(path.back));
}

function* cellsOf({ journeys, destinationPorts, sourcePorts }: Space, cuts: Cuts): Iterable<Cell> {
  // The cuts grow while the cells are gone through; these are of one moment.
  const atAddresses = [...cuts.addresses];
  const split = (ranges: readonly Range[]) => ranges.flatMap((range) => pieces(range, atAddresses));
  const toPorts = pieces(destinationPorts, [...cuts.destinationPorts, ...servicePorts]);
  const fromPorts = pieces(sourcePorts, cuts.sourcePorts);
  for (const { from, sources, destinations } of journeys) {
    const [to, by] = [split(destinations), split(sources)];
    for (const source of by)
      for (const destination of to)
        for (const destinationPort of toPorts)
          for (const sourcePort of fromPorts)
            yield { from, source, destination, destinationPort, sourcePort };
  }
}

function keyOf({ from, source, destination, destinationPort, sourcePort }: Cell): string {
  return [from, source.from, destination.from, destinationPort.from, sourcePort.from].join(' ');
}

function ask(snapshot: Snapshot, protocol: 'tcp' | 'udp', cell: Cell): Asked {
  const destination = formatAddress(cell.destination.from);
  const question: TraceQuestion = {
    from: cell.from,
    protocol,
    source: formatAddress(cell.source.from),
    destination,
    destinationPort: cell.destinationPort.from,
    sourcePort: cell.sourcePort.from,
  };
  const world = withHost(snapshot, cell);
  return { cell, snapshot: world, question, trace: trace(world, unknownHealth, question) };
}

/** Somebody has to be there, so that the way back is judged too. */
function withHost(snapshot: Snapshot, cell: Cell): Snapshot {
  const { from: value } = cell.destination;
  const address = formatAddress(value);
  const onPremises = hostsOnPremises(snapshot, cell.from, address);
  const world = withInternetHost(snapshot, address, value);
  return onPremises.length === 0 ? world : overlay(world, onPremises);
}

/** Behind each connection whose static route leads there; hosts on premises themselves are let meet nobody new. */
function hostsOnPremises(snapshot: Snapshot, from: string, address: string): readonly Change[] {
  if (snapshot.get('customerGateway', from) !== undefined) return [];
  const known = snapshot.by('onPremisesHost', 'address', address).map((host) => host.customerGatewayId);
  return [...snapshot.all('vpnGateway')].flatMap(({ id }) => {
    const customerGatewayId = connectionTo(snapshot, id, address)?.connection.customerGatewayId;
    if (customerGatewayId === undefined || known.includes(customerGatewayId)) return [];
    const name = `${customerGatewayId}/${address}`;
    const host = { ...nobody, id: name, address, serves: [], number: 0, bootNumber: 0, customerGatewayId };
    return [{ kind: 'onPremisesHost', id: name, resource: host }];
  });
}

const nobody = { ownerId: '', region: '', createdAt: '', tags: {} };

function withInternetHost(snapshot: Snapshot, address: string, value: number): Snapshot {
  if (!isPublicAddress(value)) return snapshot;
  const isKnown =
    snapshot.by('address', 'publicIp', address).length > 0 ||
    snapshot.by('internetHost', 'address', address).length > 0 ||
    serviceNameAt(address) !== undefined;
  if (isKnown) return snapshot;
  const host = { ...internetScope, id: address, createdAt: '', tags: {}, address, serves: [], number: 0 };
  return overlay(snapshot, [{ kind: 'internetHost', id: address, resource: host }]);
}

/**
 * To what the rules that this very packet met do not tell apart. `space`, where no service's own ports do either.
 */
function narrowed(cell: Cell, cuts: Cuts, space: Space | undefined): Cell {
  const first = (range: Range, starts: Iterable<number>) => pieces(range, starts)[0] ?? range;
  const port = cell.destinationPort.from;
  const toPorts = pieces(space?.destinationPorts ?? cell.destinationPort, cuts.destinationPorts);
  return {
    from: cell.from,
    source: first(cell.source, cuts.addresses),
    destination: first(cell.destination, cuts.addresses),
    destinationPort: toPorts.find(({ from, to }) => from <= port && port <= to) ?? cell.destinationPort,
    sourcePort: first(cell.sourcePort, cuts.sourcePorts),
  };
}

function isOfService(path: Path): boolean {
  return path.verdict === 'reachable'
    ? !['interface', 'internet-host', 'on-premises-host'].includes(path.arrival.kind)
    : path.forward.at(-1)?.stage === 'endpoint';
}

function progress({ paths }: Trace): number {
  const passed = paths.map(
    ({ forward, back }) => [...forward, ...back].filter(({ outcome }) => outcome === 'passed').length,
  );
  return Math.max(-1, ...passed);
}
