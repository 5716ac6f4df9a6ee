// What lies outside a VPC, as a short list of places: the internet (somebody whom no rule means), hosts of it, AWS's
// services that have gateway endpoints, public addresses, hosts on premises. Those that nothing tells apart are one place: addresses
// whose owners are one class and which no block of any rule divides.
import { awsPrefixListOf } from '../../catalog/prefix-lists.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { address as numberOf, formatAddress, parseAddress, parseCidr } from '../../net/ipv4.ts';
import { assert } from '../../std/assert.ts';
import type { Atoms } from './atoms.ts';
import type { VpcReach } from './vpc-reach.ts';

export const internet = 'internet';

export interface OutsidePlace {
  readonly kind: 'internet' | 'host' | 'service' | 'address' | 'premises';
  /** Names of what is there: `internet`, hosts, a service, public addresses, hosts on premises. */
  readonly ids: readonly string[];
  /** Of the first. */
  readonly address: string;
  readonly atom: number;
  /** Of a service: VPCs of this Region ask for it. */
  readonly region?: string;
  /** Behind which the hosts on premises are. */
  readonly customerGatewayId?: string;
  readonly owner?: PublicOwner;
}

/** A class of interfaces with public addresses. */
export interface PublicOwner {
  readonly vpc: VpcReach;
  readonly index: number;
  /** One for each public address. */
  readonly interfaces: readonly NetworkInterface[];
}

/** Addresses that nobody has (RFC 5737): one of them is the internet's. */
const nobodys = ['198.51.100.7', '203.0.113.7', '192.0.2.7'] as const;

/** All addresses outside that a question may be about, ascending. */
export function outsideAddresses(snapshot: Snapshot): Float64Array {
  const texts = [
    ...nobodys,
    ...Array.from(snapshot.all('internetHost'), ({ address }) => address),
    ...Array.from(snapshot.all('onPremisesHost'), ({ address }) => address),
    ...services(snapshot).map(({ address }) => address),
    ...Array.from(snapshot.all('address'), ({ publicIp }) => publicIp),
  ];
  return Float64Array.from(texts, (text) => parseAddress(text) ?? 0).sort();
}

export function outsidePlaces(
  snapshot: Snapshot,
  atoms: Atoms,
  vpcs: ReadonlyMap<string, VpcReach>,
): readonly OutsidePlace[] {
  const atomOf = ({ address }: Single) => atoms.of(numberOf(address));
  // Networks on premises may have equal addresses.
  const whose = (one: Single) =>
    one.customerGatewayId === undefined
      ? (one.region ?? one.owner?.key)
      : `${one.customerGatewayId} ${one.address}`;
  const key = (one: Single) => `${one.kind} ${whose(one) ?? ''} ${atomOf(one)}`;
  const alike = Map.groupBy(singles(snapshot, atoms, vpcs), key);
  return Array.from(alike.values(), (some) => joined(some, atomOf));
}

interface Single extends Pick<OutsidePlace, 'kind' | 'address' | 'region' | 'customerGatewayId'> {
  readonly id: string;
  readonly owner?: {
    readonly vpc: VpcReach;
    readonly index: number;
    readonly key: string;
    readonly networkInterface: NetworkInterface;
  };
}

function joined(some: readonly Single[], atomOf: (one: Single) => number): OutsidePlace {
  const [first] = some;
  assert(first !== undefined, 'a group has a member');
  const { kind, address, region, customerGatewayId, owner } = first;
  const place = { kind, ids: some.map(({ id }) => id), address, atom: atomOf(first) };
  if (region !== undefined) return { ...place, region };
  if (customerGatewayId !== undefined) return { ...place, customerGatewayId };
  if (owner === undefined) return place;
  const interfaces = some.flatMap((one) => one.owner?.networkInterface ?? []);
  return { ...place, owner: { vpc: owner.vpc, index: owner.index, interfaces } };
}

function* singles(snapshot: Snapshot, atoms: Atoms, vpcs: ReadonlyMap<string, VpcReach>): Iterable<Single> {
  yield { kind: 'internet', id: internet, address: somebody(snapshot, atoms) };
  for (const { id, address } of snapshot.all('internetHost')) yield { kind: 'host', id, address };
  for (const { id, address, customerGatewayId } of snapshot.all('onPremisesHost'))
    yield { kind: 'premises', id, address, customerGatewayId };
  for (const service of services(snapshot)) yield { kind: 'service', ...service };
  for (const { publicIp, association } of snapshot.all('address')) {
    const networkInterface = snapshot.get('networkInterface', association?.networkInterfaceId ?? '');
    const vpc = vpcs.get(networkInterface?.vpcId ?? '');
    const index = vpc?.classes.indexOf.get(networkInterface?.id ?? '');
    if (networkInterface === undefined || vpc === undefined || index === undefined) continue;
    // Behind a NAT gateway its own address is another thing than those of others.
    const isNat = networkInterface.interfaceType === 'nat_gateway';
    const key = isNat ? networkInterface.id : `${vpc.vpcId} ${index}`;
    yield { kind: 'address', id: publicIp, address: publicIp, owner: { vpc, index, key, networkInterface } };
  }
}

/** Of those that nobody has, the one that the fewest rules mean. */
function somebody(snapshot: Snapshot, atoms: Atoms): string {
  const free = nobodys.filter((address) => snapshot.by('internetHost', 'address', address).length === 0);
  const lengths = free.map((address) => atoms.lengthAt(numberOf(address)));
  return free[lengths.indexOf(Math.min(...lengths))] ?? nobodys[0];
}

/** Those with a gateway endpoint, in each Region with a VPC. */
function services(
  snapshot: Snapshot,
): readonly (Pick<OutsidePlace, 'address'> & { id: string; region: string })[] {
  const regions = new Set(Array.from(snapshot.all('vpc'), ({ region }) => region));
  return [...regions].flatMap((region) =>
    ['s3', 'dynamodb'].flatMap((service) => {
      const id = `com.amazonaws.${region}.${service}`;
      const block = parseCidr(awsPrefixListOf(id)?.cidrs[0] ?? '');
      return block === undefined ? [] : [{ id, region, address: formatAddress(block.base + 1) }];
    }),
  );
}
