// `postern probe` in networks where a workload cannot start and in ones where it can (EC-1, EC-2): its packets, the
// model's reasons, its advice, and that nothing of it is left however it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StepResult } from '../../src/cli/probe/verdict.ts';
import { makeGroup, makeVpc, runInstance, type Subnets } from './network.ts';
import { makeOciImage } from './oci-image.ts';
import { accounts, Postern, postern as posternArgv, whyNoPackets } from './postern.ts';
import { isInstalled, type Output, run, runWell, until } from './run.ts';

const account = accounts.consumer;
let postern: Postern;
/** No way out at all. */
let network: Subnets;

beforeAll(async () => {
  if (whyNoPackets !== undefined) return;
  postern = await Postern.start();
  network = await makeVpc(postern, account, 2);
});
afterAll(() => postern?.stop());
beforeEach((context) => context.skip(whyNoPackets !== undefined, whyNoPackets ?? 'needs namespaces'));

interface Probed extends Output {
  readonly steps: readonly StepResult[];
}

async function probe(
  profile: string,
  words: readonly string[] = [],
  from = network.subnets[0],
): Promise<Probed> {
  const output = await postern.cli('probe', [profile, '--subnet', from ?? '', '--json', ...words]);
  const steps = output.stdout === '' ? [] : (JSON.parse(output.stdout) as Probed).steps;
  return { ...output, steps };
}

/** `registry login: failed connect NO_ROUTE_TO_DESTINATION` */
function lines(steps: readonly StepResult[]): readonly string[] {
  return steps.map(({ name, status, performed, explained }) =>
    [`${name}:`, status, performed?.failure?.stage, explained.reason?.code].filter(Boolean).join(' '),
  );
}

/** From an instance with a way out, into a repository that it makes. */
async function push(instance: string, from: string, name: string): Promise<void> {
  const api = async (operation: string, input: object) => {
    const target = `x-amz-target: AmazonEC2ContainerRegistry_V20150921.${operation}`;
    const signed = ['--aws-sigv4', 'aws:amz:us-east-1:ecr', '--user', `${account}:any`];
    const json = ['-H', 'content-type: application/x-amz-json-1.1', '-d', JSON.stringify(input)];
    const argv = [
      'curl',
      '-sS',
      ...signed,
      '-H',
      target,
      ...json,
      'https://api.ecr.us-east-1.amazonaws.com/',
    ];
    return JSON.parse((await postern.exec(instance, argv)).stdout) as {
      authorizationData?: readonly { authorizationToken: string }[];
    };
  };
  await api('CreateRepository', { repositoryName: name.split(':')[0] });
  const { authorizationData } = await api('GetAuthorizationToken', {});
  const password = Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString();
  const to = `docker://${account}.dkr.ecr.us-east-1.amazonaws.com/${name}`;
  const argv = ['skopeo', '--insecure-policy', 'copy', '--dest-creds', password, from, to];
  expect(await postern.exec(instance, argv)).toMatchObject({ code: 0 });
}

/** Nothing of a probe: no interface, guest, namespace, link, process or file. */
async function expectNothingLeft(one = postern): Promise<void> {
  const { NetworkInterfaces } = await one.aws(account, 'ec2', 'DescribeNetworkInterfaces', {
    Filters: [{ Name: 'description', Values: ['postern probe*'] }],
  });
  expect(NetworkInterfaces).toEqual([]);
  await until('no guest is left', async () => (await one.settled()).report?.guests.length === 0);
  expect(await one.inside(['ls', '/run/netns'])).not.toContain('probe');
  // An instance's console stays, a probe's goes.
  await until('no file is left', () => !readdirSync(one.state.guests).some((id) => id.startsWith('eni-')));
}

const tableOf = async (vpc: string): Promise<string> => {
  const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
  const { RouteTables } = await postern.aws(account, 'ec2', 'DescribeRouteTables', { Filters });
  return RouteTables?.find(({ Associations }) => Associations?.some(({ Main }) => Main))?.RouteTableId ?? '';
};

const created = ['CreateLogStream done', 'PutLogEvents done'];
const noRoute = 'failed connect NO_ROUTE_TO_DESTINATION';

