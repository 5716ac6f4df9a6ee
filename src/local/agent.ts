// The agent process, inside the holder's namespaces: data plane, resolver, metadata service, guests.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Agent } from '../agent/agent.ts';
import { ControlClient } from '../agent/control-client.ts';
import { dnsAskerOf } from '../agent/dns-asker.ts';
import { deliverFlowLog } from '../agent/flow-log-delivery.ts';
import { FlowLogs } from '../agent/flow-logs.ts';
import { Guests } from '../agent/guests.ts';
import { addressOf, clientBehind, interfaceBehind } from '../engine/way.ts';
import { internetOr } from '../agent/internet.ts';
import { Listeners, type OnConnection } from '../agent/listeners.ts';
import { createMetadataServer } from '../agent/metadata-server.ts';
import { serveQuestions } from '../agent/question-server.ts';
import { ProxyServers } from '../agent/proxy-server.ts';
import { builtInScript } from '../catalog/images.ts';
import { findHolder } from '../dataplane/holder.ts';
import type { Forward } from '../dns/forwarder.ts';
import { createDnsServer } from '../dns/server.ts';
import { systemRunner } from '../dataplane/linux/command-runner.ts';
import { readDropCounters } from '../dataplane/linux/drop-counters.ts';
import { readFlowCounters } from '../dataplane/linux/flow-counters.ts';
import { LinuxDriver } from '../dataplane/linux/linux-driver.ts';
import { type Authority, authorityIn } from '../frontdoor/authority.ts';
import { createFrontDoor } from '../frontdoor/front-door.ts';
import { formatAddress, parseAddress } from '../net/ipv4.ts';
import { metadataService, readIdentity, resolverService } from '../plan/addressing.ts';
import type { DropKey } from '../plan/drop-counter.ts';
import { systemClock } from '../std/clock.ts';
import { present } from '../std/assert.ts';
import { Replica } from '../store/stream/replica.ts';
import { type BuiltIns, builtInsOf } from './built-ins.ts';
import { removeMark, writeMark } from './process-mark.ts';
import { dynamoDbIn, scopeHeader } from './dynamodb.ts';
import { followSettings, readSettings } from './settings.ts';
import type { StateDirectory } from './state-directory.ts';
import { trustIn } from './trust.ts';

// What answers are read into counts for the collector as the rest does. By itself it collects everything after each
// 32 MB, which takes more than half of the time of a large answer through the front door.
const collectLess = '--external-memory-accounted-in-global-limit';

/** Runs until SIGTERM or SIGINT. */
export async function runAgent(state: StateDirectory): Promise<void> {
  setFlagsFromString(collectLess);
  const holder = present(await findHolder({ stateDirectory: state.path }), 'holder of the namespaces');
  await mkdir(state.guests, { recursive: true });
  const replica = new Replica();
  const log = (line: string) =>
    void process.stderr.write(`${new Date(systemClock.now()).toISOString()} ${line}\n`);
  const listeners = new Listeners(log);
  const authority = authorityIn(state.authority, systemClock);
  const trust = trustIn(state.authority, authority);
  const { internet } = await readSettings(state.settings);
  const builtIns = builtInsOf(state, log);
  await openFrontDoor({
    authority,
    state,
    replica,
    listeners,
    log,
    builtIns,
    internetPorts: internet?.ports,
  });
  const control = new ControlClient(state.controlSocket);
  const agent = new Agent({
    replica,
    control,
    driver: new LinuxDriver({ stateFile: state.tables }),
    guests: (onChange) =>
      new Guests({
        directory: state.guests,
        holderPid: holder.pid,
        trust,
        environment: { POSTERN_NODE: process.execPath },
        onChange,
      }),
    flowLogs: (onChange) =>
      new FlowLogs({
        snapshot: () => replica.snapshot,
        read: (namespace, kinds) => readFlowCounters(systemRunner(), namespace, kinds),
        deliver: (delivery) => deliverFlowLog({ directory: state.flowLogs, ...builtIns }, delivery),
        file: join(state.flowLogs, 'memory.json'),
        clock: systemClock,
        onChange,
        log,
      }),
    proxies: new ProxyServers({ knownAddressOf: (address) => knownAddressOf(replica, address), listeners }),
    builtInScript,
    ...(internet === undefined ? {} : { internetPorts: internet.ports }),
    holderPid: holder.pid,
    onFirstApply: async () => {
      await startServices({ replica, agent, listeners, log, ...(internet && { forward: control.askDns }) });
      // Nobody waits now; the first instance and the first handshake would.
      trust().catch((error: unknown) => log(`certificates: ${String(error)}`));
    },
    log,
  });
  const closeQuestions = await serveQuestions(state.agentSocket, {
    'POST /drops': (keys) => readDropCounters(systemRunner(), keys as readonly DropKey[]),
  });
  await writeMark(state.agentMark);
  const end = async () => {
    closeQuestions();
    await agent.close();
    await removeMark(state.agentMark);
    process.exit(0);
  };
  process.once('SIGTERM', () => void end());
  process.once('SIGINT', () => void end());
  await agent.run();
}

