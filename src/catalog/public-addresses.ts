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

/** Owners of public addresses that AWS lends to instances and to load balancers, as it names them (IpOwnerId). */
export const lenders = { instance: 'amazon', loadBalancer: 'amazon-elb' } as const;

/** An address that comes and goes with who has it; no account's. */
export function isLent({ ownerId }: { readonly ownerId: string }): boolean {
  return ownerId === lenders.instance || ownerId === lenders.loadBalancer;
}

/** The last /20, which is no Region's: outside addresses of VPN tunnels, two for each connection. */
export const vpnOutsideAddresses = cidr('198.19.240.0/20');
