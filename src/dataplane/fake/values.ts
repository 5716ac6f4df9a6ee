// Literals of nft's language as numbers and ranges, and lists of elements.
import { formatAddress, lastAddress, parseAddress, parseCidr } from '../../net/ipv4.ts';
import {
  type DataType,
  directions,
  type Element,
  keyText,
  type NamedSet,
  type Range,
  stateBits,
  type Verdict,
} from './rules.ts';
import { type Cursor, objectName } from './tokens.ts';

/** Index of a device by name; undefined when there is none. nft asks at load, and keeps the number. */
export type DeviceIndexes = (device: string) => number | undefined;

export const dataTypes: readonly DataType[] = [
  'iface_index',
  'ipv4_addr',
  'inet_proto',
  'inet_service',
  'mark',
  'ct_state',
  'icmp_type',
  'icmp_code',
  'ct_dir',
];

const protocolNames: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };
const maxima: Readonly<Record<DataType, number>> = {
  iface_index: 2 ** 31 - 1,
  ipv4_addr: 2 ** 32 - 1,
  inet_proto: 255,
  inet_service: 65535,
  mark: 2 ** 32 - 1,
  ct_state: 255,
  icmp_type: 255,
  icmp_code: 255,
  ct_dir: 1,
  ct_zone: 65_535,
};

/** One literal: a number, an address, a block, a device, or `from-to`. */
export function readRange(cursor: Cursor, type: DataType, devices: DeviceIndexes): Range {
  const text = cursor.peek() ?? '';
  const range = rangeOf(text, type, devices);
  if (range === undefined) throw cursor.error(`not a literal of type ${type}`);
  cursor.next();
  return range;
}

function rangeOf(text: string, type: DataType, devices: DeviceIndexes): Range | undefined {
  if (type === 'ipv4_addr' && text.includes('/')) {
    const block = parseCidr(text);
    return block && { from: block.base, to: lastAddress(block) };
  }
  const ends = type === 'iface_index' ? [text] : text.split('-');
  const [from, to = from] = ends.map((end) => numberOf(end, type, devices));
  if (from === undefined || to === undefined || ends.length > 2 || to < from || to > maxima[type])
    return undefined;
  return { from, to };
}

function numberOf(text: string, type: DataType, devices: DeviceIndexes): number | undefined {
  switch (type) {
    case 'iface_index':
      return /^"[^"]+"$/.test(text) ? devices(text.slice(1, -1)) : plainNumber(text);
    case 'ipv4_addr':
      return parseAddress(text);
    case 'ct_state':
      return Object.hasOwn(stateBits, text) ? stateBits[text as keyof typeof stateBits] : undefined;
    case 'ct_dir':
      return Object.hasOwn(directions, text) ? directions[text as keyof typeof directions] : undefined;
    case 'inet_proto':
      return Object.hasOwn(protocolNames, text) ? protocolNames[text] : plainNumber(text);
    default:
      return plainNumber(text);
  }
}

export function plainNumber(text: string): number | undefined {
  return /^(0x[0-9a-f]+|0|[1-9][0-9]*)$/.test(text) ? Number(text) : undefined;
}

export function readVerdict(cursor: Cursor): Verdict | undefined {
  const kind = cursor.peek();
  if (kind === 'accept' || kind === 'drop' || kind === 'return') {
    cursor.next();
    return { kind };
  }
  if (kind !== 'jump' && kind !== 'goto') return undefined;
  cursor.next();
  return { kind, chain: readName(cursor) };
}

export function readName(cursor: Cursor): string {
  if (!objectName.test(cursor.peek() ?? '')) throw cursor.error('expected a name');
  return cursor.next();
}

type Types = Pick<NamedSet, 'keyTypes' | 'valueTypes' | 'interval'>;

/** `{ a . b : value, … }` */
export function readElements(
  cursor: Cursor,
  types: Types,
  devices: DeviceIndexes,
  withValues = true,
): Element[] {
  const elements: Element[] = [];
  const seen = new Set<string>();
  cursor.expect('{');
  do {
    cursor.skipLines();
    const element = readElement(cursor, types, devices, withValues);
    const text = keyText(element.key);
    if (seen.has(text))
      throw cursor.error(`duplicate element ${describe(element.key, types.keyTypes)} before`);
    seen.add(text);
    elements.push(element);
    cursor.skipLines();
  } while (cursor.take(','));
  cursor.expect('}');
  return elements;
}

function readElement(cursor: Cursor, types: Types, devices: DeviceIndexes, withValues: boolean): Element {
  const key = types.keyTypes.map((type, index) => {
    if (index > 0) cursor.expect('.');
    return readRange(cursor, type, devices);
  });
  if (!types.interval && key.some(({ from, to }) => from !== to))
    throw cursor.error('a range in a set without intervals');
  if (types.valueTypes === undefined || !withValues) return { key };
  cursor.expect(':');
  if (types.valueTypes !== 'verdict') return { key, value: readNumbers(cursor, types.valueTypes, devices) };
  const verdict = readVerdict(cursor);
  if (verdict === undefined) throw cursor.error('expected a verdict');
  return { key, value: verdict };
}

/** Single values joined by ` . `. */
export function readNumbers(cursor: Cursor, types: readonly DataType[], devices: DeviceIndexes): number[] {
  return types.map((type, index) => {
    if (index > 0) cursor.expect('.');
    const { from, to } = readRange(cursor, type, devices);
    if (from !== to) throw cursor.error('a range where one value is needed');
    return from;
  });
}

function describe(key: readonly Range[], types: readonly DataType[]): string {
  const text = (value: number, type?: DataType) =>
    type === 'ipv4_addr' ? formatAddress(value) : String(value);
  return key
    .map(({ from, to }, i) =>
      from === to ? text(from, types[i]) : `${text(from, types[i])}-${text(to, types[i])}`,
    )
    .join(' . ');
}
