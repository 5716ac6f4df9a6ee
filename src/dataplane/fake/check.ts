// What the kernel checks when a transaction commits: types of lookups, that NAT stands only where there is NAT,
// and that jumps neither go in circles nor too deep.
import { chainOf, chainsOf } from './draft.ts';
import {
  type Chain,
  type Container,
  type DataType,
  fieldTypes,
  type NamedSet,
  type Part,
  type RuleTable,
  typesOf,
} from './rules.ts';
import { RuleSyntaxError } from './tokens.ts';

/** The kernel's jump stack. */
const depthMax = 16;

export function checkTable(table: RuleTable): void {
  for (const chain of table.chains.values()) {
    for (const rule of chain.rules) {
      for (const part of rule.parts) {
        const fault = partFault(table, part);
        if (fault !== undefined) throw new RuleSyntaxError(`${fault} in chain ${chain.name}: ${rule.text}`);
      }
    }
  }
  for (const chain of table.chains.values()) if (chain.hook !== undefined) checkJumps(table, chain, chain, 1);
}

function checkJumps(table: RuleTable, base: Chain, chain: Chain, depth: number): void {
  if (depth > depthMax)
    throw new RuleSyntaxError(`Too many links: jumps from ${base.name} are too deep or circular`);
  for (const rule of chain.rules) {
    for (const part of rule.parts) {
      if (part.kind === 'nat') checkNat(base, chain, part.of);
      for (const name of targetsOf(table, part)) {
        const target = table.chains.get(name);
        if (target !== undefined) checkJumps(table, base, target, depth + 1);
      }
    }
  }
}

function checkNat(base: Chain, chain: Chain, of: 'snat' | 'dnat'): void {
  const hooks = of === 'dnat' ? ['prerouting', 'output'] : ['postrouting', 'input'];
  if (base.hook?.type === 'nat' && hooks.includes(base.hook.hook)) return;
  throw new RuleSyntaxError(`Operation not supported: ${of} in ${chain.name}, reached from ${base.name}`);
}

/** Each chain once, however many elements of a map lead there. */
function targetsOf(table: RuleTable, part: Part): ReadonlySet<string> {
  if (part.kind !== 'verdict-map' || part.map.kind === 'inline') return new Set(chainsOf(part));
  const elements = table.sets.get(part.map.name)?.elements.values() ?? [];
  return new Set(Array.from(elements).flatMap(({ value }) => chainOf(value)));
}

function partFault(table: RuleTable, part: Part): string | undefined {
  switch (part.kind) {
    case 'verdict':
      return undefined;
    case 'match':
      return containerFault(table, part.among, typesOf(part.selector), [undefined]);
    case 'count': {
      const set = { kind: 'named', name: part.set } as const;
      if (table.sets.get(part.set)?.counting !== true)
        return `Operation not supported: ${part.set} takes no counters`;
      return containerFault(table, set, typesOf(part.selector), [undefined]);
    }
    case 'verdict-map':
      return containerFault(table, part.map, typesOf(part.selector), ['verdict']);
    case 'set-mark':
    case 'nat': {
      const wanted = part.kind === 'nat' ? addressValues : [[fieldTypes[part.of]]];
      if (part.value.kind === 'constant') return undefined;
      const keyTypes = part.value.kind === 'hash' ? (['mark'] as const) : typesOf(part.value.selector);
      return containerFault(table, part.value.map, keyTypes, wanted);
    }
  }
}

const addressValues: readonly (readonly DataType[])[] = [['ipv4_addr'], ['ipv4_addr', 'inet_service']];

/** Inline elements were read by the types wanted; a named set must have them. */
function containerFault(
  table: RuleTable,
  container: Container,
  keyTypes: readonly DataType[],
  valueTypes: readonly NamedSet['valueTypes'][],
): string | undefined {
  if (container.kind === 'inline') return undefined;
  const set = table.sets.get(container.name);
  if (set === undefined) return `No such file or directory: ${container.name}`;
  if (set.keyTypes.join() !== keyTypes.join())
    return `datatype mismatch: ${container.name} has ${set.keyTypes.join(' . ')}`;
  const fits = valueTypes.some((types) => String(types) === String(set.valueTypes));
  return fits ? undefined : `${container.name} has the wrong kind of value`;
}
