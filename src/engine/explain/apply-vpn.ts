// Changes to the ways by VPN, made to a snapshot.
import type { Snapshot } from '../../model/snapshot.ts';
import { vpnGatewayOf } from '../../model/vpn-connection.ts';
import type { Change } from './change.ts';
import { edit, type Writes } from './writes.ts';

export type VpnChange = Extract<
  Change,
  { kind: 'attach-vpn-gateway' | 'enable-vgw-route-propagation' | 'create-vpn-connection-route' }
>;

export function applyVpnChange(snapshot: Snapshot, change: VpnChange): Writes {
  switch (change.kind) {
    case 'attach-vpn-gateway': {
      const { vpnGatewayId, vpcId } = change;
      if (vpnGatewayOf(snapshot, vpcId) !== undefined) return undefined;
      if (snapshot.get('vpnGateway', vpnGatewayId)?.vpcId !== undefined) return undefined;
      return edit(snapshot, 'vpnGateway', vpnGatewayId, (gateway) => ({ ...gateway, vpcId }));
    }
    case 'enable-vgw-route-propagation':
      return edit(snapshot, 'routeTable', change.routeTableId, (table) => {
        const others = (table.propagatingVgws ?? []).filter((id) => id !== change.vpnGatewayId);
        return { ...table, propagatingVgws: [...others, change.vpnGatewayId] };
      });
    case 'create-vpn-connection-route':
      return edit(snapshot, 'vpnConnection', change.vpnConnectionId, (connection) => {
        return { ...connection, staticRoutes: [...connection.staticRoutes, change.destination] };
      });
  }
}
