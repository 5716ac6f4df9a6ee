// Stage source-check: a packet from a device must carry an address of its interface, unless the interface's
// source/destination check is off. It also marks the packet with the sender's route table and subnet, which later
// stages and the kernel's policy rules read:
//   bits 0-11 route table of this VPC, bits 12-23 subnet of this VPC, both counted from 1.
import type { Subnet } from '../../model/subnet.ts';
import { dropAtSource } from './drop.ts';
import type { TableBuilder } from './table-builder.ts';
import { deviceOf, type VpcView } from './vpc-view.ts';
import { vpnIngress } from './vpn-gateway.ts';

export const routeTableMask = 0xfff;
export const subnetMask = 0xfff000;

/** In a flow's own mark, beside the number of a load balancer's node: the target sees the client's address. */
export const keepsClient = 0x10000;
/** Also there: it came by the internet gateway, so its answers leave by the node's routes. */
export const byGateway = 0x20000;

export interface Marks {
  /** Of a subnet id: its route table's and its own number, joined. */
  of(subnetId: string): number;
  subnetNumber(subnet: Subnet): number;
}

export function sourceCheck(table: TableBuilder, view: VpcView, marks: Marks): void {
  const chain = 'source-check';
  table.base(chain, { type: 'filter', hook: 'prerouting', priority: -300, policy: 'accept' });
  table.map('sources', 'typeof iif . ip saddr', 'mark');
  table.map('unchecked-sources', 'typeof iif', 'mark');
  for (const eni of view.devices) {
    const mark = hex(marks.of(eni.subnetId));
    if (!eni.sourceDestCheck) table.element('unchecked-sources', `"${deviceOf(eni)}"`, mark);
    for (const { address } of eni.privateAddresses)
      table.element('sources', `"${deviceOf(eni)}" . ${address}`, mark);
  }
  table.rule(chain, 'iif @links accept');
  vpnIngress(table, view);
  table.rule(chain, 'meta mark set iif . ip saddr map @sources');
  if (view.devices.some((eni) => !eni.sourceDestCheck))
    table.rule(chain, 'meta mark 0x0 meta mark set iif map @unchecked-sources');
  table.rule(chain, `meta mark 0x0 ${dropAtSource(chain)}`);
}

export function hex(mark: number): string {
  return `0x${mark.toString(16)}`;
}
