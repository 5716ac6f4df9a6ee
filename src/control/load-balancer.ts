// Load balancer verbs: network load balancers, one node (an ENI of the service) per zone.
import { lenders } from '../catalog/public-addresses.ts';
import { quotas } from '../catalog/quotas.ts';
import { constraintFailed, notAnArn } from '../catalog/refusals/elbv2.ts';
import * as refusals from '../catalog/refusals/load-balancer.ts';
import type { ElasticAddress } from '../model/address.ts';
import type { LoadBalancer, LoadBalancerNode } from '../model/load-balancer.ts';
import { type NetworkInterface, primaryAddress } from '../model/network-interface.ts';
import type { Tags } from '../model/resource.ts';
import type { Subnet } from '../model/subnet.ts';
import { present } from '../std/assert.ts';
import { randomText } from '../std/prng.ts';
import { lendPublicAddress, publicAddressesOf } from './address.ts';
import { type Call, isMine, mine, newId, type ReadCall, stamp } from './call.ts';
import { loadBalancerAttributes } from './load-balancer-attributes.ts';
import { createInterface, freeAddressCount, removeInterface } from './network-interface.ts';

export interface NodePlace {
  readonly subnetId: string;
  readonly privateAddress?: string;
  /** Elastic IP of an internet-facing node; a public address of ours when absent. */
  readonly allocationId?: string;
}

export interface CreateLoadBalancerOptions {
  readonly name: string;
  readonly scheme: LoadBalancer['scheme'];
  readonly places: readonly NodePlace[];
  readonly groupIds: readonly string[];
  readonly tags: Tags;
}

type EnforceInbound = LoadBalancer['enforceSecurityGroupInboundRulesOnPrivateLinkTraffic'];

/** Creating the same again answers what is there, as on AWS. */
export function createLoadBalancer(call: Call, options: CreateLoadBalancerOptions): LoadBalancer {
  const { name, scheme, places, tags } = options;
  checkName('load balancer', name);
  if (name.startsWith('internal-')) throw refusals.nameInternal(name);
  const groupIds = [...new Set(options.groupIds)];
  const existing = mine(call, 'loadBalancer').find((other) => other.name === name);
  if (existing !== undefined) {
    if (isSame(call, existing, { ...options, groupIds })) return existing;
    throw refusals.duplicateLoadBalancerName(name);
  }
  if (mine(call, 'loadBalancer').length >= quotas.loadBalancersPerRegion)
    throw refusals.tooManyLoadBalancers();
  const vpcId = checkPlaces(call, places, scheme);
  checkGroups(call, groupIds, vpcId);
  const suffix = randomHex(call);
  const arn = `arn:aws:elasticloadbalancing:${call.region}:${call.accountId}:loadbalancer/net/${name}/${suffix}`;
  const loadBalancer: LoadBalancer = {
    ...stamp(call, tags),
    id: arn,
    name,
    dnsName: `${name}-${suffix}.elb.${call.region}.amazonaws.com`,
    scheme,
    vpcId,
    nodes: [],
    groupIds,
    enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on',
    attributes: loadBalancerAttributes.defaults,
    stateRevision: call.intent.revision,
  };
  const nodes = places.map((place) => createNode(call, loadBalancer, place));
  call.intent.put('loadBalancer', { ...loadBalancer, nodes });
  return { ...loadBalancer, nodes };
}

function isSame(call: ReadCall, existing: LoadBalancer, options: CreateLoadBalancerOptions): boolean {
  const keys = (places: readonly NodePlace[]) =>
    places.map((p) => [p.subnetId, p.privateAddress, p.allocationId].join()).sort();
  const places = existing.nodes.map((node) => {
    const allocationId = elasticAddressOf(call, node)?.id;
    return allocationId === undefined ? node : { ...node, allocationId };
  });
  return (
    existing.scheme === options.scheme &&
    keys(places).join(' ') === keys(options.places).join(' ') &&
    existing.groupIds.toSorted().join() === options.groupIds.toSorted().join()
  );
}

/** The account's address that the node was given; none when it has one of ours. */
export function elasticAddressOf(call: ReadCall, node: LoadBalancerNode): ElasticAddress | undefined {
  return publicAddressesOf(call, node.networkInterfaceId).find((candidate) => isMine(call, candidate));
}

/** Load balancers and target groups have the same rules for names. */
export function checkName(noun: 'load balancer' | 'target group', name: string): void {
  if (name === '') throw constraintFailed('', 'name', 'Member must have length greater than or equal to 1');
  if (name.length > 32) throw refusals.nameTooLong(noun, name);
  if (!/^[A-Za-z0-9-]*$/.test(name)) throw refusals.nameCharacters(noun, name);
  if (name.startsWith('-') || name.endsWith('-')) throw refusals.nameHyphen(noun, name);
}

