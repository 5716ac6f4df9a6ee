// An explanation as text that can be read at a glance: the verdict in one line and its reason, what the name answered,
// the way with the stopping hop marked, all reasons, and under "to fix" what to do, with commands.
import type { Component, Explanation, Fix, NameResolution, PolicyDecision, Reason } from './answer.ts';
import { type PathStyle, waysLines } from './format-path.ts';

export interface FormatOptions {
  /** Every stage of the way back. */
  readonly withReturn?: boolean;
}

export function formatExplanation(explanation: Explanation, options: FormatOptions = {}): string {
  const { ways, policy, verdict } = explanation;
  const style = styleOf(explanation, options);
  return joined(explanation, [
    [verdictLine(explanation), ...reasonLine(explanation), ...nameLines(explanation, style)],
    waysLines(ways, style),
    policy === undefined ? [] : policyLines(policy),
    reasonsLines(explanation),
    ...fixesLines(explanation),
    verdict === 'reachable' ? [] : namesLine(explanation),
  ]);
}

export function styleOf(explanation: Explanation, { withReturn = false }: FormatOptions): PathStyle {
  return { short: (id) => shortened(explanation, id), withReturn };
}

/** Sections that are not empty, with a line between; ARNs that have a name are named by it. */
export function joined(explanation: Explanation, sections: readonly (readonly string[])[]): string {
  const lines = sections.filter((one) => one.length > 0).flatMap((one, i) => (i === 0 ? one : ['', ...one]));
  return `${lines.map((line) => (isCommand(line) ? line : shortened(explanation, line))).join('\n')}\n`;
}

/** ARNs are long: outside commands the name stands for them. */
function shortened({ components }: Explanation, text: string): string {
  if (!text.includes('arn:')) return text;
  const named = Object.values(components).filter(
    ({ id, name }) => id.startsWith('arn:') && name !== undefined,
  );
  return named.reduce((line, one) => line.replaceAll(one.id, one.name ?? ''), text);
}

function isCommand(line: string): boolean {
  return /^ {7}(aws|\w+=\$\(aws) /.test(line);
}

const marks = { reachable: '✓', 'not-reachable': '✗', ambiguous: '~', unknown: '?' } as const;
const words = {
  reachable: 'reachable',
  'not-reachable': 'not reachable',
  ambiguous: 'reachable by some ways only',
  unknown: 'unknown',
} as const;

export function verdictLine(explanation: Explanation): string {
  const { question, verdict, ways, components, sender } = explanation;
  const { from, to, protocol, port } = question;
  const named = (id: string) => (components[id]?.name === undefined ? '' : ` (${components[id].name})`);
  const who =
    from.kind === 'internet'
      ? `the internet${from.address === undefined ? '' : ` (${from.address})`}`
      : from.kind === 'on-premises'
        ? `${from.address} on premises (${from.id})`
        : `${from.id}${named(from.id)}`;
  const imagined = sender?.imagined === true ? `anybody of ${who} (as ${sender.address})` : who;
  const where = to.kind === 'address' ? to.address : 'name' in to ? to.name : to.id;
  const asked = protocol === 'icmp' ? undefined : (port ?? ways[0]?.headers.destinationPort);
  const target = `${where}${asked === undefined ? '' : `:${asked}`}/${protocol}${'id' in to ? named(to.id) : ''}`;
  return `${marks[verdict]} ${words[verdict]}: ${imagined} → ${target}`;
}

/** Where several stand in the way they have a list of their own. */
function reasonLine({ code, reason, reasons }: Explanation): readonly string[] {
  if (code === undefined) return [];
  const component = reasons[0]?.component;
  return [`  ${code}${component === undefined ? '' : ` at ${component}`}: ${reason ?? ''}`];
}

export function nameLines({ resolution }: Explanation, style: PathStyle): readonly string[] {
  if (resolution === undefined) return [];
  const { name, elsewhere } = resolution;
  if (elsewhere === undefined) return [`  ${name} is ${nameText(resolution)}`];
  const servers = elsewhere.servers.join(', ') || 'nobody';
  const asked = `  ${name} is asked of ${servers} (${elsewhere.dhcpOptionsId})`;
  return elsewhere.ways.length === 0 ? [asked] : [asked, '', ...waysLines(elsewhere.ways, style)];
}

function nameText({ rule, addresses, decidedBy, rcode, code }: NameResolution): string {
  const answer = addresses.length === 0 ? rcode : addresses.join(', ');
  const isPassedBy = code !== undefined && addresses.length > 0;
  const missed = isPassedBy ? `; not by the endpoint of this VPC: ${code}` : '';
  return `${answer} (${[rule, decidedBy].filter((word) => word !== undefined).join(', ')})${missed}`;
}

function policyLines({ decision, text }: PolicyDecision): readonly string[] {
  const mark = decision === 'allow' ? ' ' : decision === 'deny' ? '✗' : '?';
  return [`${mark} ${decision === 'allow' ? '=' : '→'} request ${decision}: ${text}`];
}

/** All that stands in the way, where that is more than the one reason above. */
function reasonsLines({ reasons }: Explanation): readonly string[] {
  const [first] = reasons;
  if (first === undefined) return [];
  if (reasons.length > 1)
    return [`${reasons.length} things stand in the way`, ...reasons.flatMap(listedReason)];
  return first.notFixable === undefined ? [] : [`${unfixable(first)}: ${first.notFixable}`];
}

function unfixable({ code }: Pick<Reason, 'code'>): string {
  return code === 'UNKNOWN_RESOURCE' ? 'beyond the model' : 'not fixable by configuration';
}

const sides = { destination: ' ', name: ' ', forward: '→', back: '←', request: ' ' } as const;

function listedReason({ code, text, phase, component, notFixable }: Reason): readonly string[] {
  const line = `✗ ${sides[phase]} ${(component ?? '').padEnd(24)} ${code}: ${text}`;
  return notFixable === undefined ? [line] : [line, `      ${unfixable({ code })}: ${notFixable}`];
}

export function fixesLines({ fixes }: Explanation): readonly (readonly string[])[] {
  return fixes.map(fixLines);
}

function fixLines({ changes, verdict }: Fix, i: number): readonly string[] {
  const tried =
    verdict === 'reachable' ? 'then it is reachable' : 'then it leaves for a host beyond the model';
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  const accounts = new Set(changes.map(({ accountId }) => accountId));
  const lines = changes.flatMap(({ text, commands, opens, accountId, region }, at) => [
    `  ${at + 1}. ${text}${accounts.size > 1 ? ` (account ${accountId}, ${region})` : ''}`,
    ...commands.map((command) => `       ${command}`),
    `       opens: ${opens.text}`,
  ]);
  return [`${i === 0 ? 'to fix' : 'or'} (${count}, tried: ${tried})`, ...lines];
}

/** What people call the components that were named. */
export function namesLine({ components, question }: Explanation): readonly string[] {
  const inTitle = [question.from, question.to].map((end) => ('id' in end ? end.id : ''));
  const named = Object.values(components).filter(
    ({ id, name }) => name !== undefined && name !== id && !id.startsWith('arn:') && !inTitle.includes(id),
  );
  if (named.length === 0) return [];
  return [`names: ${named.map(({ id, name }: Component) => `${id} ${name}`).join(', ')}`];
}
