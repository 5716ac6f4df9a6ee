// Reachability Analyzer's question: is there a path from this source to this destination? There is one as soon as one
// of the packets that the question leaves open gets there and its answer comes back; otherwise the reasons are those of
// the packet that came furthest. Health of targets is left out, as AWS does.
//
// What belongs to an account that was not named is not shown: a path through it is found, but ends for the reader where
// it enters, and a reason in it is that the packet left for another account.
import type { AnalysisResult, Explanation } from '../../model/network-insights-analysis.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { allPorts, single } from '../../net/ranges.ts';
import { resourceOf } from '../explain/components.ts';
import { explain } from '../explain/explain.ts';
import type { Question } from '../explain/question.ts';
import { unknownHealth } from '../health.ts';
import type { Path } from '../trace/answer.ts';
import { type Definition, endOf, type Explained, isFrom, isReached, journeysOf } from './ends.ts';
import { explanationsOf } from './explanations.ts';
import { destinationObjection, namedBy } from './filters.ts';
import { named } from './named.ts';
import { forwardParts, type Part, returnParts } from './path-components.ts';
import { type Asked, search, type Space } from './search.ts';

export interface AnalysisQuestion {
  readonly definition: Definition;
  /** Whose components are shown. */
  readonly accounts: readonly string[];
  /** ARNs that the path must, and must not, go through. */
  readonly filterInArns: readonly string[];
  readonly filterOutArns: readonly string[];
}

/** Of one path. */
const tracesMax = 2000;

/** Linux's (net.ipv4.ip_local_port_range), where a path does not say which source ports are meant. */
const ephemeralPorts = { from: 32_768, to: 60_999 };

const nothing = {
  status: 'succeeded',
  networkPathFound: false,
  forwardPathComponents: [],
  returnPathComponents: [],
  explanations: [],
  alternatePathHints: [],
  suggestedAccounts: [],
} as const satisfies AnalysisResult;

export function analyse(snapshot: Snapshot, question: AnalysisQuestion): AnalysisResult {
  const { definition } = question;
  const ends = journeysOf(snapshot, definition);
  if ('impossible' in ends) return { ...nothing, ...redacted(snapshot, question, [ends.impossible]) };
  const space = spaceOf(definition, ends.journeys);
  const outcome = search(snapshot, space, (asked, path) => objection(snapshot, question, asked, path));
  if ('found' in outcome) return foundResult(question, outcome.found, outcome.path);
  const { closest, unwanted, isComplete } = outcome;
  const reasons = unwanted === undefined && closest !== undefined ? reasonsOf(definition, closest) : [];
  const why: readonly Explained[] =
    reasons.length > 0 ? reasons : [unwanted ?? { explanationCode: 'NO_PATH' }];
  const told = redacted(snapshot, question, why);
  const isKnown = closest?.trace.verdict !== 'unknown' || told.suggestedAccounts.length > 0;
  return {
    ...nothing,
    ...told,
    ...warningOf([
      ...(isComplete ? [] : [`Only ${tracesMax} combinations of addresses and ports were tried.`]),
      ...(isKnown ? [] : [`${closest.trace.reason}.`]),
    ]),
  };
}

function spaceOf(definition: Definition, journeys: Space['journeys']): Space {
  const { protocol, destinationPort, filterAtSource, filterAtDestination } = definition;
  return {
    journeys,
    protocol,
    destinationPorts:
      destinationPort === undefined
        ? (filterAtSource?.destinationPortRange ?? allPorts)
        : single(destinationPort),
    sourcePorts: filterAtSource?.sourcePortRange ?? ephemeralPorts,
    named: namedBy(filterAtDestination),
    isOneWay: false,
    tracesMax,
  };
}

function warningOf(texts: readonly string[]): Pick<AnalysisResult, 'warningMessage'> {
  return texts.length === 0 ? {} : { warningMessage: texts.join(' ') };
}

/** Why an open path is not the one that was asked for. */
function objection(
  snapshot: Snapshot,
  { definition, filterInArns, filterOutArns }: AnalysisQuestion,
  asked: Asked,
  path: Path,
): Explained | undefined {
  if (path.verdict !== 'reachable') return undefined;
  const { source, destination, filterAtSource, filterAtDestination } = definition;
  const end = destination === undefined ? undefined : endOf(snapshot, destination);
  if (!isFrom(source, path) || !isReached(snapshot, end, path)) {
    const address = filterAtSource?.destinationAddress;
    if (address === undefined) return { explanationCode: 'NO_PATH' };
    return { explanationCode: 'FILTER_AT_SOURCE_DESTINATION_ADDRESS', address };
  }
  const unfit = destinationObjection(filterAtDestination, asked, path);
  if (unfit !== undefined) return unfit;
  const arns = new Set(forwardParts(asked, path).flatMap(arnsOf));
  const missing = filterInArns.find((arn) => !arns.has(arn));
  if (missing !== undefined)
    return { explanationCode: 'COMPONENT_FILTER_RESTRICTION', component: ofArn(snapshot, missing) };
  const excluded = filterOutArns.find((arn) => arns.has(arn));
  if (excluded === undefined) return undefined;
  const component = ofArn(snapshot, excluded);
  return { explanationCode: 'COMPONENT_FILTER_RESTRICTION_REMOVED_COMPONENT', component };
}