describe('EC-1: with neither NAT nor endpoints', () => {
  it('an ECR pull, a log event and a secret fail, each with its reason', async () => {
    const { code, steps, stderr } = await probe('ecs-fargate');
    expect(lines(steps)).toEqual([
      `registry login: ${noRoute}`,
      'image manifest: skipped NO_ROUTE_TO_DESTINATION',
      'image layers: skipped NO_ROUTE_TO_DESTINATION',
      `log event: ${noRoute}`,
      `secret: ${noRoute}`,
    ]);
    expect(code).toBe(1);
    expect(steps[0]?.explained.reason?.component).toBe(await tableOf(network.vpc));
    expect(steps[0]?.explained.remedies[0]?.texts.join()).toContain('com.amazonaws.us-east-1.ecr.api');
    expect(steps[2]?.explained.remedies[0]?.texts.join()).toContain(
      'gateway endpoint to com.amazonaws.us-east-1.s3',
    );
    expect(stderr).toContain('ResourceInitializationError: unable to pull secrets or registry auth');
    await expectNothingLeft();
  });

  it('so does STS', async () => {
    const { code, steps } = await probe('sts');
    expect(lines(steps)).toEqual([`identity: ${noRoute}`, `role: ${noRoute}`]);
    expect(code).toBe(1);
  });
});

it('EC-2: with a NAT gateway they work', async () => {
  const behind = await makeVpc(postern, account, 2);
  const [, outer = ''] = behind.subnets;
  const { InternetGateway } = await postern.aws(account, 'ec2', 'CreateInternetGateway', {});
  const GatewayId = InternetGateway?.InternetGatewayId ?? '';
  await postern.aws(account, 'ec2', 'AttachInternetGateway', {
    InternetGatewayId: GatewayId,
    VpcId: behind.vpc,
  });
  const { RouteTable } = await postern.aws(account, 'ec2', 'CreateRouteTable', { VpcId: behind.vpc });
  const RouteTableId = RouteTable?.RouteTableId ?? '';
  const DestinationCidrBlock = '0.0.0.0/0';
  await postern.aws(account, 'ec2', 'CreateRoute', { RouteTableId, DestinationCidrBlock, GatewayId });
  await postern.aws(account, 'ec2', 'AssociateRouteTable', { RouteTableId, SubnetId: outer });
  const { AllocationId } = await postern.aws(account, 'ec2', 'AllocateAddress', {});
  const { NatGateway } = await postern.aws(account, 'ec2', 'CreateNatGateway', {
    SubnetId: outer,
    AllocationId,
  });
  const before = await probe('sts', [], behind.subnets[0]);
  const NatGatewayId = NatGateway?.NatGatewayId ?? '';
  expect(before.steps[0]?.explained.remedies.flatMap(({ texts }) => texts).join()).toContain(NatGatewayId);
  const main = { RouteTableId: await tableOf(behind.vpc), DestinationCidrBlock, NatGatewayId };
  await postern.aws(account, 'ec2', 'CreateRoute', main);
  for (const profile of ['ecs-fargate', 'sts']) {
    const { code, steps, stderr } = await probe(profile, [], behind.subnets[0]);
    expect(code, stderr).toBe(0);
    expect(new Set(steps.map(({ status }) => status))).toEqual(new Set(['passed']));
  }
  // In the public subnet there is a gateway, and it takes a public address to use it.
  const bare = await probe('sts', [], outer);
  expect(lines(bare.steps)[0]).toBe('identity: failed connect IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS');
  expect(await probe('sts', ['--public-ip'], outer)).toMatchObject({ code: 0 });
});

