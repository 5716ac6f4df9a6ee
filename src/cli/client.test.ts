// A control that is not there, or goes away at any moment: whoever asked hears what happened and what to do next.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callControl, followControl } from './client.ts';
import { LeaseHolder } from './probe/lease.ts';

const notRunning = 'Postern is not running. Start it with: postern up';
const stopped = 'Postern stopped before it had answered. Start it again with: postern up';
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

let directory: string;
let socketPath: string;
let control: Server | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-client-'));
  socketPath = join(directory, 'control.sock');
});
afterEach(() => {
  control?.close();
  control = undefined;
  rmSync(directory, { recursive: true });
});

/** A control that reads a request, says this much, and then does that with the connection. */
async function controlThat(says: string, then: (socket: Socket) => void): Promise<void> {
  control = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(says, () => then(socket)));
  });
  await new Promise<void>((resolve) => control?.listen(socketPath, resolve));
}

const dies = (socket: Socket) => void socket.destroy();
const ends = (socket: Socket) => void socket.end();

describe('a call', () => {
  const call = () => callControl(socketPath, 'GET', 'status');

  it('finds nobody', async () => {
    await expect(call()).rejects.toThrow(notRunning);
  });

  it.each([
    ['before its answer', '', dies],
    ['before its answer, in order', '', ends],
    ['in the middle of it', head + chunk('{"revision":'), dies],
    ['in the middle of it, in order', head + chunk('{"revision":'), ends],
  ])('hears that control stopped %s', async (_, says, then) => {
    await controlThat(says, then);
    await expect(call()).rejects.toThrow(stopped);
  });

  it('hears it also where control stopped before it had read the question', async () => {
    control = createServer({ pauseOnConnect: true }, (socket) => void setImmediate(() => socket.destroy()));
    await new Promise<void>((resolve) => control?.listen(socketPath, resolve));
    await expect(call()).rejects.toThrow(stopped);
  });

  it('has an answer that came whole', async () => {
    await controlThat(`${head}${chunk('{"revision":7}')}0\r\n\r\n`, dies);
    expect(await call()).toEqual({ revision: 7 });
  });
});

describe('an answer that goes on', () => {
  const follow = (stop = new AbortController(), take: (line: unknown) => void = () => undefined) =>
    followControl(socketPath, 'reach-watch', { body: {}, stop: stop.signal }, take);

  it('finds nobody', async () => {
    await expect(follow()).rejects.toThrow(notRunning);
  });

  it.each([
    ['breaks off', dies],
    ['ends', ends],
  ])('%s with control', async (_, then) => {
    const lines: unknown[] = [];
    await controlThat(head + chunk('{"n":1}\n{"n":2}\n{"n"'), then);
    const hasStopped = 'Postern has stopped. Start it again with: postern up';
    await expect(follow(undefined, (line) => lines.push(line))).rejects.toThrow(hasStopped);
    expect(lines).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('ends well for whom it was enough', async () => {
    const stop = new AbortController();
    await controlThat(head + chunk('{"n":1}\n'), () => undefined);
    await follow(stop, () => stop.abort());
  });
});

describe('the interface of a probe', () => {
  const question = { subnetId: 'subnet-1', groupIds: [], profile: 'sts', publicAddress: false };
  const open = () => LeaseHolder.open(socketPath, question);

  it('is not given by nobody, nor by a control that stops', async () => {
    await expect(open()).rejects.toThrow(notRunning);
    await controlThat('', dies);
    await expect(open()).rejects.toThrow(stopped);
  });

  it('is refused in the words of control', async () => {
    const body = '{"error":"InvalidSubnetID.NotFound: no such subnet"}\n';
    const status = `HTTP/1.1 400 Bad Request\r\ncontent-length: ${body.length}\r\n\r\n`;
    await controlThat(status + body, () => undefined);
    await expect(open()).rejects.toThrow('InvalidSubnetID.NotFound: no such subnet');
  });

  it('is given back also where control has stopped meanwhile', async () => {
    await controlThat(head + chunk('{"id":"eni-1"}\n'), dies);
    const holder = await open();
    control?.close();
    await holder.end();
    expect(holder.lease).toEqual({ id: 'eni-1' });
  });
});
