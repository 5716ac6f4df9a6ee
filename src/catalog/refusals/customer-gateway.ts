// Refusals of the customer gateway actions.
import { Refusal } from '../refusal.ts';
import { invalidValue } from './common.ts';

export const customerGatewayLimitExceeded = () =>
  new Refusal('CustomerGatewayLimitExceeded', 'The maximum number of customer gateways has been reached.');

export const customerGatewayInUse = (id: string) =>
  new Refusal('IncorrectState', `The customer gateway is in use. ${id} still has VPN connections or hosts.`); // [unconfirmed] text

export const addressNotValid = (address: string) =>
  invalidValue(address, 'IpAddress', 'Expecting a public IPv4 address.'); // [unconfirmed] text

export const asnNotValid = (asn: string, parameter: string) =>
  invalidValue(asn, parameter, 'Expecting an autonomous system number from 1 to 4294967294.'); // [unconfirmed] text

export const typeNotValid = (type: string) => invalidValue(type, 'Type', 'Expecting ipsec.1.'); // [unconfirmed] text