describe('EC-2: with endpoints and no way out', () => {
  let group: string;
  const endpoints = new Map<string, string>();

  async function addInterfaceEndpoint(service: string): Promise<void> {
    const { VpcEndpoint } = await postern.aws(account, 'ec2', 'CreateVpcEndpoint', {
      VpcId: network.vpc,
      VpcEndpointType: 'Interface',
      ServiceName: `com.amazonaws.us-east-1.${service}`,
      SubnetIds: [...network.subnets],
      SecurityGroupIds: [group],
    });
    endpoints.set(service, VpcEndpoint?.VpcEndpointId ?? '');
  }

  it('each missing piece is named until all are there, and then everything works', async () => {
    group = await makeGroup(postern, account, network.vpc, 'endpoint', [443]);
    await addInterfaceEndpoint('ecr.api');
    expect(lines((await probe('ecs-fargate')).steps).slice(0, 3)).toEqual([
      'registry login: passed',
      `image manifest: ${noRoute}`,
      'image layers: skipped NO_ROUTE_TO_DESTINATION',
    ]);
    for (const service of ['ecr.dkr', 'logs', 'secretsmanager', 'sts']) await addInterfaceEndpoint(service);
    const { steps } = await probe('ecs-fargate');
    expect(lines(steps).filter((line) => !line.endsWith('passed'))).toEqual([`image layers: ${noRoute}`]);
    await postern.aws(account, 'ec2', 'CreateVpcEndpoint', {
      VpcId: network.vpc,
      VpcEndpointType: 'Gateway',
      ServiceName: 'com.amazonaws.us-east-1.s3',
      RouteTableIds: [await tableOf(network.vpc)],
    });
    expect(await probe('sts')).toMatchObject({ code: 0 });
    const done = await probe('ecs-fargate');
    expect(done.code, done.stderr).toBe(0);
    const [, , , event, secret] = done.steps;
    expect(event?.performed?.details).toEqual(['log group /postern/probe is there', ...created]);
    expect(secret?.performed?.details).toEqual(['the service has no secret postern/probe']);
    await expectNothingLeft();
  });

  it('a real image is pulled, its layers from the bucket', async (context) => {
    const tools = [
      ['skopeo', '--version'],
      ['docker-registry', '--version'],
    ];
    for (const argv of tools) context.skip(!(await isInstalled(argv)), `needs ${argv[0]}`);
    const directory = mkdtempSync(join(tmpdir(), 'postern-probe-image-'));
    const { Subnets } = await postern.aws(account, 'ec2', 'DescribeSubnets', {
      Filters: [{ Name: 'default-for-az', Values: ['true'] }],
    });
    const outside = await runInstance(postern, account, { subnet: Subnets?.[0]?.SubnetId ?? '' });
    try {
      const made = await makeOciImage(join(directory, 'made'), 200_000);
      await push(outside.id, made.reference, 'probe/app:1');
      const { code, steps, stderr } = await probe('ecs-fargate', ['--image', 'probe/app:1']);
      expect(code, stderr).toBe(0);
      const bucket = 'prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com';
      expect(steps[1]?.performed?.details).toEqual(['probe/app:1 has 1 layer']);
      expect(steps[2]?.performed?.details).toEqual([`1 layer, ${made.layer.length} bytes, from ${bucket}`]);
      const absent = await probe('ecs-fargate', ['--image', 'probe/app:2']);
      expect(lines(absent.steps).slice(1, 3)).toEqual([
        'image manifest: failed request',
        'image layers: skipped',
      ]);
    } finally {
      await postern.aws(account, 'ec2', 'TerminateInstances', { InstanceIds: [outside.id] });
      rmSync(directory, { recursive: true });
    }
  });

  it('a security group, an endpoint policy and private DNS are named where they stand in the way', async () => {
    const rule = [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    await postern.aws(account, 'ec2', 'RevokeSecurityGroupIngress', { GroupId: group, IpPermissions: rule });
    const closed = await probe('sts');
    expect(lines(closed.steps)[0]).toBe('identity: failed connect ENI_SG_RULES_MISMATCH');
    expect(closed.steps[0]?.explained.remedies[0]?.commands[0]).toContain(`--group-id ${group}`);
    await postern.aws(account, 'ec2', 'AuthorizeSecurityGroupIngress', {
      GroupId: group,
      IpPermissions: rule,
    });

    const VpcEndpointId = endpoints.get('sts') ?? '';
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'sts:GetCallerIdentity', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await postern.aws(account, 'ec2', 'ModifyVpcEndpoint', { VpcEndpointId, PolicyDocument });
    const refused = await probe('sts');
    expect(lines(refused.steps)).toEqual(['identity: passed', 'role: failed policy']);
    expect(refused.steps[1]?.performed?.failure?.error).toContain(
      'no VPC endpoint policy allows the sts:AssumeRole',
    );
    expect(refused.stderr).toContain(`give ${VpcEndpointId} a policy with a statement`);

    await postern.aws(account, 'ec2', 'ModifyVpcEndpoint', { VpcEndpointId, PrivateDnsEnabled: false });
    const { steps } = await probe('sts');
    expect(lines(steps)[0]).toBe(`identity: ${noRoute}`);
    expect(steps[0]?.explained.resolution.code).toBe('DNS_PRIVATE_DNS_DISABLED');
    expect(steps[0]?.explained.remedies[0]?.commands[0]).toContain('--private-dns-enabled');
  });

  it('says so loudly when packets and model disagree', async () => {
    const nft = (...words: readonly string[]) => postern.inside(['nft', ...words], network.vpc);
    await nft('add', 'table', 'ip', 'meddling');
    await nft('add', 'chain', 'ip', 'meddling', 'c', '{ type filter hook forward priority 10; }');
    await nft('add', 'rule', 'ip', 'meddling', 'c', 'tcp', 'dport', '443', 'drop');
    try {
      const { code, steps, stderr } = await probe('lambda-s3');
      expect(code).toBe(2);
      expect(lines(steps)).toEqual(['object: disagreement connect', `item: ${noRoute}`]);
      expect(stderr).toContain('PACKETS AND MODEL DISAGREE');
      expect(stderr).toContain('the model says reachable');
    } finally {
      await nft('delete', 'table', 'ip', 'meddling');
    }
  });
});

it('the commands of its advice, run as they are, cure what it found', async (context) => {
  context.skip(!(await isInstalled(['aws', '--version'])), 'needs the AWS CLI');
  const { vpc, subnets } = await makeVpc(postern, account);
  await postern.aws(account, 'ec2', 'ModifyVpcAttribute', {
    VpcId: vpc,
    EnableDnsHostnames: { Value: false },
  });
  const env = {
    AWS_ENDPOINT_URL: postern.endpoint,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'any',
  };
  const { steps } = await probe('lambda-s3', [], subnets[0]);
  const more = await probe('sts', [], subnets[0]);
  const commands = [...steps, ...more.steps.slice(0, 1)].flatMap(
    ({ explained }) => explained.remedies[0]?.commands ?? [],
  );
  expect(commands.length).toBeGreaterThanOrEqual(4);
  for (const command of commands) await runWell(['sh', '-c', command], { env });
  expect(await probe('lambda-s3', [], subnets[0])).toMatchObject({ code: 0 });
  expect(await probe('sts', [], subnets[0])).toMatchObject({ code: 0 });
});

describe('is gone', () => {
  /** Its first step is over, the second under way. */
  async function running(): Promise<ChildProcess> {
    const words = ['ssm', '--state', postern.state.path, '--subnet', network.subnets[0] ?? ''];
    const [file = '', ...argv] = posternArgv('probe', ...words);
    const child = spawn(file, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk));
    await until('it has told its first step', () => said.includes('registration'));
    return child;
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('after %s', async (signal) => {
    const child = await running();
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    child.kill(signal);
    expect(await exit).toEqual(signal === 'SIGKILL' ? [null, signal] : [130, null]);
    if (signal === 'SIGKILL') {
      await until('control has removed it', async () => (await postern.status()).report?.guests.length === 0);
    }
    await expectNothingLeft();
  });

  it('when control was killed meanwhile, as soon as it runs again', async () => {
    const child = await running();
    const exit = once(child, 'exit');
    await postern.kill('control');
    const stderr = child.stderr === null ? '' : await text(child.stderr);
    expect(await exit).toEqual([1, null]);
    expect(stderr).toMatch(/^Postern (is not running|stopped before it had answered)\. .*: postern up\n$/);
    await postern.up();
    await expectNothingLeft();
  });
});

describe('bad input', () => {
  it.each<[string, () => readonly string[], string]>([
    ['an unknown profile', () => ['ecs', '--subnet', network.subnets[0] ?? ''], 'ecs-fargate'],
    ['an unknown subnet', () => ['sts', '--subnet', 'subnet-0123456789abcdef0'], 'InvalidSubnetID.NotFound'],
    ['no subnet', () => ['sts'], '--subnet'],
    [
      'an unknown group',
      () => ['sts', '--subnet', network.subnets[0] ?? '', '--groups', 'sg-0123456789abcdef0'],
      'InvalidGroup.NotFound',
    ],
  ])('%s', async (_, words, said) => {
    const { code, stderr, stdout } = await postern.cli('probe', words());
    expect(code).toBe(1);
    expect(stderr).toContain(said);
    expect(stdout).toBe('');
  });

  it('a group of another VPC, a subnet without a free address', async () => {
    const other = await makeVpc(postern, account);
    const foreign = await makeGroup(postern, account, other.vpc, 'foreign', []);
    const { stderr } = await postern.cli('probe', [
      'sts',
      '--subnet',
      network.subnets[0] ?? '',
      '--groups',
      foreign,
    ]);
    expect(stderr).toContain('belong to different networks');
    const block = { VpcId: other.vpc, CidrBlock: '10.0.200.0/28' };
    const { Subnet } = await postern.aws(account, 'ec2', 'CreateSubnet', block);
    const SubnetId = Subnet?.SubnetId ?? '';
    for (let i = 0; i < 11; i++) await postern.aws(account, 'ec2', 'CreateNetworkInterface', { SubnetId });
    const full = await postern.cli('probe', ['sts', '--subnet', SubnetId]);
    expect(full).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('InsufficientFreeAddressesInSubnet'),
    });
  });
});

