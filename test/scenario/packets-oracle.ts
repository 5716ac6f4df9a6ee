// The third oracle: real packets. The plan is applied by the Linux driver inside a holder, and what came back to the
// sockets in the guests' namespaces is what is true.
import { awsPublicRanges } from '../../src/catalog/aws-services.ts';
import { readDropCounters } from '../../src/dataplane/linux/drop-counters.ts';
import { Lab, type LabDriver } from '../../src/dataplane/linux/testing/lab.ts';
import { cidr, contains, formatAddress, parseAddress } from '../../src/net/ipv4.ts';
import { resolverService } from '../../src/plan/addressing.ts';
import { type NamespacePlan, type Plan, servicesNamespace } from '../../src/plan/plan.ts';
import { heardText, type NameQuery, queryMessage, Resolver, silence } from './name-packets.ts';
import type { Answer, FlowQuestion, Network, Oracle } from './oracle.ts';
import { proveDrops, type Proofs } from './proof.ts';
import { type Listener, Sockets } from './sockets.ts';
import { namespaceOf, planOf } from './trace-oracle.ts';
import { ScenarioError } from './words.ts';

/** How hard to try. */
export interface Patience {
  /** For a flow that a load balancer may send to one of several targets; others have one fate. */
  readonly attempts: number;
  readonly timeoutMilliseconds: number;
}

/** Of a flow that may meet one of several targets: enough to see whether any answers. */
const firstAttempts = 4;
/** Enough to meet every target of a load balancer almost surely. */
const usualPatience: Patience = { attempts: 16, timeoutMilliseconds: 600 };

const greatPatience: Patience = { attempts: 32, timeoutMilliseconds: 3000 };

export class PacketsOracle implements Oracle {
  readonly name = 'packets';
  private readonly lab: Lab;
  private readonly driver: LabDriver;
  private readonly sockets: Sockets;
  /** Made when the first name is asked. */
  private resolver: Resolver | undefined;

  private constructor(lab: Lab) {
    this.lab = lab;
    this.driver = lab.driver();
    this.sockets = new Sockets(lab);
  }

  static async open(): Promise<PacketsOracle> {
    return new PacketsOracle(await Lab.start('myself'));
  }

  async close(): Promise<void> {
    await this.sockets.end();
    await this.resolver?.close();
    await this.driver.kill();
    await this.lab.stop();
  }

  /** At the exit of this process, where nothing can be waited for. */
  kill(): void {
    this.lab.kill();
  }

  /** An empty host, so that no scenario meets the connections of another. */
  async reset(): Promise<void> {
    const services: NamespacePlan = {
      name: servicesNamespace,
      kind: 'services',
      sysctls: [],
      addresses: [],
      routes: [],
      rules: [],
    };
    await this.apply({
      revision: 0,
      namespaces: [services],
      links: [],
      guests: [],
      healthChecks: [],
      proxies: [],
    });
  }

  async ask(
    network: Network,
    flows: readonly FlowQuestion[],
    patience = usualPatience,
  ): Promise<readonly Answer[]> {
    const plan = await this.stand(network, flows);
    const balanced = balancedAddresses(network);
    const present = new Set(plan.namespaces.map(({ name }) => name));
    const seen = new Map<number, readonly string[]>();
    const send = async (times: (index: number, flow: FlowQuestion) => number) => {
      const attempts = flows.flatMap((flow, index) => {
        const namespace = namespaceOf(network, flow.from);
        const count = present.has(namespace) ? times(index, flow) : 0;
        return Array.from({ length: count }, () => ({ index, namespace, ...flow }));
      });
      const ends = await this.beyondProxies(plan, await this.sockets.ask(attempts, patience), patience);
      for (const [i, { index }] of attempts.entries())
        seen.set(index, [...(seen.get(index) ?? []), ...(ends[i] ?? [])]);
    };
    const isBalanced = ({ destination, protocol }: FlowQuestion) =>
      protocol !== 'icmp' && balanced.has(destination);
    await send((_, flow) => (isBalanced(flow) ? firstAttempts : 1));
    // Where nobody answered so far, more attempts would only wait.
    const more = patience.attempts - firstAttempts;
    const isAnswered = (index: number) => seen.get(index)?.some((end) => end !== '') === true;
    await send((index, flow) => (isBalanced(flow) && isAnswered(index) ? more : 0));
    return flows.map((_, index) => answerOf(seen.get(index) ?? []));
  }

