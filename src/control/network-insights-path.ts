// Network insights path verbs. A path names its ends, which have to be there when it is made; later they may go, and an
// analysis will say so.
import { quotas } from '../catalog/quotas.ts';
import * as refusals from '../catalog/refusals/network-insights.ts';
import { componentOf } from '../engine/explain/components.ts';
import { endOf } from '../engine/insights/ends.ts';
import type { NetworkInsightsPath, PathFilter, PortRange } from '../model/network-insights-path.ts';
import type { Tags } from '../model/resource.ts';
import { parseAddress } from '../net/ipv4.ts';
import { allPorts } from '../net/ranges.ts';
import { type Call, fresh, mine, own, type ReadCall } from './call.ts';

export interface CreatePathOptions {
  /** Ids or ARNs. */
  readonly source: string;
  readonly destination: string | undefined;
  readonly sourceIp: string | undefined;
  readonly destinationIp: string | undefined;
  readonly protocol: string;
  readonly destinationPort: number | undefined;
  readonly filterAtSource: RequestedFilter | undefined;
  readonly filterAtDestination: RequestedFilter | undefined;
  readonly tags: Tags;
}

interface RequestedRange {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface RequestedFilter {
  readonly sourceAddress: string | undefined;
  readonly sourcePortRange: RequestedRange | undefined;
  readonly destinationAddress: string | undefined;
  readonly destinationPortRange: RequestedRange | undefined;
}

export function createNetworkInsightsPath(call: Call, options: CreatePathOptions): NetworkInsightsPath {
  const { sourceIp, destinationIp, destinationPort, tags } = options;
  const filterAtSource = checkedFilter(options.filterAtSource, 'filterAtSource');
  const filterAtDestination = checkedFilter(options.filterAtDestination, 'filterAtDestination');
  checkCombinations(options);
  const protocol = checkedProtocol(options.protocol);
  const source = checkedEnd(call, options.source) ?? refuse(refusals.sourceNotFound(options.source));
  const destination =
    options.destination === undefined ? undefined : destinationOf(call, options.destination);
  if (mine(call, 'networkInsightsPath').length >= quotas.networkInsightsPathsPerRegion)
    throw refusals.pathLimitExceeded(quotas.networkInsightsPathsPerRegion);
  const path: NetworkInsightsPath = {
    ...fresh(call, 'networkInsightsPath', tags),
    source: source.id,
    sourceArn: source.arn,
    protocol,
    ...(destination && { destination: destination.id, destinationArn: destination.arn }),
    ...(sourceIp !== undefined && { sourceIp: checkedAddress(sourceIp, 'sourceIp') }),
    ...(destinationIp !== undefined && { destinationIp: checkedAddress(destinationIp, 'destinationIp') }),
    ...(destinationPort !== undefined && {
      destinationPort: checkedPort(destinationPort, 'destinationPort'),
    }),
    ...(filterAtSource && { filterAtSource }),
    ...(filterAtDestination && { filterAtDestination }),
  };
  call.intent.put('networkInsightsPath', path);
  return path;
}

/** Refuses while it has analyses. */
export function deleteNetworkInsightsPath(call: Call, id: string): NetworkInsightsPath {
  const path = own(call, 'networkInsightsPath', id);
  if (call.intent.by('networkInsightsAnalysis', 'networkInsightsPathId', id).length > 0)
    throw refusals.analysisExists(id);
  call.intent.remove('networkInsightsPath', id);
  return path;
}

function refuse(refusal: Error): never {
  throw refusal;
}

/** "If you specify this parameter, you can't specify …", CreateNetworkInsightsPath in the EC2 API reference. */
function checkCombinations(options: CreatePathOptions): void {
  const { destination, sourceIp, destinationIp, destinationPort, filterAtSource, filterAtDestination } =
    options;
  if (filterAtSource !== undefined && sourceIp !== undefined)
    throw refusals.filterAndParameter('FilterAtSource', 'SourceIp');
  if (filterAtSource !== undefined && destinationPort !== undefined)
    throw refusals.filterAndParameter('FilterAtSource', 'DestinationPort');
  if (filterAtDestination !== undefined && destinationIp !== undefined)
    throw refusals.filterAndParameter('FilterAtDestination', 'DestinationIp');
  if (destination === undefined && filterAtSource?.destinationAddress === undefined)
    throw refusals.destinationMissing();
}

/** The clients' documentation writes `TCP`. */
function checkedProtocol(text: string): NetworkInsightsPath['protocol'] {
  const protocol = text.toLowerCase();
  if (protocol !== 'tcp' && protocol !== 'udp') throw refusals.protocolUnknown(text);
  return protocol;
}

function destinationOf(call: ReadCall, text: string): { readonly id: string; readonly arn: string } {
  return checkedEnd(call, text) ?? refuse(refusals.destinationNotFound(text));
}

/** By its id the caller's own; by its ARN also another account's, which the ARN names. In the same Region. */
function checkedEnd(call: ReadCall, text: string): { readonly id: string; readonly arn: string } | undefined {
  const id = text.slice(text.lastIndexOf('/') + 1);
  const component = endOf(call.intent, id) && componentOf(call.intent, id);
  if (component === undefined) return undefined;
  const [, , , region, account] = component.arn.split(':');
  const isKnown = text === component.arn || (text === id && account === call.accountId);
  return isKnown && region === call.region ? { id, arn: component.arn } : undefined;
}

function checkedFilter(filter: RequestedFilter | undefined, name: string): PathFilter | undefined {
  if (filter === undefined) return undefined;
  const { sourceAddress, sourcePortRange, destinationAddress, destinationPortRange } = filter;
  return {
    ...(sourceAddress !== undefined && {
      sourceAddress: checkedAddress(sourceAddress, `${name}.sourceAddress`),
    }),
    ...(sourcePortRange !== undefined && {
      sourcePortRange: checkedRange(sourcePortRange, `${name}.sourcePortRange`),
    }),
    ...(destinationAddress !== undefined && {
      destinationAddress: checkedAddress(destinationAddress, `${name}.destinationAddress`),
    }),
    ...(destinationPortRange !== undefined && {
      destinationPortRange: checkedRange(destinationPortRange, `${name}.destinationPortRange`),
    }),
  };
}

function checkedAddress(text: string, parameter: string): string {
  if (parseAddress(text) === undefined) throw refusals.notAnAddress(text, parameter);
  return text;
}

function checkedRange({ from, to }: RequestedRange, parameter: string): PortRange {
  if (from === undefined || to === undefined || from > to) throw refusals.portRangeInvalid(parameter);
  return { from: checkedPort(from, parameter), to: checkedPort(to, parameter) };
}

function checkedPort(port: number, parameter: string): number {
  if (port < allPorts.from || port > allPorts.to) throw refusals.notAPort(port, parameter);
  return port;
}
