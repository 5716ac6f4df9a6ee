// Security groups and network ACLs: the narrowest rule or entry that lets this one packet by.
import type { NetworkAclEntry } from '../../model/network-acl.ts';
import type { SecurityGroupPeer } from '../../model/security-group.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { protocolNumbers } from '../../net/flow.ts';
import type { Headers } from '../trace/answer.ts';
import { interfaceAt } from '../trace/world.ts';
import type { Change } from './change.ts';
import { peerBlock, peerInterface, prefixListAt, type Stuck } from './situation.ts';

/** In that group of the interface that the fewest hold; of an address that has groups, also by its group. */
export function groupRule(stuck: Stuck): readonly Change[] {
  const { snapshot, hop } = stuck;
  const groupIds = hop.decidedBy?.kind === 'security-group' ? hop.decidedBy.id.split(',') : [];
  const groupId = leastHeld(snapshot, groupIds);
  if (groupId === undefined) return [];
  const isEgress = hop.stage === 'security-group-egress';
  const address = isEgress ? hop.headers.destination : hop.headers.source;
  const peer = peerOf(stuck, address, isEgress);
  const direction = isEgress ? 'egress' : 'ingress';
  const rule = { direction, ...trafficOf(hop.headers), peer } as const;
  const narrow: Change = { kind: 'add-security-group-rule', groupId, rule };
  const wider = throughGroup(snapshot, narrow);
  return wider === narrow ? [narrow] : [narrow, wider];
}

/** A group where it means the other side alone, since it outlives its addresses; else what stands for the address. */
function peerOf(stuck: Stuck, address: string, isEgress: boolean): SecurityGroupPeer {
  const { snapshot, hop } = stuck;
  const other = peerInterface(stuck, address);
  const groupId = leastHeld(snapshot, other?.groupIds ?? []);
  const group = snapshot.get('securityGroup', groupId ?? '');
  if (group !== undefined && holders(snapshot, group.id) === 1)
    return { kind: 'group', groupId: group.id, ownerId: group.ownerId };
  const prefixListId = isEgress ? prefixListAt(snapshot, hop.vpcId, address) : undefined;
  if (prefixListId !== undefined) return { kind: 'prefix-list', prefixListId };
  return { kind: 'cidr', cidr: peerBlock(stuck, address) };
}

/** The same rule for the group of the interface whose address it names; the change itself where there is none. */
export function throughGroup(snapshot: Snapshot, change: Change): Change {
  if (change.kind !== 'add-security-group-rule' || change.rule.peer.kind !== 'cidr') return change;
  const [address, length] = change.rule.peer.cidr.split('/');
  const vpcId = snapshot.get('securityGroup', change.groupId)?.vpcId ?? '';
  const owner = length === '32' ? interfaceAt(snapshot, vpcId, address ?? '') : undefined;
  const group = snapshot.get('securityGroup', leastHeld(snapshot, owner?.groupIds ?? []) ?? '');
  if (group === undefined) return change;
  const peer = { kind: 'group', groupId: group.id, ownerId: group.ownerId } as const;
  return { ...change, rule: { ...change.rule, peer } };
}

function leastHeld(snapshot: Snapshot, groupIds: readonly string[]): string | undefined {
  const known = groupIds.filter((id) => snapshot.get('securityGroup', id) !== undefined);
  return known.toSorted((a, b) => holders(snapshot, a) - holders(snapshot, b))[0];
}

function holders(snapshot: Snapshot, groupId: string): number {
  return snapshot.countBy('networkInterface', 'groupId', groupId);
}

function trafficOf({ protocol, destinationPort, icmp }: Headers) {
  if (icmp !== undefined) return { protocol, fromPort: icmp.type, toPort: icmp.code };
  return { protocol, fromPort: destinationPort, toPort: destinationPort };
}

const ruleNumberMax = 32_766;

/** Right before the entry that denies, so that all earlier ones keep their say. */
export function aclEntry(stuck: Stuck): readonly Change[] {
  const { snapshot, hop, asked } = stuck;
  const acl = snapshot.get('networkAcl', hop.component);
  if (acl === undefined) return [];
  const egress = hop.stage === 'network-acl-egress';
  const { headers } = hop;
  const taken = new Set(acl.entries.filter((one) => one.egress === egress).map((one) => one.ruleNumber));
  const denying = Number(hop.decidedBy?.id.slice(acl.id.length + 1));
  const ruleNumber = freeNumber(taken, Number.isNaN(denying) ? undefined : denying);
  if (ruleNumber === undefined)
    return [{ kind: 'delete-network-acl-entry', networkAclId: acl.id, ruleNumber: denying, egress }];
  const isReply = stuck.block.reason.phase === 'back' && asked.question.sourcePort === undefined;
  const entry: NetworkAclEntry = {
    ruleNumber,
    egress,
    action: 'allow',
    protocol: String(protocolNumbers[headers.protocol]),
    cidrBlock: peerBlock(stuck, egress ? headers.destination : headers.source),
    ...portsOf(headers, isReply),
  };
  return [{ kind: 'add-network-acl-entry', networkAclId: acl.id, entry }];
}

/** Undefined where no number is free before the one that denies. */
function freeNumber(taken: ReadonlySet<number>, denying: number | undefined): number | undefined {
  const next = Math.floor(Math.max(0, ...taken) / 10) * 10 + 10;
  if (denying === undefined && next <= ruleNumberMax) return next;
  let number = (denying ?? ruleNumberMax + 1) - 1;
  while (number > 0 && taken.has(number)) number--;
  return number > 0 ? number : undefined;
}

/** Replies go to a port that the sender's system picks: the range AWS recommends for all of them. */
function portsOf({ icmp, destinationPort }: Headers, isReply: boolean): Partial<NetworkAclEntry> {
  if (icmp !== undefined) return { icmpTypeCode: icmp };
  const isPicked = isReply && destinationPort >= 1024;
  return {
    portRange: isPicked ? { from: 1024, to: 65_535 } : { from: destinationPort, to: destinationPort },
  };
}
