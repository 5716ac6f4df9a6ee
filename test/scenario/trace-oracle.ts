// The first oracle: the trace on the model. And what the others need of the compiler.
import { compile } from '../../src/engine/compile/compile.ts';
import { trace } from '../../src/engine/trace/trace.ts';
import type { Path, Trace } from '../../src/engine/trace/answer.ts';
import type { Flow } from '../../src/net/flow.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { type Answer, type Network, type Oracle, sourcePort } from './oracle.ts';

export const traceOracle: Oracle = {
  name: 'trace',
  async ask({ snapshot, health }, flows) {
    return flows.map(({ from, source, destination, protocol, port }) => {
      const ports = protocol === 'icmp' ? {} : { destinationPort: port, sourcePort };
      return traceAnswer(trace(snapshot, health, { from, source, destination, protocol, ...ports }));
    });
  },
};

function traceAnswer(result: Trace): Answer {
  const seen = sorted(result.paths.flatMap(seenOnPath));
  switch (result.verdict) {
    case 'reachable':
      return seen.length === 0 ? { verdict: 'reachable' } : { verdict: 'reachable', seen };
    case 'ambiguous':
      return { verdict: 'sometimes reachable' };
    case 'not-reachable':
    case 'unknown': {
      const stop = result.paths[0] && stopOf(result.paths[0]);
      const by = stop?.decidedBy === undefined ? '' : ` by ${stop.decidedBy.id}`;
      const where = stop === undefined ? '' : ` at ${stop.stage} of ${stop.component}${by}`;
      const verdict = result.verdict === 'unknown' ? 'unknown' : 'not reachable';
      const unsure = result.verdict === 'unknown' ? 'unknown, ' : '';
      return { verdict, reason: `${unsure}${result.code}${where}` };
    }
  }
}

function stopOf({ forward, back }: Path) {
  return [...forward, ...back].find((hop) => hop.outcome !== 'passed');
}

function seenOnPath(path: Path): readonly string[] {
  const last = path.forward.at(-1);
  const isGuest =
    path.verdict === 'reachable' &&
    ['interface', 'internet-host', 'on-premises-host'].includes(path.arrival.kind);
  if (!isGuest || last === undefined) return [];
  return [seenText(last.outcome === 'passed' ? (last.rewritten ?? last.headers) : last.headers)];
}

export function seenText({ source, destination, destinationPort, protocol }: Flow): string {
  return `${source} → ${destination}${protocol === 'icmp' ? '' : `:${destinationPort}`}`;
}

export function planOf({ snapshot, health }: Network): Plan {
  return compile(snapshot, { health, builtInScript: () => '' });
}

/** Namespace in the plan where an instance or interface lives. */
export function namespaceOf({ snapshot }: Network, from: string): string {
  const eni = snapshot.get('networkInterface', from);
  return eni === undefined ? from : (eni.attachment?.instanceId ?? `host-${eni.id}`);
}

export function sorted(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}
