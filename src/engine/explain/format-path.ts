// The way of a packet as a picture: a line for each stage with the rule that decided, and, wherever the packet changes or
// enters another VPC, a line with its headers. Ways that end like one above are told in a line.
import { decisionText, headerText } from '../trace/format.ts';
import type { Headers, Hop, Path } from '../trace/answer.ts';
import type { WayTaken } from './answer.ts';
import { droppedLines, likewiseDropped } from './format-dropped.ts';

export interface PathStyle {
  /** An id as people see it: the name of what has an ARN. */
  readonly short: (id: string) => string;
  /** Every stage of the way back, not only whether the answer comes. */
  readonly withReturn: boolean;
}

export function waysLines(ways: readonly WayTaken[], style: PathStyle): readonly string[] {
  const seen = new Set<string>();
  let shown: readonly string[] = [];
  return ways.flatMap((way) => {
    const fate = fateOf(way.path);
    if (seen.has(fate)) return [likewise(way, ways, style)];
    seen.add(fate);
    const before = shown;
    shown = pathLines(way, style);
    return before.length === 0 ? shown : ['', ...onwards(shown, before)];
  });
}

/** What a reader has just seen is not told again. */
function onwards(lines: readonly string[], before: readonly string[]): readonly string[] {
  const shared = lines.findIndex((line, i) => line !== before[i]);
  return shared > 2 ? [`  … ${shared} lines as above`, ...lines.slice(shared)] : lines;
}

/** Paths that end alike for a reader: whichever target or address it was. */
function fateOf({ verdict, forward, back, ...path }: Path): string {
  const stop = [...forward, ...back].find(({ outcome }) => outcome !== 'passed');
  return JSON.stringify([verdict, 'code' in path ? path.code : '', stop?.stage, stop?.vpcId]);
}

function likewise(
  { address, path, dropped }: WayTaken,
  ways: readonly WayTaken[],
  { short }: PathStyle,
): string {
  const isOneAddress = new Set(ways.map((way) => way.address)).size === 1;
  const to = isOneAddress ? '' : ` to ${address}`;
  const sourcePort = path.forward[0]?.headers.sourcePort;
  const isOnePort = new Set(ways.map((way) => way.path.forward[0]?.headers.sourcePort)).size === 1;
  const from = isOnePort || sourcePort === undefined ? '' : ` from source port ${sourcePort}`;
  if (path.verdict === 'reachable') return `  = likewise${to}${from}: ${arrivalText(path, short)}`;
  const stop = [...path.forward, ...path.back].findLast(({ outcome }) => outcome !== 'passed');
  const where = stop === undefined ? '' : ` at ${short(stop.component)}`;
  const counted = isOneAddress ? '' : likewiseDropped(dropped);
  return `✗   likewise${to}${from}: ${path.code}${where}${counted}`;
}

function pathLines({ headers, path, dropped }: WayTaken, style: PathStyle): readonly string[] {
  const { forward, back, notes } = path;
  const lines = forward.length === 0 ? [`  ${headerText(headers)}`] : hopLines('→', forward, style);
  const arrival = path.verdict === 'reachable' ? [`  = ${arrivalText(path, style.short)}`] : [];
  const isStopped = back.some(({ outcome }) => outcome !== 'passed');
  const returned = style.withReturn || isStopped ? hopLines('←', back, style) : answerLine(path);
  const counted = droppedLines(dropped);
  return [
    ...lines,
    ...arrival,
    ...returned,
    ...counted,
    ...notes.map(({ code, text }) => `  ! ${code}: ${text}`),
  ];
}

function answerLine({ verdict, back }: Path): readonly string[] {
  return verdict === 'reachable' && back.length > 0 ? ['  ← the answer comes back'] : [];
}

function arrivalText(path: Extract<Path, { verdict: 'reachable' }>, short: PathStyle['short']): string {
  const { kind, id, address, port } = path.arrival;
  const isHost = kind === 'interface' || kind === 'internet-host' || kind === 'on-premises-host';
  const where = isHost
    ? short(id)
    : `the ${kind === 'aws-service' ? 'service' : kind.replace('-', ' ')} of ${short(id)}`;
  return `arrives at ${where}, ${address}${port === 0 ? '' : `:${port}`}`;
}

function hopLines(arrow: '→' | '←', hops: readonly Hop[], style: PathStyle): readonly string[] {
  let shown = '';
  const lines: string[] = [];
  const show = (headers: Headers, vpcId: string) => {
    const line = `  ${headerText(headers)}${vpcId === '' ? '' : ` in ${vpcId}`}`;
    if (line !== shown) lines.push(line);
    shown = line;
  };
  hops.forEach((hop, i) => {
    show(hop.headers, hop.vpcId);
    lines.push(hopLine(arrow, hop, style));
    const isLast = i === hops.length - 1;
    if (isLast && hop.outcome === 'passed' && hop.rewritten !== undefined) show(hop.rewritten, '');
  });
  return lines;
}

function hopLine(arrow: string, hop: Hop, { short }: PathStyle): string {
  const mark = { passed: ' ', stopped: '✗', unknown: '?' }[hop.outcome];
  const text = hop.outcome === 'passed' ? decisionText(hop) : `${hop.code}: ${hop.reason}`;
  return `${mark} ${arrow} ${hop.stage.padEnd(22)} ${short(hop.component).padEnd(24)} ${text}`.trimEnd();
}
