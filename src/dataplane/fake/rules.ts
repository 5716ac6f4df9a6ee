// Parsed nftables rules: a small tagged union that holds exactly what our compiler writes. A form that is not
// here cannot be loaded, which is the point: whoever writes a new form must teach it to the walk as well.

/** Types of what is compared, as nft names them. */
export type DataType =
  | 'iface_index'
  | 'ipv4_addr'
  | 'inet_proto'
  | 'inet_service'
  | 'mark'
  | 'ct_state'
  | 'icmp_type'
  | 'icmp_code'
  | 'ct_dir'
  /** nft has no name for it: in a declaration it is `typeof … : ct zone`. */
  | 'ct_zone';

/** What of a packet can be looked at, and its type. */
export const fieldTypes = {
  iif: 'iface_index',
  oif: 'iface_index',
  'ip saddr': 'ipv4_addr',
  'ip daddr': 'ipv4_addr',
  'meta l4proto': 'inet_proto',
  'meta mark': 'mark',
  'th sport': 'inet_service',
  'th dport': 'inet_service',
  'tcp sport': 'inet_service',
  'tcp dport': 'inet_service',
  'udp sport': 'inet_service',
  'udp dport': 'inet_service',
  'icmp type': 'icmp_type',
  'icmp code': 'icmp_code',
  'ct mark': 'mark',
  'ct state': 'ct_state',
  'ct direction': 'ct_dir',
  'ct original zone': 'ct_zone',
  'ct original ip saddr': 'ipv4_addr',
  'ct original ip daddr': 'ipv4_addr',
  'ct original proto-src': 'inet_service',
  'ct original proto-dst': 'inet_service',
  'ct reply ip saddr': 'ipv4_addr',
  'ct reply ip daddr': 'ipv4_addr',
  'ct reply proto-src': 'inet_service',
  'ct reply proto-dst': 'inet_service',
} as const satisfies Readonly<Record<string, DataType>>;

export type Field = keyof typeof fieldTypes;

/** What a rule can set. */
export const settable = ['meta mark', 'ct mark', 'ct original zone'] as const;
export type Settable = (typeof settable)[number];

/** Fields joined by ` . `; a single field may be masked. */
export interface Selector {
  readonly fields: readonly Field[];
  readonly mask?: number;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** One range per field of the key; the value of a map's element is a verdict or one number per type. */
export interface Element {
  readonly key: readonly Range[];
  readonly value?: Verdict | readonly number[];
}

/** Elements written in the rule itself, or the name of a set or map. */
export type Container =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'inline'; readonly elements: readonly Element[] };

export type Value =
  | { readonly kind: 'constant'; readonly numbers: readonly number[] }
  | { readonly kind: 'map'; readonly selector: Selector; readonly map: Container }
  | { readonly kind: 'hash'; readonly selector: Selector; readonly modulus: number; readonly map: Container };

/** Parts of a rule, from left to right; one that does not match or finds nothing ends the rule. */
export type Part =
  | { readonly kind: 'match'; readonly selector: Selector; readonly among: Container }
  | { readonly kind: 'set-mark'; readonly of: Settable; readonly value: Value }
  /** Puts a counter for these fields into the set: decides nothing. */
  | { readonly kind: 'count'; readonly selector: Selector; readonly set: string }
  | { readonly kind: 'nat'; readonly of: 'snat' | 'dnat'; readonly value: Value }
  | { readonly kind: 'verdict-map'; readonly selector: Selector; readonly map: Container }
  | { readonly kind: 'verdict'; readonly verdict: Verdict };

export interface Rule {
  readonly text: string;
  readonly parts: readonly Part[];
  readonly comment?: string;
}

export interface Hook {
  readonly type: 'filter' | 'nat';
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

export interface Chain {
  readonly name: string;
  readonly hook?: Hook;
  readonly rules: readonly Rule[];
}

export interface NamedSet {
  readonly kind: 'set' | 'map';
  readonly name: string;
  readonly keyTypes: readonly DataType[];
  /** Absent: a set. */
  readonly valueTypes?: readonly DataType[] | 'verdict';
  readonly interval: boolean;
  readonly counting?: boolean;
  /** By `keyText`. */
  readonly elements: ReadonlyMap<string, Element>;
}

export interface RuleTable {
  readonly sets: ReadonlyMap<string, NamedSet>;
  readonly chains: ReadonlyMap<string, Chain>;
}

/** Bits of `ct state`, as the kernel numbers them. */
export const stateBits = { invalid: 1, established: 2, related: 4, new: 8 } as const;

/** Values of `ct direction`. */
export const directions = { original: 0, reply: 1 } as const;

export function keyText(key: readonly Range[]): string {
  return key.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}

export function typesOf(selector: Selector): readonly DataType[] {
  return selector.fields.map((field) => fieldTypes[field]);
}
