// Verbs of `postern on-premises`: hosts in the network behind a customer gateway, so that there is somebody at the other
// end of a VPN connection. Their names and addresses are nobody else's there.
import { serviceNameAt, serviceOfHost } from '../catalog/aws-services.ts';
import { publicPools } from '../catalog/public-addresses.ts';
import { quotas } from '../catalog/quotas.ts';
import * as refusals from '../catalog/refusals/on-premises-host.ts';
import type { OnPremisesHost } from '../model/on-premises-host.ts';
import { cidr, contains, parseAddress } from '../net/ipv4.ts';
import { assert } from '../std/assert.ts';
import { type Call, stamp } from './call.ts';
import { freeNumber } from './free-number.ts';
import { checkServes } from './internet-host.ts';

export interface AddOnPremisesHostOptions {
  readonly name: string;
  readonly address: string;
  readonly customerGatewayId: string;
  readonly serves: OnPremisesHost['serves'];
}

export function addOnPremisesHost(call: Call, options: AddOnPremisesHostOptions): OnPremisesHost {
  const { address, serves, customerGatewayId } = options;
  const { intent } = call;
  const id = checkedName(options.name);
  checkAddress(address);
  checkServes(serves);
  const gateway = intent.get('customerGateway', customerGatewayId);
  if (gateway === undefined) throw refusals.customerGatewayNotFound(customerGatewayId);
  if (intent.get('onPremisesHost', id) !== undefined || intent.get('internetHost', id) !== undefined)
    throw refusals.hostExists(id, 'name');
  const neighbour = intent
    .by('onPremisesHost', 'customerGatewayId', gateway.id)
    .find((other) => other.address === address);
  if (neighbour !== undefined) throw refusals.hostExists(neighbour.id, 'address');
  const hosts = [...intent.all('onPremisesHost')];
  if (hosts.length >= quotas.onPremisesHosts) throw refusals.hostLimitExceeded(quotas.onPremisesHosts);
  const taken = new Set(hosts.map((host) => host.number));
  const number = freeNumber((n) => !taken.has(n), quotas.onPremisesHosts);
  assert(number !== undefined, 'below the quota there is a free number');
  const { ownerId, region } = gateway;
  const place = { ...stamp(call), ownerId, region, customerGatewayId: gateway.id };
  const host = { ...place, id, address, serves, number, bootNumber: intent.revision };
  intent.put('onPremisesHost', host);
  return host;
}

export function removeOnPremisesHost(call: Call, name: string): void {
  if (call.intent.get('onPremisesHost', name) === undefined) throw refusals.hostNotFound(name);
  call.intent.remove('onPremisesHost', name);
}

const label = '(?!-)[a-z0-9-]{1,63}(?<!-)';
const namePattern = new RegExp(`^(?=.{1,253}$)(?=.*[a-z])(?:${label}\\.)*${label}$`);
const ofAws = /(^|\.)(amazonaws\.com|aws|internal|localhost|in-addr\.arpa)$/;
/** Words that mean something else wherever a host may be named. */
const otherWords = /^(internet|on-?prem(ises)?|services|[a-z]+(-svc)?-[0-9a-f]{8,17})$/;

function checkedName(given: string): string {
  const name = given.toLowerCase().replace(/\.$/, '');
  const isAws = ofAws.test(name) || serviceOfHost(name) !== undefined;
  if (!namePattern.test(name) || isAws || otherWords.test(name)) throw refusals.hostNameNotValid(given);
  return name;
}

/** No host has these: this network, loopback, link-local, multicast and reserved, where identities are. */
const nobody = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].map(cidr);

function checkAddress(address: string): void {
  const value = parseAddress(address);
  if (value === undefined || nobody.some((block) => contains(block, value)))
    throw refusals.hostAddressNotValid(address);
  if (contains(publicPools, value) || serviceNameAt(address) !== undefined)
    throw refusals.hostAddressOfAws(address);
}
