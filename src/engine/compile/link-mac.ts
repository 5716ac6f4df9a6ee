// Both ends of a link between namespaces have the same address; it only has to be a valid unicast one.

/** What lies at the ends of a link. */
const kinds = {
  uplink: 1,
  'private-link': 2,
  'internet-gateway': 3,
  'internet-host': 4,
  'vpn-gateway': 5,
  'vpn-connection': 6,
  'on-premises-host': 7,
  names: 8,
} as const;

export function linkMac(kind: keyof typeof kinds, number: number): string {
  const byte = (value: number) => (value & 255).toString(16).padStart(2, '0');
  return `02:00:00:${byte(kinds[kind])}:${byte(number >> 8)}:${byte(number)}`;
}
