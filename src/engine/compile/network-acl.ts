// Stages network-acl-egress and network-acl-ingress: stateless, so every packet is judged, with the headers it has
// at the subnet's edge. A packet that stays in its subnet is not judged, nor is traffic with the resolver and the
// metadata service. Nothing is installed in a VPC whose ACLs all begin with "allow everything".
import type { NetworkAcl, NetworkAclEntry } from '../../model/network-acl.ts';
import { primaryAddress } from '../../model/network-interface.ts';
import type { Subnet } from '../../model/subnet.ts';
import { publicNodes } from './internet-facing.ts';
import { hex, type Marks, subnetMask } from './source-check.ts';
import { resolverAddresses } from '../name-servers.ts';
import { metadataAddress } from './services.ts';
import { aclEntryPlace } from '../drop-place.ts';
import { dropAt } from './drop.ts';
import { loggedBy } from './flow-log.ts';
import { icmpMatch, portMatch } from './security-group.ts';
import { because, type TableBuilder } from './table-builder.ts';
import { deviceOf, internetDevice, type VpcView } from './vpc-view.ts';

export function networkAcls(table: TableBuilder, view: VpcView, marks: Marks): void {
  const acls = view.snapshot
    .by('networkAcl', 'vpcId', view.vpc.id)
    .filter((acl) => acl.associations.length > 0);
  if (acls.every((acl) => allowsAll(acl, true) && allowsAll(acl, false))) return;
  const publicOnes = publicNodes(view);
  declare(table, publicOnes.length > 0);
  const numbers = new Map<string, number>();
  for (const subnet of view.snapshot.by('subnet', 'vpcId', view.vpc.id)) {
    const acl = acls.find((candidate) => candidate.associations.some((a) => a.subnetId === subnet.id));
    if (acl === undefined) continue;
    const number = marks.subnetNumber(subnet);
    numbers.set(subnet.id, number);
    table.chain(`acl-out.${number}`, entryRules(view, acl, subnet, true));
    table.chain(`acl-in.${number}`, entryRules(view, acl, subnet, false));
    table.element('acl-egress', hex(number << 12), `jump acl-out.${number}`);
  }
  for (const eni of view.devices) {
    const number = numbers.get(eni.subnetId);
    if (number !== undefined) table.element('acl-ingress', `"${deviceOf(eni)}"`, `jump acl-in.${number}`);
  }
  for (const eni of virtualInterfaces(view)) {
    const number = numbers.get(eni.subnetId);
    if (number === undefined) continue;
    table.element('acl-virtual-ingress', primaryAddress(eni), `jump acl-in.${number}`);
    table.element('acl-virtual-egress', primaryAddress(eni), `jump acl-out.${number}`);
  }
  for (const { eni, publicIp } of publicOnes) {
    const number = numbers.get(eni.subnetId);
    if (number === undefined) continue;
    table.element('acl-internet-ingress', publicIp, `jump acl-in.${number}`);
    table.element('acl-internet-egress', publicIp, `jump acl-out.${number}`);
  }
}

/** Nodes are met at public addresses by the internet gateway's link, where nothing else is judged. */
function declare(table: TableBuilder, hasPublicNodes: boolean): void {
  if (hasPublicNodes) {
    table.map('acl-internet-ingress', 'type ipv4_addr', 'verdict');
    table.map('acl-internet-egress', 'type ipv4_addr', 'verdict');
  }
  table.map('acl-egress', 'type mark', 'verdict');
  table.map('acl-ingress', 'typeof oif', 'verdict');
  table.map('acl-virtual-ingress', 'type ipv4_addr', 'verdict');
  table.map('acl-virtual-egress', 'type ipv4_addr', 'verdict');
  table.base('network-acl-egress', { type: 'filter', hook: 'prerouting', priority: -190, policy: 'accept' });
  if (hasPublicNodes)
    table.rule('network-acl-egress', `iif "${internetDevice}" ip daddr vmap @acl-internet-ingress`);
  table.rule('network-acl-egress', 'iif @links accept');
  table.rule('network-acl-egress', `meta mark & ${hex(subnetMask)} vmap @acl-egress`);
  table.rule('network-acl-egress', 'ip daddr vmap @acl-virtual-ingress');
  table.base('network-acl-ingress', { type: 'filter', hook: 'postrouting', priority: 105, policy: 'accept' });
  if (hasPublicNodes)
    table.rule('network-acl-ingress', `oif "${internetDevice}" ip saddr vmap @acl-internet-egress`);
  table.rule('network-acl-ingress', 'oif @links accept');
  table.rule('network-acl-ingress', 'ip saddr vmap @acl-virtual-egress');
  table.rule('network-acl-ingress', 'oif vmap @acl-ingress');
}

/** Interfaces without a device whose packets this router makes or ends: endpoints and balancer nodes. */
function virtualInterfaces(view: VpcView) {
  const nodes = view.loadBalancers.flatMap((lb) =>
    lb.nodes.map((node) => view.snapshot.get('networkInterface', node.networkInterfaceId)),
  );
  return [...view.endpoints.map((e) => e.networkInterface), ...nodes.filter((eni) => eni !== undefined)];
}

/** IPv4 entries of one direction in the order they are judged. */
export function orderedEntries(acl: NetworkAcl, egress: boolean): readonly NetworkAclEntry[] {
  return acl.entries
    .filter((entry) => entry.egress === egress && entry.cidrBlock !== undefined)
    .toSorted((a, b) => a.ruleNumber - b.ruleNumber);
}

function allowsAll(acl: NetworkAcl, egress: boolean): boolean {
  const first = orderedEntries(acl, egress)[0];
  return first?.action === 'allow' && first.protocol === '-1' && first.cidrBlock === '0.0.0.0/0';
}

function entryRules(view: VpcView, acl: NetworkAcl, subnet: Subnet, egress: boolean): readonly string[] {
  const side = egress ? 'daddr' : 'saddr';
  const exempt = [...resolverAddresses(view.vpc), metadataAddress].join(', ');
  const drop = (entry: string) => {
    const place = aclEntryPlace(egress ? 'network-acl-egress' : 'network-acl-ingress', entry);
    return dropAt(place, {
      comment: entry,
      ...loggedBy(view, egress ? 'rejected-egress' : 'rejected-ingress'),
    });
  };
  const rules = [`ip ${side} { ${exempt} } return`, `ip ${side} ${subnet.cidrBlock} return`];
  for (const entry of orderedEntries(acl, egress)) {
    const peer = entry.cidrBlock === '0.0.0.0/0' ? '' : `ip ${side} ${entry.cidrBlock}`;
    const id = `${acl.id}/${entry.ruleNumber}`;
    const match = [peer, protocolMatch(entry)].filter(Boolean).join(' ');
    const verdict = entry.action === 'allow' ? `return ${because(id)}` : drop(id);
    rules.push([match, verdict].filter(Boolean).join(' '));
  }
  return [...rules, drop(`${acl.id}/*`)];
}

function protocolMatch(entry: NetworkAclEntry): string {
  switch (entry.protocol) {
    case '-1':
      return '';
    case '1':
      return icmpMatch(entry.icmpTypeCode?.type ?? -1, entry.icmpTypeCode?.code ?? -1);
    case '6':
    case '17':
      return portMatch(
        entry.protocol === '6' ? 'tcp' : 'udp',
        entry.portRange?.from ?? -1,
        entry.portRange?.to ?? -1,
      );
    default:
      return `meta l4proto ${entry.protocol}`;
  }
}
