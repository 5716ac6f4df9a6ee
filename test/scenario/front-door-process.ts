// A front door in the services namespace of a laboratory: `front-door-process.ts DIRECTORY S3-DIRECTORY`. It says its
// root certificate, then takes the rows of a snapshot a line, as the agent takes them from its stream. What no one
// stands behind here (our own APIs, DynamoDB) answers with an empty object.
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { authorityIn } from '../../src/frontdoor/authority.ts';
import { createFrontDoor } from '../../src/frontdoor/front-door.ts';
import { S3 } from '../../src/frontdoor/s3/s3.ts';
import type { Kind, Kinds } from '../../src/model/kinds.ts';
import { Tables } from '../../src/model/tables.ts';
import { systemClock } from '../../src/std/clock.ts';

const [directory = '', s3Directory = ''] = process.argv.slice(2);
const controlSocket = join(directory, `nobody-${process.pid}.sock`);
const nobody = createServer((request, response) => void request.resume().on('end', () => response.end('{}')));
await listening(nobody, { path: controlSocket });

let tables = new Tables();
const authority = authorityIn(join(directory, 'authority'), systemClock);
const s3 = new S3(s3Directory);
const door = createFrontDoor({
  authority,
  clock: systemClock,
  snapshot: () => tables,
  settings: async () => ({ defaultAccountId: '000000000000', upstreams: new Map() }),
  controlSocket,
  dynamoDb: { connect: async (): Promise<Duplex> => connect(controlSocket), scopeHeader: 'x-scope' },
  builtIn: async (service) => (service === 's3' ? s3 : undefined),
  log: (line) => void process.stderr.write(`${line}\n`),
});
await open(443, door.secure);
await open(80, door.plain);
process.stdout.write(`${JSON.stringify(await authority.root())}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const next = new Tables();
  for (const [kind, resources] of JSON.parse(line) as [Kind, Kinds[Kind][]][]) {
    for (const resource of resources) next.apply({ kind, id: resource.id, resource });
  }
  tables = next;
  process.stdout.write('true\n');
}
process.exit(0);

function open(port: number, take: (socket: Socket) => void): Promise<void> {
  return listening(createTcpServer({ allowHalfOpen: true }, take), { port, host: '0.0.0.0' });
}

function listening(server: Server, where: { path: string } | { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(where, resolve);
  });
}
