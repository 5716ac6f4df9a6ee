// How a router drops: every rule that drops says at which place, and the chain it goes to counts the packet for its flow
// before it drops it. So `why` can show that packets agree with the model; who passes pays nothing. The sets are bounded
// by the kernel, and what does not fit or belongs to no connection is dropped uncounted.
import { type DropSet, placeMark } from '../../plan/drop-counter.ts';
import { because, type TableBuilder } from './table-builder.ts';

/** Chains of flow logs that see what is about to be dropped. */
export type Rejection = 'rejected-egress' | 'rejected-ingress' | 'rejected-virtual';

const connections = 'type ipv4_addr . ipv4_addr . inet_proto . inet_service . mark';
const senders = 'type iface_index . ipv4_addr . ipv4_addr . inet_proto . inet_service';
/** What ICMP has where others have their source port is type and code. */
const icmpMessage = 'th sport';

/** The connection as it was before any translation; nft wants to know the protocol to know that it has ports. */
const counted = [
  ...countConnections('original', 'dropped'),
  ...countConnections('reply', 'dropped-answers'),
  'drop',
];
/** Before there is a connection: the headers as they came, and by which device. */
const countedAtSource = [
  `meta l4proto { tcp, udp } ${update('dropped-at-source', 'iif . ip saddr . ip daddr . meta l4proto . th dport')}`,
  `meta l4proto icmp ${update('dropped-at-source', `iif . ip saddr . ip daddr . meta l4proto . ${icmpMessage}`)}`,
  'drop',
];

export function dropChains(table: TableBuilder): void {
  for (const set of ['dropped', 'dropped-answers'] satisfies DropSet[]) table.countingSet(set, connections);
  table.countingSet('dropped-at-source' satisfies DropSet, senders);
  table.chain('dropped', counted);
  table.chain('dropped-at-source', countedAtSource);
}

function countConnections(direction: 'original' | 'reply', set: DropSet): readonly string[] {
  const ends = 'ct original ip saddr . ct original ip daddr . meta l4proto';
  return ['tcp', 'udp', 'icmp'].map((protocol) => {
    const port = protocol === 'icmp' ? icmpMessage : 'ct original proto-dst';
    return `meta l4proto ${protocol} ct direction ${direction} ${update(set, `${ends} . ${port} . meta mark`)}`;
  });
}

function update(set: DropSet, key: string): string {
  return `update @${set} { ${key} counter } drop`;
}

/** Drops at `place`; in a VPC with a flow log after the `rejection` has seen it. The comment is the place if not given. */
export function dropAt(
  place: string,
  {
    comment = place,
    rejection,
  }: { readonly comment?: string; readonly rejection?: Rejection | undefined } = {},
): string {
  const chain = rejection === undefined ? 'dropped' : `dropped.${rejection}`;
  return `meta mark set 0x${placeMark(place).toString(16)} goto ${chain} ${because(comment)}`;
}

/** Drops before there is a connection; its device says by whom. */
export function dropAtSource(comment: string): string {
  return `goto dropped-at-source ${because(comment)}`;
}
