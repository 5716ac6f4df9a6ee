// Holds the oracles against each other on one random network and its edits: each asked about all flows at once, and the
// packets once more, with more patience, where they said something else.
import {
  type Answer,
  answerText,
  disagreement,
  type FlowQuestion,
  flowText,
  type Network,
  type Oracle,
} from '../scenario/oracle.ts';
import type { PacketsOracle, Patience } from '../scenario/packets-oracle.ts';
import { rulesOracle } from '../scenario/rules-oracle.ts';
import { traceOracle } from '../scenario/trace-oracle.ts';
import { ScenarioError } from '../scenario/words.ts';
import { askNames, flowsToNames, nameQuestions, nameText } from './ask-names.ts';
import { allFlows } from './flows.ts';
import { editNetwork, makeNetwork } from './random-network.ts';
import { World } from './world.ts';

export interface Disagreement {
  readonly seed: number;
  /** How often the network had been edited. */
  readonly edits: number;
  readonly about: string;
  /** Absent when the network could not be made at all, or when it is about a name. */
  readonly flow?: string;
  readonly name?: string;
  readonly said: Readonly<Record<string, string>>;
  /** Shows it again. */
  readonly repeat: string;
  /** The commands that made the network. */
  readonly story: readonly string[];
}

export interface Tally {
  flows: number;
  reachable: number;
  /** About which the trace says that the snapshot does not say. */
  unsure: number;
  /** Queries of guests for names; none without packets. */
  names: number;
  /** Flows of which the host counted a packet where the trace stops them. */
  proven: number;
  /** About which the packets were asked again. */
  readonly askedAgain: { flows: number; names: number };
  readonly disagreements: Disagreement[];
}

export function emptyTally(): Tally {
  const askedAgain = { flows: 0, names: 0 };
  return { flows: 0, reachable: 0, unsure: 0, proven: 0, names: 0, askedAgain, disagreements: [] };
}

export interface Options {
  readonly seed: number;
  /** How often the network is edited and all is asked again. */
  readonly edits: number;
  readonly oracles: Oracles;
}

export interface Oracles {
  readonly model: readonly Oracle[];
  readonly packets?: Packets;
}

type Packets = Pick<PacketsOracle, 'ask' | 'hear' | 'proofs'>;

/** Rules keep their host from state to state, as a real one is changed step by step: new ones for each network. */
export function modelOracles(): readonly Oracle[] {
  return [traceOracle, rulesOracle()];
}

/** How hard the packets try, at first and where they were alone with what they said. */
const patience: readonly Patience[] = [
  { attempts: 8, timeoutMilliseconds: 250 },
  { attempts: 24, timeoutMilliseconds: 1000 },
  { attempts: 64, timeoutMilliseconds: 3000 },
];

/** Names hang on no chance, but the resolver is one process, which all guests ask at once. */
const patienceForNames: readonly Pick<Patience, 'timeoutMilliseconds'>[] = [
  { timeoutMilliseconds: 1000 },
  { timeoutMilliseconds: 5000 },
];

export async function agree({ seed, edits, oracles }: Options, tally: Tally): Promise<void> {
  const world = new World(seed);
  for (let edit = 0; edit <= edits; edit++) {
    const found: Found = (about, said, what = {}) => {
      const repeat = `npm run agree -- --seed ${seed} --networks 1 --edits ${edits}`;
      tally.disagreements.push({ seed, edits: edit, about, ...what, said, repeat, story: [...world.story] });
    };
    try {
      await (edit === 0 ? makeNetwork(world) : editNetwork(world));
      await askAll(world, oracles, tally, found);
    } catch (error) {
      // What crashes about a network is a bug like the others, and needs its seed as much.
      found(error instanceof ScenarioError ? error.message : `a crash: ${stackOf(error)}`, {});
      return;
    }
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

type Found = (
  about: string,
  said: Readonly<Record<string, string>>,
  what?: Pick<Disagreement, 'flow' | 'name'>,
) => void;
type Answers = ReadonlyMap<Oracle['name'], Answer>;

async function askAll(world: World, { model, packets }: Oracles, tally: Tally, found: Found): Promise<void> {
  const network = world.network();
  const names = await nameQuestions(network);
  const known = allFlows(network.snapshot);
  const flows = [...known, ...flowsToNames(names, known)];
  const answers = flows.map(() => new Map<Oracle['name'], Answer>());
  const note = (name: Oracle['name'], given: readonly Answer[]) => {
    for (const [i, answer] of given.entries()) answers[i]?.set(name, answer);
  };
  for (const oracle of model) note(oracle.name, await oracle.ask(network, flows));
  count(answers, tally);
  if (packets !== undefined) {
    const { otherwise, askedAgain } = await askNames(packets, network, names, patienceForNames);
    tally.names += names.length;
    tally.askedAgain.names += askedAgain;
    for (const { question, heard } of otherwise)
      found('the answer', { 'look-up': question.said, packets: heard }, { name: nameText(question) });
    await askPackets(packets, network, { flows, answers }, tally);
    const { proven, unproven } = await packets.proofs(network, flows);
    tally.proven += proven;
    for (const { flow, stop } of unproven)
      found('the place', { trace: stop, packets: 'not dropped there' }, { flow: flowText(flow) });
  }
  for (const [i, flow] of flows.entries()) {
    const all = answers[i] ?? new Map<Oracle['name'], Answer>();
    const about = disagreement(all);
    if (about === undefined) continue;
    found(
      about,
      Object.fromEntries([...all].map(([name, answer]) => [name, answerText('', answer).trim()])),
      { flow: flowText(flow) },
    );
  }
}

function count(answers: readonly Answers[], tally: Tally): void {
  const verdicts = answers.map((all) => all.get('trace')?.verdict);
  tally.flows += answers.length;
  tally.reachable += verdicts.filter((verdict) => verdict === 'reachable').length;
  tally.unsure += verdicts.filter((verdict) => verdict === 'unknown').length;
}

interface Asked {
  readonly flows: readonly FlowQuestion[];
  readonly answers: readonly Map<Oracle['name'], Answer>[];
}

/**
 * A packet that is lost on a busy machine, one that meets a connection which still stands, and a target that chance has
 * not chosen, look like disagreements and are none: whoever is alone with what it said is asked again, and counted.
 */
async function askPackets(
  packets: Packets,
  network: Network,
  { flows, answers }: Asked,
  tally: Tally,
): Promise<void> {
  let open = flows.map((_, i) => i);
  for (const [round, each] of patience.entries()) {
    if (round > 0) tally.askedAgain.flows += open.length;
    const asked = open.flatMap((i) => flows[i] ?? []);
    const given = asked.length === 0 ? [] : await packets.ask(network, asked, each);
    for (const [n, answer] of given.entries()) answers[open[n] ?? -1]?.set('packets', answer);
    open = open.filter((i) => isAlone(answers[i]));
  }
}

function isAlone(all: Answers | undefined): boolean {
  if (all === undefined || disagreement(all) === undefined) return false;
  return disagreement(new Map([...all].filter(([name]) => name !== 'packets'))) === undefined;
}
