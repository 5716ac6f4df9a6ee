// Verbs of `postern internet`: hosts outside AWS, so that there is somebody to reach by a way out of a VPC, and from
// where to come in. Their names and addresses are nobody else's.
import { serviceNameAt, serviceOfHost } from '../catalog/aws-services.ts';
import { publicPools } from '../catalog/public-addresses.ts';
import { quotas } from '../catalog/quotas.ts';
import * as refusals from '../catalog/refusals/internet-host.ts';
import { type InternetHost, internetScope } from '../model/internet-host.ts';
import { contains, parseAddress } from '../net/ipv4.ts';
import { isPublicAddress } from '../net/special-purpose.ts';
import { assert } from '../std/assert.ts';
import type { Call } from './call.ts';
import { freeNumber } from './free-number.ts';

export interface AddHostOptions {
  readonly name: string;
  readonly address: string;
  readonly serves: InternetHost['serves'];
}

const textCharactersMax = 1000;

export function addInternetHost(call: Call, options: AddHostOptions): InternetHost {
  const { address, serves } = options;
  const name = checkedName(options.name);
  checkAddress(address);
  checkServes(serves);
  if (call.intent.get('internetHost', name) !== undefined) throw refusals.hostExists(name, 'name');
  const [other] = call.intent.by('internetHost', 'address', address);
  if (other !== undefined) throw refusals.hostExists(other.id, 'address');
  const hosts = [...call.intent.all('internetHost')];
  if (hosts.length >= quotas.internetHosts) throw refusals.hostLimitExceeded(quotas.internetHosts);
  const taken = new Set(hosts.map((host) => host.number));
  const number = freeNumber((n) => !taken.has(n), quotas.internetHosts);
  assert(number !== undefined, 'below the quota there is a free number');
  const fields = { address, serves, number, bootNumber: call.intent.revision };
  const host = { id: name, ...internetScope, createdAt: call.now, tags: {}, ...fields };
  call.intent.put('internetHost', host);
  return host;
}

export function removeInternetHost(call: Call, name: string): void {
  if (call.intent.get('internetHost', name) === undefined) throw refusals.hostNotFound(name);
  call.intent.remove('internetHost', name);
}

const label = '(?!-)[a-z0-9-]{1,63}(?<!-)';
const namePattern = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)+(?=[a-z])${label}$`);
const ofAws = /(^|\.)(amazonaws\.com|aws|internal|localhost|in-addr\.arpa)$/;

function checkedName(given: string): string {
  const name = given.toLowerCase().replace(/\.$/, '');
  if (!namePattern.test(name)) throw refusals.hostNameNotValid(given);
  if (ofAws.test(name) || serviceOfHost(name) !== undefined) throw refusals.hostNameOfAws(given);
  return name;
}

function checkAddress(address: string): void {
  const value = parseAddress(address);
  if (value === undefined) throw refusals.hostAddressNotPublic(address);
  if (contains(publicPools, value) || serviceNameAt(address) !== undefined)
    throw refusals.hostAddressOfAws(address);
  if (!isPublicAddress(value)) throw refusals.hostAddressNotPublic(address);
}

/** Of hosts on premises too. */
export function checkServes(serves: InternetHost['serves']): void {
  const ports = new Set<number>();
  for (const { port, text = '' } of serves) {
    const isPort = Number.isInteger(port) && port >= 1 && port <= 65_535;
    if (!isPort || ports.has(port) || text.length > textCharactersMax)
      throw refusals.servedPortNotValid(String(port));
    ports.add(port);
  }
}
