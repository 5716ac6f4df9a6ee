// A trace as text that can be read at a glance: the verdict, then per path what each stage said and why.
import type { Headers, Hop, Path, Trace } from './answer.ts';

export function formatTrace(trace: Trace): string {
  const lines = [`${headerText(trace.headers)}: ${verdictText(trace)}`, ...pathsLines(trace)];
  return `${lines.join('\n')}\n`;
}

/** Path after path, each hop a line. */
function pathsLines({ headers, paths }: Pick<Trace, 'headers' | 'paths'>): readonly string[] {
  return paths.flatMap((path, i) => {
    const shared = i === 0 ? 0 : sharedHops(paths[0], path);
    const lines = pathLines(path, shared);
    if (paths.length === 1) return lines;
    return [`path ${i + 1} of ${paths.length}${portText(headers, path)}: ${outcomeText(path)}`, ...lines];
  });
}

function verdictText(trace: Trace): string {
  switch (trace.verdict) {
    case 'reachable':
    case 'ambiguous':
      return trace.verdict;
    case 'not-reachable':
    case 'unknown':
      return `${trace.verdict}, ${trace.code}: ${trace.reason}`;
  }
}

function outcomeText(path: Path): string {
  return path.verdict === 'reachable' ? 'reachable' : `${path.verdict}, ${path.code}: ${path.reason}`;
}

/** Paths may differ by the source port alone. */
function portText(headers: Headers | undefined, path: Path): string {
  const port = path.forward[0]?.headers.sourcePort;
  return port === undefined || port === headers?.sourcePort ? '' : ` (from source port ${port})`;
}

/** Hops at the start that a reader has seen on the first path already. */
function sharedHops(first: Path | undefined, path: Path): number {
  const isNew = (hop: Hop, i: number) => {
    const seen = first?.forward[i];
    return seen === undefined || hopLine('→', hop) !== hopLine('→', seen);
  };
  const different = path.forward.findIndex(isNew);
  return different < 0 ? path.forward.length : different;
}

function pathLines(path: Path, shared: number): readonly string[] {
  const lines = path.forward.slice(shared > 1 ? shared : 0).map((hop) => hopLine('→', hop));
  if (shared > 1) lines.unshift(`  → the first ${shared} hops as on path 1`);
  if (path.verdict === 'reachable') {
    const { kind, id, address, port } = path.arrival;
    const where =
      kind === 'interface' || kind === 'internet-host' || kind === 'on-premises-host'
        ? id
        : kind === 'aws-service'
          ? `the service of ${id}`
          : `the ${kind.replace('-', ' ')} of ${id}`;
    lines.push(`  = arrives at ${where}, ${address}${port === 0 ? '' : `:${port}`}`);
  }
  lines.push(...path.back.map((hop) => hopLine('←', hop)));
  lines.push(...path.notes.map((note) => `  ! ${note.code}: ${note.text}`));
  return lines;
}

function hopLine(arrow: string, hop: Hop): string {
  const mark = { passed: ' ', stopped: '✗', unknown: '?' }[hop.outcome];
  const change =
    hop.outcome === 'passed' && hop.rewritten !== undefined ? `becomes ${headerText(hop.rewritten)}` : '';
  const text =
    hop.outcome === 'passed'
      ? [decisionText(hop), change].filter(Boolean).join('; ')
      : `${hop.code}: ${hop.reason}`;
  return `${mark} ${arrow} ${hop.stage.padEnd(22)} ${hop.component.padEnd(24)} ${text}`.trimEnd();
}

/** The rule that decided; empty where none did. */
export function decisionText(hop: Hop): string {
  return hop.decidedBy === undefined ? '' : `${decisionId(hop)}${hop.decidedBy.text}`;
}

/** The rule's id, unless the text or the component says it already. */
function decisionId({ decidedBy, component }: Hop): string {
  if (decidedBy === undefined || decidedBy.id === component) return '';
  const isInText =
    decidedBy.kind === 'security-group' || decidedBy.kind === 'listener' || decidedBy.kind === 'route';
  return isInText || decidedBy.id.startsWith(component) ? '' : `${decidedBy.id} `;
}

export function headerText(headers: Headers | undefined): string {
  if (headers === undefined) return 'no packet';
  const { protocol, source, sourcePort, destination, destinationPort, icmp } = headers;
  if (icmp !== undefined) return `icmp type ${icmp.type} ${source} → ${destination}`;
  return `${protocol} ${source}:${sourcePort} → ${destination}:${destinationPort}`;
}
