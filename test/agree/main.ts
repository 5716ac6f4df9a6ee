// `npm run agree -- --seed N --networks M`: trace, rules and packets about all flows of M random networks and their
// edits, seeds N to N + M - 1. Ends with 1 when they disagreed about any.
import { parseArgs } from 'node:util';
import { whyNoLab } from '../../src/dataplane/linux/testing/lab.ts';
import { PacketsOracle } from '../scenario/packets-oracle.ts';
import { agree, type Disagreement, emptyTally, modelOracles, type Tally } from './agree.ts';

const usage = `usage: npm run agree -- [--seed N] [--networks M] [--edits E] [--json] [--without-packets]

  --seed N           the first network's seed; each further network has the next (1)
  --networks M       how many networks (10)
  --edits E          how often each is edited, and asked about all flows and names again (2)
  --json             one object at the end: seed, networks, flows, names, disagreements and counts
  --without-packets  only the trace and the rules, which need no namespaces; what guests hear for names takes packets,
                     so no name is asked then
`;

const numberOf = (text: string, least: number) => {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= least ? value : undefined;
};

function options() {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string', default: '1' },
        networks: { type: 'string', default: '10' },
        edits: { type: 'string', default: '2' },
        json: { type: 'boolean', default: false },
        'without-packets': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const seed = numberOf(values.seed, 0);
    const networks = numberOf(values.networks, 1);
    const edits = numberOf(values.edits, 0);
    if (values.help) return 'help';
    if (seed === undefined || networks === undefined || edits === undefined) return undefined;
    return { seed, networks, edits, json: values.json, withPackets: !values['without-packets'] };
  } catch {
    return undefined;
  }
}

type Chosen = Exclude<ReturnType<typeof options>, 'help' | undefined>;

async function run({ seed, networks, edits, json, withPackets }: Chosen): Promise<number> {
  const start = performance.now();
  const tally = emptyTally();
  let told = 0;
  for (let i = 0; i < networks; i++) {
    progress(`network ${i + 1} of ${networks}, ${countsText(tally, start)}`, i % linesEvery === 0);
    await oneNetwork(seed + i, edits, withPackets, tally);
    progress('', false);
    process.stderr.write(disagreementsText(tally.disagreements.slice(told)));
    told = tally.disagreements.length;
  }
  const { flows, reachable, unsure, proven, names, askedAgain } = tally;
  // Whoever repeats the run sees the story.
  const disagreements = tally.disagreements.map(({ story: _, ...one }) => one);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  const oracles = withPackets ? ['trace', 'rules', 'packets'] : ['trace', 'rules'];
  const result = {
    seed,
    networks,
    edits,
    oracles,
    flows,
    reachable,
    unsure,
    proven,
    names,
    askedAgain,
    seconds,
    disagreements,
  };
  const text = `${networks} networks from seed ${seed}, ${oracles.join(', ')}: ${countsText(tally, start)}`;
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text}\n`);
  return disagreements.length === 0 ? 0 : 1;
}

/** A host of its own, so that no network meets what is left of another. */
async function oneNetwork(seed: number, edits: number, withPackets: boolean, tally: Tally): Promise<void> {
  const model = modelOracles();
  if (!withPackets) return agree({ seed, edits, oracles: { model } }, tally);
  const packets = await PacketsOracle.open();
  const kill = () => packets.kill();
  process.once('exit', kill);
  await agree({ seed, edits, oracles: { model, packets } }, tally);
  process.off('exit', kill);
  await packets.close();
}

function countsText(
  { flows, reachable, unsure, proven, names, askedAgain, disagreements }: Tally,
  start: number,
): string {
  const perSecond = Math.round((flows * 1000) / (performance.now() - start));
  const counts = [
    `${flows} flows (${reachable} reachable, ${unsure} unsure)`,
    `${perSecond} flows/s`,
    `${proven} proven dropped where the trace stops them`,
    `${names} names`,
    `asked again about ${askedAgain.flows} flows and ${askedAgain.names} names`,
    `${disagreements.length} disagreements`,
  ];
  return counts.join(', ');
}

const shownMax = 5;

/** Of one network: the first few, then the commands that made it. */
function disagreementsText(all: readonly Disagreement[]): string {
  const [first] = all;
  if (first === undefined) return '';
  const shown = all.slice(0, shownMax).map(({ seed, edits, about, flow, name, said }) => {
    const asked = flow ?? name;
    const what = asked === undefined ? about : `they disagree about ${about} of ${asked}`;
    const lines = Object.entries(said).map(([name, answer]) => `  ${name.padEnd(8)} ${answer}\n`);
    return [`seed ${seed}, after ${edits} edits: ${what}\n`, ...lines].join('');
  });
  const more = all.length > shownMax ? [`and ${all.length - shownMax} more\n`] : [];
  const story = first.story.map((line) => `  | ${line}\n`);
  return [...shown, ...more, `again: ${first.repeat}\n`, ...story].join('');
}

/** Networks between two lines of progress where no terminal looks on. */
const linesEvery = 10;

function progress(text: string, isLine: boolean): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (isLine) process.stderr.write(`${text}\n`);
}

const chosen = options();
if (chosen === 'help' || chosen === undefined) {
  (chosen === 'help' ? process.stdout : process.stderr).write(usage);
  process.exit(chosen === 'help' ? 0 : 2);
}
const reason = chosen.withPackets ? await whyNoLab('myself') : undefined;
if (reason !== undefined) {
  process.stderr.write(`packets need namespaces: ${reason}\n(--without-packets asks the other two)\n`);
  process.exit(2);
}
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(code));
process.exitCode = await run(chosen);
