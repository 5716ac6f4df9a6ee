// VPN connection actions: static routes, IPv4 tunnels, a virtual private gateway. All else is refused, and says so.
import type {
  CreateVpnConnectionRequest,
  VpnConnection as VpnConnectionOut,
  VpnTunnelOptionsSpecification,
} from '@aws-sdk/client-ec2';
import { deviceConfiguration } from '../../catalog/customer-gateway-configuration.ts';
import { missingParameter } from '../../catalog/refusals/common.ts';
import { typeNotValid } from '../../catalog/refusals/customer-gateway.ts';
import * as refusals from '../../catalog/refusals/vpn-connection.ts';
import { mine, type ReadCall } from '../../control/call.ts';
import * as control from '../../control/vpn-connection.ts';
import type { VpnConnection } from '../../model/vpn-connection.ts';
import { cidr } from '../../net/ipv4.ts';
import type { Ec2Operations } from '../../shapes/operations.ts';
import { type Actions, read, write } from '../action.ts';
import { type Filters, select } from './select.ts';
import { tagsOnCreate, tagsOut } from './tags.ts';

const type = 'ipsec.1';
const everything = '0.0.0.0/0';

const filters = (call: ReadCall): Filters<VpnConnection> => ({
  'bgp-asn': ({ customerGatewayId }) =>
    String(call.intent.get('customerGateway', customerGatewayId)?.bgpAsn ?? ''),
  'customer-gateway-configuration': (connection) => configurationOf(call, connection),
  'customer-gateway-id': ({ customerGatewayId }) => customerGatewayId,
  'option.static-routes-only': () => 'true',
  'route.destination-cidr-block': ({ staticRoutes }) => staticRoutes,
  state: (connection) => control.vpnConnectionState(call, connection),
  'transit-gateway-id': () => undefined,
  type: () => type,
  'vpn-connection-id': ({ id }) => id,
  'vpn-gateway-id': ({ vpnGatewayId }) => vpnGatewayId,
});

function vpnConnectionOut(call: ReadCall, connection: VpnConnection): VpnConnectionOut {
  const { id, customerGatewayId, vpnGatewayId, staticRoutes, tunnels, tags, createdAt } = connection;
  return {
    VpnConnectionId: id,
    State: control.vpnConnectionState(call, connection),
    Type: type,
    Category: 'VPN',
    CustomerGatewayId: customerGatewayId,
    VpnGatewayId: vpnGatewayId,
    CustomerGatewayConfiguration: configurationOf(call, connection),
    GatewayAssociationState: 'associated',
    Options: {
      EnableAcceleration: false,
      StaticRoutesOnly: true,
      LocalIpv4NetworkCidr: everything,
      RemoteIpv4NetworkCidr: everything,
      OutsideIpAddressType: 'PublicIpv4',
      TunnelInsideIpVersion: 'ipv4',
      TunnelOptions: tunnels.map((tunnel) => ({
        OutsideIpAddress: tunnel.outsideIpAddress,
        TunnelInsideCidr: tunnel.insideCidr,
        PreSharedKey: tunnel.preSharedKey,
      })),
    },
    Routes: staticRoutes.map((DestinationCidrBlock) => {
      return { DestinationCidrBlock, Source: 'Static', State: 'available' };
    }),
    VgwTelemetry: tunnels.map(({ outsideIpAddress: OutsideIpAddress }) => ({
      OutsideIpAddress,
      Status: control.isUp(call, connection) ? 'UP' : 'DOWN',
      StatusMessage: '',
      AcceptedRouteCount: staticRoutes.length,
      LastStatusChange: new Date(createdAt),
    })),
    Tags: tagsOut(tags),
  };
}

function configurationOf({ intent }: ReadCall, connection: VpnConnection): string {
  const { id, customerGatewayId, vpnGatewayId, tunnels } = connection;
  const customerGateway = intent.get('customerGateway', customerGatewayId);
  return deviceConfiguration({
    vpnConnectionId: id,
    customerGatewayId,
    vpnGatewayId,
    customerGatewayAddress: customerGateway?.ipAddress ?? '',
    customerGatewayAsn: customerGateway?.bgpAsn ?? 0,
    vpnGatewayAsn: intent.get('vpnGateway', vpnGatewayId)?.amazonSideAsn ?? 0,
    tunnels: tunnels.map((tunnel) => ({ ...tunnel, inside: cidr(tunnel.insideCidr) })),
  });
}

