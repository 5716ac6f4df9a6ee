// What goes wrong around Postern, and what it says: a port that is taken, a directory it cannot write, a full disk, a
// guest whose program is not there, whose first process is killed or whose certificates cannot be made.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeVpc, runInstance } from './network.ts';
import { accounts, Postern, postern as command, whyNoPackets } from './postern.ts';
import { isInstalled, run, until } from './run.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-fault-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('postern up', () => {
  it('on a port that another program has: says so and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = String(typeof address === 'object' ? address?.port : 0);
    const state = join(directory, 'state');
    try {
      const { code, stderr } = await run(command('up', '--state', state, '--port', port));
      expect(code).toBe(1);
      expect(stderr).toBe(
        `Port ${port} is in use by another program. Choose one with: postern up --port N\n`,
      );
    } finally {
      other.close();
    }
    for (const mark of ['control.json', 'agent.json', 'holder.json'])
      expect(existsSync(join(state, mark)), mark).toBe(false);
    expect(await run(command('status', '--state', state))).toMatchObject({
      code: 1,
      stderr: 'Postern is not running. Start it with: postern up\n',
    });
  });

  it('in a directory that cannot be: says which and why', async () => {
    writeFileSync(join(directory, 'file'), '');
    const state = join(directory, 'file', 'state');
    const { code, stderr } = await run(command('up', '--state', state, '--port', '0'));
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Cannot keep files in ${state}: not a directory. Choose a place with: postern up --state DIRECTORY\n`,
    );
  });

  it('and down, status, reset say what is', async () => {
    const state = join(directory, 'state');
    const cli = (...words: readonly string[]) => run(command(...words, '--state', state));
    expect((await cli('up', '--port', '0', '--no-agent')).stdout).toMatch(/^Postern is up at http:/);
    expect((await cli('status')).stdout).toBe(
      'intent     revision 0: 0 VPCs, 0 network interfaces, 0 endpoints\n' +
        'host       no agent: analysis only, no packets\n',
    );
    expect((await cli('down')).stdout).toBe(`Postern is down. What was created stays in ${state}\n`);
    expect((await cli('down')).stdout).toBe('Postern was not running.\n');
    // A directory given by mistake is left alone.
    writeFileSync(join(directory, 'precious'), '');
    expect(await run(command('reset', '--state', directory))).toMatchObject({
      code: 1,
      stderr: `${directory} is not the state directory of a Postern: nothing was removed\n`,
    });
    expect((await cli('reset')).code).toBe(0);
    expect(existsSync(state)).toBe(false);
    expect(existsSync(join(directory, 'precious'))).toBe(true);
  });

  it('twice: the second finds the first', async () => {
    const postern = await Postern.start('--no-agent');
    try {
      const { endpoint } = postern;
      await postern.up('--no-agent');
      expect(postern.endpoint).toBe(endpoint);
    } finally {
      await postern.stop();
    }
  });
});

describe('a full disk', () => {
  it('is answered 503 Unavailable, loses nothing and is over when there is space again', async (context) => {
    const user = process.geteuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const own = ['unshare', ...user, '--mount', 'sh', '-c'];
    context.skip(!(await isInstalled([...own, 'mount -t tmpfs none /mnt'])), 'needs the right to mount');
    const state = join(directory, 'state');
    mkdirSync(state);
    const script = 'mount -t tmpfs -o size=2m none "$1" && shift && exec "$@"';
    const argv = [
      ...own,
      script,
      'sh',
      state,
      ...command('serve', '--state', state, '--port', '0', '--no-agent'),
    ];
    const control = spawn(argv[0] ?? '', argv.slice(1), { stdio: 'ignore' });
    const inside = (file: string) => `/proc/${control.pid}/root${state}/${file}`;
    try {
      const port = await until('control listens', () => {
        if (!existsSync(inside('control.json'))) return undefined;
        return (JSON.parse(readFileSync(inside('control.json'), 'utf8')) as { port: number }).port;
      });
      const credentials = { accessKeyId: accounts.consumer, secretAccessKey: 'any' };
      const endpoint = `http://127.0.0.1:${port}`;
      const client = new EC2Client({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
      const create = () => client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
      const described = async () =>
        ((await client.send(new DescribeVpcsCommand({}))).Vpcs ?? []).map(({ VpcId }) => VpcId);

      await create();
      fill(inside('filling'));
      const refused = await createUntilRefused(create);
      expect(refused).toMatchObject({ name: 'Unavailable', $metadata: { httpStatusCode: 503 } });
      const before = await described();
      await expect(create()).rejects.toMatchObject({ name: 'Unavailable' });
      expect(await described()).toEqual(before);

      rmSync(inside('filling'));
      const made = await until('it works again', async () => (await create()).Vpc?.VpcId);
      expect((await described()).sort()).toEqual([...before, made].sort());
      client.destroy();
    } finally {
      control.kill('SIGKILL');
    }
  });

  function fill(file: string): void {
    try {
      writeFileSync(file, Buffer.alloc(4 * 1024 * 1024));
    } catch {
      // As much as there was room for.
    }
  }

  /** What is written already may have room for some more; answers what it is refused with in the end. */
  async function createUntilRefused(create: () => Promise<unknown>): Promise<unknown> {
    for (let tries = 0; tries < 50; tries++) {
      try {
        await create();
      } catch (error) {
        return error;
      }
    }
    return undefined;
  }
});

