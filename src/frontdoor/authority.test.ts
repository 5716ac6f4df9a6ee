// The authority without the front door: one root for good, certificates by it, and a disk that takes nothing.
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../std/clock.ts';
import { type Authority, authorityIn } from './authority.ts';

const name = 's3.us-east-1.amazonaws.com';
const dayMs = 24 * 3600 * 1000;
let folder: string;
let directory: string;
let clock: ManualClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-authority-'));
  directory = join(folder, 'authority');
  clock = new ManualClock(Date.now());
});
afterEach(() => rmSync(folder, { recursive: true }));

it('has one root for good', async () => {
  const root = await authorityIn(directory, clock).root();
  expect(new X509Certificate(root).ca).toBe(true);
  expect(await authorityIn(directory, clock).root()).toBe(root);
});

it('gives a certificate of the name that clients take who trust the root', async () => {
  const authority = authorityIn(directory, clock);
  expect(await nameSeen(authority)).toBe(`DNS:${name}`);
});

it('makes another one when half of its life is over', async () => {
  const authority = authorityIn(directory, clock);
  const first = await authority.contextFor(name);
  expect(await authority.contextFor(name)).toBe(first);
  clock.advance(46 * dayMs);
  expect(await authority.contextFor(name)).not.toBe(first);
});

it('whose folder cannot be made says so to who asks, and is there for the next once it can', async () => {
  writeFileSync(directory, 'a file where the folder belongs');
  const authority = authorityIn(directory, clock);
  await expect(authority.contextFor(name)).rejects.toThrow('EEXIST');
  await expect(authority.root()).rejects.toThrow('EEXIST');
  rmSync(directory);
  expect(await nameSeen(authority)).toBe(`DNS:${name}`);
});

/** By a client that trusts nothing but the root. */
async function nameSeen(authority: Authority): Promise<string | undefined> {
  const secureContext = await authority.contextFor(name);
  const server: Server = createServer((socket) => {
    new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ca = await authority.root();
  return new Promise((resolve, reject) => {
    const client = connect({ port, host: '127.0.0.1', servername: name, ca }, () => {
      resolve(client.getPeerX509Certificate()?.subjectAltName);
      client.destroy();
      server.close();
    });
    client.once('error', reject);
  });
}
