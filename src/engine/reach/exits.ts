// How packets leave a VPC for an address outside, and how their replies come in again, for all lanes at once: the ACL of
// the subnet, the route that wins, and the gateway it leads to, which rewrites the source. What is judged once for all
// lanes is judged by the stages of trace. Groups are left out: they belong to the sender, and this to where it is.
import { type NetworkInterface, primaryAddress } from '../../model/network-interface.ts';
import { connectionTo, vpnGatewayOf, wayToVpc } from '../../model/vpn-connection.ts';
import { address as numberOf } from '../../net/ipv4.ts';
import { type Headers, reversed } from '../trace/answer.ts';
import { egress } from '../trace/internet-gateway.ts';
import { routeToVpn } from '../trace/on-premises.ts';
import { route } from '../trace/route.ts';
import { routeBack, routeToGateway } from '../trace/way-back.ts';
import { isInBlock, type World } from '../trace/world.ts';
import type { Crossings } from './crossing.ts';
import { allLanes, type Lane, nothing, type Word } from './lanes.ts';

/** Lanes that pass, and by stretch of the ephemeral range those whose replies come back. */
export interface Way {
  readonly pass: Word;
  readonly back: readonly Word[];
}

export interface Exit extends Way {
  readonly to: 'nowhere' | 'internet' | 'service' | 'appliance' | 'premises';
  /** As the internet sees the sender. */
  readonly source?: string;
  /** The interface of the NAT gateway that leads to the internet. */
  readonly nat?: string;
  /** Behind which the premises are. */
  readonly customerGatewayId?: string;
  /** Who gets the packets, where a route leads to somebody's interface, and who sends them there. */
  readonly handed?: { readonly from?: NetworkInterface; readonly to: NetworkInterface };
}

export class Gateways {
  private readonly world: World;
  private readonly crossings: Crossings;
  private readonly all: Word;
  private readonly closed: Exit;

  constructor(world: World, crossings: Crossings, lanes: readonly Lane[]) {
    this.world = world;
    this.crossings = crossings;
    this.all = allLanes(lanes);
    const back = crossings.sourcePorts.map(() => nothing);
    this.closed = { pass: nothing, back, to: 'nowhere' };
  }

  /** From the primary address of an interface; undefined where only a trace can tell. */
  exit(sender: NetworkInterface, destination: string): Exit | undefined {
    const source = primaryAddress(sender);
    return this.leave(
      sender,
      { protocol: 'tcp', source, destination, sourcePort: 0, destinationPort: 0 },
      [],
    );
  }

  /** By the internet gateway to an interface with a public address, from another; undefined as above. */
  entry(receiver: NetworkInterface, source: string): Way | undefined {
    const { snapshot } = this.world;
    if (snapshot.by('internetGateway', 'vpcId', receiver.vpcId).length === 0) return this.closed;
    const edge = this.crossings.edge(receiver.subnetId, numberOf(source));
    const leaving = routeToGateway(this.world, receiver, headersOf(primaryAddress(receiver), source));
    if (edge === undefined || leaving === undefined || leaving.outcome === 'unknown') return undefined;
    const leaves = leaving.outcome === 'passed' ? this.all : nothing;
    return {
      pass: edge('ingress'),
      back: this.crossings.sourcePorts.map((_, k) => edge('egress', k) & leaves),
    };
  }

  /** From behind a customer gateway, for its private address; undefined as above. */
  entryByVpn(receiver: NetworkInterface, source: string, customerGatewayId: string): Way | undefined {
    const { snapshot } = this.world;
    const destination = primaryAddress(receiver);
    const way = wayToVpc(snapshot, { id: customerGatewayId }, destination);
    const isOwn = way?.vpc.cidrBlocks.some(({ cidr }) => isInBlock(cidr, source)) ?? false;
    // Who has the address in the same network gets the packets.
    const neighbours = snapshot.by('onPremisesHost', 'customerGatewayId', customerGatewayId);
    const isNear = neighbours.some(({ address }) => address === destination);
    if (way?.vpc.id !== receiver.vpcId || isOwn || isNear) return this.closed;
    const edge = this.crossings.edge(receiver.subnetId, numberOf(source));
    const leaving = routeToVpn(this.world, receiver, headersOf(destination, source));
    if (edge === undefined || leaving === undefined || leaving.outcome === 'unknown') return undefined;
    const vpn = vpnGatewayOf(snapshot, receiver.vpcId);
    const back = connectionTo(snapshot, vpn?.id ?? '', source)?.connection;
    const returns = leaving.outcome === 'passed' && back?.customerGatewayId === customerGatewayId;
    const leaves = returns ? this.all : nothing;
    return {
      pass: edge('ingress'),
      back: this.crossings.sourcePorts.map((_, k) => edge('egress', k) & leaves),
    };
  }

