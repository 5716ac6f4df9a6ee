// Refusals of the VPN connection actions. What is not supported says what is.
import { Refusal } from '../refusal.ts';
import { invalidValue, unsupported } from './common.ts';

export const vpnConnectionLimitExceeded = () =>
  new Refusal('VpnConnectionLimitExceeded', 'The maximum number of VPN connections has been reached.');

export const staticRoutesLimitExceeded = (max: number) =>
  new Refusal('VpnStaticRoutesLimitExceeded', `A VPN connection can have at most ${max} static routes.`); // [unconfirmed]

export const staticRoutesOnly = () =>
  unsupported(
    'Only VPN connections with static routes are supported here: set Options.StaticRoutesOnly to true. There is no BGP.',
  );

export const toVpnGatewayOnly = () =>
  unsupported('VPN connections lead to virtual private gateways only here: set VpnGatewayId.');

export const optionNotSupported = (option: string) =>
  unsupported(
    `${option} is not supported here: a VPN connection has IPv4 tunnels with a PreSharedKey and a TunnelInsideCidr, and static routes.`,
  );

export const tunnelCidrNotValid = (cidr: string) =>
  invalidValue(cidr, 'TunnelInsideCidr', 'Expecting a /30 of 169.254.0.0/16 that AWS does not reserve.'); // [unconfirmed] text

export const tunnelCidrTaken = (cidr: string) =>
  invalidValue(cidr, 'TunnelInsideCidr', 'The CIDR block is in use by a tunnel of this gateway.'); // [unconfirmed] text

export const preSharedKeyNotValid = () =>
  invalidValue(
    '…',
    'PreSharedKey',
    'Expecting 8 to 64 letters, digits, periods and underscores, not beginning with zero.',
  ); // [unconfirmed] text

export const routeNotFound = (cidr: string, connectionId: string) =>
  new Refusal(
    'InvalidRoute.NotFound',
    `The specified route ${cidr} does not exist in VPN connection ${connectionId}`, // [unconfirmed] text
  );

export const routeInvalid = (cidr: string) =>
  invalidValue(cidr, 'destinationCidrBlock', 'This is not a valid CIDR block.');