  /** Of flows that were just sent: were they dropped where the trace says? Those that seem not to be are sent again. */
  async proofs(network: Network, flows: readonly FlowQuestion[]): Promise<Proofs> {
    const present = new Set(planOf(network).namespaces.map(({ name }) => name));
    const sent = flows.filter(({ from }) => present.has(namespaceOf(network, from)));
    const prove = (some: readonly FlowQuestion[]) =>
      proveDrops(network, some, (keys) => readDropCounters(this.lab.runner(), keys));
    const first = await prove(sent);
    if (first.unproven.length === 0) return first;
    const again = first.unproven.map(({ flow }) => flow);
    await this.askAgain(network, again);
    const { proven, unproven } = await prove(again);
    return { proven: first.proven + proven, unproven };
  }

  askAgain(network: Network, flows: readonly FlowQuestion[]): Promise<readonly Answer[]> {
    return this.ask(network, flows, greatPatience);
  }

  /**
   * What each query hears. The resolver is there only meanwhile, because a flow's question finds a listener of ours in
   * its place; and guests answer, so that one which is named as a name server is heard.
   */
  async hear(
    network: Network,
    queries: readonly NameQuery[],
    patience: Pick<Patience, 'timeoutMilliseconds'>,
  ): Promise<readonly string[]> {
    const plan = planOf(network);
    await this.apply(plan);
    this.resolver ??= new Resolver(this.lab);
    await this.resolver.open(network);
    this.sockets.listen(guestListeners(plan, [dnsPort]));
    const present = new Set(plan.namespaces.map(({ name }) => name));
    const asked = queries.flatMap((query, index) => {
      const namespace = namespaceOf(network, query.from);
      const id = firstMessageId + (index % messageIds);
      const message = queryMessage(query, id);
      const { source, server: destination } = query;
      const attempt = { namespace, protocol: 'udp', source, destination, port: dnsPort, message } as const;
      return present.has(namespace) ? [{ index, query, id, attempt }] : [];
    });
    const attempts = asked.map(({ attempt }) => attempt);
    const replies = await this.sockets.ask(attempts, patience);
    const heard = queries.map(() => silence);
    for (const [i, { index, query, id }] of asked.entries())
      heard[index] = heardText(query, id, Buffer.from(replies[i] ?? '', 'hex'));
    await this.resolver.shut();
    return heard;
  }

  /** Makes the network true and listens in it. */
  private async stand(network: Network, flows: readonly FlowQuestion[]): Promise<Plan> {
    const plan = planOf(network);
    await this.apply(plan);
    this.sockets.listen(listeners(network, plan, flows));
    return plan;
  }

  private async apply(plan: Plan): Promise<void> {
    await this.sockets.close();
    const { failures } = await this.driver.apply(plan);
    for (const [name, error] of failures) throw new ScenarioError(`cannot apply ${name}: ${error.message}`);
  }

  /** We stand where the agent's proxy would listen, and go on to each of its targets as that would. */
  private async beyondProxies(
    plan: Plan,
    answers: readonly string[],
    patience: Patience,
  ): Promise<readonly (readonly string[])[]> {
    const byPlace = new Map(plan.proxies.map((proxy) => [`${proxy.listenAddress}:${proxy.port}`, proxy]));
    const proxyOf = (answer: string) => byPlace.get(/ → (\S+)$/.exec(answer)?.[1] ?? '');
    const met = [...new Set(answers.map(proxyOf))].filter((proxy) => proxy !== undefined);
    const legs = met.flatMap((proxy) =>
      proxy.targets.map(({ sourceAddress: source, destinationAddress: destination, port }) => {
        return { proxy, namespace: servicesNamespace, protocol: 'tcp', source, destination, port } as const;
      }),
    );
    const ends = await this.sockets.ask(legs, patience);
    return answers.map((answer) => {
      const proxy = proxyOf(answer);
      if (proxy === undefined) return [answer];
      return proxy.targets.length === 0 ? [''] : ends.filter((_, i) => legs[i]?.proxy === proxy);
    });
  }
}