/** Refuses what has no meaning here. */
function checkOptions(input: CreateVpnConnectionRequest): void {
  const { Options = {}, VpnGatewayId, TransitGatewayId, VpnConcentratorId, PreSharedKeyStorage } = input;
  if (TransitGatewayId !== undefined || VpnConcentratorId !== undefined) throw refusals.toVpnGatewayOnly();
  if (VpnGatewayId === undefined) throw missingParameter('vpnGatewayId');
  if (Options.StaticRoutesOnly !== true) throw refusals.staticRoutesOnly();
  const { EnableAcceleration, TunnelInsideIpVersion, OutsideIpAddressType } = Options;
  const { LocalIpv4NetworkCidr = everything, RemoteIpv4NetworkCidr = everything } = Options;
  const wrong = [
    ['EnableAcceleration', EnableAcceleration === true],
    ['TunnelInsideIpVersion', (TunnelInsideIpVersion ?? 'ipv4') !== 'ipv4'],
    ['OutsideIpAddressType', (OutsideIpAddressType ?? 'PublicIpv4') !== 'PublicIpv4'],
    ['LocalIpv4NetworkCidr', LocalIpv4NetworkCidr !== everything],
    ['RemoteIpv4NetworkCidr', RemoteIpv4NetworkCidr !== everything],
    ['LocalIpv6NetworkCidr', Options.LocalIpv6NetworkCidr !== undefined],
    ['RemoteIpv6NetworkCidr', Options.RemoteIpv6NetworkCidr !== undefined],
    ['TransportTransitGatewayAttachmentId', Options.TransportTransitGatewayAttachmentId !== undefined],
    ['TunnelBandwidth', (Options.TunnelBandwidth ?? 'standard') !== 'standard'],
    ['PreSharedKeyStorage', (PreSharedKeyStorage ?? 'Standard') !== 'Standard'],
    ['TunnelOptions with more than two tunnels', (Options.TunnelOptions ?? []).length > 2],
  ] as const;
  const found = wrong.find(([, isWrong]) => isWrong)?.[0];
  if (found !== undefined) throw refusals.optionNotSupported(found);
}

function tunnelIn(options: VpnTunnelOptionsSpecification): control.TunnelChoice {
  const { TunnelInsideCidr: insideCidr, PreSharedKey: preSharedKey, ...others } = options;
  const given = Object.entries(others).find(([, value]) => {
    return value !== undefined && !(Array.isArray(value) && value.length === 0);
  });
  if (given !== undefined) throw refusals.optionNotSupported(`TunnelOptions.${given[0]}`);
  return { insideCidr, preSharedKey };
}

export const vpnConnectionActions: Actions<Ec2Operations> = {
  CreateVpnConnection: write((call, input) => {
    if (input.CustomerGatewayId === undefined) throw missingParameter('customerGatewayId');
    if (input.Type === undefined) throw missingParameter('type');
    if (input.Type !== type) throw typeNotValid(input.Type);
    checkOptions(input);
    const connection = control.createVpnConnection(call, {
      customerGatewayId: input.CustomerGatewayId,
      vpnGatewayId: input.VpnGatewayId ?? '',
      tunnels: (input.Options?.TunnelOptions ?? []).map(tunnelIn),
      tags: tagsOnCreate(input.TagSpecifications, 'vpn-connection'),
    });
    return { VpnConnection: { ...vpnConnectionOut(call, connection), State: 'pending' } };
  }),

  DeleteVpnConnection: write((call, input) => {
    control.deleteVpnConnection(call, input.VpnConnectionId ?? '');
    return {};
  }),

  DescribeVpnConnections: read((call, input) => {
    const options = { ids: input.VpnConnectionIds, filters: filters(call) };
    const { items } = select('vpnConnection', mine(call, 'vpnConnection'), input, options);
    return { VpnConnections: items.map((connection) => vpnConnectionOut(call, connection)) };
  }),

  CreateVpnConnectionRoute: write((call, input) => {
    if (input.DestinationCidrBlock === undefined) throw missingParameter('destinationCidrBlock');
    control.createVpnConnectionRoute(call, input.VpnConnectionId ?? '', input.DestinationCidrBlock);
    return {};
  }),

  DeleteVpnConnectionRoute: write((call, input) => {
    if (input.DestinationCidrBlock === undefined) throw missingParameter('destinationCidrBlock');
    control.deleteVpnConnectionRoute(call, input.VpnConnectionId ?? '', input.DestinationCidrBlock);
    return {};
  }),
};
