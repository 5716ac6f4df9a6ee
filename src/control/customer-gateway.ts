// Customer gateway verbs. Asking for the same one twice gives the one there is, as on AWS. A deleted one is gone at once.
import { quotas } from '../catalog/quotas.ts';
import * as refusals from '../catalog/refusals/customer-gateway.ts';
import type { CustomerGateway } from '../model/customer-gateway.ts';
import type { Tags } from '../model/resource.ts';
import { parseAddress } from '../net/ipv4.ts';
import { type Call, fresh, mine, own } from './call.ts';
import { freeNumber } from './free-number.ts';

export interface CreateCustomerGatewayOptions {
  readonly ipAddress: string | undefined;
  readonly bgpAsn: number;
  readonly certificateArn: string | undefined;
  readonly deviceName: string | undefined;
  readonly tags: Tags;
}

/** Devices are derived from the number. */
const numberMax = 2000;

export function createCustomerGateway(call: Call, options: CreateCustomerGatewayOptions): CustomerGateway {
  const { ipAddress, bgpAsn, certificateArn, deviceName, tags } = options;
  if (ipAddress !== undefined && parseAddress(ipAddress) === undefined)
    throw refusals.addressNotValid(ipAddress);
  checkAsn(bgpAsn, 'BgpAsn');
  const own = mine(call, 'customerGateway');
  const known = own.find((one) => one.ipAddress === ipAddress && one.bgpAsn === bgpAsn);
  if (known !== undefined && ipAddress !== undefined) return known;
  if (own.length >= quotas.customerGatewaysPerRegion) throw refusals.customerGatewayLimitExceeded();
  const isFree = (n: number) => call.intent.by('customerGateway', 'number', String(n)).length === 0;
  const number = freeNumber(isFree, numberMax);
  if (number === undefined) throw refusals.customerGatewayLimitExceeded();
  const gateway: CustomerGateway = {
    ...fresh(call, 'customerGateway', tags),
    bgpAsn,
    number,
    ...(ipAddress === undefined ? {} : { ipAddress }),
    ...(certificateArn === undefined ? {} : { certificateArn }),
    ...(deviceName === undefined ? {} : { deviceName }),
  };
  call.intent.put('customerGateway', gateway);
  return gateway;
}

export function checkAsn(asn: number, parameter: string): void {
  if (!Number.isInteger(asn) || asn < 1 || asn > 4_294_967_294)
    throw refusals.asnNotValid(String(asn), parameter);
}

export function deleteCustomerGateway(call: Call, id: string): void {
  const gateway = own(call, 'customerGateway', id);
  const isUsed =
    call.intent.by('vpnConnection', 'customerGatewayId', id).length > 0 ||
    call.intent.by('onPremisesHost', 'customerGatewayId', id).length > 0;
  if (isUsed) throw refusals.customerGatewayInUse(gateway.id);
  call.intent.remove('customerGateway', gateway.id);
}
