// The second oracle: a walk over the compiled rules as the strict fake host holds them, parsed back from their text.
import { FakeHost } from '../../src/dataplane/fake/fake-host.ts';
import { isSameTable } from '../../src/dataplane/fake/read-namespace.ts';
import { type Outcome, type Question, walk } from '../../src/dataplane/fake/walk.ts';
import type { Flow } from '../../src/net/flow.ts';
import { type Plan, servicesNamespace } from '../../src/plan/plan.ts';
import { type Answer, type FlowQuestion, type Oracle, sourcePort } from './oracle.ts';
import { namespaceOf, planOf, seenText, sorted } from './trace-oracle.ts';
import { ScenarioError } from './words.ts';

/** Keeps its host through a scenario, so that it is changed step by step as a real one, and compares it with a new one. */
export function rulesOracle(): Oracle {
  const host = new FakeHost();
  return {
    name: 'rules',
    async ask(network, flows) {
      const plan = planOf(network);
      await applyWhole(host, plan);
      const fresh = new FakeHost();
      await applyWhole(fresh, plan);
      comparePast(host, fresh);
      return flows.map((flow) => askHost(host, plan, namespaceOf(network, flow.from), flow));
    },
  };
}

function askHost(host: FakeHost, plan: Plan, namespace: string, question: FlowQuestion): Answer {
  const { source, destination, protocol, port } = question;
  const ports =
    protocol === 'icmp' ? { sourcePort: 0, destinationPort: 0 } : { sourcePort, destinationPort: port };
  if (!host.kernel.has(namespace)) return { verdict: 'not reachable', reason: `${namespace} does not run` };
  return answerOf(endsOf(host, plan, { namespace, flow: { protocol, source, destination, ...ports } }));
}

async function applyWhole(host: FakeHost, plan: Plan): Promise<void> {
  const { failures } = await host.apply(plan);
  for (const [name, error] of failures) throw new ScenarioError(`cannot apply ${name}: ${error.message}`);
}

/** What a host has must not depend on how it came there. */
function comparePast(host: FakeHost, fresh: FakeHost): void {
  for (const { name, table, routes, rules } of fresh.kernel.all()) {
    const there = host.kernel.namespace(name);
    const same =
      table === undefined
        ? there.table === undefined
        : there.table !== undefined && isSameTable(table, there.table);
    const sets = (a: readonly unknown[], b: readonly unknown[]) => {
      return (
        sorted(a.map((one) => JSON.stringify(one))).join() ===
        sorted(b.map((one) => JSON.stringify(one))).join()
      );
    };
    if (!same || !sets(routes, there.routes) || !sets(rules, there.rules)) {
      throw new ScenarioError(`${name} changed step by step is not as when made at once`);
    }
  }
}

/** One way a flow ends, proxies included. */
interface End {
  readonly seen?: string;
  /** Absent when it arrived and was answered. */
  readonly reason?: string;
}

function endsOf(host: FakeHost, plan: Plan, question: Question): readonly End[] {
  return walk(host.kernel, question).outcomes.flatMap((outcome) => {
    const { received, answered, at, delivered } = outcome;
    if (!answered || received === undefined) return [{ reason: reasonText(delivered, at) }];
    if (received.namespace !== servicesNamespace) return [{ seen: seenText(received.headers) }];
    return beyondProxy(host, plan, received.headers) ?? [{}];
  });
}

/** A connection that ends at a proxy goes on from there to one of its targets; undefined when nobody stands there. */
function beyondProxy(
  host: FakeHost,
  plan: Plan,
  { destination, destinationPort }: Flow,
): readonly End[] | undefined {
  const proxy = plan.proxies.find((one) => one.listenAddress === destination && one.port === destinationPort);
  if (proxy === undefined) return undefined;
  if (proxy.targets.length === 0) return [{ reason: 'the proxy has no target' }];
  return proxy.targets.flatMap((target) => {
    const { sourceAddress: source, destinationAddress, port } = target;
    const flow = {
      protocol: 'tcp',
      source,
      destination: destinationAddress,
      sourcePort,
      destinationPort: port,
    } as const;
    return endsOf(host, plan, { namespace: servicesNamespace, flow });
  });
}

function reasonText(delivered: boolean, at: Outcome['at']): string {
  const { comment } = at ?? {};
  const isTold = comment !== undefined && comment !== at?.chain;
  const rule = comment === undefined && at?.chain === 'route' ? `: ${at.rule}` : '';
  const by = isTold ? ` by ${comment}` : rule;
  return `${delivered ? 'answer lost' : 'lost'} in ${at?.namespace} at ${at?.chain}${by}`;
}

function answerOf(ends: readonly End[]): Answer {
  const lost = ends.filter(({ reason }) => reason !== undefined);
  if (lost.length > 0 && lost.length < ends.length) return { verdict: 'sometimes reachable' };
  if (lost.length > 0) return { verdict: 'not reachable', reason: lost[0]?.reason ?? '' };
  const seen = sorted(ends.flatMap((end) => end.seen ?? []));
  return seen.length === 0 ? { verdict: 'reachable' } : { verdict: 'reachable', seen };
}
