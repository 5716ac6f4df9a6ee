// A packet on its way through namespaces, and the connections each namespace remembers of it: conntrack with NAT,
// as far as the first packet of a flow and its answer need it.
import { type Flow, type Protocol, protocolNumbers } from '../../net/flow.ts';
import { address, formatAddress } from '../../net/ipv4.ts';
import { stateBits } from './rules.ts';

export interface Tuple {
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export interface Connection {
  readonly original: Tuple;
  /** Headers an answer has when it arrives here: the original's reversed, NAT included. */
  reply: Tuple;
  /** Keeps original headers apart; answers are found in any. */
  readonly zone: number;
  mark: number;
  /** Which of its ends NAT has settled, be it on no change. */
  readonly settled: Set<'source' | 'destination'>;
}

export interface Packet {
  tuple: Tuple;
  /** The first packet of its flow (SYN, echo request), or the answer. */
  readonly opens: boolean;
  readonly icmpType: number;
  mark: number;
  /** In which conntrack looks for its original headers. */
  zone: number;
  /** Index of the device it came in by and goes out by, in the namespace it is in. */
  inIndex: number;
  outIndex: number;
  connection: Connection | undefined;
  /** Runs against the direction its connection began in. */
  isReply: boolean;
  /** A bit of `stateBits`. */
  state: number;
}

/** What conntrack has not seen yet. */
export const untracked = { zone: 0, connection: undefined, isReply: false, state: stateBits.invalid };

export function firstPacket(flow: Flow): Packet {
  const { sourcePort, destinationPort } = flow;
  const protocol = protocolNumbers[flow.protocol];
  const ends = { source: address(flow.source), destination: address(flow.destination) };
  return newPacket({ protocol, ...ends, sourcePort, destinationPort }, true);
}

/** What the receiver of `packet` sends back. */
export function answerTo(packet: Packet): Packet {
  return newPacket(reversed(packet.tuple), false);
}

function newPacket(tuple: Tuple, opens: boolean): Packet {
  const nowhere = { mark: 0, inIndex: 0, outIndex: 0, ...untracked };
  return { tuple, opens, icmpType: opens ? 8 : 0, ...nowhere };
}

export function reversed({ protocol, source, destination, sourcePort, destinationPort }: Tuple): Tuple {
  return {
    protocol,
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  };
}

export function sameTuple(a: Tuple, b: Tuple): boolean {
  return (
    a.protocol === b.protocol &&
    a.source === b.source &&
    a.destination === b.destination &&
    a.sourcePort === b.sourcePort &&
    a.destinationPort === b.destinationPort
  );
}

export function flowOf({ protocol, source, destination, sourcePort, destinationPort }: Tuple): Flow {
  const names = Object.keys(protocolNumbers) as Protocol[];
  const name = names.find((one) => protocolNumbers[one] === protocol) ?? 'icmp';
  const ends = { source: formatAddress(source), destination: formatAddress(destination) };
  return { protocol: name, ...ends, sourcePort, destinationPort };
}

/** The connections of one namespace. */
export class Conntrack {
  private readonly connections: Connection[] = [];

  /** Finds the packet's connection, or begins one when it may open one. */
  track(packet: Packet): void {
    const { tuple } = packet;
    // A ping's request is never taken for an answer: types tell them apart, as ports do elsewhere.
    const isRequest = tuple.protocol === protocolNumbers.icmp && packet.opens;
    const isReplyOf = (one: Connection) => !isRequest && sameTuple(one.reply, tuple);
    const known = this.connections.find(
      (one) => (one.zone === packet.zone && sameTuple(one.original, tuple)) || isReplyOf(one),
    );
    if (known !== undefined) {
      packet.connection = known;
      packet.isReply = isReplyOf(known);
      packet.state = stateBits.established;
      return;
    }
    // Only UDP can begin in its middle.
    if (!packet.opens && tuple.protocol !== protocolNumbers.udp) return;
    const { zone } = packet;
    packet.connection = { original: tuple, reply: reversed(tuple), zone, mark: 0, settled: new Set() };
    packet.state = stateBits.new;
    this.connections.push(packet.connection);
  }
}

/** Settles one end of a new connection on another address (and port). */
export function translate(
  packet: Packet,
  end: 'source' | 'destination',
  to: { address: number; port?: number | undefined },
): void {
  const { connection, tuple } = packet;
  if (connection === undefined) return;
  if (end === 'destination') {
    const port = to.port ?? tuple.destinationPort;
    packet.tuple = { ...tuple, destination: to.address, destinationPort: port };
    connection.reply = { ...connection.reply, source: to.address, sourcePort: port };
  } else {
    const port = to.port ?? tuple.sourcePort;
    packet.tuple = { ...tuple, source: to.address, sourcePort: port };
    connection.reply = { ...connection.reply, destination: to.address, destinationPort: port };
  }
  connection.settled.add(end);
}

/** Does for a further packet of a connection what was settled for its first: one end per hook. */
export function retranslate(packet: Packet, end: 'source' | 'destination'): void {
  const { connection, tuple } = packet;
  if (connection === undefined) return;
  const { original, reply } = connection;
  const wanted = packet.isReply ? reversed(original) : reversed(reply);
  packet.tuple =
    end === 'destination'
      ? { ...tuple, destination: wanted.destination, destinationPort: wanted.destinationPort }
      : { ...tuple, source: wanted.source, sourcePort: wanted.sourcePort };
}
