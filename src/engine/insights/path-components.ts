// A path as Reachability Analyzer shows it: component by component, from the instance that sends to the one that
// answers. The components are those of the trace's hops, in the order of docs/design/packet-path.md, with the
// interfaces that a packet passes between them. Headers stand where a packet begins, ends or is rewritten; a range
// means that the rules on this path tell none of its members apart.
import type {
  AdditionalDetail,
  AnalysisPacketHeader,
  PathComponent,
} from '../../model/network-insights-analysis.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { protocolNumbers } from '../../net/flow.ts';
import { parseAddress } from '../../net/ipv4.ts';
import { blocksOf, type Range, single } from '../../net/ranges.ts';
import type { Arrival, Headers, Hop, Path } from '../trace/answer.ts';
import { reversed } from '../trace/answer.ts';
import { hasGuest, interfaceAt } from '../trace/world.ts';
import { named } from './named.ts';
import { aclRuleAt, groupRuleAt, routeAt } from './rules.ts';
import type { Asked, Cell } from './search.ts';

export type Part = Omit<PathComponent, 'sequenceNumber'>;

interface View {
  readonly snapshot: Snapshot;
  readonly show: (headers: Headers) => AnalysisPacketHeader;
}

export function forwardParts({ snapshot, trace, cell }: Asked, path: Path): readonly Part[] {
  const view: View = { snapshot, show: shower(cell, trace.headers, false) };
  const sender = snapshot.get('networkInterface', cell.from);
  const receiver = receiverOf(snapshot, path);
  const sent = path.forward[0]?.headers ?? trace.headers;
  const begins = sender === undefined ? [] : atStart(view, sender, sent);
  const ends = receiver === undefined ? [] : atEnd(view, receiver, arrivedWith(path) ?? sent);
  // The device on premises is not AWS's: a path begins at the virtual private gateway.
  const hops = path.forward.filter(
    ({ component }) => snapshot.get('customerGateway', component) === undefined,
  );
  const parts = [...begins, ...hops.flatMap((hop) => partsOf(view, hop, receiver)), ...ends];
  return withDetails(withService(snapshot, parts, path), path);
}

export function returnParts({ snapshot, trace, cell }: Asked, path: Path): readonly Part[] {
  if (path.back.length === 0 && path.forward.length === 0) return [];
  const view: View = { snapshot, show: shower(cell, trace.headers && reversed(trace.headers), true) };
  const receiver = receiverOf(snapshot, path);
  const sender = snapshot.get('networkInterface', cell.from);
  const arrived = arrivedWith(path);
  const begins =
    receiver === undefined || arrived === undefined ? [] : atStart(view, receiver, reversed(arrived));
  const first = path.forward[0]?.headers;
  const ends = sender === undefined || first === undefined ? [] : atEnd(view, sender, reversed(first));
  return [...begins, ...path.back.flatMap((hop) => partsOf(view, hop, undefined)), ...ends];
}

/** The guest's interface where a packet stays; AWS's services and hosts of the internet have none. */
function receiverOf(snapshot: Snapshot, path: Path): NetworkInterface | undefined {
  const last = path.forward.at(-1);
  const arrivedAt = last?.stage === 'security-group-ingress' ? last.component : undefined;
  const found = snapshot.get('networkInterface', arrivalOf(path)?.id ?? arrivedAt ?? '');
  return found !== undefined && hasGuest(snapshot, found) ? found : undefined;
}

function arrivalOf(path: Path): Arrival | undefined {
  return path.verdict === 'reachable' ? path.arrival : undefined;
}

/** As it arrives. */
export function arrivedWith({ forward }: Pick<Path, 'forward'>): Headers | undefined {
  const last = forward.at(-1);
  return last?.outcome === 'passed' ? (last.rewritten ?? last.headers) : last?.headers;
}

function atStart(view: View, sender: NetworkInterface, headers: Headers | undefined): readonly Part[] {
  const header = headers === undefined ? {} : { outboundHeader: view.show(headers) };
  const guest = sender.attachment?.instanceId;
  const eni = interfacePart(view, sender);
  if (guest === undefined) return [{ ...eni, ...header }];
  return [{ component: named(view.snapshot, guest), ...header, additionalDetails: [] }, eni];
}

function atEnd(view: View, receiver: NetworkInterface, headers: Headers | undefined): readonly Part[] {
  const header = headers === undefined ? {} : { inboundHeader: view.show(headers) };
  const guest = receiver.attachment?.instanceId;
  const eni = interfacePart(view, receiver);
  if (guest === undefined) return [{ ...eni, ...header }];
  return [eni, { component: named(view.snapshot, guest), ...header, additionalDetails: [] }];
}

function interfacePart({ snapshot }: View, one: NetworkInterface): Part {
  const owner = one.attachment?.instanceId ?? one.managedBy;
  return {
    component: named(snapshot, one.id),
    ...(owner === undefined ? {} : { attachedTo: named(snapshot, owner) }),
    subnet: named(snapshot, one.subnetId),
    vpc: named(snapshot, one.vpcId),
    additionalDetails: [],
  };
}

