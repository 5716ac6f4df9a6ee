// Addresses that no user sees, all in 240.0.0.0/4, where no VPC can be.
//
//   identity   240.0.0.0/5   one per network interface, unique on the machine. A packet that leaves its VPC
//                            carries the identity as its source, so equal CIDR blocks never meet and the
//                            receiver knows which interface asks. The last 1024 numbers of a VPC are those of
//                            the hosts on premises that come by its VPN.
//   proxy      248.0.0.0/5   the same number with bit 27 set: the host acting for that interface (health
//                            checks of a load balancer node leave from here).
//   services   248.0.0.0/18  the proxy range of VPC number 0, which is never given out: the resolver and
//                            the metadata service.
//
// An identity is 240.0.0.0 + VPC number × 2^14 + interface number.

const identityBase = 0xf0000000;
const proxyBit = 0x08000000;
const interfaceBits = 14;

/** VPC numbers run from 1 to this. */
export const vpcNumberMax = 2 ** (27 - interfaceBits) - 1;
/** Interface numbers run from 1 to this within a VPC. */
export const interfaceNumberMax = 2 ** interfaceBits - 1025;
/** Prefix length of all identities of one VPC. */
export const vpcIdentityLength = 32 - interfaceBits;

export const proxyRange = { base: identityBase + proxyBit, length: 5 };
/** All of the above: no guest may send here. */
export const hiddenRange = { base: identityBase, length: 4 };

export const resolverService = identityBase + proxyBit + 53;
export const metadataService = identityBase + proxyBit + 254;

/** Number in the place of an interface's for the host on premises with this number, from 1 to 1024. */
export function onPremisesNumber(hostNumber: number): number {
  return interfaceNumberMax + hostNumber;
}

export function identityOf(vpcNumber: number, interfaceNumber: number): number {
  return identityBase + vpcNumber * 2 ** interfaceBits + interfaceNumber;
}

/** Block of all identities of a VPC. */
export function vpcIdentities(vpcNumber: number): { base: number; length: number } {
  return { base: identityOf(vpcNumber, 0), length: vpcIdentityLength };
}

/** Where the host acts for the interface with this identity. */
export function proxyOf(identity: number): number {
  return identity + proxyBit;
}

/** VPC and interface number of an identity or proxy address, or undefined for any other address. */
export function readIdentity(address: number): { vpcNumber: number; interfaceNumber: number } | undefined {
  const offset = (address >= proxyRange.base ? address - proxyBit : address) - identityBase;
  if (offset < 0 || offset >= proxyBit) return undefined;
  return { vpcNumber: Math.floor(offset / 2 ** interfaceBits), interfaceNumber: offset % 2 ** interfaceBits };
}
