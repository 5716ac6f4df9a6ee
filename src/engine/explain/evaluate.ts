// One evaluation of a question on one snapshot: where the destination is, what becomes of a packet to each of its
// addresses, what policies say, and what stands in the way. The search for fixes repeats it on imagined snapshots.
import type { AwsService } from '../../catalog/aws-services.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Health } from '../health.ts';
import type { Headers, Hop, Note, Path, StoppedHop, Trace } from '../trace/answer.ts';
import { trace } from '../trace/trace.ts';
import type { Explanation, NameResolution, PolicyDecision, Reason, WayTaken } from './answer.ts';
import { locate, type NoAddress } from './destination.ts';
import { decide } from './policy.ts';
import type { Question } from './question.ts';
import type { Sending } from './sender.ts';
import { isPrivate } from './situation.ts';

/** What stands in the way on one way, first of all what a packet meets first. */
export interface Block {
  readonly reason: Reason;
  readonly path?: Path;
  /** Absent where the packet was not stopped at a hop. */
  readonly hop?: StoppedHop;
}

export interface Evaluation {
  readonly verdict: Explanation['verdict'];
  readonly resolution?: NameResolution;
  readonly service?: AwsService;
  readonly ways: readonly WayTaken[];
  readonly policy?: PolicyDecision;
  /** One for each way that does not work. */
  readonly blocks: readonly Block[];
  /** All ways work as far as a snapshot says: only hosts of the internet and on premises are beyond. */
  readonly isOpen: boolean;
  readonly notes: readonly Note[];
}

export interface Asked {
  readonly question: Question;
  readonly sending: Sending;
  readonly health: Health;
}

export function evaluate(snapshot: Snapshot, asked: Asked): Evaluation {
  const { question, sending, health } = asked;
  const { sender, customerGatewayId } = sending;
  const located = locate({ snapshot, health, sender, customerGatewayId }, question.to);
  const { addresses, resolution, service, missing } = located;
  const what = { ...(resolution && { resolution }), ...(service && { service }) };
  if (missing !== undefined) {
    const queried = resolution && withQuery(snapshot, asked, resolution);
    return nowhere(missing, { ...what, ...(queried && { resolution: queried }) });
  }
  const port = question.port ?? (isWebService(question, service) ? 443 : undefined);
  const traces = addresses.map((address) => traceTo(snapshot, asked, address, port));
  const ways = traces.flatMap((one, i) => waysOf(addresses[i] ?? '', one));
  const blocks = [...traces.flatMap(noPaths), ...ways.flatMap((way) => blockOf(snapshot, way) ?? [])];
  const isOpen = blocks.length === 0;
  const notes = distinct(ways.flatMap(({ path }) => path.notes));
  const evaluation = { ...what, verdict: verdictOf(traces), ways, blocks, isOpen, notes };
  if (evaluation.verdict !== 'reachable' || question.request === undefined) return evaluation;
  return withPolicy(snapshot, evaluation, asked);
}

/** With the ways of the query to the server that is asked in place of the VPC's resolver. */
function withQuery(
  snapshot: Snapshot,
  { sending, health }: Asked,
  resolution: NameResolution,
): NameResolution {
  const server = resolution.elsewhere?.servers[0];
  if (resolution.elsewhere === undefined || server === undefined) return resolution;
  const query = {
    from: sending.traceFrom,
    protocol: 'udp',
    destination: server,
    destinationPort: 53,
  } as const;
  const ways = waysOf(server, trace(snapshot, health, query));
  return { ...resolution, elsewhere: { ...resolution.elsewhere, ways } };
}

function isWebService({ to }: Question, service: AwsService | undefined): boolean {
  return service !== undefined || to.kind === 'vpc-endpoint' || to.kind === 'service';
}

function nowhere(missing: NoAddress, what: Pick<Evaluation, 'resolution' | 'service'>): Evaluation {
  const { isUnknown, ...reason } = missing;
  const verdict = isUnknown === true ? 'unknown' : 'not-reachable';
  return { ...what, verdict, ways: [], blocks: [{ reason }], isOpen: false, notes: [] };
}

