// Where public addresses come from: 198.18.0.0/15, which is set aside for tests (RFC 2544) and never seen on the
// Internet, so a guest that reaches the Internet cannot meet the real owner of its address. A /20 for each Region.
import { type Cidr, cidr } from '../net/ipv4.ts';
import { regions } from './regions.ts';

export const publicPools = cidr('198.18.0.0/15');
const regionLength = 20;

/** The block whose addresses a Region gives out. */
export function publicPool(regionName: string): Cidr {
  const index = Math.max(
    0,
    regions.findIndex((region) => region.name === regionName),
  );
  return { base: publicPools.base + index * 2 ** (32 - regionLength), length: regionLength };
}

/** Owner of public addresses that come and go with an instance, as AWS names it (IpOwnerId). */
export const publicAddressOwner = 'amazon';

/** The last /20, which is no Region's: outside addresses of VPN tunnels, two for each connection. */
export const vpnOutsideAddresses = cidr('198.19.240.0/20');
