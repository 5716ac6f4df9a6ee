// What `postern reach --watch` prints of a change: who made it, then a line for each thing that opened (+), closed (-)
// or is in doubt otherwise than before (~). One edit should be read at a glance, so long lists are cut.
import { styleText } from 'node:util';
import { type Lane, lanesText, nameOf, namesOf, type OpenLane, type Party } from './reach-table.ts';

/** As control answers it (api/reach-watch/watch.ts). */
export interface WatchBegin {
  readonly watching: {
    readonly interfaces: number;
    readonly lanes: readonly Lane[];
    readonly portClassesLeft: number;
  };
}

export interface WatchRow {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly before: readonly OpenLane[];
  readonly after: readonly OpenLane[];
  readonly via?: string;
}

export interface WatchChange {
  readonly at: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly health: readonly string[];
  readonly lanes: readonly Lane[];
  readonly changed: readonly WatchRow[];
  readonly rowsLeft: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly parties: Readonly<Record<string, Party>>;
}

const everything = 'icmp; tcp 0-65535; udp 0-65535';
const linesMax = 20;
const idsMax = 3;
/** Wider ways do not set the column of the ports. */
const wayWidthMax = 60;

export function formatBegin({ watching }: WatchBegin, name: string | undefined): string {
  const { interfaces, lanes, portClassesLeft } = watching;
  const what = name ?? `all pairs of ${interfaces} network interfaces`;
  const ports = lanesText(joinedPorts(lanes.map((lane) => ({ ...lane, verdict: 'reachable' }))), []);
  const shown = ports === everything ? 'all ports' : ports;
  const left = portClassesLeft === 0 ? '' : `; ${portClassesLeft} more that rules tell apart: ask by --port`;
  return `watching ${what}, ${shown}${left}; Ctrl-C ends it`;
}

export function formatChange(change: WatchChange): string {
  const lines = [...presences(change), ...ways(change)];
  const head = `${time(change.at)}  ${who(change)}`;
  if (lines.length === 0) return `${styleText('bold', head)}: nothing opened or closed`;
  const left = Math.max(0, lines.length - linesMax) + change.rowsLeft;
  const whole = change.rowsLeft === 0 ? 'all' : 'more of them';
  const more = left === 0 ? [] : [`    and ${left} more; --json prints ${whole}`];
  return [styleText('bold', head), ...lines.slice(0, linesMax).map(paint), ...more].join('\n');
}

function who({ actions, resources, health }: WatchChange): string {
  const words = [
    ...(actions.length === 0 && resources.length > 0 ? ['changed'] : [actions.join(', ')]),
    some(resources.map(shortened)),
    health.length === 0 ? '' : `health of ${some(health.map(shortened))}`,
  ];
  return words.filter((word) => word !== '').join('  ');
}

function some(ids: readonly string[]): string {
  const left = ids.length - idsMax;
  return `${ids.slice(0, idsMax).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

/** `targetgroup/web/0123…` of an ARN. */
function shortened(id: string): string {
  return id.replace(/^arn:[^/]*:/, '');
}

function presences({ added, removed, parties }: WatchChange): readonly string[] {
  const line = (sign: string, ids: readonly string[], [one, many]: readonly [string, string]) =>
    ids.length === 0 ? [] : [`  ${sign} ${few(ids, parties)} ${ids.length === 1 ? one : many}`];
  return [...line('+', added, ['is new', 'are new']), ...line('-', removed, ['is gone', 'are gone'])];
}

function ways({ changed, lanes, parties }: WatchChange): readonly string[] {
  const parts = changed.flatMap(({ from, to, via, before, after }) => {
    const way = `${few(from, parties)} → ${few(to, parties)}`;
    const by = via === undefined ? '' : `  by ${nameOf(via, parties)}`;
    return lanesOf(before, after, lanes).map(([sign, ports]) => ({ way, sign, ports: `${ports}${by}` }));
  });
  const width = Math.max(0, ...parts.map(({ way }) => way.length).filter((length) => length <= wayWidthMax));
  return parts.map(({ way, sign, ports }) => `  ${sign} ${way.padEnd(width)}  ${ports}`);
}

/** One stands for many. */
function few(ids: readonly string[], parties: WatchChange['parties']): string {
  return namesOf(ids, parties, 0, ids.length > 2 ? 1 : 2);
}

type Signed = readonly [sign: '+' | '-' | '~', ports: string];

function lanesOf(
  before: readonly OpenLane[],
  after: readonly OpenLane[],
  lanes: readonly Lane[],
): readonly Signed[] {
  const same = (a: Lane) => (b: Lane) => a.protocol === b.protocol && a.port === b.port;
  const opened = after.filter((lane) => !before.some(same(lane)));
  const closed = before.filter((lane) => !after.some(same(lane)));
  const kept = after.flatMap((now) => before.filter(same(now)).map((old) => ({ now, old })));
  const doubts = Map.groupBy(kept, ({ now, old }) => `${words[old.verdict]} → ${words[now.verdict]}`);
  return [
    ...(opened.length === 0 ? [] : [['+', portsOf(opened, lanes)] as const]),
    ...(closed.length === 0 ? [] : [['-', portsOf(closed, lanes)] as const]),
    ...Array.from(doubts, ([doubt, some]): Signed => {
      const ports = some.map(({ now }) => ({ ...now, verdict: 'reachable' }) as const);
      return ['~', `${portsOf(ports, lanes)}: ${doubt}`];
    }),
  ];
}

const words = { reachable: 'every way', ambiguous: 'some ways only', unknown: 'unknown' } as const;

function portsOf(open: readonly OpenLane[], lanes: readonly Lane[]): string {
  const isAll = open.length === lanes.length && new Set(open.map(({ verdict }) => verdict)).size === 1;
  return isAll ? lanesText(open, lanes) : lanesText(joinedPorts(open), []);
}

/** Stretches that meet are one. */
function joinedPorts(open: readonly OpenLane[]): readonly OpenLane[] {
  const joined: OpenLane[] = [];
  for (const lane of open) {
    const last = joined.at(-1);
    const isNext =
      last !== undefined &&
      last.protocol === lane.protocol &&
      last.verdict === lane.verdict &&
      (last.lastPort ?? last.port) + 1 === lane.port;
    if (isNext) joined[joined.length - 1] = { ...last, lastPort: lane.lastPort ?? lane.port };
    else joined.push(lane);
  }
  return joined;
}

const colours = { '+': 'green', '-': 'red', '~': 'yellow' } as const;

/** Nothing where standard output is no terminal. */
function paint(line: string): string {
  return styleText(colours[line[2] as keyof typeof colours], line);
}

function time(at: string): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
