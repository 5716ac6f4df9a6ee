// The ends of a path: what a source may send from, and under which addresses a source knows a destination. Nothing is
// sent yet; what is known here is only that some pairs cannot even begin, each with Reachability Analyzer's code.
import type { ExplanationCode } from '../../catalog/reachability-codes.ts';
import { awsPrefixListOf } from '../../catalog/prefix-lists.ts';
import type { EndpointService } from '../../model/endpoint-service.ts';
import type { InternetGateway } from '../../model/internet-gateway.ts';
import type { Explanation } from '../../model/network-insights-analysis.ts';
import type { NetworkInsightsPath } from '../../model/network-insights-path.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { VpcEndpoint } from '../../model/vpc-endpoint.ts';
import type { VpnGateway } from '../../model/vpn-gateway.ts';
import { cidr, formatAddress, parseAddress } from '../../net/ipv4.ts';
import { pieces, type Range, rangeOf, single } from '../../net/ranges.ts';
import { specialPurposeBlocks } from '../../net/special-purpose.ts';
import { placedTargets } from '../balancing.ts';
import { isPrivate } from '../explain/situation.ts';
import type { Path } from '../trace/answer.ts';
import { named } from './named.ts';

export type End =
  | { readonly kind: 'interfaces'; readonly id: string; readonly interfaces: readonly NetworkInterface[] }
  | { readonly kind: 'internet-gateway'; readonly id: string; readonly gateway: InternetGateway }
  | { readonly kind: 'vpn-gateway'; readonly id: string; readonly gateway: VpnGateway }
  | { readonly kind: 'vpc-endpoint'; readonly id: string; readonly endpoint: VpcEndpoint }
  | { readonly kind: 'endpoint-service'; readonly id: string; readonly service: EndpointService };

/** One who sends, and where to. */
export interface Journey {
  /** What engine/trace calls the sender. */
  readonly from: string;
  readonly sources: readonly Range[];
  readonly destinations: readonly Range[];
}

/** What stands at the end of a path, or why there is none. */
export type Journeys = { readonly journeys: readonly Journey[] } | { readonly impossible: Explained };

export type Explained = Explanation & { readonly explanationCode: ExplanationCode };

export type Definition = Pick<
  NetworkInsightsPath,
  | 'source'
  | 'destination'
  | 'sourceIp'
  | 'destinationIp'
  | 'protocol'
  | 'destinationPort'
  | 'filterAtSource'
  | 'filterAtDestination'
>;

export function endOf(snapshot: Snapshot, id: string): End | undefined {
  const networkInterface = snapshot.get('networkInterface', id);
  if (networkInterface !== undefined) return { kind: 'interfaces', id, interfaces: [networkInterface] };
  if (snapshot.get('instance', id) !== undefined) {
    const index = (one: NetworkInterface) => one.attachment?.deviceIndex ?? 0;
    const interfaces = snapshot.by('networkInterface', 'instanceId', id);
    return { kind: 'interfaces', id, interfaces: interfaces.toSorted((a, b) => index(a) - index(b)) };
  }
  const gateway = snapshot.get('internetGateway', id);
  if (gateway !== undefined) return { kind: 'internet-gateway', id, gateway };
  const vpnGateway = snapshot.get('vpnGateway', id);
  if (vpnGateway !== undefined) return { kind: 'vpn-gateway', id, gateway: vpnGateway };
  const endpoint = snapshot.get('vpcEndpoint', id);
  if (endpoint !== undefined) return { kind: 'vpc-endpoint', id, endpoint };
  const service = snapshot.get('endpointService', id);
  return service && { kind: 'endpoint-service', id, service };
}

interface Sender {
  readonly from: string;
  readonly vpcId: string;
  readonly isInternet: boolean;
  readonly sources: readonly Range[];
}

export function journeysOf(snapshot: Snapshot, definition: Definition): Journeys {
  const { source, destination } = definition;
  const from = endOf(snapshot, source);
  if (from === undefined) return impossible('NO_SOURCE_OR_DESTINATION', { missingComponent: source });
  const to = destination === undefined ? undefined : endOf(snapshot, destination);
  if (destination !== undefined && to === undefined)
    return impossible('NO_SOURCE_OR_DESTINATION', { missingComponent: destination });
  const senders = sendersOf(snapshot, from, to, definition);
  if ('impossible' in senders) return senders;
  const all = senders.map((sender) => ({ sender, found: destinationsOf(snapshot, sender, to, definition) }));
  const journeys = all.flatMap(({ sender: { from: id, sources }, found }) =>
    'impossible' in found ? [] : [{ from: id, sources, destinations: found }],
  );
  if (journeys.length > 0) return { journeys };
  const first = all[0]?.found;
  return first !== undefined && 'impossible' in first ? first : impossible('NO_PATH', {});
}