/** Addresses where a flow may meet one of several targets. */
function balancedAddresses({ snapshot }: Network): ReadonlySet<string> {
  const all = [...snapshot.all('networkInterface')].filter(({ interfaceType }) =>
    ['vpc_endpoint', 'network_load_balancer'].includes(interfaceType),
  );
  return new Set(
    all.flatMap((eni) => [
      ...eni.privateAddresses.map(({ address }) => address),
      ...snapshot.by('address', 'networkInterfaceId', eni.id).map(({ publicIp }) => publicIp),
    ]),
  );
}

/** Guests on every port asked for or that a load balancer may turn it into; the services where the agent's own are. */
function listeners({ snapshot }: Network, plan: Plan, flows: readonly FlowQuestion[]): readonly Listener[] {
  const targets = [...snapshot.all('targetGroup')].flatMap((group) => group.targets.map(({ port }) => port));
  const asked = [...new Set([...flows.map(({ port }) => port), ...targets])].filter((port) => port > 0);
  // A guest hears pings where it listens at all.
  const ports = asked.length === 0 ? [discardPort] : asked;
  return [...guestListeners(plan, ports), ...serviceListeners(plan)];
}

function guestListeners(plan: Plan, ports: readonly number[]): readonly Listener[] {
  const guests = plan.namespaces.filter(({ kind }) => kind === 'guest');
  return guests.flatMap(({ name: namespace, addresses }) =>
    addresses.flatMap(({ cidr: own }) => {
      const address = own.split('/')[0] ?? '';
      return ports.flatMap((port) =>
        (['tcp', 'udp'] as const).map((protocol) => ({ namespace, protocol, address, port })),
      );
    }),
  );
}

const discardPort = 9;
const dnsPort = 53;
/** None looks like the digits with which a guest's answer begins. */
const firstMessageId = 0x8000;
const messageIds = 0x8000;
const frontDoorPorts = [80, 443];

/** The front door at every address, as it does; so no other can stand at one of them on its ports. */
function serviceListeners({ proxies }: Plan): readonly Listener[] {
  const namespace = servicesNamespace;
  const resolver = formatAddress(resolverService);
  const places = proxies.map(({ listenAddress, port }) => ({ address: listenAddress, port }));
  const others = [{ address: resolver, port: dnsPort }, ...places].filter(
    ({ port }) => !frontDoorPorts.includes(port),
  );
  return [
    { namespace, protocol: 'udp', address: resolver, port: dnsPort },
    ...frontDoorPorts.map((port) => ({ namespace, protocol: 'tcp', address: '0.0.0.0', port }) as const),
    ...others.map((place) => ({ namespace, protocol: 'tcp', ...place }) as const),
  ];
}

const servicesBlocks = awsPublicRanges().map(cidr);

/** What the services see, AWS's among them, is not what the others tell. */
function isService(answer: string): boolean {
  const at = parseAddress(/ → ([\d.]+)/.exec(answer)?.[1] ?? '');
  return (
    /^2(4|5)\d\./.test(answer) || (at !== undefined && servicesBlocks.some((block) => contains(block, at)))
  );
}

function answerOf(answers: readonly string[]): Answer {
  // Who does not run sends nothing.
  const good = answers.filter((answer) => answer !== '');
  if (good.length === 0) return { verdict: 'not reachable' };
  if (good.length < answers.length) return { verdict: 'sometimes reachable' };
  const seen = [...new Set(good)].filter((answer) => !isService(answer)).sort();
  return seen.length === 0 ? { verdict: 'reachable' } : { verdict: 'reachable', seen };
}
