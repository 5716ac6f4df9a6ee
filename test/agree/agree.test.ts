// Random networks and their edits, the trace and the rules about all flows; and that a disagreement does not go unseen.
// More of them, and the packets: `npm run agree`.
import { describe, expect, it } from 'vitest';
import { resolverAddresses } from '../../src/engine/name-servers.ts';
import { resolve } from '../../src/engine/resolve/resolve.ts';
import { internetScope } from '../../src/model/internet-host.ts';
import { otherServerText, resolutionText, silence } from '../scenario/name-packets.ts';
import type { Oracle } from '../scenario/oracle.ts';
import { traceOracle } from '../scenario/trace-oracle.ts';
import type { PacketsOracle } from '../scenario/packets-oracle.ts';
import { agree, emptyTally, modelOracles } from './agree.ts';
import { makeNetwork } from './random-network.ts';
import { World } from './world.ts';

async function randomNetwork(seed: number): Promise<World> {
  const world = new World(seed);
  await makeNetwork(world);
  return world;
}

describe('agree', () => {
  it('trace and rules about 4 networks and their edits', async () => {
    const tally = emptyTally();
    for (let seed = 1; seed <= 4; seed++)
      await agree({ seed, edits: 2, oracles: { model: modelOracles() } }, tally);
    expect(tally.disagreements).toEqual([]);
    expect(tally.flows).toBeGreaterThan(10_000);
    // Networks in which nothing passes would show nothing.
    expect(tally.reachable / tally.flows).toBeGreaterThan(0.03);
  });

  it('the same seed tells the same story', async () => {
    const [one, same, other] = [await randomNetwork(7), await randomNetwork(7), await randomNetwork(8)];
    expect(one.story).toEqual(same.story);
    expect(one.story).not.toEqual(other.story);
  });

  it('most commands are accepted', async () => {
    const stories = (await Promise.all([1, 2, 3, 4, 5].map(randomNetwork))).flatMap(({ story }) => story);
    const refused = stories.filter((line) => line.includes(' # '));
    expect(refused.length / stories.length).toBeLessThan(0.1);
  });
});

/** The resolver, and guests wherever the trace reaches them. */
const hear: PacketsOracle['hear'] = async (network, queries) => {
  const { snapshot, health } = network;
  const flows = queries.map(({ from, source, server: destination }) => {
    return { from, source, destination, protocol: 'udp', port: 53 } as const;
  });
  const reached = await traceOracle.ask(network, flows);
  return queries.map(({ from, server, name, type }, i) => {
    const vpc = snapshot.get('vpc', snapshot.get('networkInterface', from)?.vpcId ?? '');
    const query = { vpcId: vpc?.id ?? internetScope.ownerId, name, type };
    if (vpc === undefined || resolverAddresses(vpc).includes(server))
      return resolutionText(resolve(snapshot, health, query));
    return reached[i]?.verdict === 'reachable' ? otherServerText(server) : silence;
  });
};

/** Nothing is asked where packets were dropped. */
const proofs: PacketsOracle['proofs'] = async () => ({ proven: 0, unproven: [] });

const noFlows: PacketsOracle['ask'] = async (_, flows) => flows.map(() => ({ verdict: 'unknown' }));

describe('a disagreement', () => {
  /** The trace, but that it finds every reachable ping lost. */
  const liar: Oracle = {
    name: 'trace',
    async ask(network, flows) {
      const [trace] = modelOracles();
      const answers = (await trace?.ask(network, flows)) ?? [];
      return answers.map((answer, i) =>
        flows[i]?.protocol === 'icmp' && answer.verdict === 'reachable'
          ? { verdict: 'not reachable', reason: 'it lies' }
          : answer,
      );
    },
  };

  it('is reported with the flow, what each said, and the command that shows it again', async () => {
    const tally = emptyTally();
    const [, rules] = modelOracles();
    await agree(
      { seed: 1, edits: 1, oracles: { model: [liar, ...(rules === undefined ? [] : [rules])] } },
      tally,
    );
    expect(tally.disagreements.length).toBeGreaterThan(0);
    expect(tally.disagreements[0]).toMatchObject({
      seed: 1,
      about: 'the verdict',
      flow: expect.stringContaining('icmp'),
      said: { trace: 'not reachable: it lies', rules: expect.stringMatching(/^reachable/) },
      repeat: 'npm run agree -- --seed 1 --networks 1 --edits 1',
    });
  });

  it('is what a crash is, with its seed', async () => {
    const tally = emptyTally();
    const crashing: Oracle = { name: 'trace', ask: () => Promise.reject(new Error('a bug')) };
    await agree({ seed: 3, edits: 1, oracles: { model: [crashing] } }, tally);
    expect(tally.disagreements).toMatchObject([
      { seed: 3, edits: 0, about: expect.stringContaining('a crash: Error: a bug') },
    ]);
  });

  it('of packets alone is asked about again, more patiently, and counted', async () => {
    const tally = emptyTally();
    const [trace] = modelOracles();
    const timeouts: number[] = [];
    // Loses everything at first.
    const packets: Oracle['ask'] = async (network, flows, ...[patience]: unknown[]) => {
      const { timeoutMilliseconds } = patience as { timeoutMilliseconds: number };
      timeouts.push(timeoutMilliseconds);
      if (timeouts.length === 1) return flows.map(() => ({ verdict: 'not reachable' }));
      return (await trace?.ask(network, flows)) ?? [];
    };
    await agree(
      { seed: 1, edits: 0, oracles: { model: modelOracles(), packets: { ask: packets, hear, proofs } } },
      tally,
    );
    expect(tally.disagreements).toEqual([]);
    expect(tally.askedAgain.flows).toBeGreaterThanOrEqual(tally.reachable);
    expect(timeouts[1]).toBeGreaterThan(timeouts[0] ?? 0);
  });

  it('about a name is reported with who asks whom, and what each said', async () => {
    const tally = emptyTally();
    const lying: PacketsOracle['hear'] = async (network, queries, patience) => {
      const heard = await hear(network, queries, patience);
      return heard.map((one, i) => (queries[i]?.name === 's3.amazonaws.com' ? 'NXDOMAIN' : one));
    };
    await agree(
      { seed: 1, edits: 0, oracles: { model: [], packets: { ask: noFlows, hear: lying, proofs } } },
      tally,
    );
    expect(tally.names).toBeGreaterThan(100);
    expect(tally.askedAgain.names).toBe(tally.disagreements.length);
    expect(tally.disagreements.length).toBeGreaterThan(0);
    expect(tally.disagreements[0]).toMatchObject({
      seed: 1,
      about: 'the answer',
      name: expect.stringMatching(/asks [\d.]+ for s3\.amazonaws\.com A$/),
      said: { 'look-up': expect.stringMatching(/^NOERROR [\d.]+$/), packets: 'NXDOMAIN' },
    });
  });

  it('about a name is none where the answer was only lost', async () => {
    const tally = emptyTally();
    let rounds = 0;
    const losing: PacketsOracle['hear'] = async (network, queries, patience) =>
      rounds++ === 0 ? queries.map(() => silence) : hear(network, queries, patience);
    await agree(
      { seed: 1, edits: 0, oracles: { model: [], packets: { ask: noFlows, hear: losing, proofs } } },
      tally,
    );
    expect(tally.disagreements).toEqual([]);
    expect(tally.askedAgain.names).toBeGreaterThan(100);
  });
});
