// Elastic IP verbs, and the public addresses that come and go with an instance or a load balancer. Those are addresses too,
// owned by `amazon` so that no account sees them: whoever asks which public address an interface has finds both alike.
import { isLent, lenders, publicPool } from '../catalog/public-addresses.ts';
import { quotas } from '../catalog/quotas.ts';
import * as refusals from '../catalog/refusals/address.ts';
import { severalInterfaces } from '../catalog/refusals/instance.ts';
import type { ElasticAddress } from '../model/address.ts';
import { type NetworkInterface, primaryAddress } from '../model/network-interface.ts';
import type { Tags } from '../model/resource.ts';
import { cidrSize, contains, formatAddress, parseAddress } from '../net/ipv4.ts';
import { type Call, fresh, isMine, mine, newId, own, type ReadCall } from './call.ts';

export interface AllocateOptions {
  /** An address of the Region's pool that nobody has; any when absent. */
  readonly publicIp?: string;
  readonly tags?: Tags;
}

export function allocateAddress(call: Call, options: AllocateOptions): ElasticAddress {
  if (mine(call, 'address').length >= quotas.elasticAddressesPerRegion) throw refusals.addressLimitExceeded();
  const publicIp = options.publicIp ?? freePublicAddress(call);
  if (options.publicIp !== undefined && !isFreePublicAddress(call, publicIp)) {
    throw refusals.publicAddressNotFound(publicIp);
  }
  const elasticAddress = { ...fresh(call, 'address', options.tags), publicIp };
  call.intent.put('address', elasticAddress);
  return elasticAddress;
}

export function releaseAddress(call: Call, allocationId: string): void {
  const elasticAddress = own(call, 'address', allocationId);
  checkNotOfService(call, elasticAddress);
  if (elasticAddress.association !== undefined) throw refusals.addressAssociated(elasticAddress.publicIp);
  call.intent.remove('address', elasticAddress.id);
}

/** The caller's Elastic IP of this public address. */
export function ownByPublicIp(call: ReadCall, publicIp: string): ElasticAddress {
  const found = call.intent.by('address', 'publicIp', publicIp).find((candidate) => isMine(call, candidate));
  if (found === undefined) throw refusals.publicAddressNotFound(publicIp);
  return found;
}

export interface AssociateOptions {
  readonly allocationId: string;
  readonly networkInterfaceId: string;
  /** The interface's primary address when absent. */
  readonly privateAddress?: string;
  readonly allowReassociation: boolean;
}

/** Returns the association's id. Associating again what is associated already changes nothing. */
export function associateAddress(call: Call, options: AssociateOptions): string {
  const elasticAddress = own(call, 'address', options.allocationId);
  const networkInterface = own(call, 'networkInterface', options.networkInterfaceId);
  const { vpcId, id } = networkInterface;
  // A load balancer's or NAT gateway's interface gets its public address from the service that owns it.
  if (networkInterface.requesterManaged) throw refusals.interfaceOfService(id);
  if (call.intent.by('internetGateway', 'vpcId', vpcId).length === 0)
    throw refusals.networkWithoutGateway(vpcId);
  const privateAddress = options.privateAddress ?? primaryAddress(networkInterface);
  if (!networkInterface.privateAddresses.some(({ address }) => address === privateAddress)) {
    throw refusals.privateAddressNotOnInterface(privateAddress, id);
  }
  checkNotOfService(call, elasticAddress);
  const now = elasticAddress.association;
  if (now?.networkInterfaceId === id && now.privateAddress === privateAddress) return now.id;
  if (now !== undefined && !options.allowReassociation)
    throw refusals.alreadyAssociated(elasticAddress.id, now.id);
  for (const other of publicAddressesOf(call, id, privateAddress)) {
    if (!isLent(other) && !options.allowReassociation) {
      throw refusals.alreadyAssociated(id, other.association?.id ?? '');
    }
    dropAssociation(call, other);
  }
  const association = { id: newId(call, 'eipassoc'), networkInterfaceId: id, privateAddress };
  call.intent.put('address', { ...elasticAddress, association });
  return association.id;
}

export function disassociateAddress(call: Call, associationId: string): void {
  const found = mine(call, 'address').find((candidate) => candidate.association?.id === associationId);
  if (found === undefined) throw refusals.associationNotFound(associationId);
  checkNotOfService(call, found);
  dropAssociation(call, found);
}

/** While a NAT gateway or load balancer has it, only that service may take it off. */
function checkNotOfService(call: ReadCall, { association }: ElasticAddress): void {
  const holder = call.intent.get('networkInterface', association?.networkInterfaceId ?? '');
  if (holder?.requesterManaged === true) throw refusals.addressOfService();
}

/** The interface of an instance that an Elastic IP goes to when only the instance is named. */
export function onlyInterfaceOf(call: ReadCall, instanceId: string): NetworkInterface {
  const instance = own(call, 'instance', instanceId);
  const [first, second] = call.intent.by('networkInterface', 'instanceId', instance.id);
  if (second !== undefined) throw severalInterfaces(instanceId);
  if (first === undefined || instance.intent === 'terminated')
    throw refusals.instanceHasNoAddress(instanceId);
  return first;
}

/** Public addresses of an interface, or of one of its private addresses. */
export function publicAddressesOf(
  call: ReadCall,
  networkInterfaceId: string,
  privateAddress?: string,
): readonly ElasticAddress[] {
  const all = call.intent.by('address', 'networkInterfaceId', networkInterfaceId);
  if (privateAddress === undefined) return all;
  return all.filter(({ association }) => association?.privateAddress === privateAddress);
}

/** An Elastic IP stays allocated; an address of ours goes back to the pool. */
export function dropAssociation(call: Call, publicAddress: ElasticAddress): void {
  const { association: _gone, ...rest } = publicAddress;
  if (isLent(rest)) call.intent.remove('address', rest.id);
  else call.intent.put('address', rest);
}

/** Gives the interface's primary address a public one for as long as its instance runs, unless it has one. */
export function lendPublicAddress(
  call: Call,
  networkInterface: NetworkInterface,
  ownerId: string = lenders.instance,
): void {
  const privateAddress = primaryAddress(networkInterface);
  if (publicAddressesOf(call, networkInterface.id, privateAddress).length > 0) return;
  call.intent.put('address', {
    ...fresh(call, 'address'),
    ownerId,
    publicIp: freePublicAddress(call),
    association: { id: newId(call, 'eipassoc'), networkInterfaceId: networkInterface.id, privateAddress },
  });
}

/** Takes back what `lendPublicAddress` gave. */
export function returnPublicAddress(call: Call, networkInterfaceId: string): void {
  for (const lent of publicAddressesOf(call, networkInterfaceId)) {
    if (isLent(lent)) call.intent.remove('address', lent.id);
  }
}

function isFreePublicAddress(call: ReadCall, publicIp: string): boolean {
  const value = parseAddress(publicIp);
  const isOfRegion = value !== undefined && contains(publicPool(call.region), value);
  return isOfRegion && call.intent.by('address', 'publicIp', publicIp).length === 0;
}

function freePublicAddress(call: ReadCall): string {
  const pool = publicPool(call.region);
  const size = cidrSize(pool);
  const start = call.prng.below(size);
  for (let i = 0; i < size; i++) {
    const value = pool.base + ((start + i) % size);
    const publicIp = formatAddress(value);
    // Some clients take 0 and 255 at the end for the address of a network.
    if (value % 256 === 0 || value % 256 === 255) continue;
    if (isFreePublicAddress(call, publicIp)) return publicIp;
  }
  throw refusals.insufficientAddressCapacity();
}