it('without an agent it gives the verdicts and says that no packet was sent', async () => {
  const quiet = await Postern.start('--no-agent');
  try {
    const { Subnets } = await quiet.aws(account, 'ec2', 'DescribeSubnets', {});
    const subnet = Subnets?.[0]?.SubnetId ?? '';
    const closed = await quiet.cli('probe', ['sts', '--subnet', subnet]);
    expect(closed.code).toBe(1);
    expect(closed.stdout).toContain('No packet is sent: this Postern is for analysis only');
    expect(closed.stdout).toContain('IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS');
    const open = await quiet.cli('probe', ['sts', '--subnet', subnet, '--public-ip']);
    expect(open.stdout).toContain('2 reachable; no packet was sent');
    expect(open.code).toBe(0);
  } finally {
    await quiet.stop();
  }
});

it('an ordinary user can, and leaves nothing', async (context) => {
  context.skip(process.geteuid?.() !== 0, 'needs root, to become another user; without it all above was one');
  const uid = 65534;
  const home = mkdtempSync(join(tmpdir(), 'postern-probe-'));
  const state = join(home, 'state');
  mkdirSync(state);
  for (const path of [home, state]) chownSync(path, uid, uid);
  chmodSync(home, 0o755);
  const user = ['setpriv', '--reuid', `${uid}`, '--regid', `${uid}`, '--clear-groups', '--'];
  const command = (...words: readonly string[]) => [...user, ...posternArgv(...words)];
  const env = { HOME: home, TMPDIR: home };
  try {
    const up = await run(command('up', '--state', state, '--port', '0'), { env });
    expect(up, up.stderr).toMatchObject({ code: 0 });
    context.skip(up.stdout.includes('No packets here'), 'needs user namespaces for ordinary users');
    const endpoint = /http:\/\/\S+/.exec(up.stdout)?.[0] ?? '';
    const body = 'Action=DescribeSubnets&Version=2016-11-15';
    const authorization = `AWS4-HMAC-SHA256 Credential=${account}/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=00`;
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await (await fetch(endpoint, { method: 'POST', headers, body })).text();
    const subnet = /<subnetId>([^<]+)</.exec(answer)?.[1] ?? '';
    const words = ['--state', state, '--subnet', subnet];
    const open = await run(command('probe', 'sts', ...words, '--public-ip'), { env });
    expect(open, open.stderr + open.stdout).toMatchObject({ code: 0 });
    expect(open.stdout).toContain('2 passed');
    const closed = await run(command('probe', 'sts', ...words), { env });
    expect(closed.stdout).toContain('IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS');
    await until('no file is left', () => readdirSync(join(state, 'guests')).length === 0);
  } finally {
    await run(command('reset', '--state', state), { env });
    rmSync(home, { recursive: true, force: true });
  }
});
