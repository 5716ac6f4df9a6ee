// Changes to the ways by VPN, in words and as commands.
import type { VpnChange } from './apply-vpn.ts';
import { type Description, ec2 } from './describe.ts';

export function describeVpn(change: VpnChange): Description {
  switch (change.kind) {
    case 'attach-vpn-gateway': {
      const { vpnGatewayId: id, vpcId } = change;
      const command = `attach-vpn-gateway --vpn-gateway-id ${id} --vpc-id ${vpcId}`;
      return { text: `attach ${id} to ${vpcId}`, commands: ec2(command), components: [vpcId, id] };
    }
    case 'enable-vgw-route-propagation': {
      const { routeTableId, vpnGatewayId: id } = change;
      return {
        text: `let ${id} propagate the static routes of its VPN connections to ${routeTableId}`,
        commands: ec2(`enable-vgw-route-propagation --route-table-id ${routeTableId} --gateway-id ${id}`),
        components: [routeTableId, id],
      };
    }
    case 'create-vpn-connection-route': {
      const { vpnConnectionId: id, destination } = change;
      const options = `--vpn-connection-id ${id} --destination-cidr-block ${destination}`;
      return {
        text: `give ${id} a static route to ${destination}`,
        commands: ec2(`create-vpn-connection-route ${options}`),
        components: [id],
      };
    }
  }
}
