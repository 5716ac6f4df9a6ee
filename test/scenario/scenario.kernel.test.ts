// Every scenario once more, with real packets as the third oracle: all three must agree about every flow.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoLab } from '../../src/dataplane/linux/testing/lab.ts';
import { flowText, type Oracle } from './oracle.ts';
import { PacketsOracle } from './packets-oracle.ts';
import { RequestLab } from './request-lab.ts';
import { tracedRequests } from './request-oracle.ts';
import { rulesOracle } from './rules-oracle.ts';
import { runScenario } from './scenario.ts';
import { traceOracle } from './trace-oracle.ts';

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
const reason = await whyNoLab('myself');

describe.skipIf(reason !== undefined)(
  `scenario with packets needs namespaces${reason ? `: ${reason}` : ''}`,
  () => {
    let packets: PacketsOracle;
    const requests = new RequestLab();
    let flows = 0;
    let proven = 0;
    beforeAll(async () => {
      packets = await PacketsOracle.open();
    });
    afterAll(async () => {
      await packets?.close();
      await requests.close();
    });

    it.each(files)('%s', async (name) => {
      await packets.reset();
      const expected = readFileSync(join(folder, name), 'utf8');
      const unproven: string[] = [];
      const witness: Oracle = {
        name: 'packets',
        async ask(network, asked) {
          const answers = await packets.ask(network, asked);
          const found = await packets.proofs(network, asked);
          proven += found.proven;
          for (const { flow, stop } of found.unproven)
            unproven.push(`${flowText(flow)} not dropped at ${stop}`);
          return answers;
        },
        askAgain: (network, asked) => packets.askAgain(network, asked),
      };
      const oracles = [traceOracle, rulesOracle(), witness];
      const { text, faults, flowsAsked } = await runScenario(expected, oracles, [tracedRequests, requests]);
      flows += flowsAsked;
      expect(faults.join('\n')).toBe('');
      expect(text).toBe(expected);
      expect(unproven.join('\n')).toBe('');
    });

    it('asked all three about every flow, without a disagreement', ({ annotate }) => {
      expect(flows).toBeGreaterThan(100);
      return annotate(
        `${flows} flows, three oracles, no disagreement; ${proven} proven dropped where the trace stops them`,
      );
    });
  },
);
