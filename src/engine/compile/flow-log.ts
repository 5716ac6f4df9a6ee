// What flow logs are made of: counters per flow, which rules of the router put into sets of the kernel and the agent
// reads from time to time. Only a VPC with a flow log has them; they decide nothing.
//   accepted-egress   what an interface sent and its own groups and ACL let out, with the headers it had at the interface
//   accepted-ingress  what reached an interface, with the headers it saw
//   rejected-egress, rejected-ingress, rejected-virtual   what a group or an ACL is about to drop: on the way out of an
//                     interface, on the way in, and on the way into one that has no device (by who sent it); the chain
//                     `dropped.<name>` then drops it (drop.ts)
// Each is three sets, by protocol. engine/flow-log tells whose a counter is.
import type { Rejection } from './drop.ts';
import type { TableBuilder } from './table-builder.ts';
import type { VpcView } from './vpc-view.ts';

const rejections: readonly Rejection[] = ['rejected-egress', 'rejected-ingress', 'rejected-virtual'];

export function flowLogs(table: TableBuilder, view: VpcView): void {
  if (!view.hasFlowLogs) return;
  for (const name of ['accepted-egress', 'accepted-ingress', ...rejections]) {
    table.countingSet(`${name}.tcp`, keyType);
    table.countingSet(`${name}.udp`, keyType);
    table.countingSet(`${name}.other`, 'type iface_index . ipv4_addr . ipv4_addr . inet_proto');
  }
  // After all that the sender and the endpoints ask for; by then addresses may be translated, so the connection tells.
  table.base('accepted-egress', { type: 'filter', hook: 'prerouting', priority: -90, policy: 'accept' });
  for (const direction of ['original', 'reply']) {
    const addresses = `iif . ct ${direction} ip saddr . ct ${direction} ip daddr`;
    const ports = `ct ${direction} proto-src . ct ${direction} proto-dst`;
    count(
      table,
      'accepted-egress',
      { set: 'accepted-egress', addresses, ports },
      `ct direction ${direction}`,
    );
  }
  table.base('accepted-ingress', { type: 'filter', hook: 'postrouting', priority: 120, policy: 'accept' });
  count(table, 'accepted-ingress', { set: 'accepted-ingress', ...headers('oif') });
  for (const chain of rejections) {
    table.chain(chain);
    table.chain(`dropped.${chain}`, [`jump ${chain}`, 'goto dropped']);
  }
  count(table, 'rejected-egress', { set: 'rejected-egress', ...headers('iif') });
  // Where no way out is known yet, the packet is for an interface without a device.
  count(table, 'rejected-ingress', { set: 'rejected-ingress', ...headers('oif') });
  count(table, 'rejected-ingress', { set: 'rejected-virtual', ...headers('iif') });
  count(table, 'rejected-virtual', { set: 'rejected-virtual', ...headers('iif') });
}

/** The protocol is the set's: nft knows no keys of more than five parts. */
const keyType = 'type iface_index . ipv4_addr . ipv4_addr . inet_service . inet_service';

interface Key {
  readonly set: string;
  readonly addresses: string;
  readonly ports: string;
}

function headers(device: 'iif' | 'oif'): Omit<Key, 'set'> {
  return { addresses: `${device} . ip saddr . ip daddr`, ports: 'th sport . th dport' };
}

function count(table: TableBuilder, chain: string, { set, addresses, ports }: Key, match = ''): void {
  const rule = (...words: readonly string[]) => table.rule(chain, words.filter(Boolean).join(' '));
  for (const protocol of ['tcp', 'udp']) {
    const element = `@${set}.${protocol} { ${addresses} . ${ports} counter }`;
    rule(`meta l4proto ${protocol}`, match, 'update', element, 'return');
  }
  rule(match, 'update', `@${set}.other { ${addresses} . meta l4proto counter }`, 'return');
}

/** Who is to see what a rule drops. */
export function loggedBy(view: VpcView, rejection: Rejection): { readonly rejection?: Rejection } {
  return view.hasFlowLogs ? { rejection } : {};
}