function impossible(
  explanationCode: ExplanationCode,
  facts: Partial<Explanation>,
): { readonly impossible: Explained } {
  return { impossible: { ...facts, explanationCode } };
}

/** Who can send. Endpoints and services only answer. */
function sendersOf(
  snapshot: Snapshot,
  from: End,
  to: End | undefined,
  { sourceIp, filterAtSource }: Definition,
): readonly Sender[] | { readonly impossible: Explained } {
  const component = named(snapshot, from.id);
  const given = rangesOf(sourceIp ?? filterAtSource?.sourceAddress);
  switch (from.kind) {
    case 'interfaces':
      if (from.interfaces.length === 0) return impossible('UNASSOCIATED_COMPONENT', { component });
      return from.interfaces.map(({ id, vpcId, privateAddresses }) => {
        const own = privateAddresses.flatMap(({ address }) => rangesOf(address));
        return { from: id, vpcId, isInternet: false, sources: given.length > 0 ? given : own };
      });
    case 'internet-gateway': {
      const { vpcId } = from.gateway;
      if (vpcId === undefined) return impossible('UNASSOCIATED_COMPONENT', { component });
      const unfit = given.find(({ from: value }) => isPrivate(formatAddress(value)));
      if (unfit !== undefined) return notPublic(component, sourceIp ?? filterAtSource?.sourceAddress);
      const sources = given.length > 0 ? given : publicRanges;
      return [{ from: 'internet', vpcId, isInternet: true, sources }];
    }
    case 'vpn-gateway':
      return fromOnPremises(snapshot, from.gateway, given);
    case 'vpc-endpoint': {
      const isInside = vpcOf(to) === from.endpoint.vpcId;
      const vpc = named(snapshot, from.endpoint.vpcId);
      return impossible(isInside ? 'VPCE_INTRA_VPC_TRAFFIC' : 'NO_PATH', { vpcEndpoint: component, vpc });
    }
    case 'endpoint-service':
      return impossible('UNSUPPORTED_COMPONENT', { component });
  }
}

/** Whoever is in a network on premises that a connection's static routes lead to. */
function fromOnPremises(
  snapshot: Snapshot,
  { id, vpcId }: VpnGateway,
  given: readonly Range[],
): readonly Sender[] | { readonly impossible: Explained } {
  if (vpcId === undefined) return impossible('UNASSOCIATED_COMPONENT', { component: named(snapshot, id) });
  const connections = snapshot.by('vpnConnection', 'vpnGatewayId', id);
  const senders = connections.flatMap(({ customerGatewayId: from, staticRoutes }) => {
    const sources = given.length > 0 ? given : routed(staticRoutes);
    return sources.length === 0 ? [] : [{ from, vpcId, isInternet: false, sources }];
  });
  return senders.length > 0 ? senders : impossible('NO_PATH', {});
}

function routed(blocks: readonly string[]): readonly Range[] {
  return blocks.map((block) => rangeOf(cidr(block)));
}

function notPublic(
  component: ReturnType<typeof named>,
  address: string | undefined,
): { readonly impossible: Explained } {
  return impossible('IGW_EXPECTS_PUBLIC_ADDRESS', { internetGateway: component, address: address ?? '' });
}

function vpcOf(end: End | undefined): string | undefined {
  if (end?.kind === 'interfaces') return end.interfaces[0]?.vpcId;
  if (end?.kind === 'internet-gateway' || end?.kind === 'vpn-gateway') return end.gateway.vpcId;
  return end?.kind === 'vpc-endpoint' ? end.endpoint.vpcId : undefined;
}