describe('guests', () => {
  let postern: Postern;
  let subnet: string;
  beforeAll(async () => {
    if (whyNoPackets !== undefined) return;
    postern = await Postern.start();
    subnet = (await makeVpc(postern, accounts.consumer)).subnets[0] ?? '';
  });
  afterAll(() => postern?.stop());
  beforeEach((context) => context.skip(whyNoPackets !== undefined, whyNoPackets ?? 'needs namespaces'));

  const start = (script: string) =>
    runInstance(postern, accounts.consumer, { subnet, userData: Buffer.from(script).toString('base64') });

  async function stateOf(id: string): Promise<string | undefined> {
    const input = { InstanceIds: [id] };
    const { Reservations } = await postern.aws(accounts.consumer, 'ec2', 'DescribeInstances', input);
    return Reservations?.[0]?.Instances?.[0]?.State?.Name;
  }

  const becomes = (id: string, state: string) =>
    until(`${id} is ${state}`, async () => (await stateOf(id)) === state);

  it('whose program ends at once lives on, as an instance does', async () => {
    const { id } = await start('#!/bin/sh\necho done\nexit 3\n');
    await becomes(id, 'running');
    await until('it wrote', async () => (await postern.cli('logs', [id])).stdout === 'done\n');
    expect(await postern.exec(id, ['sh', '-c', 'echo here; exit 7'])).toMatchObject({
      code: 7,
      stdout: 'here\n',
    });
    expect(await stateOf(id)).toBe('running');
  });

  it('whose program does not exist lives on, and its console says why', async () => {
    const { id } = await start('#!/no/such/interpreter\n');
    await becomes(id, 'running');
    await until('it says so', async () => /not found/.test((await postern.cli('logs', [id])).stdout));
  });

  it('whose first process is killed is stopped, and starts again when asked', async () => {
    const { id, address } = await start('#!/bin/sh\necho up\n');
    await becomes(id, 'running');
    process.kill(await postern.guestPid(id), 'SIGKILL');
    await becomes(id, 'stopped');
    const { stdout } = await postern.cli('status');
    expect(stdout).toMatch(new RegExp(`instance +${id} +stopped: its first process ended`));
    const refused = await postern.exec(id, ['true']);
    expect(refused).toMatchObject({ code: 1, stderr: `${id} is stopped: its first process ended\n` });

    await postern.aws(accounts.consumer, 'ec2', 'StartInstances', { InstanceIds: [id] });
    await becomes(id, 'running');
    const { stdout: addresses } = await postern.exec(id, ['ip', '-o', '-4', 'address', 'show', 'eth0']);
    expect(addresses).toContain(address);
  });

  it('that is not there is named', async () => {
    const id = 'i-00000000000000000';
    expect(await postern.exec(id, ['true'])).toMatchObject({
      code: 1,
      stderr: `No instance ${id} runs here; see: postern status\n`,
    });
    expect(await postern.cli('logs', [id])).toMatchObject({
      code: 1,
      stderr: `No console of ${id} here; see: postern status\n`,
    });
  });

  it('come back with down and up', async () => {
    const { id } = await start('#!/bin/sh\necho up\n');
    await becomes(id, 'running');
    const before = await postern.guestPid(id);
    expect((await postern.cli('down')).code).toBe(0);
    await postern.up();
    await becomes(id, 'running');
    expect(await postern.guestPid(id)).not.toBe(before);
  });

  it('that cannot be given certificates say why, and start when they can', async () => {
    const { authority } = postern.state;
    await postern.cli('down');
    rmSync(authority, { recursive: true });
    writeFileSync(authority, 'a file where the folder belongs');
    await postern.up();
    const { id } = await start('#!/bin/sh\necho up\n');
    await until('it says so', async () =>
      (await postern.cli('status')).stdout.includes(`${id}  failed: EEXIST`),
    );
    rmSync(authority);
    await postern.aws(accounts.consumer, 'ec2', 'StartInstances', { InstanceIds: [id] });
    await becomes(id, 'running');
  });
});