function traceTo(
  snapshot: Snapshot,
  { question, sending, health }: Asked,
  destination: string,
  port: number | undefined,
): Trace {
  const { protocol, sourcePort, icmp } = question;
  return trace(snapshot, health, {
    from: sending.traceFrom,
    protocol,
    destination,
    ...(port === undefined ? {} : { destinationPort: port }),
    ...(sending.source === undefined ? {} : { source: sending.source }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
    ...(icmp === undefined ? {} : { icmp }),
  });
}

function waysOf(address: string, { headers, paths }: Trace): readonly WayTaken[] {
  return paths.map((path) => {
    const sent = path.forward[0]?.headers ?? headers ?? noHeaders;
    return { address, headers: sent, path };
  });
}

const noHeaders: Headers = {
  protocol: 'tcp',
  source: '',
  destination: '',
  sourcePort: 0,
  destinationPort: 0,
};

/** A trace that did not even begin. */
function noPaths(one: Trace): readonly Block[] {
  if (one.paths.length > 0 || one.verdict !== 'unknown') return [];
  return [{ reason: { code: one.code, text: one.reason, phase: 'destination' } }];
}

function blockOf(snapshot: Snapshot, { path }: WayTaken): Block | undefined {
  if (path.verdict === 'reachable' || leavesTheModel(snapshot, path)) return undefined;
  const { code, reason: text } = path;
  const isStop = (hop: Path['forward'][number]): hop is StoppedHop => hop.outcome !== 'passed';
  const ahead = path.forward.find(isStop);
  const hop = ahead ?? path.back.find(isStop);
  const phase = ahead === undefined && path.back.length > 0 ? 'back' : 'forward';
  if (hop === undefined) {
    const last = path.forward.at(-1);
    const at = last && {
      component: last.component,
      stage: last.stage,
      headers: headersAfter(last),
    };
    return { reason: { code, text, phase, ...at }, path };
  }
  const { component, stage, headers, decidedBy } = hop;
  const reason = { code, text, phase, component, stage, headers, ...(decidedBy && { decidedBy }) } as const;
  return { reason, path, hop };
}

function headersAfter(hop: Hop): Headers {
  return hop.outcome === 'passed' ? (hop.rewritten ?? hop.headers) : hop.headers;
}

/** Where a gateway hands it to a host that is in no snapshot, on the internet or on premises. */
export function leavesTheModel(snapshot: Snapshot, path: Path): boolean {
  if (path.verdict !== 'unknown' || path.code !== 'UNKNOWN_RESOURCE') return false;
  const last = path.forward.at(-1);
  if (last?.outcome !== 'passed') return false;
  if (snapshot.get('vpnGateway', last.component) !== undefined) return true;
  if (snapshot.get('internetGateway', last.component) === undefined) return false;
  const { destination } = headersAfter(last);
  return !isPrivate(destination) && snapshot.by('address', 'publicIp', destination).length === 0;
}

function verdictOf(traces: readonly Trace[]): Evaluation['verdict'] {
  const verdicts = new Set(traces.map(({ verdict }) => verdict));
  if (verdicts.has('unknown')) return 'unknown';
  const [only] = verdicts;
  return verdicts.size === 1 && only !== undefined ? only : 'ambiguous';
}

function withPolicy(snapshot: Snapshot, evaluation: Evaluation, { question }: Asked): Evaluation {
  const { request } = question;
  if (request === undefined) return evaluation;
  const decisions = evaluation.ways.map(({ path }) => decide(snapshot, path, request, evaluation.service));
  const policy = decisions.find(({ decision }) => decision !== 'allow') ?? decisions[0];
  if (policy === undefined || policy.decision === 'allow')
    return policy === undefined ? evaluation : { ...evaluation, policy };
  const verdict = policy.decision === 'unknown' ? 'unknown' : 'not-reachable';
  const isSame = decisions.every(({ decision }) => decision === policy.decision);
  const component = policy.statements[0]?.policy ?? policy.policy;
  const reason: Reason = {
    code: policy.code ?? 'UNKNOWN_RESOURCE',
    text: policy.text,
    phase: 'request',
    ...(component === undefined ? {} : { component }),
  };
  const way = evaluation.ways[decisions.indexOf(policy)];
  const block: Block = { reason, ...(way === undefined ? {} : { path: way.path }) };
  return { ...evaluation, verdict: isSame ? verdict : 'ambiguous', policy, blocks: [block], isOpen: false };
}

function distinct(notes: readonly Note[]): readonly Note[] {
  return [...new Map(notes.map((note) => [`${note.code} ${note.text}`, note])).values()];
}
