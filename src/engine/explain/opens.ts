// What else a change lets through, computed from the model: the other interfaces that a rule speaks of, the subnets
// that a table or an ACL is for, those who use the endpoint or the load balancer. Rather too much than too little.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { contains, parseAddress, parseCidr } from '../../net/ipv4.ts';
import type { Opens } from './answer.ts';
import type { Change } from './change.ts';
import type { Step } from './search.ts';
import { tableOfSubnet } from './situation.ts';

export interface Affected {
  readonly ids: readonly string[];
  /** `interfaces that hold sg-…`; what the ids are. */
  readonly what: string;
}

const shownMax = 3;

export function opensOf(snapshot: Snapshot, step: Step): Opens {
  const { ids, what } = affectedBy(snapshot, step);
  const components = ids.slice(0, shownMax);
  const more = ids.length > shownMax ? `, … (${ids.length})` : '';
  const text = ids.length === 0 ? what : `${what} ${components.join(', ')}${more}`;
  return { text, count: ids.length, components };
}

export function affectedBy(snapshot: Snapshot, step: Step): Affected {
  const { change } = step;
  switch (change.kind) {
    case 'add-security-group-rule':
      return byRule(snapshot, change, step);
    case 'add-network-acl-entry':
    case 'delete-network-acl-entry': {
      const acl = snapshot.get('networkAcl', change.networkAclId);
      const ids = acl?.associations.map(({ subnetId }) => subnetId) ?? [];
      return { ids, what: `for ${plural(ids.length, 'subnet')} of ${change.networkAclId}:` };
    }
    case 'create-route':
    case 'replace-route':
    case 'delete-route':
    case 'associate-gateway-endpoint':
    case 'create-gateway-endpoint':
    case 'enable-vgw-route-propagation':
      return byTable(snapshot, change.routeTableId);
    case 'associate-address':
    case 'disable-source-dest-check':
      return { ids: [change.networkInterfaceId], what: whatOfInterface[change.kind] };
    case 'start-instance': {
      const own = snapshot.by('networkInterface', 'instanceId', change.instanceId);
      return { ids: own.map(({ id }) => id), what: 'whatever its groups allow passes again:' };
    }
    case 'create-vpn-connection-route':
      return { ids: [], what: `whoever the route tables lead to the gateway reaches ${change.destination}` };
    case 'create-nat-gateway':
      return { ids: [], what: 'nothing by itself: routes have to lead there' };
    case 'allow-principal':
      return { ids: [], what: `all of ${change.principal} may make endpoints to the service` };
    default:
      return byUse(snapshot, change);
  }
}

const whatOfInterface = {
  'associate-address': 'hosts on the internet reach it where its groups allow:',
  'disable-source-dest-check': 'it may send from and be given packets for any address:',
} as const;

type Used = Exclude<
  Change,
  { kind: 'add-security-group-rule' | 'add-network-acl-entry' | 'create-route' | 'start-instance' }
>;

/** What everybody who uses an endpoint, a VPC's names or a load balancer will notice. */
function byUse(snapshot: Snapshot, change: Used): Affected {
  if ('vpcId' in change) return byVpc(snapshot, change.vpcId);
  if (change.kind === 'change-endpoint-policy') {
    const { vpcEndpointId: id, difference } = change;
    return { ids: [id], what: `holds for everybody who uses the endpoint (${difference}):` };
  }
  if ('vpcEndpointId' in change)
    return byVpc(snapshot, snapshot.get('vpcEndpoint', change.vpcEndpointId)?.vpcId ?? '');
  const arn = balancersOf(snapshot, change);
  const services = arn.flatMap((one) => snapshot.by('endpointService', 'loadBalancerArn', one));
  const endpoints = services.flatMap(({ id }) => snapshot.by('vpcEndpoint', 'endpointServiceId', id));
  const ids = [...arn, ...endpoints.map(({ id }) => id)];
  return { ids, what: 'for all clients of the load balancer and of the endpoints it serves:' };
}

