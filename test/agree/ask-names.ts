// Names: what the look-up of `why` says that a guest hears, held against what its queries do hear; and the flows to the
// addresses that it says, which all oracles are asked about like any other.
import { nameServersOf, resolverAddresses } from '../../src/engine/name-servers.ts';
import { internetScope } from '../../src/model/internet-host.ts';
import type { Vpc } from '../../src/model/vpc.ts';
import { lookUp } from '../../src/engine/resolve/look-up.ts';
import { formatAddress } from '../../src/net/ipv4.ts';
import { resolverService } from '../../src/plan/addressing.ts';
import { type NameQuery, otherServerText, resolutionText, silence } from '../scenario/name-packets.ts';
import { type FlowQuestion, flowText, type Network } from '../scenario/oracle.ts';
import type { PacketsOracle, Patience } from '../scenario/packets-oracle.ts';
import { traceOracle } from '../scenario/trace-oracle.ts';
import { honestSenders, ownAddresses, type Sender } from './flows.ts';
import { allNames, type AskedName } from './names.ts';

/** A guest asks some servers for a name, each when those before it are silent. */
export interface NameQuestion extends Sender, AskedName {
  readonly servers: readonly string[];
  /** What the model says that it hears. */
  readonly said: string;
  /** The addresses in that, as the flows' destinations. */
  readonly addresses: readonly string[];
}

/** Each guest asks the resolver at each of its addresses, and its own name servers where its VPC has others. */
export async function nameQuestions(network: Network): Promise<readonly NameQuestion[]> {
  const { snapshot, health } = network;
  const names = allNames(snapshot);
  const questions: NameQuestion[] = [];
  for (const sender of honestSenders(snapshot)) {
    const vpc = snapshot.get('vpc', snapshot.get('networkInterface', sender.from)?.vpcId ?? '');
    const resolvers = vpc === undefined ? [formatAddress(resolverService)] : resolverAddresses(vpc);
    const others = vpc && (await otherServers(network, sender, vpc));
    for (const asked of names) {
      const query = { vpcId: vpc?.id ?? internetScope.ownerId, ...asked };
      const { resolution, elsewhere } = lookUp(snapshot, health, query);
      const addresses = resolution.records.flatMap(({ type, data }) => (type === 'A' ? [data] : []));
      const said = resolutionText(resolution);
      const question = { ...sender, ...asked, addresses };
      questions.push(...resolvers.map((server) => ({ ...question, servers: [server], said })));
      if (others === undefined) continue;
      const heard = elsewhere === undefined ? said : firstWord(others.map((other) => other.says ?? said));
      questions.push({ ...question, servers: others.map(({ server }) => server), said: heard });
    }
  }
  return questions;
}

interface NamedServer {
  readonly server: string;
  /** Undefined: the VPC's resolver, which says what it says. */
  readonly says?: string;
}

/** The name servers of a guest's VPC, where they are not the resolver alone and the trace is sure about the way to them. */
async function otherServers(
  network: Network,
  sender: Sender,
  vpc: Vpc,
): Promise<readonly NamedServer[] | undefined> {
  const servers = nameServersOf(network.snapshot, vpc);
  const own: readonly string[] = resolverAddresses(vpc);
  if (servers.length > 0 && servers.every((server) => own.includes(server))) return undefined;
  // Who is its own name server asks nobody over the network.
  const self = ownAddresses(network.snapshot, sender.from);
  if (servers.some((server) => self.has(server))) return undefined;
  const flows = servers.map(
    (destination) => ({ ...sender, destination, protocol: 'udp', port: 53 }) as const,
  );
  const answers = await traceOracle.ask(network, flows);
  const named = servers.map((server, i): NamedServer | undefined => {
    if (own.includes(server)) return { server };
    const verdict = answers[i]?.verdict;
    if (verdict === 'reachable') return { server, says: otherServerText(server) };
    return verdict === 'not reachable' ? { server, says: silence } : undefined;
  });
  return named.every((one) => one !== undefined) ? named : undefined;
}

/** As a stub resolver hears it: of those it asks, the first that speaks. */
function firstWord(words: readonly string[]): string {
  return words.find((word) => word !== silence) ?? silence;
}

/** To where a name leads, on its ports; those that are not asked about already. */
export function flowsToNames(
  questions: readonly NameQuestion[],
  known: readonly FlowQuestion[],
): readonly FlowQuestion[] {
  const flows = questions.flatMap(({ from, source, addresses, ports }) =>
    addresses.flatMap((destination) =>
      ports.map((port): FlowQuestion => ({ from, source, destination, protocol: 'tcp', port })),
    ),
  );
  const there = new Set(known.map(flowText));
  const isElsewhere = ({ destination, source }: FlowQuestion) =>
    destination !== source && !destination.startsWith('127.');
  return [...new Map(flows.map((flow) => [flowText(flow), flow]))]
    .filter(([text, flow]) => !there.has(text) && isElsewhere(flow))
    .map(([, flow]) => flow);
}

export interface HeardOtherwise {
  readonly question: NameQuestion;
  readonly heard: string;
}

/** What guests hear otherwise than the model says; asked again, because a packet may be lost. */
export async function askNames(
  packets: Pick<PacketsOracle, 'hear'>,
  network: Network,
  questions: readonly NameQuestion[],
  patience: readonly Pick<Patience, 'timeoutMilliseconds'>[],
): Promise<{ readonly otherwise: readonly HeardOtherwise[]; readonly askedAgain: number }> {
  let otherwise: readonly HeardOtherwise[] = [];
  let askedAgain = 0;
  let open = questions;
  for (const [round, each] of patience.entries()) {
    if (open.length === 0) break;
    if (round > 0) askedAgain += open.length;
    const heard = await hearAll(packets, network, open, each);
    otherwise = open
      .map((question, i) => ({ question, heard: heard[i] ?? silence }))
      .filter((one) => one.heard !== one.question.said);
    open = otherwise.map(({ question }) => question);
  }
  return { otherwise, askedAgain };
}

async function hearAll(
  packets: Pick<PacketsOracle, 'hear'>,
  network: Network,
  questions: readonly NameQuestion[],
  patience: Pick<Patience, 'timeoutMilliseconds'>,
): Promise<readonly string[]> {
  const queries = questions.flatMap(({ servers, ...question }) =>
    servers.map((server): NameQuery => ({ ...question, server })),
  );
  const words = (await packets.hear(network, queries, patience)).values();
  return questions.map(({ servers }) => firstWord(servers.map(() => words.next().value ?? silence)));
}

export function nameText({ from, source, name, type, servers }: NameQuestion): string {
  return `${from}: ${source} asks ${servers.join(', ')} for ${name} ${type}`;
}
