// What `nft -f` does: one script, one transaction. Commands run in order on a draft of the table; what they name
// must exist at that moment, what is referred to cannot be deleted, nothing is added twice, devices are looked up
// as they stand now. An error leaves the old table. In a table written as a block, names may be used before the
// line that declares them, as in nft.
import { tableName } from '../../plan/nft.ts';
import { checkTable } from './check.ts';
import { Draft } from './draft.ts';
import { readRule } from './parse-rule.ts';
import { type DataType, fieldTypes, type Hook, type NamedSet, type RuleTable } from './rules.ts';
import { Cursor } from './tokens.ts';
import { dataTypes, type DeviceIndexes, readElements, readName } from './values.ts';

/** The table after the script; undefined when there is none. Throws a RuleSyntaxError and changes nothing. */
export function loadScript(
  before: RuleTable | undefined,
  script: string,
  devices: DeviceIndexes,
): RuleTable | undefined {
  const cursor = new Cursor(script);
  const draft = new Draft(before);
  cursor.skipLines();
  while (cursor.peek() !== undefined) {
    readCommand(cursor, draft, devices);
    cursor.endStatement();
  }
  const after = draft.build();
  if (after !== undefined) checkTable(after);
  return after;
}

function readCommand(cursor: Cursor, draft: Draft, devices: DeviceIndexes): void {
  if (cursor.take('table')) return readBlock(cursor, draft, devices);
  const verb = cursor.next();
  const noun = cursor.next();
  if (noun === 'table') return changeTable(cursor, draft, verb);
  cursor.expect('ip', tableName);
  const name = readName(cursor);
  const attempt = (work: () => void) => withPlace(cursor, work);
  switch (`${verb} ${noun}`) {
    case 'add set':
    case 'add map': {
      cursor.expect('{');
      const declaration = readDeclaration(cursor, name, noun === 'map');
      cursor.endStatement();
      cursor.expect('}');
      return attempt(() => draft.addSet(declaration));
    }
    case 'add chain': {
      const hook = cursor.take('{') ? readHook(cursor) : undefined;
      if (hook !== undefined) cursor.expect('}');
      return attempt(() => draft.addChain(name, hook));
    }
    case 'add rule': {
      const rule = readRule(cursor, devices);
      return attempt(() => draft.addRule(name, rule));
    }
    case 'add element':
    case 'delete element': {
      const set = draft.set(name);
      const elements = readElements(cursor, set, devices, verb === 'add');
      return attempt(() =>
        verb === 'add' ? draft.addElements(name, elements) : draft.deleteElements(name, elements),
      );
    }
    case 'flush chain':
      return attempt(() => draft.flushChain(name));
    case 'delete chain':
      return attempt(() => draft.deleteChain(name));
    case 'delete set':
    case 'delete map':
      return attempt(() => draft.deleteSet(name, noun as NamedSet['kind']));
    default:
      throw cursor.error(`no such command: ${verb} ${noun}`);
  }
}

function withPlace(cursor: Cursor, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw cursor.error(error instanceof Error ? error.message : String(error));
  }
}

function changeTable(cursor: Cursor, draft: Draft, verb: string): void {
  cursor.expect('ip', tableName);
  if (verb === 'add') draft.addTable();
  else if (verb === 'delete') draft.deleteTable();
  else throw cursor.error(`no such command: ${verb} table`);
}

/** `table ip postern { … }`: declarations first, then what refers to them. */
function readBlock(cursor: Cursor, draft: Draft, devices: DeviceIndexes): void {
  cursor.expect('ip', tableName, '{');
  draft.addTable();
  const later: (() => void)[] = [];
  cursor.skipLines();
  while (!cursor.take('}')) {
    const noun = cursor.next();
    const name = readName(cursor);
    cursor.expect('{');
    cursor.skipLines();
    if (noun === 'chain') readChainBlock(cursor, draft, name, later, devices);
    else if (noun === 'set' || noun === 'map')
      readSetBlock(cursor, draft, { name, isMap: noun === 'map' }, later, devices);
    else throw cursor.error(`no such object: ${noun}`);
    cursor.expect('}');
    cursor.endStatement();
  }
  for (const work of later) work();
}