function balancersOf(snapshot: Snapshot, change: Used): readonly string[] {
  if ('loadBalancerArn' in change) return [change.loadBalancerArn];
  if ('listenerArn' in change) return [snapshot.get('listener', change.listenerArn)?.loadBalancerArn ?? ''];
  if (!('targetGroupArn' in change)) return [];
  const listeners = snapshot.by('listener', 'targetGroupArn', change.targetGroupArn);
  return [...new Set(listeners.map(({ loadBalancerArn }) => loadBalancerArn))];
}

function byVpc(snapshot: Snapshot, vpcId: string): Affected {
  const ids = snapshot.by('subnet', 'vpcId', vpcId).map(({ id }) => id);
  return { ids, what: `for ${plural(ids.length, 'subnet')} of ${vpcId}:` };
}

function byTable(snapshot: Snapshot, routeTableId: string): Affected {
  const vpcId = snapshot.get('routeTable', routeTableId)?.vpcId ?? '';
  const subnets = snapshot.by('subnet', 'vpcId', vpcId);
  const own = subnets.filter(({ id }) => tableOfSubnet(snapshot, id)?.id === routeTableId);
  const ids = own.map(({ id }) => id);
  return { ids, what: `for ${plural(ids.length, 'subnet')} of ${routeTableId}:` };
}

type RuleChange = Extract<Change, { kind: 'add-security-group-rule' }>;

/** Everybody else who holds the group, and everybody else whom the rule names. */
function byRule(snapshot: Snapshot, { groupId, rule }: RuleChange, { block }: Step): Affected {
  const holders = snapshot.by('networkInterface', 'groupId', groupId).map(({ id }) => id);
  const group = snapshot.get('securityGroup', groupId);
  const peers = group === undefined ? [] : peersOf(snapshot, group.vpcId, rule.peer);
  const { headers, component = '' } = block.reason;
  const address = rule.direction === 'egress' ? headers?.destination : headers?.source;
  const isOther = ({ privateAddresses }: NetworkInterface) =>
    !privateAddresses.some((own) => own.address === address);
  const others = peers.filter((peer) => isOther(peer) || !isAt(peer, block.path?.forward));
  // A node or a NAT gateway has one address for all whom it speaks for.
  const speakers = peers.flatMap(({ managedBy }) => (managedBy === undefined ? [] : [managedBy]));
  const all = [...holders.filter((id) => id !== component), ...others.map(({ id }) => id), ...speakers];
  const ids = [...new Set(all)];
  const isAnybody = rule.peer.kind === 'cidr' && rule.peer.cidr === '0.0.0.0/0';
  const anybody = rule.direction === 'egress' ? 'every destination' : 'every sender';
  if (ids.length === 0) return { ids, what: isAnybody ? anybody : 'nothing else' };
  return { ids, what: isAnybody ? `${anybody}, also for` : 'also for' };
}

/** In the VPC of a hop of this path: the same address may be somebody else's in another VPC. */
function isAt({ vpcId }: NetworkInterface, hops: readonly { readonly vpcId: string }[] = []): boolean {
  return hops.some((hop) => hop.vpcId === vpcId);
}

function peersOf(
  snapshot: Snapshot,
  vpcId: string,
  peer: RuleChange['rule']['peer'],
): readonly NetworkInterface[] {
  if (peer.kind === 'group') return snapshot.by('networkInterface', 'groupId', peer.groupId);
  const block = peer.kind === 'cidr' ? parseCidr(peer.cidr) : undefined;
  // Everybody: the text says so.
  if (block === undefined || block.length === 0) return [];
  if (block.length === 32) {
    const address = peer.kind === 'cidr' ? peer.cidr.slice(0, -3) : '';
    const vpcs = [...snapshot.all('vpc')];
    return vpcs.flatMap((vpc) => snapshot.by('networkInterface', 'address', `${vpc.id}/${address}`));
  }
  return snapshot.by('networkInterface', 'vpcId', vpcId).filter(({ privateAddresses }) =>
    privateAddresses.some(({ address }) => {
      const value = parseAddress(address);
      return value !== undefined && contains(block, value);
    }),
  );
}

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