/** The VPC of the places, which are in one VPC and each in a zone of its own. */
function checkPlaces(call: ReadCall, places: readonly NodePlace[], scheme: LoadBalancer['scheme']): string {
  const subnets = places.map((place) => ownSubnet(call, place.subnetId));
  const first = subnets[0];
  if (first === undefined) throw refusals.subnetsMissing();
  if (subnets.some((subnet) => subnet.vpcId !== first.vpcId)) throw refusals.subnetsInTwoVpcs(first.vpcId);
  if (new Set(subnets.map((s) => s.availabilityZone)).size < subnets.length)
    throw refusals.subnetsInOneZone();
  for (const { allocationId } of places)
    if (allocationId !== undefined) checkElasticAddress(call, allocationId, scheme);
  if (scheme === 'internet-facing') {
    if (places.some((place) => place.privateAddress !== undefined)) throw refusals.addressNeedsInternal();
    if (call.intent.by('internetGateway', 'vpcId', first.vpcId).length === 0)
      throw refusals.noInternetGateway(first.vpcId);
  }
  return first.vpcId;
}

/** Source: ELB guide, "Update the Availability Zones for your Network Load Balancer". */
const freeAddressesMin = 8;

/** Not where the user chose the address. */
function checkSpace(call: ReadCall, { subnetId, privateAddress }: NodePlace): void {
  const isFull = freeAddressCount(call, ownSubnet(call, subnetId)) < freeAddressesMin;
  if (privateAddress === undefined && isFull) throw refusals.subnetTooSmall(subnetId, freeAddressesMin);
}

function checkElasticAddress(call: ReadCall, allocationId: string, scheme: LoadBalancer['scheme']): void {
  if (scheme === 'internal') throw refusals.elasticAddressNeedsInternetFacing();
  const found = call.intent.get('address', allocationId);
  if (found === undefined || !isMine(call, found)) throw refusals.allocationNotFound(allocationId);
  if (found.association !== undefined) throw refusals.allocationInUse(allocationId);
}

function ownSubnet(call: ReadCall, id: string): Subnet {
  const subnet = call.intent.get('subnet', id);
  if (subnet === undefined || !isMine(call, subnet)) throw refusals.subnetNotFound(id);
  return subnet;
}

function checkGroups(call: ReadCall, groupIds: readonly string[], vpcId: string): void {
  for (const id of groupIds) {
    const group = call.intent.get('securityGroup', id);
    if (group === undefined || !isMine(call, group)) throw refusals.groupInvalid(id);
    if (group.vpcId !== vpcId) throw refusals.groupOfOtherVpc(id, vpcId);
  }
  if (groupIds.length > quotas.securityGroupsPerInterface)
    throw refusals.tooManyGroups(quotas.securityGroupsPerInterface);
}

function createNode(call: Call, loadBalancer: LoadBalancer, place: NodePlace): LoadBalancerNode {
  checkSpace(call, place);
  const address = place.privateAddress === undefined ? {} : { privateAddress: place.privateAddress };
  // Terraform waits at deletion until no interface has this description: "ELB net/<name>/<id>".
  const networkInterface = createInterface(call, {
    subnetId: place.subnetId,
    groupIds: loadBalancer.groupIds,
    description: `ELB ${loadBalancer.id.slice(loadBalancer.id.indexOf('net/'))}`,
    ...address,
    interfaceType: 'network_load_balancer',
    requesterManaged: true,
    requesterId: 'amazon-elb',
    managedBy: loadBalancer.id,
    sourceDestCheck: false,
    attachment: {
      id: newId(call, 'ela-attach'),
      instanceOwnerId: 'amazon-elb',
      deviceIndex: 1,
      deleteOnTermination: false,
      attachedAt: call.now,
    },
  });
  if (loadBalancer.scheme === 'internet-facing')
    givePublicAddress(call, networkInterface, place.allocationId);
  const { availabilityZone } = networkInterface;
  return { subnetId: place.subnetId, availabilityZone, networkInterfaceId: networkInterface.id, ...address };
}

function givePublicAddress(
  call: Call,
  networkInterface: NetworkInterface,
  allocationId: string | undefined,
): void {
  if (allocationId === undefined) return lendPublicAddress(call, networkInterface, lenders.loadBalancer);
  const elasticAddress = present(call.intent.get('address', allocationId), 'Elastic IP');
  // Checked before, but the same one may be asked for two nodes.
  if (elasticAddress.association !== undefined) throw refusals.allocationInUse(allocationId);
  const privateAddress = primaryAddress(networkInterface);
  const association = {
    id: newId(call, 'eipassoc'),
    networkInterfaceId: networkInterface.id,
    privateAddress,
  };
  call.intent.put('address', { ...elasticAddress, association });
}