/** Addresses that lead there for this sender. */
function destinationsOf(
  snapshot: Snapshot,
  sender: Sender,
  to: End | undefined,
  { filterAtSource, filterAtDestination, destinationIp }: Definition,
): readonly Range[] | { readonly impossible: Explained } {
  const sent = rangesOf(filterAtSource?.destinationAddress);
  const wanted = destinationIp ?? filterAtDestination?.destinationAddress;
  if (to === undefined) return sent;
  const vpcs = { sourceVpc: named(snapshot, sender.vpcId), destinationVpc: named(snapshot, vpcOf(to) ?? '') };
  switch (to.kind) {
    case 'interfaces':
      if (to.interfaces.length === 0)
        return impossible('UNASSOCIATED_COMPONENT', { component: named(snapshot, to.id) });
      if (sender.isInternet && vpcOf(to) !== sender.vpcId) return impossible('DISCONNECTED_VPCS', vpcs);
      if (sent.length > 0) return sent;
      return atInterfaces(snapshot, sender, to.interfaces, wanted);
    case 'internet-gateway': {
      const component = named(snapshot, to.id);
      const address = filterAtSource?.destinationAddress ?? wanted;
      if (to.gateway.vpcId === undefined) return impossible('UNASSOCIATED_COMPONENT', { component });
      if (sender.isInternet) return impossible('NO_PATH', { destination: component });
      if (sender.vpcId !== to.gateway.vpcId) return impossible('DISCONNECTED_VPCS', vpcs);
      const given = rangesOf(address);
      if (given.some(({ from }) => isPrivate(formatAddress(from)))) return notPublic(component, address);
      return given.length > 0 ? given : publicRanges;
    }
    case 'vpn-gateway': {
      const component = named(snapshot, to.id);
      if (to.gateway.vpcId === undefined) return impossible('UNASSOCIATED_COMPONENT', { component });
      if (snapshot.get('customerGateway', sender.from) !== undefined)
        return impossible('NO_PATH', { destination: component });
      if (sender.vpcId !== to.gateway.vpcId) return impossible('DISCONNECTED_VPCS', vpcs);
      const given = rangesOf(filterAtSource?.destinationAddress ?? wanted);
      if (given.length > 0) return given;
      const connections = snapshot.by('vpnConnection', 'vpnGatewayId', to.id);
      const known = routed(connections.flatMap(({ staticRoutes }) => staticRoutes));
      return known.length > 0 ? known : impossible('NO_PATH', { destination: component });
    }
    case 'vpc-endpoint':
      if (sent.length > 0) return sent;
      if (sender.isInternet) return impossible('NO_PATH', { destination: named(snapshot, to.id) });
      if (sender.vpcId !== to.endpoint.vpcId) return impossible('DISCONNECTED_VPCS', vpcs);
      return atEndpoint(snapshot, sender, to.endpoint, wanted);
    case 'endpoint-service': {
      if (sent.length > 0) return sent;
      const endpoints = snapshot.by('vpcEndpoint', 'endpointServiceId', to.id);
      const own = endpoints.filter(({ vpcId }) => vpcId === sender.vpcId && !sender.isInternet);
      const found = own.flatMap((endpoint) => {
        const ranges = atEndpoint(snapshot, sender, endpoint, wanted);
        return 'impossible' in ranges ? [] : ranges;
      });
      if (found.length > 0) return found;
      return impossible('NO_PATH', { destination: named(snapshot, to.id), sourceVpc: vpcs.sourceVpc });
    }
  }
}

function atEndpoint(
  snapshot: Snapshot,
  sender: Sender,
  { endpointType, serviceName, networkInterfaceIds }: VpcEndpoint,
  wanted: string | undefined,
): readonly Range[] | { readonly impossible: Explained } {
  if (endpointType === 'Gateway') {
    if (wanted !== undefined) return rangesOf(wanted);
    return (awsPrefixListOf(serviceName)?.cidrs ?? []).map((block) => rangeOf(cidr(block)));
  }
  const interfaces = networkInterfaceIds.flatMap((id) => snapshot.get('networkInterface', id) ?? []);
  return atInterfaces(snapshot, sender, interfaces, wanted);
}

