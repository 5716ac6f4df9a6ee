// The configuration that AWS gives out for the device at the other end of a VPN connection, in its native XML. Terraform
// reads addresses and keys of the tunnels from it. The values of IKE and IPsec are AWS's defaults, said for completeness:
// nothing here speaks IPsec.
// Source: DescribeVpnConnections, "CustomerGatewayConfiguration"; elements as in Terraform's test data.
import { type Cidr, formatAddress, maskOf } from '../net/ipv4.ts';

export interface DeviceConfiguration {
  readonly vpnConnectionId: string;
  readonly customerGatewayId: string;
  readonly vpnGatewayId: string;
  readonly customerGatewayAddress: string;
  readonly customerGatewayAsn: number;
  readonly vpnGatewayAsn: number;
  readonly tunnels: readonly {
    readonly outsideIpAddress: string;
    readonly inside: Cidr;
    readonly preSharedKey: string;
  }[];
}

type Tunnel = DeviceConfiguration['tunnels'][number];

export function deviceConfiguration(of: DeviceConfiguration): string {
  const body = [
    element('customer_gateway_id', of.customerGatewayId),
    element('vpn_gateway_id', of.vpnGatewayId),
    element('vpn_connection_type', 'ipsec.1'),
    element('vpn_connection_attributes', 'NoBGPVPNConnection'),
    ...of.tunnels.map((tunnel) => tunnelElement(of, tunnel)),
  ].join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<vpn_connection id="${of.vpnConnectionId}">${body}\n</vpn_connection>`;
}

function tunnelElement(of: DeviceConfiguration, tunnel: Tunnel): string {
  const { outsideIpAddress, inside, preSharedKey } = tunnel;
  // The first address of the block is the gateway's, the second the device's.
  const customer = end(of.customerGatewayAddress, inside, 2, of.customerGatewayAsn);
  const vpn = end(outsideIpAddress, inside, 1, of.vpnGatewayAsn);
  const parts = [
    element('customer_gateway', customer),
    element('vpn_gateway', vpn),
    element('ike', `${proposal(28_800)}${element('pre_shared_key', preSharedKey)}`),
    element('ipsec', `${element('protocol', 'esp')}${proposal(3600)}`),
  ];
  return element('ipsec_tunnel', parts.join(''));
}

function end(outside: string, inside: Cidr, offset: number, asn: number): string {
  const network = [
    element('ip_address', formatAddress(inside.base + offset)),
    element('network_mask', formatAddress(maskOf(0xffffffff, inside.length))),
    element('network_cidr', String(inside.length)),
  ].join('');
  return [
    element('tunnel_outside_address', element('ip_address', outside)),
    element('tunnel_inside_address', network),
    element('bgp', `${element('asn', String(asn))}${element('hold_time', '30')}`),
  ].join('');
}

function proposal(lifetimeSeconds: number): string {
  return [
    element('authentication_protocol', 'sha1'),
    element('encryption_protocol', 'aes-128-cbc'),
    element('lifetime', String(lifetimeSeconds)),
    element('perfect_forward_secrecy', 'group2'),
    element('mode', lifetimeSeconds === 3600 ? 'tunnel' : 'main'),
  ].join('');
}

/** Nothing in it needs an escape: ids, addresses, numbers and keys of letters and digits. */
function element(name: string, content: string): string {
  return `\n<${name}>${content}</${name}>`;
}
