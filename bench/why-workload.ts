// `postern why` as a user has it in a shell: the launcher, a process of its own, the question to a running Postern with
// a middling network, and the answer printed.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControl } from '../src/local/processes.ts';
import { stateDirectory } from '../src/local/state-directory.ts';
import { ApiClient } from './api-client.ts';
import type { Outcome, RunOptions, Workload } from './figures.ts';
import { median } from './measure.ts';
import { output } from './programs.ts';
import { forgetter, images, place } from './system.ts';

const name = 'postern why, from the shell to the answer';
const limitMs = 300;
const vpcs = 20;
const instancesEach = 10;
const launcher = new URL('../bin/postern', import.meta.url).pathname;

export const whyWorkload: Workload = { name: 'why', run };

async function run({ isQuick, isWanted }: RunOptions): Promise<Outcome> {
  if (!isWanted(name)) return { figures: [], skips: [] };
  const state = stateDirectory(mkdtempSync(join(tmpdir(), 'postern-bench-')));
  const forget = forgetter(state);
  try {
    const settings = { port: 0, host: '127.0.0.1', account: '111111111111', withAgent: false };
    const { port } = await startControl({ state, ...settings, endsWithParent: true });
    const [from, to] = await build(new ApiClient(port));
    const values: number[] = [];
    for (let i = 0; i < (isQuick ? 3 : 15); i++) values.push(await once([from, to, state.path]));
    const value = median(values);
    const limit = `limit of ${limitMs} ms`;
    const floors = [{ peer: limit, max: 1 }];
    return {
      figures: [{ name, value, unit: 'ms', against: { [limit]: value / limitMs }, floors }],
      skips: [],
    };
  } finally {
    await forget();
  }
}

/** Two instances that reach each other, among others. */
async function build(api: ApiClient): Promise<readonly [string, string]> {
  const ids: string[] = [];
  try {
    for (let i = 0; i < vpcs; i++) {
      const { subnetId, groupId } = await place(api, '10.0.1.0/24');
      for (let j = 0; j < instancesEach; j++) {
        const network = { SubnetId: subnetId, 'SecurityGroupId.1': groupId };
        const input = { ImageId: images.plain, MinCount: '1', MaxCount: '1', ...network };
        ids.push(await api.pick('instanceId', 'ec2', 'RunInstances', input));
      }
    }
  } finally {
    api.close();
  }
  return [ids[0] ?? '', ids[1] ?? ''];
}

async function once([from = '', to = '', state = '']: readonly string[]): Promise<number> {
  const before = performance.now();
  const said = await output([process.execPath, launcher, 'why', from, `${to}:443`, '--state', state]);
  const took = performance.now() - before;
  if (said.trim() === '') throw new Error('why said nothing');
  return took;
}
