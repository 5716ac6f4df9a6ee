// What the model says of one step of `postern probe`: whether it passes, why not, and what would open it for good.
import { idNotFound } from '../catalog/refusals/ids.ts';
import { explain } from '../engine/explain/explain.ts';
import type { RequestQuestion } from '../engine/explain/question.ts';
import { type Health, healthOf } from '../engine/health.ts';
import { lookUp } from '../engine/resolve/look-up.ts';
import type { Hop, StoppedHop, Trace } from '../engine/trace/answer.ts';
import { formatTrace } from '../engine/trace/format.ts';
import { trace } from '../engine/trace/trace.ts';
import type { NetworkInterface } from '../model/network-interface.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { CommandOptions } from './commands.ts';

interface StepBody {
  readonly from?: string;
  readonly host?: string;
  /** Where a packet really went; the first that the name answers when absent. */
  readonly address?: string;
  /** What a policy refused. */
  readonly request?: RequestQuestion;
}

/** The model on one host of AWS's from one interface: its name, the way there, and what would open it. */
export function explainStep({ store, observed }: CommandOptions, body: unknown): unknown {
  const { from = '', host = '', address, request } = body as StepBody;
  const { snapshot } = store;
  const sender = snapshot.get('networkInterface', from);
  if (sender === undefined) throw idNotFound('networkInterface', from);
  const health = healthOf(observed.current?.targets ?? []);
  const query = { vpcId: sender.vpcId, name: host, type: 'A' };
  const { resolution, elsewhere } = lookUp(snapshot, health, query);
  const addresses = resolution.records.map(({ data }) => data);
  const destination = address ?? addresses[0];
  const flow = { from, protocol: 'tcp', destinationPort: 443 } as const;
  const way = destination === undefined ? undefined : trace(snapshot, health, { ...flow, destination });
  const { rule, rcode, code } = resolution;
  return {
    revision: snapshot.revision,
    resolution: { addresses, rule, rcode, ...(code === undefined ? {} : { code }) },
    /** Whom the interface asks instead of the VPC's resolver, of whose answers the model knows nothing. */
    nameServers: elsewhere?.servers,
    ...(way === undefined ? {} : verdictOf(way)),
    ...(way?.verdict === 'reachable' && request === undefined
      ? { remedies: [] }
      : advice(snapshot, health, { sender, host, request })),
  };
}

function verdictOf(way: Trace) {
  const [first] = way.paths;
  const isStop = (hop: Hop): hop is StoppedHop => hop.outcome !== 'passed';
  const stop = way.paths.flatMap(({ forward, back }) => [...forward, ...back]).find(isStop);
  const reason = stop && {
    code: stop.code,
    stage: stop.stage,
    component: stop.component,
    text: stop.reason,
  };
  const arrival = first?.verdict === 'reachable' ? first.arrival.id : undefined;
  return { verdict: way.verdict, text: formatTrace(way), arrival, reason };
}

/**
 * What would open it for any such workload in the subnet, not for this interface, which is about to go. Each fix
 * suffices by itself and was tried on the model.
 */
function advice(
  snapshot: Snapshot,
  health: Health,
  asked: { sender: NetworkInterface; host: string; request: RequestQuestion | undefined },
) {
  const { sender, host, request } = asked;
  const { id, subnetId, groupIds } = sender;
  const isPublic = snapshot.by('address', 'networkInterfaceId', id).length > 0;
  // An instance that was launched there instead would have an address that this interface lacks.
  const isOfItsOwn = isPublic || snapshot.get('subnet', subnetId)?.mapPublicIpOnLaunch === true;
  const { policy, fixes } = explain(snapshot, health, {
    from: isOfItsOwn ? { kind: 'interface', id } : { kind: 'subnet', id: subnetId, groupIds },
    to: { kind: 'name', name: host },
    protocol: 'tcp',
    port: 443,
    ...(request === undefined ? {} : { request }),
  });
  const lasting = fixes.filter(({ changes }) => !changes.some(({ components }) => components.includes(id)));
  const remedies = lasting.map(({ changes }) => ({
    texts: changes.map(({ text }) => text),
    commands: changes.flatMap(({ commands }) => commands),
  }));
  return { policy: policy && { decision: policy.decision, text: policy.text }, remedies };
}
