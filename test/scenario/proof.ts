// Packets as evidence, held against the model: of a flow that the trace says is stopped, and that was really sent, the
// host must have counted a packet exactly where the trace stops it. So not only the verdict agrees, but the reason.
import { dropKeys, type SoughtDrop, soughtDrops } from '../../src/engine/explain/drops.ts';
import type { Trace } from '../../src/engine/trace/answer.ts';
import { trace } from '../../src/engine/trace/trace.ts';
import type { DropCount, DropKey } from '../../src/plan/drop-counter.ts';
import { type FlowQuestion, type Network, sourcePort } from './oracle.ts';

export type ReadCounters = (keys: readonly DropKey[]) => Promise<readonly (DropCount | undefined)[]>;

export interface Proofs {
  /** Flows of which a packet was counted where the trace stops them. */
  readonly proven: number;
  /** The others, and where that is, in words. */
  readonly unproven: readonly { readonly flow: FlowQuestion; readonly stop: string }[];
}

/** Of flows that were just sent. */
export async function proveDrops(
  { snapshot, health }: Network,
  flows: readonly FlowQuestion[],
  read: ReadCounters,
): Promise<Proofs> {
  const sought = flows.flatMap((flow) => {
    const { from, source, destination, protocol, port } = flow;
    const ports = protocol === 'icmp' ? {} : { destinationPort: port, sourcePort };
    const traced = trace(snapshot, health, { from, source, destination, protocol, ...ports });
    const drops = dropsOf(traced, snapshot);
    return drops === undefined || isSpoofed(snapshot, flow) ? [] : [{ flow, traced, drops }];
  });
  const counts = [...(await read(sought.flatMap(({ drops }) => dropKeys(drops))))];
  const take = (keys: readonly unknown[]) => counts.splice(0, keys.length).some((one) => one !== undefined);
  const found = sought.map(({ flow, traced, drops }) => {
    const each = drops.map(({ keys, before }) => ({ here: take(keys), before: take(before) }));
    const isProven = each.some(({ here }) => here);
    return { flow, traced, isProven, isBefore: each.some(({ before }) => before) };
  });
  const unproven = found.filter(
    ({ traced, isProven, isBefore }) => !isProven && !isBefore && !isAtGroups(traced),
  );
  return {
    proven: found.filter(({ isProven }) => isProven).length,
    unproven: unproven.map(({ flow, traced }) => ({ flow, stop: stopText(traced) })),
  };
}

/** Undefined where it is not stopped on every way at a place that counts all. */
function dropsOf(traced: Trace, snapshot: Network['snapshot']): readonly SoughtDrop[] | undefined {
  const { paths, headers } = traced;
  if (traced.verdict !== 'not-reachable' || headers === undefined) return undefined;
  const ways = paths.map((path) => ({ address: headers.destination, headers, path }));
  const sought = soughtDrops(snapshot, { ways, reasons: [], components: {} });
  const isSure = sought.length === paths.length && sought.every(({ isWhole }) => isWhole);
  return isSure ? sought : undefined;
}

/** Answers to another's address meet the connections that the other has. */
function isSpoofed(snapshot: Network['snapshot'], { from, source }: FlowQuestion): boolean {
  const sender = snapshot.get('networkInterface', from);
  const isOwn = sender?.privateAddresses.some(({ address }) => address === source) ?? true;
  return !isOwn && sender?.sourceDestCheck === false;
}

/** The host asks ACLs before the sender's groups, and one that denies it too drops it there. */
function isAtGroups({ paths }: Trace): boolean {
  return paths.some(({ forward }) => forward.at(-1)?.stage === 'security-group-egress');
}

function stopText({ paths }: Trace): string {
  const [path] = paths;
  const stop = path && [...path.forward, ...path.back].find(({ outcome }) => outcome !== 'passed');
  return stop === undefined
    ? ''
    : `${stop.stage} of ${stop.component} in ${stop.vpcId}${'code' in stop ? `, ${stop.code}` : ''}`;
}
