// One rule's text → its parts. Knows the forms our compiler writes and refuses every other.
import {
  type Container,
  type DataType,
  type Field,
  fieldTypes,
  type Part,
  type Rule,
  type Selector,
  settable,
  typesOf,
  type Value,
} from './rules.ts';
import { type Cursor, objectName } from './tokens.ts';
import {
  type DeviceIndexes,
  plainNumber,
  readElements,
  readNumbers,
  readRange,
  readVerdict,
} from './values.ts';

/** `ct original ip saddr` */
const fieldWordsMax = 4;
/** nft keeps a comment in 128 bytes with its terminator. */
const commentLengthMax = 127;

/** Reads up to the end of the statement, which it leaves. */
export function readRule(cursor: Cursor, devices: DeviceIndexes): Rule {
  const start = cursor.mark;
  const parts: Part[] = [];
  let comment: string | undefined;
  while (!cursor.atEnd) {
    if (comment !== undefined) throw cursor.error('nothing may follow a comment');
    if (cursor.take('comment')) comment = readComment(cursor);
    else if (endsRule(parts.at(-1))) throw cursor.error('a statement after a final one has no effect');
    else parts.push(readPart(cursor, devices));
  }
  if (parts.length === 0) throw cursor.error('a rule without a statement');
  return { text: cursor.textSince(start), parts, ...(comment === undefined ? {} : { comment }) };
}

function endsRule(part: Part | undefined): boolean {
  return (
    part !== undefined && (part.kind === 'verdict' || part.kind === 'nat' || part.kind === 'verdict-map')
  );
}

function readComment(cursor: Cursor): string {
  const text = cursor.peek() ?? '';
  if (!/^".*"$/.test(text)) throw cursor.error('a comment must be quoted');
  if (text.length - 2 > commentLengthMax)
    throw cursor.error(`a comment has at most ${commentLengthMax} characters`);
  return cursor.next().slice(1, -1);
}

function readPart(cursor: Cursor, devices: DeviceIndexes): Part {
  const verdict = readVerdict(cursor);
  if (verdict !== undefined) return { kind: 'verdict', verdict };
  const word = cursor.peek();
  if (word === 'snat' || word === 'dnat') {
    cursor.next();
    cursor.expect('ip', 'to');
    return { kind: 'nat', of: word, value: readValue(cursor, addressWithPort, devices) };
  }
  if (cursor.take('update')) return readCount(cursor);
  const selector = readSelector(cursor);
  if (selector === undefined) throw cursor.error('not a statement or expression we know');
  if (cursor.take('set')) return readSetMark(cursor, selector, devices);
  if (cursor.take('vmap')) {
    const types = { keyTypes: typesOf(selector), valueTypes: 'verdict' as const, interval: true };
    return { kind: 'verdict-map', selector, map: readContainer(cursor, types, devices) };
  }
  return { kind: 'match', selector, among: readOperand(cursor, selector, devices) };
}

/** `update @set { ip saddr . ip daddr counter }` */
function readCount(cursor: Cursor): Part {
  const set = cursor.next();
  if (!set.startsWith('@') || !objectName.test(set.slice(1))) throw cursor.error('expected a set');
  cursor.expect('{');
  const selector = readSelector(cursor);
  if (selector === undefined) throw cursor.error('expected what to count by');
  cursor.expect('counter', '}');
  return { kind: 'count', selector, set: set.slice(1) };
}

const addressWithPort: readonly DataType[] = ['ipv4_addr', 'inet_service'];

function readSetMark(cursor: Cursor, { fields, mask }: Selector, devices: DeviceIndexes): Part {
  const of = settable.find((one) => one === fields[0]);
  if (fields.length > 1 || mask !== undefined || of === undefined) {
    throw cursor.error('only a mark or a zone can be set');
  }
  return { kind: 'set-mark', of, value: readValue(cursor, [fieldTypes[of]], devices) };
}

/** `ip saddr . th dport`, `meta mark & 0xff`; undefined when no field stands here. */
function readSelector(cursor: Cursor): Selector | undefined {
  const first = readField(cursor);
  if (first === undefined) return undefined;
  const fields: Field[] = [first];
  if (cursor.take('&')) {
    const mask = plainNumber(cursor.peek() ?? '');
    if (mask === undefined) throw cursor.error('expected a mask');
    cursor.next();
    return { fields, mask };
  }
  while (cursor.take('.')) {
    const field = readField(cursor);
    if (field === undefined) throw cursor.error('expected a field');
    fields.push(field);
  }
  return { fields };
}

function readField(cursor: Cursor): Field | undefined {
  const start = cursor.mark;
  const word = cursor.peek();
  if (word === undefined) return undefined;
  cursor.next();
  if (Object.hasOwn(fieldTypes, word)) return word as Field;
  let words = word;
  for (let count = 2; count <= fieldWordsMax && !cursor.atEnd; count++) {
    words += ` ${cursor.next()}`;
    if (Object.hasOwn(fieldTypes, words)) return words as Field;
  }
  cursor.reset(start);
  return undefined;
}

function readOperand(cursor: Cursor, selector: Selector, devices: DeviceIndexes): Container {
  const keyTypes = typesOf(selector);
  const word = cursor.peek();
  if (word === '{' || word?.startsWith('@'))
    return readContainer(cursor, { keyTypes, interval: true }, devices);
  const [type] = keyTypes;
  if (keyTypes.length !== 1 || type === undefined)
    throw cursor.error('a concatenation is only compared with a set');
  return { kind: 'inline', elements: [{ key: [readRange(cursor, type, devices)] }] };
}

type Types = Parameters<typeof readElements>[1];

function readContainer(cursor: Cursor, types: Types, devices: DeviceIndexes): Container {
  const word = cursor.peek() ?? '';
  if (word === '{') return { kind: 'inline', elements: readElements(cursor, types, devices) };
  if (!word.startsWith('@') || !objectName.test(word.slice(1))) throw cursor.error('expected a set or map');
  return { kind: 'named', name: cursor.next().slice(1) };
}

/** A constant, a map lookup or a hash. The value of NAT may lack its port. */
function readValue(cursor: Cursor, valueTypes: readonly DataType[], devices: DeviceIndexes): Value {
  if (cursor.take('jhash')) return readHash(cursor, valueTypes, devices);
  const selector = readSelector(cursor);
  if (selector === undefined) {
    const types = valueTypes.slice(0, 1);
    return { kind: 'constant', numbers: readNumbers(cursor, types, devices) };
  }
  cursor.expect('map');
  const map = readContainer(cursor, { keyTypes: typesOf(selector), valueTypes, interval: true }, devices);
  return { kind: 'map', selector, map };
}

function readHash(cursor: Cursor, valueTypes: readonly DataType[], devices: DeviceIndexes): Value {
  const selector = readSelector(cursor);
  if (selector === undefined) throw cursor.error('expected what to hash');
  cursor.expect('mod');
  const modulus = plainNumber(cursor.next());
  cursor.expect('seed');
  const seed = plainNumber(cursor.next());
  if (modulus === undefined || modulus < 1 || seed === undefined || seed > 0xffffffff) {
    throw cursor.error('expected modulus and seed');
  }
  cursor.expect('map');
  // The hash is a plain number, for which any 32-bit type will do.
  const map = readContainer(cursor, { keyTypes: ['mark'], valueTypes, interval: false }, devices);
  const covered =
    map.kind === 'inline'
      ? map.elements.filter(({ key }) => (key[0]?.from ?? modulus) < modulus).length
      : modulus;
  if (covered !== modulus) throw cursor.error('the map of a hash must have each value once');
  return { kind: 'hash', selector, modulus, map };
}