/** Of who is behind an identity, or the address itself. */
function knownAddressOf({ snapshot }: Replica, address: string): string | undefined {
  if (readIdentity(parseAddress(address) ?? 0) === undefined) return address;
  const client = snapshot && clientBehind(snapshot, address);
  return client && addressOf(client);
}

/** Ports of the front door, at every address of the services namespace that nobody else has. */
async function openFrontDoor(parts: {
  authority: Authority;
  state: StateDirectory;
  replica: Replica;
  listeners: Listeners;
  log: (line: string) => void;
  builtIns: BuiltIns;
  /** Where guests may leave this host; undefined: nowhere. */
  internetPorts: readonly number[] | undefined;
}): Promise<void> {
  const { authority, state, replica, listeners, log } = parts;
  const frontDoor = createFrontDoor({
    authority,
    clock: systemClock,
    snapshot: () => replica.snapshot,
    settings: followSettings(state.settings, ({ defaultAccountId, upstreams }) => {
      const entries = Object.entries(upstreams).map(([name, url]) => [name, new URL(url)] as const);
      return { defaultAccountId, upstreams: new Map(entries) };
    }),
    controlSocket: state.controlSocket,
    builtIn: parts.builtIns.find,
    dynamoDb: { connect: dynamoDbIn(state.dynamoDb), scopeHeader },
    log,
  });
  const doors = new Map<number, OnConnection>([
    [443, frontDoor.secure],
    [80, frontDoor.plain],
  ]);
  const { internetPorts = [] } = parts;
  for (const port of new Set([...doors.keys(), ...internetPorts])) {
    const door = doors.get(port) ?? ((socket) => void socket.destroy());
    await listeners.share(
      port,
      internetPorts.length === 0 ? door : internetOr(state.controlSocket, log, door),
    );
  }
}

async function startServices(parts: {
  replica: Replica;
  agent: Agent;
  listeners: Listeners;
  log: (line: string) => void;
  /** Public DNS, where guests may go there. */
  forward?: Forward;
}): Promise<void> {
  const { replica, agent, listeners, log } = parts;
  const askerOf = (address: string) => {
    const { snapshot } = replica;
    const networkInterface = snapshot && interfaceBehind(snapshot, address);
    return snapshot && networkInterface && { snapshot, networkInterface };
  };
  const metadata = createMetadataServer({ askerOf, now: () => systemClock.now() });
  listeners.listen(formatAddress(metadataService), 80, (socket) => void metadata.emit('connection', socket));
  const resolver = createDnsServer({
    resolve: (query) => present(agent.resolve(query), 'snapshot'),
    askerOf: (address) => replica.snapshot && dnsAskerOf(replica.snapshot, address),
    revision: () => agent.answersRevision,
    address: formatAddress(resolverService),
    port: 53,
    ...(parts.forward === undefined ? {} : { forward: parts.forward }),
    onError: (error) => log(`resolver: ${String(error)}`),
  });
  await resolver.listen();
}
