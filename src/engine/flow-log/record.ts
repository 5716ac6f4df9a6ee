// One record of a flow log as text: the fields asked for, in their order, with a space between. Source: "Flow log
// records", VPC user guide. What Postern cannot know is `-`: flags of TCP, names of containers, AWS's services by range.
import { type FlowLogField, flowLogFields } from '../../catalog/flow-log-fields.ts';
import { zoneIdOf } from '../../catalog/regions.ts';
import { fieldsOf } from '../../model/flow-log.ts';
import { type NetworkInterface, primaryAddress } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { FlowCounter } from '../../plan/flow-counter.ts';
import { isInVpc, privateAddress, type Sighting } from './sightings.ts';

/** Seconds since 1970. */
export interface CaptureWindow {
  readonly start: number;
  readonly end: number;
}

/** What was seen of one flow at one interface in the window. */
export type FlowRecord = Sighting & Omit<FlowCounter, 'set' | 'device'>;

type Values = Readonly<Partial<Record<FlowLogField, string | number>>>;

export function recordLine(
  snapshot: Snapshot,
  logFormat: string,
  record: FlowRecord,
  window: CaptureWindow,
): string {
  const { networkInterface, direction, action, source, destination } = record;
  const isOut = direction === 'egress';
  return lineOf(logFormat, {
    ...aboutInterface(networkInterface, window),
    // AWS shows the interface's primary address on its own side, whichever the packet had.
    srcaddr: isOut ? primaryAddress(networkInterface) : source,
    dstaddr: isOut ? destination : primaryAddress(networkInterface),
    srcport: record.sourcePort,
    dstport: record.destinationPort,
    protocol: record.protocol,
    packets: record.packets,
    bytes: record.bytes,
    action,
    'log-status': 'OK',
    type: 'IPv4',
    // A load balancer's node is seen at its public address, which the internet gateway alone knows.
    'pkt-srcaddr': (isOut ? privateAddress(snapshot, source) : undefined) ?? source,
    'pkt-dstaddr': (isOut ? undefined : privateAddress(snapshot, destination)) ?? destination,
    'flow-direction': direction,
    // 1: another resource of the VPC. The others are ways out, which the interface cannot tell apart.
    ...(isOut && isInVpc(snapshot, networkInterface.vpcId, destination) ? { 'traffic-path': 1 } : {}),
  });
}

/** For an interface that had no traffic at all, or about which not everything is known. */
export function statusLine(
  logFormat: string,
  status: 'NODATA' | 'SKIPDATA',
  networkInterface: NetworkInterface,
  window: CaptureWindow,
): string {
  return lineOf(logFormat, { ...aboutInterface(networkInterface, window), 'log-status': status });
}

/** The first line of a file. */
export function headerLine(logFormat: string): string {
  return fieldsOf(logFormat).join(' ');
}

function aboutInterface(networkInterface: NetworkInterface, { start, end }: CaptureWindow): Values {
  const { id, ownerId, vpcId, subnetId, region, availabilityZone, attachment } = networkInterface;
  return {
    'account-id': ownerId,
    'interface-id': id,
    'vpc-id': vpcId,
    'subnet-id': subnetId,
    'instance-id': attachment?.instanceId ?? '-',
    region,
    'az-id': zoneIdOf(region, availabilityZone) ?? '-',
    start,
    end,
  };
}

function lineOf(logFormat: string, values: Values): string {
  const fields = fieldsOf(logFormat) as readonly FlowLogField[];
  const version = Math.max(...fields.map((field) => flowLogFields[field]));
  return fields.map((field) => (field === 'version' ? version : (values[field] ?? '-'))).join(' ');
}