  /** `passed`: interfaces of NAT gateways on the way. */
  private leave(sender: NetworkInterface, headers: Headers, passed: readonly string[]): Exit | undefined {
    const edge = this.crossings.edge(sender.subnetId, numberOf(headers.destination));
    const { hop, receiver, gateway, endpoint, nat, vpn } = route(this.world, sender, headers);
    if (edge === undefined || hop === undefined || hop.outcome === 'unknown') return undefined;
    if (hop.outcome === 'stopped') return this.closed;
    const way = { pass: edge('egress'), back: this.crossings.sourcePorts.map((_, k) => edge('ingress', k)) };
    if (nat !== undefined) return this.throughNat(way, { sender, nat, headers, passed });
    if (endpoint !== undefined) return { ...way, to: 'service' };
    if (vpn !== undefined) return this.byVpn(way, vpn.id, headers.destination);
    if (gateway === undefined) return receiver && this.handed(way, { sender, receiver, headers, passed });
    const out = egress(this.world.snapshot, gateway, sender.vpcId, headers);
    if (out.outcome !== 'passed') return this.closed;
    return { ...way, to: 'internet', source: out.rewritten?.source ?? headers.source };
  }

  private byVpn(way: Way, vpnGatewayId: string, destination: string): Exit {
    const found = connectionTo(this.world.snapshot, vpnGatewayId, destination);
    if (found === undefined) return this.closed;
    return { ...way, to: 'premises', customerGatewayId: found.connection.customerGatewayId };
  }

  private throughNat(way: Way, trip: Trip & { readonly nat: NetworkInterface }): Exit | undefined {
    const { sender, nat, headers, passed } = trip;
    if (passed.includes(nat.id)) return this.closed;
    const edge = this.crossings.edge(nat.subnetId, numberOf(headers.source));
    const back = routeBack(this.world, nat, sender, reversed(headers));
    const translated = { ...headers, source: primaryAddress(nat) };
    const beyond = this.leave(nat, translated, [...passed, nat.id]);
    if (edge === undefined || back?.outcome === 'unknown' || beyond === undefined) return undefined;
    const returns = back?.outcome === 'stopped' ? nothing : this.all;
    return {
      nat: nat.id,
      ...beyond,
      pass: way.pass & edge('ingress') & beyond.pass,
      back: way.back.map((word, k) => word & edge('egress', k) & returns & (beyond.back[k] as Word)),
    };
  }

  /** To an appliance, whose guest decides what becomes of it. */
  private handed(way: Way, trip: Trip & { readonly receiver: NetworkInterface }): Exit | undefined {
    const { sender, receiver, headers, passed } = trip;
    if (receiver.privateAddresses.some(({ address }) => address === headers.destination)) return undefined;
    const edge = this.crossings.edge(receiver.subnetId, numberOf(headers.source));
    if (edge === undefined) return undefined;
    const handed = passed.length === 0 ? { to: receiver } : { from: sender, to: receiver };
    return { ...way, pass: way.pass & edge('ingress'), to: 'appliance', handed };
  }
}

interface Trip {
  readonly sender: NetworkInterface;
  readonly headers: Headers;
  readonly passed: readonly string[];
}

/** What is judged once for all lanes hangs on no protocol and no port. */
function headersOf(source: string, destination: string): Headers {
  return { protocol: 'tcp', source, destination, sourcePort: 0, destinationPort: 0 };
}
