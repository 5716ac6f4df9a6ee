// The command against control's own routes on a real socket, without an agent: what it prints, where, and how it exits.
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../api/admin.ts';
import { createCommands } from '../api/commands.ts';
import { questionsOf } from '../api/questions.ts';
import { testApi } from '../api/testing.ts';
import { SeededPrng } from '../std/prng.ts';
import { runWhy, type WhyWords } from './why.ts';

const directory = mkdtempSync(join(tmpdir(), 'postern-why-'));
const socket = join(directory, 'control.sock');
let server: Server;
const ids = { client: '', server: '', address: '', vpc: '' };

beforeAll(async () => {
  const { store, observed, clock, call } = testApi();
  const own = { store, observed, clock, prng: new SeededPrng(2) };
  const commands = { ...createCommands(own), ...questionsOf(own, () => undefined).commands };
  const admin = createAdmin({ store, observed, commands });
  server = createServer((request, response) => void admin.local(request, response));
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  const ImageId = 'ami-03eb5e00000000001';
  const { Instances = [] } = await call('ec2', 'RunInstances', { ImageId, MinCount: 2, MaxCount: 2 });
  const [client, other] = Instances;
  ids.client = client?.InstanceId ?? '';
  ids.server = other?.InstanceId ?? '';
  ids.address = other?.PrivateIpAddress ?? '';
  ids.vpc = other?.VpcId ?? '';
});

afterAll(async () => {
  server.close();
  rmSync(directory, { recursive: true });
});

type Given = Partial<WhyWords['options']>;

async function why(first?: string, second?: string, given: Given = {}, at = socket) {
  const out: string[] = [];
  const complaints: string[] = [];
  const options = { return: false, json: false, ...given };
  const code = await runWhy(
    { first, second, options },
    { socket: at, print: (text) => void out.push(text), complain: (text) => void complaints.push(text) },
  );
  return { code, out: out.join('\n'), complaint: complaints.join('\n') };
}

describe('postern why', () => {
  it('ends with 0 where it is reachable', async () => {
    const { code, out, complaint } = await why(ids.client, `${ids.server}:80`);
    expect([code, complaint]).toEqual([0, '']);
    expect(out.split('\n')[0]).toBe(`✓ reachable: ${ids.client} → ${ids.server}:80/tcp`);
  });

  it('ends with 1 where it is not, and says what to do', async () => {
    const { code, out } = await why('internet', `${ids.client}:80`);
    expect(code).toBe(1);
    expect(out).toContain('to fix');
    expect(out).toContain('aws ec2 authorize-security-group-ingress');
  });

  it('ends with 2 where the model cannot tell', async () => {
    const { code, out } = await why(ids.client, '8.8.8.8:53/udp');
    expect([code, out.split('\n')[0]]).toEqual([2, `? unknown: ${ids.client} → 8.8.8.8:53/udp`]);
  });

  it('prints everything as JSON', async () => {
    const { code, out } = await why(ids.client, `${ids.server}:80`, { json: true });
    const tree = JSON.parse(out) as {
      verdict: string;
      ways: readonly { path: { back: readonly unknown[] } }[];
    };
    expect([code, tree.verdict, tree.ways.length]).toEqual([0, 'reachable', 1]);
  });

  it('takes an error message, and its diagnosis is in the JSON', async () => {
    const error = `dial tcp ${ids.address}:80: connect: connection refused`;
    const { code, out } = await why(undefined, undefined, { error, from: ids.client });
    expect(code).toBe(0);
    expect(out).toContain(`postern exec ${ids.server} -- ss -ltn`);
    const json = await why(ids.client, undefined, { error, json: true });
    expect(JSON.parse(json.out)).toMatchObject({ diagnosis: { finding: 'outside' } });
  });

  it('takes --from with the destination alone, and a request', async () => {
    expect((await why(`${ids.server}:80`, undefined, { from: ids.client })).code).toBe(0);
    const { out } = await why(ids.client, undefined, { request: 'sqs:ListQueues' });
    expect(out).toContain('sqs.us-east-1.amazonaws.com');
  });

  it.each<[string, () => ReturnType<typeof why>, RegExp]>([
    ['nothing', () => why(), /Who sends\? Write postern why FROM TO/],
    ['no destination', () => why(ids.client), /Where to\?/],
    ['an unknown id', () => why('i-0123456789abcdef0', 's3'), /There is no i-0123456789abcdef0/],
    ['an id of another kind', () => why(ids.vpc, 's3'), /VPC, which sends nothing itself/],
    ['no port', () => why(ids.client, ids.server), /Which port of/],
    ['two senders', () => why(ids.client, 's3', { from: ids.server }), /Who sends, .* Leave one of them out/],
    ['both ends', () => why(ids.server, `${ids.address}:80`), /both ends/],
    [
      'no message',
      () => why(ids.client, undefined, { error: 'exit status 1' }),
      /None of the error messages/,
    ],
    ['no process', () => why('pid:4194304', `${ids.server}:80`), /no process 4194304 here/],
    [
      'a strange process',
      () => why(`pid:${process.pid}`, `${ids.server}:80`),
      /postern attach pid:\d+ --subnet/,
    ],
    [
      'no Postern',
      () => why(ids.client, 's3', {}, join(directory, 'none')),
      /not running. Start it with: postern up/,
    ],
    ['too much', () => why('x'.repeat(5000), 's3'), /InvalidParameterValue/],
  ])('ends with 2 and the next step: %s', async (_, run, complaint) => {
    const ended = await run();
    expect(ended.complaint).toMatch(complaint);
    expect(ended.complaint).not.toMatch(/\n\s+at /);
    expect([ended.code, ended.out]).toEqual([2, '']);
  });
});

it('ends with 2 for an option that is none, as a program', async () => {
  const main = join(import.meta.dirname, '../main.ts');
  const child = spawn(process.execPath, [main, 'why', '--bogus'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  expect([code, said]).toEqual([2, expect.stringContaining('postern why --help')]);
});