function readChainBlock(
  cursor: Cursor,
  draft: Draft,
  name: string,
  later: (() => void)[],
  devices: DeviceIndexes,
): void {
  const hook = cursor.peek() === 'type' ? readHook(cursor) : undefined;
  withPlace(cursor, () => draft.addChain(name, hook));
  cursor.skipLines();
  while (cursor.peek() !== '}') {
    const rule = readRule(cursor, devices);
    later.push(() => withPlace(cursor, () => draft.addRule(name, rule)));
    cursor.endStatement();
  }
}

function readSetBlock(
  cursor: Cursor,
  draft: Draft,
  { name, isMap }: { name: string; isMap: boolean },
  later: (() => void)[],
  devices: DeviceIndexes,
): void {
  const declaration = readDeclaration(cursor, name, isMap);
  withPlace(cursor, () => draft.addSet(declaration));
  cursor.endStatement();
  if (cursor.take('elements')) {
    cursor.expect('=');
    const elements = readElements(cursor, declaration, devices);
    later.push(() => withPlace(cursor, () => draft.addElements(name, elements)));
    cursor.endStatement();
  }
}

/** `type ipv4_addr : verdict; flags interval;` without its last semicolon. */
function readDeclaration(cursor: Cursor, name: string, isMap: boolean): NamedSet {
  const keyTypes = cursor.take('typeof') ? readFieldTypes(cursor) : readTypes(cursor);
  let valueTypes: NamedSet['valueTypes'];
  if (isMap) {
    cursor.expect(':');
    valueTypes = cursor.take('verdict') ? 'verdict' : readValueTypes(cursor);
  }
  const before = cursor.mark;
  cursor.expect(';');
  cursor.skipLines();
  const flag = cursor.take('flags') ? oneOf(cursor, ['interval', 'dynamic']) : undefined;
  if (flag === undefined) cursor.reset(before);
  if (flag === 'dynamic') readTimeout(cursor);
  const elements = new Map();
  const kind = isMap ? 'map' : 'set';
  const counting = flag === 'dynamic' ? { counting: true } : {};
  const values = valueTypes === undefined ? {} : { valueTypes };
  return { kind, name, keyTypes, ...values, interval: flag === 'interval', ...counting, elements };
}

/** `,timeout; timeout 120s` */
function readTimeout(cursor: Cursor): void {
  cursor.expect(',', 'timeout', ';', 'timeout');
  if (!/^[1-9][0-9]*s$/.test(cursor.next())) throw cursor.error('expected a time');
}

function readTypes(cursor: Cursor): readonly DataType[] {
  cursor.expect('type');
  return readTypeNames(cursor);
}

function readValueTypes(cursor: Cursor): readonly DataType[] {
  if (!cursor.take('ct')) return readTypeNames(cursor);
  cursor.expect('zone');
  return ['ct_zone'];
}

function readTypeNames(cursor: Cursor): readonly DataType[] {
  const types: DataType[] = [];
  do {
    const type = dataTypes.find((one) => one === cursor.peek());
    if (type === undefined) throw cursor.error('no such data type');
    cursor.next();
    types.push(type);
  } while (cursor.take('.'));
  return types;
}

function readFieldTypes(cursor: Cursor): readonly DataType[] {
  const types: DataType[] = [];
  do {
    let field = cursor.next();
    if (!Object.hasOwn(fieldTypes, field)) field = `${field} ${cursor.next()}`;
    if (!Object.hasOwn(fieldTypes, field)) throw cursor.error(`no such field: ${field}`);
    types.push(fieldTypes[field as keyof typeof fieldTypes]);
  } while (cursor.take('.'));
  return types;
}

/** `type nat hook prerouting priority -100; policy accept;` */
function readHook(cursor: Cursor): Hook {
  cursor.expect('type');
  const type = oneOf(cursor, ['filter', 'nat']);
  cursor.expect('hook');
  const hook = oneOf(cursor, ['prerouting', 'input', 'forward', 'output', 'postrouting']);
  cursor.expect('priority');
  const priority = Number(cursor.next());
  if (!Number.isInteger(priority)) throw cursor.error('expected a priority');
  cursor.expect(';', 'policy');
  const policy = oneOf(cursor, ['accept', 'drop']);
  cursor.expect(';');
  return { type, hook, priority, policy };
}

function oneOf<T extends string>(cursor: Cursor, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === cursor.peek());
  if (found === undefined) throw cursor.error(`expected one of ${choices.join(', ')}`);
  cursor.next();
  return found;
}
