// Refusals of `postern on-premises`, which AWS does not have.
import { Refusal } from '../refusal.ts';
import { invalidValue } from './common.ts';

export const hostNameNotValid = (name: string) =>
  invalidValue(name, 'name', 'Expecting a host name, such as files.corp.example.');

export const hostAddressNotValid = (address: string) =>
  invalidValue(address, 'address', 'Expecting an IPv4 address that a host can have, such as 192.168.10.5.');

export const hostAddressOfAws = (address: string) =>
  invalidValue(address, 'address', 'AWS gives out this address or answers at it.');

export const customerGatewayNotFound = (id: string) =>
  invalidValue(id, 'customer-gateway', 'There is no such customer gateway.');

export const hostExists = (name: string, what: string) =>
  new Refusal('AlreadyExists', `There is a host '${name}' with this ${what}.`);

export const hostNotFound = (name: string) =>
  new Refusal('NotFound', `There is no host '${name}' on premises that was added.`);

export const hostLimitExceeded = (max: number) =>
  new Refusal('LimitExceeded', `There can be at most ${max} hosts on premises.`);