/** Private addresses within the VPC, public ones from elsewhere: its own, and those of load balancers before it. */
function atInterfaces(
  snapshot: Snapshot,
  sender: Sender,
  interfaces: readonly NetworkInterface[],
  wanted: string | undefined,
): readonly Range[] | { readonly impossible: Explained } {
  const isInside = (one: NetworkInterface) => one.vpcId === sender.vpcId && !sender.isInternet;
  const known = interfaces.flatMap((one) => {
    if (isInside(one)) return one.privateAddresses.map(({ address }) => ({ address, arrivesAs: address }));
    const own = snapshot.by('address', 'networkInterfaceId', one.id).map(({ publicIp, association }) => {
      const arrivesAs = association?.privateAddress ?? one.privateAddresses[0]?.address ?? '';
      return { address: publicIp, arrivesAs };
    });
    return [...own, ...atBalancers(snapshot, one)];
  });
  const fit = known.filter(
    ({ address, arrivesAs }) => wanted === undefined || [address, arrivesAs].includes(wanted),
  );
  if (fit.length > 0) return fit.flatMap(({ address }) => rangesOf(address));
  if (known.length > 0)
    return impossible('FILTER_AT_DESTINATION_DESTINATION_ADDRESS', { address: wanted ?? '' });
  const [first] = interfaces;
  const facts = {
    sourceVpc: named(snapshot, sender.vpcId),
    destinationVpc: named(snapshot, first?.vpcId ?? ''),
  };
  if (sender.isInternet && first?.vpcId === sender.vpcId) {
    const [gateway] = snapshot.by('internetGateway', 'vpcId', sender.vpcId);
    return impossible('IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS', {
      internetGateway: named(snapshot, gateway?.id ?? ''),
      networkInterface: named(snapshot, first.id),
      vpc: facts.sourceVpc,
    });
  }
  return impossible(first === undefined ? 'NO_PATH' : 'DISCONNECTED_VPCS', first === undefined ? {} : facts);
}

/** Public addresses of the load balancers that this interface is a target of. */
function atBalancers(
  snapshot: Snapshot,
  one: NetworkInterface,
): readonly { readonly address: string; readonly arrivesAs: string }[] {
  return snapshot.by('targetGroup', 'vpcId', one.vpcId).flatMap((group) => {
    const placed = placedTargets(snapshot, group).find(
      ({ networkInterface }) => networkInterface?.id === one.id,
    );
    if (placed === undefined) return [];
    const balancers = snapshot
      .by('listener', 'targetGroupArn', group.id)
      .flatMap(({ loadBalancerArn }) => snapshot.get('loadBalancer', loadBalancerArn) ?? []);
    return balancers
      .flatMap(({ nodes }) => nodes)
      .flatMap((node) => snapshot.by('address', 'networkInterfaceId', node.networkInterfaceId))
      .map(({ publicIp }) => ({ address: publicIp, arrivesAs: placed.address }));
  });
}

/** Whether a path begins here; what comes from the internet may come in by another gateway. */
export function isFrom(source: string, { forward }: Path): boolean {
  return !source.startsWith('igw-') || forward[0]?.component === source;
}

/** Whether a path that arrived somewhere came to this end. */
export function isReached(snapshot: Snapshot, end: End | undefined, path: Path): boolean {
  const arrivalId = path.verdict === 'reachable' ? path.arrival.id : undefined;
  const passes = (id: string) => path.forward.some((hop) => hop.component === id);
  switch (end?.kind) {
    case undefined:
      return true;
    case 'interfaces':
      return end.interfaces.some((one) => isAddressed(one, path) || arrivalId === one.id);
    case 'internet-gateway':
    case 'vpn-gateway':
      return passes(end.id);
    case 'vpc-endpoint':
      return passes(end.id) || arrivalId === end.id;
    case 'endpoint-service':
      return path.forward.some(
        ({ stage, component }) =>
          stage === 'endpoint' && snapshot.get('vpcEndpoint', component)?.endpointServiceId === end.id,
      );
  }
}

/** Also an endpoint's interface or a load balancer's node, where a packet does not stay. */
function isAddressed({ vpcId, privateAddresses }: NetworkInterface, { forward }: Path): boolean {
  return forward.some(
    (hop) =>
      hop.vpcId === vpcId && privateAddresses.some(({ address }) => address === hop.headers.destination),
  );
}

function rangesOf(address: string | undefined): readonly Range[] {
  const value = parseAddress(address ?? '');
  return value === undefined ? [] : [single(value)];
}

/** All addresses that an internet gateway takes: also those of catalog/public-addresses.ts. */
const publicRanges: readonly Range[] = pieces(
  { from: 0, to: 2 ** 32 - 1 },
  specialPurposeBlocks.flatMap((block) => [rangeOf(cidr(block)).from, rangeOf(cidr(block)).to + 1]),
).filter(({ from }) => !isPrivate(formatAddress(from)));
