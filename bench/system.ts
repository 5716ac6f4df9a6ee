// A real Postern for a workload: control and agent processes with a state directory and a port of their own, and the
// calls that build small networks in it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { guestArgv, runningGuest } from '../src/cli/guest.ts';
import { enterHolder, findHolder } from '../src/dataplane/holder.ts';
import { reset, startAgent, startControl } from '../src/local/processes.ts';
import { writeSettings } from '../src/local/settings.ts';
import { type StateDirectory, stateDirectory } from '../src/local/state-directory.ts';
import { present } from '../src/std/assert.ts';
import { ApiClient } from './api-client.ts';

export const images = { webServer: 'ami-03eb5e00000000001', plain: 'ami-0ba5e000000000001' } as const;

const main = new URL('../src/main.ts', import.meta.url).pathname;
const account = '111111111111';
const targetTimeoutMs = 20_000;

export interface System {
  readonly api: ApiClient;
  /** argv that runs `argv` in the network namespace of an instance; without one, where the agent runs. */
  inside(argv: readonly string[], instanceId?: string): readonly string[];
  readonly state: StateDirectory;
  /** argv that runs `argv` as a program of an instance: with its resolver and the certificates it trusts. */
  asGuest(argv: readonly string[], instanceId: string): Promise<readonly string[]>;
  /** Where the services of AWS are answered from now on. */
  setUpstreams(upstreams: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

/** Ends all of a state directory: when it is called, or should this process end before. */
export function forgetter(state: StateDirectory): () => Promise<void> {
  const atExit = () => void spawnSync(process.execPath, [main, 'reset', '--state', state.path]);
  process.once('exit', atExit);
  return async () => {
    process.off('exit', atExit);
    await reset(state);
    rmSync(state.path, { recursive: true, force: true });
  };
}

export async function startSystem(): Promise<System> {
  const state = stateDirectory(mkdtempSync(join(tmpdir(), 'postern-bench-')));
  const forget = forgetter(state);
  try {
    const settings = { port: 0, host: '127.0.0.1', account, withAgent: true };
    const control = await startControl({ state, ...settings, endsWithParent: true });
    const agent = await startAgent(state, { endsWithParent: true });
    if (!agent.ok) throw new Error(agent.reason);
    const holder = present(await findHolder({ stateDirectory: state.path }), 'holder');
    const api = new ApiClient(control.port);
    return {
      api,
      state,
      asGuest: async (argv, id) => guestArgv(await runningGuest(state.controlSocket, id), argv),
      setUpstreams: (upstreams) => writeSettings(state.settings, { defaultAccountId: account, upstreams }),
      inside: (argv, instanceId) => {
        const net = instanceId === undefined ? [] : ['nsenter', `--net=/run/netns/${instanceId}`, '--'];
        return enterHolder(holder.pid, [...net, ...argv]);
      },
      stop: async () => {
        api.close();
        await forget();
      },
    };
  } catch (error) {
    await forget();
    throw error;
  }
}

export interface Place {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly groupId: string;
}

export async function place(api: ApiClient, cidr: string): Promise<Place> {
  const vpcId = await api.pick('vpcId', 'ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' });
  const subnet = { VpcId: vpcId, CidrBlock: cidr, AvailabilityZone: 'us-east-1a' };
  const subnetId = await api.pick('subnetId', 'ec2', 'CreateSubnet', subnet);
  const group = { VpcId: vpcId, GroupName: 'bench', GroupDescription: 'all of the VPC' };
  const groupId = await api.pick('groupId', 'ec2', 'CreateSecurityGroup', group);
  await api.call('ec2', 'AuthorizeSecurityGroupIngress', {
    GroupId: groupId,
    'IpPermissions.1.IpProtocol': '-1',
    'IpPermissions.1.IpRanges.1.CidrIp': '10.0.0.0/16',
  });
  return { vpcId, subnetId, groupId };
}

export function instance(api: ApiClient, { subnetId, groupId }: Place, image: string): Promise<string> {
  return api.pick('instanceId', 'ec2', 'RunInstances', {
    ImageId: image,
    MinCount: '1',
    MaxCount: '1',
    SubnetId: subnetId,
    'SecurityGroupId.1': groupId,
  });
}

export async function waitForTarget(api: ApiClient, targetGroupArn: string): Promise<void> {
  const until = performance.now() + targetTimeoutMs;
  const input = { TargetGroupArn: targetGroupArn };
  while ((await api.pick('State', 'elasticloadbalancing', 'DescribeTargetHealth', input)) !== 'healthy') {
    if (performance.now() > until) throw new Error('the target did not become healthy');
    await sleep(50);
  }
}