/** 16 hexadecimal digits, the tail of every ARN of the service. */
export function randomHex(call: Call): string {
  return randomText(call.prng, 16, '0123456789abcdef');
}

/** The caller's load balancer of this ARN. */
export function ownLoadBalancer(call: ReadCall, arn: string): LoadBalancer {
  if (!isLoadBalancerArn(arn)) throw notAnArn(arn, 'load balancer');
  const found = call.intent.get('loadBalancer', arn);
  if (found === undefined || !isMine(call, found)) throw refusals.loadBalancerNotFound(arn);
  return found;
}

export function isLoadBalancerArn(arn: string): boolean {
  return /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer\/.+$/.test(arn);
}

/** Its listeners go with it. One that is gone already is no error. */
export function deleteLoadBalancer(call: Call, arn: string): void {
  if (!isLoadBalancerArn(arn)) throw notAnArn(arn, 'load balancer');
  const { intent } = call;
  const found = intent.get('loadBalancer', arn);
  if (found === undefined || !isMine(call, found)) return;
  if (found.attributes['deletion_protection.enabled'] === 'true') throw refusals.deletionProtected(arn);
  if (intent.by('endpointService', 'loadBalancerArn', arn).length > 0) throw refusals.usedByService(arn);
  for (const listener of intent.by('listener', 'loadBalancerArn', arn))
    intent.remove('listener', listener.id);
  for (const node of found.nodes) removeInterface(call, node.networkInterfaceId);
  intent.remove('loadBalancer', arn);
}

export function setSubnets(call: Call, arn: string, places: readonly NodePlace[]): LoadBalancer {
  const loadBalancer = ownLoadBalancer(call, arn);
  const nodeAt = (subnetId: string) => loadBalancer.nodes.find((node) => node.subnetId === subnetId);
  // Where a node stays its Elastic IP does too, and is in use.
  const asked = places.map(({ allocationId, ...place }) => {
    const node = nodeAt(place.subnetId);
    const has = node && elasticAddressOf(call, node)?.id;
    return allocationId === undefined || allocationId === has ? place : { ...place, allocationId };
  });
  const vpcId = checkPlaces(call, asked, loadBalancer.scheme);
  if (vpcId !== loadBalancer.vpcId) throw refusals.subnetsInTwoVpcs(loadBalancer.vpcId);
  const kept = (node: LoadBalancerNode) => places.some((place) => place.subnetId === node.subnetId);
  for (const node of loadBalancer.nodes) if (!kept(node)) removeInterface(call, node.networkInterfaceId);
  const nodes = asked.map((place) => nodeAt(place.subnetId) ?? createNode(call, loadBalancer, place));
  return put(call, { ...loadBalancer, nodes });
}

export function setSecurityGroups(
  call: Call,
  arn: string,
  groupIds: readonly string[],
  enforce?: EnforceInbound,
): LoadBalancer {
  const loadBalancer = ownLoadBalancer(call, arn);
  const wanted = [...new Set(groupIds)];
  if (loadBalancer.groupIds.length === 0) throw refusals.createdWithoutGroups();
  if (wanted.length === 0) throw refusals.groupsMissing();
  checkGroups(call, wanted, loadBalancer.vpcId);
  for (const node of loadBalancer.nodes) {
    const networkInterface = present(
      call.intent.get('networkInterface', node.networkInterfaceId),
      'node interface',
    );
    call.intent.put('networkInterface', { ...networkInterface, groupIds: wanted });
  }
  return put(call, {
    ...loadBalancer,
    groupIds: wanted,
    enforceSecurityGroupInboundRulesOnPrivateLinkTraffic:
      enforce ?? loadBalancer.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic,
  });
}

export function modifyLoadBalancerAttributes(
  call: Call,
  arn: string,
  changes: readonly [key: string, value: string][],
): LoadBalancer {
  const loadBalancer = ownLoadBalancer(call, arn);
  const attributes = loadBalancerAttributes.changed(loadBalancer.attributes, changes);
  // There is no bucket that logs could be written to.
  if (attributes['access_logs.s3.enabled'] === 'true')
    throw refusals.bucketDenied(attributes['access_logs.s3.bucket'] ?? '');
  return put(call, { ...loadBalancer, attributes });
}

function put(call: Call, loadBalancer: LoadBalancer): LoadBalancer {
  call.intent.put('loadBalancer', loadBalancer);
  return loadBalancer;
}
