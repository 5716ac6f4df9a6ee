// What `postern reach` prints: a matrix of few interfaces, rows of many. Interfaces are called what people call them:
// by the name tag, the instance, the endpoint; by their own id only where there is nothing else.

export interface Lane {
  readonly protocol: string;
  readonly port: number;
  /** Where it stands for all ports up to this one. */
  readonly lastPort?: number;
}

export interface OpenLane extends Lane {
  readonly verdict: 'reachable' | 'ambiguous' | 'unknown';
}

export interface Row {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly open: readonly OpenLane[];
  readonly via?: string;
  /** Left out. */
  readonly more?: { readonly from: number; readonly to: number };
}

export interface Party {
  readonly instanceId?: string;
  readonly managedBy?: string;
  readonly name?: string;
  readonly address: string;
  readonly vpcId: string;
}

export interface ChangedRow {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly before: readonly OpenLane[];
  readonly after: readonly OpenLane[];
}

export interface ReachAnswer {
  readonly lanes: readonly Lane[];
  readonly portClassesLeft: number;
  readonly rows?: readonly Row[];
  readonly counts?: {
    readonly interfaces: number;
    readonly classes: number;
    readonly pairs: number;
    /** The internet, its hosts, AWS's services, public addresses. */
    readonly outside: { readonly places: number; readonly pairs: number };
  };
  readonly saved?: unknown;
  readonly difference?: {
    readonly changed: readonly ChangedRow[];
    readonly added: readonly string[];
    readonly removed: readonly string[];
  };
  readonly parties: Readonly<Record<string, Party>>;
}

type Parties = ReachAnswer['parties'];

const doubts = { reachable: '', ambiguous: ' (some ways only)', unknown: ' (unknown)' };
const matrixMax = 10;
const namesMax = 4;

export function formatRows(answer: ReachAnswer, isMatrix: boolean): string {
  const { rows = [], counts, parties } = answer;
  const ids = new Set(rows.flatMap((row) => [...row.from, ...row.to]));
  const body =
    rows.length === 0
      ? 'nothing'
      : isMatrix && ids.size <= matrixMax
        ? matrix(answer, rows, [...ids])
        : table(
            ['from', 'to', 'open', 'by'],
            rows.map((row) => [
              namesOf(row.from, parties, row.more?.from),
              namesOf(row.to, parties, row.more?.to),
              lanesText(row.open, answer.lanes),
              row.via === undefined ? '' : nameOf(row.via, parties),
            ]),
          );
  const size = isMatrix && counts !== undefined ? sizes(counts) : [];
  return [...size, asked(answer), '', body].join('\n');
}

function sizes({ interfaces, classes, pairs, outside }: NonNullable<ReachAnswer['counts']>) {
  return [
    `${interfaces} network interfaces in ${classes} classes, ${pairs} pairs`,
    `${outside.places} places outside their VPCs, ${outside.pairs} pairs`,
  ];
}

export function formatDifference(answer: ReachAnswer): string {
  const { changed = [], added = [], removed = [] } = answer.difference ?? {};
  const lines = [
    ...added.map((id) => `+ ${nameOf(id, answer.parties)} is new`),
    ...removed.map((id) => `- ${id} is gone`),
  ];
  const rows = changed.map(({ from, to, before, after }) => [
    namesOf(from, answer.parties),
    namesOf(to, answer.parties),
    lanesText(before, answer.lanes) || 'nothing',
    lanesText(after, answer.lanes) || 'nothing',
  ]);
  if (rows.length > 0) lines.push(table(['from', 'to', 'before', 'now'], rows));
  return lines.length === 0 ? 'no difference' : lines.join('\n');
}

function asked({ lanes, portClassesLeft }: ReachAnswer): string {
  const open = lanes.map((lane) => ({ ...lane, verdict: 'reachable' as const }));
  const left = portClassesLeft === 0 ? '' : `; ${portClassesLeft} more that rules tell apart: ask by --port`;
  return `asked: ${lanesText(open, [])}${left}`;
}

/** `tcp 80,443; udp 53 (unknown)`; `all` when it is everything that was asked. */
export function lanesText(open: readonly OpenLane[], lanes: readonly Lane[]): string {
  const isAll = lanes.length > 1 && open.length === lanes.length;
  const [first] = open;
  if (isAll && first !== undefined && open.every(({ verdict }) => verdict === first.verdict))
    return `all${doubts[first.verdict]}`;
  const groups = Map.groupBy(open, ({ protocol, verdict }) => `${protocol} ${verdict}`);
  return [...groups.values()].map(groupText).join('; ');
}

function groupText(group: readonly OpenLane[]): string {
  const [first] = group;
  if (first === undefined) return '';
  const ports = first.protocol === 'icmp' ? '' : ` ${group.map(portsText).join(',')}`;
  return `${first.protocol}${ports}${doubts[first.verdict]}`;
}

function portsText({ port, lastPort = port }: Lane): string {
  return lastPort === port ? String(port) : `${port}-${lastPort}`;
}

export function namesOf(ids: readonly string[], parties: Parties, more = 0, max = namesMax): string {
  const names = [...new Set(ids.map((id) => nameOf(id, parties)))];
  const left = Math.max(0, names.length - max) + more;
  const shown = names.slice(0, max).join(', ');
  return left > 0 ? `${shown} and ${left} more` : shown;
}

export function nameOf(id: string, parties: Parties): string {
  const party = parties[id];
  if (party === undefined) return id;
  const name = party.name ?? party.instanceId ?? shortArn(party.managedBy) ?? id;
  return `${name} ${party.address}`;
}

/** `net/web/0123…` of a load balancer's ARN; other ids as they are. */
function shortArn(id: string | undefined): string | undefined {
  return id?.replace(/^arn:.*:loadbalancer\//, '');
}

function matrix({ parties, lanes }: ReachAnswer, rows: readonly Row[], ids: readonly string[]): string {
  const cells = new Map<string, string>();
  for (const { from, to, open } of rows) {
    for (const a of from) for (const b of to) cells.set(`${a} ${b}`, lanesText(open, lanes));
  }
  const senders = ids.filter((id) => rows.some(({ from }) => from.includes(id)));
  const others = ids.filter((id) => !senders.includes(id));
  const all = [...senders, ...others];
  const receivers = all.filter((id) => rows.some(({ to }) => to.includes(id)));
  const number = (id: string) => String(all.indexOf(id) + 1);
  // What lies outside has a row only where it opens something.
  const isInside = (id: string) => parties[id] !== undefined && parties[id].address !== id;
  const rowIds = all.filter((id) => isInside(id) || senders.includes(id));
  return table(
    ['', 'from \\ to', ...receivers.map((b) => (rowIds.includes(b) ? number(b) : nameOf(b, parties)))],
    rowIds.map((a) => [
      number(a),
      nameOf(a, parties),
      ...receivers.map((b) => (a === b ? '·' : (cells.get(`${a} ${b}`) ?? '-'))),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
