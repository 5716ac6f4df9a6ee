// Rule sets: loaded as one transaction, and read back to notice what somebody changed by hand.
//
// nft prints a table in its own words, so a read-back cannot be compared with what was loaded. Instead the
// desired table is loaded into a fresh namespace that no packet ever sees, read back there, and its print is
// the expectation. That depends on the text alone, so a digest of each is remembered, in a file too: a
// restarted agent then knows at the cost of one listing that the rules standing are the rules wanted.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FirewallChange } from '../../plan/difference.ts';
import { type NftTable, tableName } from '../../plan/nft.ts';
import { guardedReload, indexesInText, tableText } from '../../plan/nft-text.ts';
import { digest } from '../../std/digest.ts';
import { type CommandRunner, isNotFound, isTooLong } from './command-runner.ts';
import { insideArgv } from './inside.ts';

/** Name and index of the devices of a namespace: nft prints an index as a name where it can. */
export type DeviceIndexes = ReadonlyMap<string, number>;

const listing = ['nft', '-s', 'list', 'table', 'ip', tableName];
const rehearseScript = `nft -f - && exec ${listing.join(' ')}`;
const remembered = 10_000;
const rehearsal = 'postern-rehearsal';
const partBytesMax = 256 * 1024;

export async function loadFirewall(
  runner: CommandRunner,
  namespace: string,
  { script, to }: FirewallChange,
): Promise<void> {
  try {
    await load(runner, namespace, script);
  } catch (error) {
    if (!to || !isTooLong(error)) throw error;
    await loadInParts(runner, namespace, guardedReload(to), partBytesMax);
  }
}

/** In a user namespace the kernel bounds a transaction by the socket buffer, whose size we cannot ask for. */
async function loadInParts(
  runner: CommandRunner,
  namespace: string,
  lines: readonly string[],
  bytesMax: number,
): Promise<void> {
  for (const part of partsOf(lines, bytesMax)) {
    try {
      await load(runner, namespace, asText(part));
    } catch (error) {
      if (!isTooLong(error) || part.length === 1) throw error;
      await loadInParts(runner, namespace, part, asText(part).length / 2);
    }
  }
}

async function load(runner: CommandRunner, namespace: string, stdin: string): Promise<void> {
  await runner.run([...insideArgv(namespace), 'nft', '-f', '-'], { stdin });
}

function partsOf(lines: readonly string[], bytesMax: number): string[][] {
  const parts: string[][] = [];
  let size = Infinity;
  for (const line of lines) {
    size += line.length + 1;
    if (size > bytesMax) {
      parts.push([]);
      size = line.length + 1;
    }
    parts.at(-1)?.push(line);
  }
  return parts;
}

function asText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** Digest of the table that stands in the namespace; undefined when there is none. */
export async function standingDigest(
  runner: CommandRunner,
  namespace: string,
  devices: DeviceIndexes,
): Promise<string | undefined> {
  try {
    const { stdout } = await runner.run([...insideArgv(namespace), ...listing]);
    return digest(canonical(stdout, devices));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Remembers what a table looks like once the kernel has it. */
export class Expectations {
  private readonly file: string | undefined;
  private readonly known: Map<string, string>;
  private changed = false;

  private constructor(file: string | undefined, known: Map<string, string>) {
    this.file = file;
    this.known = known;
  }

  static async open(file: string | undefined): Promise<Expectations> {
    return new Expectations(file, file === undefined ? new Map() : await readState(file));
  }

  /** The digest a namespace's standing table has when it is `table`, which has indexes for devices. */
  async digestOf(runner: CommandRunner, table: NftTable): Promise<string> {
    const text = tableText(table);
    const key = digest(text);
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const expected = await rehearse(runner, table);
    this.known.set(key, expected);
    this.changed = true;
    return expected;
  }

  async save(): Promise<void> {
    if (this.file === undefined || !this.changed) return;
    this.changed = false;
    const entries = [...this.known].slice(-remembered);
    await mkdir(dirname(this.file), { recursive: true });
    await writeFile(`${this.file}.new`, JSON.stringify(Object.fromEntries(entries)));
    await rename(`${this.file}.new`, this.file);
  }
}

/** Digest of the table as it is read back from a namespace made for that. */
async function rehearse(runner: CommandRunner, table: NftTable): Promise<string> {
  const alone = ['unshare', '--net', 'sh', '-c', rehearseScript];
  try {
    const { stdout } = await runner.run(alone, { stdin: tableText(table) });
    return digest(canonical(stdout, new Map()));
  } catch (error) {
    if (!isTooLong(error)) throw error;
  }
  // Several transactions need a namespace that lasts.
  await runner.run(['ip', 'netns', 'add', rehearsal]);
  try {
    await loadInParts(runner, rehearsal, guardedReload(table), partBytesMax);
    return (await standingDigest(runner, rehearsal, new Map())) ?? '';
  } finally {
    await runner.run(['ip', 'netns', 'del', rehearsal]);
  }
}

/** A broken or foreign file only costs time. */
async function readState(file: string): Promise<Map<string, string>> {
  try {
    return new Map(Object.entries(JSON.parse(await readFile(file, 'utf8')) as Record<string, string>));
  } catch {
    return new Map();
  }
}

/** The same for equal tables: indexes for names, objects and elements in order; without what packets have put there. */
export function canonical(printed: string, devices: DeviceIndexes): string {
  return withoutCounted(indexesInText(printed, devices))
    .replace(/^\}\s*$/m, '')
    .split(/^\t(?=set |map |chain )/m)
    .map((block) => block.replace(elementsPattern, inOrder).trim())
    .sort()
    .join('\n');
}

const elementsPattern = /elements = \{([^}]*)\}/;
/** Without the elements that rules have put into sets, each with a counter, after the set's flags. */
export function withoutCounted(printed: string): string {
  return printed.replaceAll(/(flags dynamic[^{}]*?)\s*elements = \{[^}]*\}/g, '$1');
}

function inOrder(_: string, elements: string): string {
  const sorted = elements.split(',').map((element) => element.trim());
  return `elements = { ${sorted.sort().join(', ')} }`;
}
