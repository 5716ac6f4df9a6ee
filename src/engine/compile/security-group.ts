// Stages security-group-egress and security-group-ingress, and the groups of interfaces without a device
// (endpoints, load balancer nodes). One chain per distinct set of groups, its rules written flat; a rule that names
// a group matches the set of that group's addresses in this VPC. Only the first packet of a flow comes here.
import type { NetworkInterface } from '../../model/network-interface.ts';

import type { SecurityGroupRule } from '../../model/security-group.ts';
import { prefixListCidrs } from '../prefix-lists.ts';
import { digest } from '../../std/digest.ts';
import { groupsPlace } from '../drop-place.ts';
import { dropAt } from './drop.ts';
import { loggedBy } from './flow-log.ts';
import { byGateway, hex, keepsClient } from './source-check.ts';
import { isNatInterface } from './nat-gateway.ts';
import { because, type TableBuilder } from './table-builder.ts';
import { deviceOf, type VpcView } from './vpc-view.ts';

/**
 * How a chain is used: `out` judges destinations and returns on a match; `via` judges sources and returns on a
 * match (the packet goes on elsewhere); `in` judges sources and accepts (the packet has arrived).
 */
type Use = 'out' | 'via' | 'in';

const rejectionOf = { out: 'rejected-egress', via: 'rejected-virtual', in: 'rejected-ingress' } as const;

/** Name of the chain for these groups, made when it is not there yet. Without a match it drops. */
export function groupChain(
  table: TableBuilder,
  view: VpcView,
  groupIds: readonly string[],
  use: Use,
): string {
  const ids = [...groupIds].sort();
  const name = `${use}.${ids.length === 1 ? ids[0] : digest(ids.join())}`;
  if (table.has(name)) return name;
  table.chain(name);
  const direction = use === 'out' ? 'egress' : 'ingress';
  const verdict = use === 'in' ? 'accept' : 'return';
  for (const id of ids) {
    for (const rule of view.snapshot.get('securityGroup', id)?.rules ?? []) {
      if (rule.direction !== direction) continue;
      for (const match of peerMatches(table, view, rule, use)) {
        table.rule(name, [match, protocolMatch(rule), verdict, because(rule.id)].filter(Boolean).join(' '));
      }
    }
  }
  const place = groupsPlace(`security-group-${direction}`, ids);
  table.rule(name, dropAt(place, { comment: name, ...loggedBy(view, rejectionOf[use]) }));
  return name;
}

/** Groups of each sending device, in the chain that sees a new flow's own headers. */
export function securityGroupEgress(table: TableBuilder, view: VpcView): void {
  table.map('security-group-egress', 'typeof iif', 'verdict');
  for (const eni of view.devices) {
    if (isNatInterface(eni)) continue;
    table.element(
      'security-group-egress',
      `"${deviceOf(eni)}"`,
      `jump ${groupChain(table, view, eni.groupIds, 'out')}`,
    );
  }
  table.rule('security-group-egress', 'iif vmap @security-group-egress');
}

/** Groups of each receiving device, in the last chain a packet passes. */
export function securityGroupIngress(table: TableBuilder, view: VpcView): void {
  table.map('security-group-ingress', 'typeof oif', 'verdict');
  for (const eni of view.devices) {
    // A NAT gateway has no groups: its subnet's ACL alone judges.
    const verdict = isNatInterface(eni) ? 'accept' : `goto ${groupChain(table, view, eni.groupIds, 'in')}`;
    table.element('security-group-ingress', `"${deviceOf(eni)}"`, verdict);
  }
  table.rule('security-group-ingress', 'oif vmap @security-group-ingress');
}

function peerMatches(
  table: TableBuilder,
  view: VpcView,
  rule: SecurityGroupRule,
  use: Use,
): readonly string[] {
  const side = rule.direction === 'egress' ? 'daddr' : 'saddr';
  const { peer } = rule;
  switch (peer.kind) {
    case 'cidr':
      return [peer.cidr === '0.0.0.0/0' ? '' : `ip ${side} ${peer.cidr}`];
    case 'cidr6':
      return [];
    case 'prefix-list':
      return prefixListCidrs(view.snapshot, view.vpc.region, peer.prefixListId).map(
        (cidr) => `ip ${side} ${cidr}`,
      );
    case 'group':
      table.set(peer.groupId, 'type ipv4_addr', members(view, peer.groupId));
      return [`ip ${side} @${peer.groupId}`, ...(use === 'in' ? throughBalancer(view, peer.groupId) : [])];
  }
}

/**
 * A rule that names a load balancer's group matches its flows even where they keep their client's address ("Update the
 * security groups for your Network Load Balancer", ELB user guide): they carry the node's mark.
 */
function throughBalancer(view: VpcView, groupId: string): readonly string[] {
  const balancers = view.loadBalancers.filter((balancer) => balancer.groupIds.includes(groupId));
  const nodes = balancers.flatMap((balancer) => balancer.nodes.map((node) => node.networkInterfaceId));
  const marks = nodes.flatMap((id) => {
    const eni = view.snapshot.get('networkInterface', id);
    if (eni === undefined) return [];
    const kept = eni.number | keepsClient;
    const isPublic = view.snapshot.by('address', 'networkInterfaceId', id).length > 0;
    return isPublic ? [hex(kept), hex(kept | byGateway)] : [hex(kept)];
  });
  return marks.length === 0 ? [] : [`ct mark { ${marks.sort().join(', ')} }`];
}

/** Private addresses of the interfaces of this VPC that carry the group. */
function members(view: VpcView, groupId: string): readonly string[] {
  return view.snapshot
    .by('networkInterface', 'groupId', groupId)
    .filter((eni: NetworkInterface) => eni.vpcId === view.vpc.id)
    .flatMap((eni) => eni.privateAddresses.map((a) => a.address));
}

function protocolMatch(rule: SecurityGroupRule): string {
  const { protocol, fromPort, toPort } = rule;
  switch (protocol) {
    case '-1':
      return '';
    case 'tcp':
    case 'udp':
      return portMatch(protocol, fromPort, toPort);
    case 'icmp':
      return icmpMatch(fromPort, toPort);
    case 'icmpv6':
      return 'meta l4proto 58';
    default:
      return `meta l4proto ${protocol}`;
  }
}

/** Also for network ACLs: `tcp dport 80-90`; all ports when `from` is -1 or the whole range. */
export function portMatch(protocol: 'tcp' | 'udp', from: number, to: number): string {
  if (from === -1 || (from === 0 && to === 65535)) return `meta l4proto ${protocol}`;
  return `${protocol} dport ${from === to ? from : `${from}-${to}`}`;
}

export function icmpMatch(type: number, code: number): string {
  if (type === -1) return 'meta l4proto icmp';
  return `icmp type ${type}${code === -1 ? '' : ` icmp code ${code}`}`;
}
