// A request instead of a packet: which address its name has for the sender, where the packets go, by which way they
// come to the service, and what the policies on that way say. Each is another question of the engine; this joins them.
import type { Snapshot } from '../../model/snapshot.ts';
import { type ArrivedRequest, judge } from '../authorize/judge.ts';
import type { Verdict } from '../authorize/verdict.ts';
import { awsServiceNamed } from '../endpoint-names.ts';
import type { Health } from '../health.ts';
import type { Resolution } from '../resolve/answer.ts';
import { resolve } from '../resolve/resolve.ts';
import { publicWay, type Way } from '../way.ts';
import type { Path, Trace } from './answer.ts';
import { senderOf, trace } from './trace.ts';

export interface RequestQuestion extends Pick<ArrivedRequest, 'principal' | 'now' | 'mapping' | 'ownerOf'> {
  /** Network interface, or instance: then its primary interface sends. */
  readonly from: string;
  /** Name asked for: a service's, or one of an endpoint's. */
  readonly host: string;
  /** 443 is TLS. */
  readonly port: 80 | 443;
}

export interface RequestTrace {
  /** Absent when nobody has the sender's id. */
  readonly resolution?: Resolution;
  /** To the first address of the answer; absent when there is none. */
  readonly trace?: Trace;
  /** Absent unless the packets reach the service that was named. */
  readonly way?: Way;
  readonly verdict?: Verdict;
}

export function traceRequest(snapshot: Snapshot, health: Health, question: RequestQuestion): RequestTrace {
  const { from, host, port, ...asked } = question;
  const sender = senderOf(snapshot, from);
  if (sender === undefined) return {};
  const resolution = resolve(snapshot, health, { vpcId: sender.vpcId, name: host, type: 'A' });
  const destination = resolution.records.find(({ type }) => type === 'A')?.data;
  if (destination === undefined) return { resolution };
  const flow = { from, protocol: 'tcp', destination, destinationPort: port } as const;
  const traced = trace(snapshot, health, flow);
  const service = awsServiceNamed(snapshot, host);
  const way = traced.verdict === 'reachable' ? wayOfPath(snapshot, traced.paths[0]) : undefined;
  if (way === undefined || service === undefined) return { resolution, trace: traced };
  const verdict = judge({ ...asked, service, way, secure: port === 443 });
  return { resolution, trace: traced, way, verdict };
}

/** By which way a path comes to an AWS service; undefined when it does not. */
export function wayOfPath(snapshot: Snapshot, path: Path | undefined): Way | undefined {
  const last = path?.forward.at(-1);
  if (path?.verdict !== 'reachable' || path.arrival.kind !== 'aws-service' || last === undefined) {
    return undefined;
  }
  const { source } = last.outcome === 'passed' ? (last.rewritten ?? last.headers) : last.headers;
  const endpoint = snapshot.get('vpcEndpoint', path.arrival.id);
  if (endpoint === undefined) return publicWay(snapshot, source);
  const client =
    snapshot.by('networkInterface', 'address', `${endpoint.vpcId}/${source}`)[0] ??
    snapshot.by('onPremisesHost', 'address', source)[0];
  const kind = endpoint.endpointType === 'Gateway' ? 'gateway-endpoint' : 'interface-endpoint';
  return client && { kind, endpoint, client };
}
