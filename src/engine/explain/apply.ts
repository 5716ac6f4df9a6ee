// A snapshot with one proposed change made. What the API's verbs would write, without their checks: the proposals are
// made to be valid, and one that cannot be made on this snapshot gives undefined.
import { overlay } from '../../model/overlay.ts';
import { type Route, type RouteDestination, sameDestination } from '../../model/route-table.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { applyEndpointChange, type EndpointChange } from './apply-endpoint.ts';
import { applyBalancingChange, type BalancingChange } from './apply-balancing.ts';
import { applyVpnChange } from './apply-vpn.ts';
import type { Change } from './change.ts';
import { freeAddress, freePublicAddress } from './sender.ts';
import { edit, madeFor, put, type Writes } from './writes.ts';

/** With all of them; undefined when one cannot be made. */
export function applyAll(snapshot: Snapshot, changes: readonly Change[]): Snapshot | undefined {
  let result: Snapshot | undefined = snapshot;
  for (const change of changes) result = result && applyChange(result, change);
  return result;
}

export function applyChange(snapshot: Snapshot, change: Change): Snapshot | undefined {
  const writes = writesOf(snapshot, change);
  return writes && overlay(snapshot, writes);
}

function writesOf(snapshot: Snapshot, change: Change): Writes {
  switch (change.kind) {
    case 'add-security-group-rule':
      return edit(snapshot, 'securityGroup', change.groupId, (group) => {
        const id = `$sgr${group.rules.length}`;
        return { ...group, rules: [...group.rules, { ...change.rule, id, tags: {} }] };
      });
    case 'add-network-acl-entry':
    case 'delete-network-acl-entry':
      return acl(snapshot, change);
    case 'create-route':
    case 'replace-route':
    case 'delete-route':
      return routes(snapshot, change);
    case 'attach-internet-gateway': {
      const { internetGatewayId: id, vpcId } = change;
      if (snapshot.by('internetGateway', 'vpcId', vpcId).length > 0) return undefined;
      if (snapshot.get('internetGateway', id)?.vpcId !== undefined) return undefined;
      const gateway = snapshot.get('internetGateway', id) ?? madeFor(snapshot, 'vpc', vpcId, id);
      return put('internetGateway', { ...gateway, vpcId });
    }
    case 'associate-address':
      return associate(snapshot, change.networkInterfaceId, change.privateAddress);
    case 'create-nat-gateway':
      return natGateway(snapshot, change.subnetId);
    case 'disable-source-dest-check':
      return edit(snapshot, 'networkInterface', change.networkInterfaceId, (eni) => {
        return { ...eni, sourceDestCheck: false };
      });
    case 'start-instance':
      return edit(snapshot, 'instance', change.instanceId, (one) => ({ ...one, intent: 'running' }));
    case 'attach-vpn-gateway':
    case 'enable-vgw-route-propagation':
    case 'create-vpn-connection-route':
      return applyVpnChange(snapshot, change);
    default:
      return applyMore(snapshot, change);
  }
}

function applyMore(snapshot: Snapshot, change: EndpointChange | BalancingChange): Writes {
  switch (change.kind) {
    case 'create-listener':
    case 'change-listener-target-group':
    case 'enable-cross-zone':
    case 'disable-client-ip-preservation':
    case 'add-load-balancer-subnet':
      return applyBalancingChange(snapshot, change);
    default:
      return applyEndpointChange(snapshot, change);
  }
}

type AclChange = Extract<Change, { kind: 'add-network-acl-entry' | 'delete-network-acl-entry' }>;

function acl(snapshot: Snapshot, change: AclChange): Writes {
  return edit(snapshot, 'networkAcl', change.networkAclId, (found) => {
    if (change.kind === 'add-network-acl-entry')
      return { ...found, entries: [...found.entries, change.entry] };
    const isGone = (one: { ruleNumber: number; egress: boolean }) =>
      one.ruleNumber === change.ruleNumber && one.egress === change.egress;
    return { ...found, entries: found.entries.filter((one) => !isGone(one)) };
  });
}

type RouteChange = Extract<Change, { kind: 'create-route' | 'replace-route' | 'delete-route' }>;

function routes(snapshot: Snapshot, change: RouteChange): Writes {
  const table = snapshot.get('routeTable', change.routeTableId);
  if (table === undefined) return undefined;
  const destination = change.kind === 'delete-route' ? change.destination : change.route.destination;
  const others = table.routes.filter((route) => !sameDestination(route.destination, destination));
  const isThere = others.length < table.routes.length;
  if (isThere === (change.kind === 'create-route')) return undefined;
  const added: readonly Route[] = change.kind === 'delete-route' ? [] : [change.route];
  if (added.some((route) => !hasTarget(snapshot, route))) return undefined;
  return put('routeTable', { ...table, routes: [...others, ...added] });
}

/** A target that an earlier change of the same fix has to make first. */
function hasTarget(snapshot: Snapshot, { target: { kind, id } }: { target: Route['target'] }): boolean {
  if (kind === 'internet-gateway') return snapshot.get('internetGateway', id) !== undefined;
  return kind !== 'nat-gateway' || snapshot.get('natGateway', id) !== undefined;
}

export function textOfDestination(destination: RouteDestination): string {
  return destination.kind === 'cidr' ? destination.cidr : destination.prefixListId;
}

function associate(snapshot: Snapshot, networkInterfaceId: string, privateAddress: string): Writes {
  const owner = snapshot.get('networkInterface', networkInterfaceId);
  if (owner === undefined) return undefined;
  if (snapshot.by('internetGateway', 'vpcId', owner.vpcId).length === 0) return undefined;
  const publicIp = freePublicAddress(snapshot);
  const id = `$eip${networkInterfaceId}`;
  const association = { id: '$eipassoc', networkInterfaceId, privateAddress };
  return put('address', {
    ...madeFor(snapshot, 'networkInterface', networkInterfaceId, id),
    publicIp,
    association,
  });
}

function natGateway(snapshot: Snapshot, subnetId: string): Writes {
  const subnet = snapshot.get('subnet', subnetId);
  const privateAddress = subnet && freeAddress(snapshot, subnet);
  if (subnet === undefined || privateAddress === undefined || snapshot.get('natGateway', '$nat'))
    return undefined;
  const { vpcId, availabilityZone } = subnet;
  const networkInterfaceId = '$nat_eni';
  const publicIp = freePublicAddress(snapshot);
  const own = (id: string) => madeFor(snapshot, 'subnet', subnetId, id);
  const place = { vpcId, subnetId, availabilityZone };
  return [
    ...put('networkInterface', {
      ...own(networkInterfaceId),
      ...place,
      ...{ description: '', interfaceType: 'nat_gateway', requesterManaged: true, macAddress: '', number: 0 },
      managedBy: '$nat',
      privateAddresses: [{ address: privateAddress, primary: true }],
      groupIds: [],
      sourceDestCheck: false,
    }),
    ...put('address', {
      ...own('$nat_eip'),
      publicIp,
      association: { id: '$nat_eipassoc', networkInterfaceId, privateAddress },
    }),
    ...put('natGateway', {
      ...own('$nat'),
      ...{ vpcId, subnetId, connectivityType: 'public', state: 'available', stateRevision: 0 },
      address: { networkInterfaceId, privateAddress, publicIp },
    }),
  ];
}