function partsOf(view: View, hop: Hop, receiver: NetworkInterface | undefined): readonly Part[] {
  const { snapshot } = view;
  const part = { component: named(snapshot, hop.component), additionalDetails: [] };
  switch (hop.stage) {
    case 'source-check':
      return [];
    case 'security-group-egress':
    case 'security-group-ingress':
      return atGroups(view, hop, receiver);
    case 'network-acl-egress':
    case 'network-acl-ingress': {
      const aclRule = aclRuleAt(snapshot, hop);
      return [{ ...part, ...(aclRule && { aclRule }) }];
    }
    case 'route':
      return atRoute(view, hop, part);
    case 'endpoint': {
      const serviceName = snapshot.get('vpcEndpoint', hop.component)?.serviceName;
      return [{ ...part, vpc: named(snapshot, hop.vpcId), ...(serviceName && { serviceName }) }];
    }
    case 'load-balancer': {
      const listener = hop.decidedBy?.kind === 'listener' ? hop.decidedBy.id : undefined;
      const elasticLoadBalancerListener = listener && named(snapshot, listener);
      const more = { ...rewriting(view, hop), vpc: named(snapshot, hop.vpcId) };
      const balancer = {
        ...part,
        ...more,
        ...(elasticLoadBalancerListener && { elasticLoadBalancerListener }),
      };
      return [balancer, ...sendingAgain(view, hop)];
    }
  }
}

/** The rule's group, and the interface that it guards where the packet does not stay there. */
function atGroups(view: View, hop: Hop, receiver: NetworkInterface | undefined): readonly Part[] {
  const { snapshot } = view;
  const found = groupRuleAt(snapshot, hop);
  const group: readonly Part[] =
    found === undefined
      ? []
      : [
          {
            component: named(snapshot, found.group.id),
            securityGroupRule: found.rule,
            additionalDetails: [],
          },
        ];
  const guarded = snapshot.get('networkInterface', hop.component);
  const isPassed =
    hop.stage === 'security-group-ingress' && guarded !== undefined && guarded.id !== receiver?.id;
  return isPassed ? [...group, interfacePart(view, guarded)] : group;
}

function atRoute(view: View, hop: Hop, part: Part): readonly Part[] {
  const { snapshot } = view;
  const routeTableRoute = routeAt(snapshot, hop, 'active');
  if (routeTableRoute !== undefined) return [{ ...part, routeTableRoute }];
  const nat = snapshot.get('natGateway', hop.component);
  const placed = nat && { subnet: named(snapshot, nat.subnetId) };
  const header = { ...rewriting(view, hop), ...atVpnGateway(view, hop) };
  const here = { ...part, ...header, ...placed, vpc: named(snapshot, hop.vpcId) };
  return nat === undefined ? [here] : [here, ...sendingAgain(view, hop)];
}

/** Where a path begins, when its own route let the packet in, or ends. */
function atVpnGateway(
  { snapshot, show }: View,
  { component, decidedBy, headers }: Hop,
): Pick<Part, 'inboundHeader' | 'outboundHeader'> {
  if (snapshot.get('vpnGateway', component) === undefined) return {};
  const isEntry = decidedBy?.id.startsWith(`${component}/`) === true;
  return isEntry ? { outboundHeader: show(headers) } : { inboundHeader: show(headers) };
}

/** The interface of a node or a NAT gateway, from whose own address the packet goes on. */
function sendingAgain(view: View, hop: Hop): readonly Part[] {
  if (hop.outcome !== 'passed' || hop.rewritten === undefined) return [];
  const own = interfaceAt(view.snapshot, hop.vpcId, hop.rewritten.source);
  return own === undefined || hop.rewritten.source === hop.headers.source ? [] : [interfacePart(view, own)];
}

function rewriting({ show }: View, hop: Hop): Pick<Part, 'inboundHeader' | 'outboundHeader'> {
  if (hop.outcome !== 'passed' || hop.rewritten === undefined) return {};
  return { inboundHeader: show(hop.headers), outboundHeader: show(hop.rewritten) };
}

/** Each number of the header as sent stands for its range, every other for itself. */
function shower(
  cell: Cell,
  sent: Headers | undefined,
  isReply: boolean,
): (headers: Headers) => AnalysisPacketHeader {
  const as = isReply
    ? {
        source: cell.destination,
        sourcePort: cell.destinationPort,
        destination: cell.source,
        destinationPort: cell.sourcePort,
      }
    : cell;
  const addresses = (member: 'source' | 'destination', headers: Headers) =>
    blocksOf(headers[member] === sent?.[member] ? as[member] : single(parseAddress(headers[member]) ?? 0));
  const ports = (member: 'sourcePort' | 'destinationPort', headers: Headers): readonly Range[] => [
    headers[member] === sent?.[member] ? as[member] : single(headers[member]),
  ];
  return (headers) => ({
    destinationAddresses: addresses('destination', headers),
    destinationPortRanges: ports('destinationPort', headers),
    protocol: String(protocolNumbers[headers.protocol]),
    sourceAddresses: addresses('source', headers),
    sourcePortRanges: ports('sourcePort', headers),
  });
}

/** One of AWS's services is behind the last component. */
function withService(snapshot: Snapshot, parts: readonly Part[], path: Path): readonly Part[] {
  const last = parts.at(-1);
  const arrival = arrivalOf(path);
  if (arrival?.kind !== 'aws-service' || last === undefined) return parts;
  const serviceName = snapshot.get('vpcEndpoint', arrival.id)?.serviceName ?? arrival.id;
  return [...parts.slice(0, -1), { ...last, serviceName }];
}

/** Of what a trace remarks, what Reachability Analyzer has a code for; at the last component. */
function withDetails(parts: readonly Part[], { notes }: Path): readonly Part[] {
  const crossed = notes.some(({ code }) => code === 'AVAILABILITY_ZONE_CROSSED');
  const last = parts.at(-1);
  if (!crossed || last === undefined) return parts;
  const detail: AdditionalDetail = { additionalDetailType: 'AVAILABILITY_ZONE_CROSSED' };
  return [...parts.slice(0, -1), { ...last, additionalDetails: [...last.additionalDetails, detail] }];
}