function arnsOf({
  component,
  attachedTo,
  subnet,
  vpc,
  elasticLoadBalancerListener,
}: Part): readonly string[] {
  const all = [component, attachedTo, subnet, vpc, elasticLoadBalancerListener];
  return all.flatMap((one) => one?.arn ?? []);
}

function ofArn(snapshot: Snapshot, arn: string): ReturnType<typeof named> {
  return named(snapshot, idOfArn(arn));
}

/** Ids of load balancing are ARNs themselves. */
export function idOfArn(arn: string): string {
  return arn.includes(':elasticloadbalancing:') ? arn : arn.slice(arn.lastIndexOf('/') + 1);
}

function foundResult(question: AnalysisQuestion, found: Asked, path: Path): AnalysisResult {
  if (path.verdict !== 'reachable') return nothing;
  const { snapshot, trace } = found;
  const forward = visibleParts(snapshot, question, forwardParts(found, path));
  const back = visibleParts(snapshot, question, returnParts(found, path));
  const shown = new Set(forward.parts.map(({ component }) => component.id));
  const others = trace.paths.flatMap((one) =>
    one.verdict === 'reachable' ? visibleParts(snapshot, question, forwardParts(found, one)).parts : [],
  );
  const hints = new Map(
    others.flatMap(({ component }) => (shown.has(component.id) ? [] : [[component.id, component]])),
  );
  const remarks = path.notes
    .filter(({ code }) => code === 'ENDPOINT_SINGLE_AZ')
    .map(({ text }) => `${text}.`);
  return {
    ...nothing,
    networkPathFound: true,
    forwardPathComponents: numbered(forward.parts),
    returnPathComponents: numbered(back.parts),
    alternatePathHints: [...hints.values()].map(({ id, arn }) => ({
      componentId: id,
      ...(arn === undefined ? {} : { componentArn: arn }),
    })),
    suggestedAccounts: [...new Set([...forward.hidden, ...back.hidden])],
    ...warningOf(remarks),
  };
}

function numbered(parts: readonly Part[]): AnalysisResult['forwardPathComponents'] {
  return parts.map((part, i) => ({ sequenceNumber: i + 1, ...part }));
}

function visibleParts(
  snapshot: Snapshot,
  question: AnalysisQuestion,
  parts: readonly Part[],
): { readonly parts: readonly Part[]; readonly hidden: readonly string[] } {
  const owners = parts.map(({ component }) => hiddenOwner(snapshot, question, component.id));
  return {
    parts: parts.filter((_, i) => owners[i] === undefined),
    hidden: owners.filter((owner) => owner !== undefined),
  };
}

/** The account of a component that is not to be shown. */
function hiddenOwner(
  snapshot: Snapshot,
  { accounts }: AnalysisQuestion,
  id: string | undefined,
): string | undefined {
  const owner = id === undefined ? undefined : resourceOf(snapshot, id)?.[0].ownerId;
  return owner === undefined || accounts.includes(owner) ? undefined : owner;
}

function reasonsOf(definition: Definition, { snapshot, question, cell }: Asked): readonly Explained[] {
  const { protocol, source = '', destination, destinationPort, sourcePort } = question;
  const asked: Question = {
    from:
      cell.from === 'internet'
        ? { kind: 'internet', address: source }
        : snapshot.get('customerGateway', cell.from) === undefined
          ? { kind: 'interface', id: cell.from, address: source }
          : { kind: 'on-premises', id: cell.from, address: source },
    to: { kind: 'address', address: destination },
    protocol,
    ...(destinationPort === undefined ? {} : { port: destinationPort }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
  };
  const { reasons } = explain(snapshot, unknownHealth, asked);
  return reasons.flatMap((reason) => explanationsOf(snapshot, reason, definition.destination));
}

/** A reason in another account is that the packet went there. */
function redacted(
  snapshot: Snapshot,
  question: AnalysisQuestion,
  explanations: readonly Explained[],
): Pick<AnalysisResult, 'explanations' | 'suggestedAccounts'> {
  const hidden = new Set<string>();
  const shown = explanations.map((one): Explained => {
    const owner = componentIds(one)
      .map((id) => hiddenOwner(snapshot, question, id))
      .find((account) => account !== undefined);
    if (owner === undefined) return one;
    hidden.add(owner);
    return { explanationCode: 'NO_POSSIBLE_DESTINATION', componentAccount: owner };
  });
  const distinct = new Map(shown.map((one) => [JSON.stringify(one), one]));
  return { explanations: [...distinct.values()], suggestedAccounts: [...hidden] };
}

function componentIds(explanation: Explanation): readonly string[] {
  return Object.values(explanation).flatMap((value) => {
    if (typeof value === 'object' && 'id' in value) return [value.id];
    return Array.isArray(value) ? value.flatMap((one) => (isComponent(one) ? [one.id] : [])) : [];
  });
}

function isComponent(value: unknown): value is { readonly id: string } {
  return typeof value === 'object' && value !== null && 'id' in value;
}
