// Hosts on premises, behind a customer gateway: reached by a VPN like other places outside, and those that reach into a VPC
// at private addresses: guests, endpoints and load balancers' nodes.
import { waysToVpcs } from '../../model/vpn-connection.ts';
import type { Asked } from './asked.ts';
import { type InterfaceClass, kinds } from './classes.ts';
import type { Exit } from './exits.ts';
import { answer, nothing, type Word } from './lanes.ts';
import type { OutsidePlace } from './outside-places.ts';
import { arrived, returned } from './served.ts';
import type { Shared } from './shared.ts';
import type { VpcReach } from './vpc-reach.ts';

export class Premises {
  readonly hosts: readonly OutsidePlace[];
  private readonly shared: Shared;
  private readonly vpcs: ReadonlyMap<string, VpcReach>;
  private readonly asked: Asked;

  constructor(
    shared: Shared,
    vpcs: ReadonlyMap<string, VpcReach>,
    asked: Asked,
    places: readonly OutsidePlace[],
  ) {
    this.shared = shared;
    this.vpcs = vpcs;
    this.asked = asked;
    this.hosts = places.filter(({ kind }) => kind === 'premises');
  }

  /** Those that the device there leads to. */
  vpcsFor({ customerGatewayId = '' }: OutsidePlace): readonly VpcReach[] {
    const ways = waysToVpcs(this.shared.world.snapshot, customerGatewayId);
    return [...new Set(ways.map(({ vpc }) => vpc.id))].flatMap((id) => this.vpcs.get(id) ?? []);
  }

  /** What the host can open to a class at its private address. */
  word(host: OutsidePlace, vpc: VpcReach, to: number): Word {
    const { kind, first } = vpc.classes.list[to] as InterfaceClass;
    const destination = first.privateAddresses[0]?.address ?? '';
    const ask = (lanes?: Word) => this.asked.word({ from: host.ids[0] ?? '', destination }, lanes);
    const entry = kind === kinds.odd ? undefined : vpc.outside.entryByVpn(to, host);
    if (entry === undefined) return ask();
    if (kind === kinds.silent) return nothing;
    const pass = entry.pass & vpc.outside.groups(to, 'ingress', host);
    if (kind === kinds.guest) return returned(pass, entry.back);
    const served = vpc.servedBy(to);
    if (served === undefined) return nothing;
    let entered = pass;
    for (const { groupIds, lanes } of served.gates) {
      if (!groupIds.every((id) => this.shared.compiled(id) !== undefined)) return ask();
      entered &= ~lanes | this.shared.wordAt(groupIds, 'ingress', host.address);
    }
    return arrived({ ...entry, pass: entered, served }, ask);
  }

  /** What has come to a network on premises; undefined where only a trace can tell. */
  arriving({ customerGatewayId = '', back }: Exit, sent: Word, place: OutsidePlace): Word | undefined {
    if (place.kind !== 'premises') return undefined;
    if (place.customerGatewayId === customerGatewayId) return returned(sent, back);
    const hosts = this.shared.world.snapshot.by('onPremisesHost', 'customerGatewayId', customerGatewayId);
    const isAnother = hosts.some(({ address }) => address === place.address);
    return isAnother ? nothing : answer(nothing, nothing, sent);
  }
}
