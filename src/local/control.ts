// The control process: store, API and the local socket for the CLI and the agent. Needs no privilege.
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type Admin, createAdmin } from '../api/admin.ts';
import { type CommandOptions, createCommands } from '../api/commands.ts';
import { Dispatcher } from '../api/dispatcher.ts';
import { internetHostCommands } from '../api/internet-host.ts';
import { onPremisesHostCommands } from '../api/on-premises-host.ts';
import { endAllProbes, serveProbe } from '../api/probe.ts';
import { type Questions, questionsOf } from '../api/questions.ts';
import type { ReadDrops } from '../api/why.ts';
import { createApiServer } from '../api/server.ts';
import { Observed } from '../control/observed.ts';
import type { DropCount } from '../plan/drop-counter.ts';
import type { Report } from '../plan/actual.ts';
import { systemClock } from '../std/clock.ts';
import { systemPrng } from '../std/prng.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { askAgent } from './ask-agent.ts';
import { internetDns } from './internet-dns.ts';
import { removeMark, writeMark } from './process-mark.ts';
import type { StateDirectory } from './state-directory.ts';
import { followSettings } from './settings.ts';
import { openTunnel } from './tunnel.ts';

export interface ControlOptions {
  readonly state: StateDirectory;
  readonly port: number;
  readonly host: string;
  readonly defaultAccountId: string;
  /** JSON file of access key id → secret; where given, signatures are verified. */
  readonly credentialsFile?: string;
  /** False: analysis only; what is asked for counts as there at once. */
  readonly expectsAgent: boolean;
}

/** As long as the agent has not said anything. */
const nothingYet: Report = {
  ...{ appliedRevision: 0, failed: [], guests: [], targets: [], problems: [] },
  ...{ holderPid: 0, agentPid: 0 },
};

/** Serves until SIGTERM or SIGINT. Resolves to the port once it listens. */
export async function runControl(options: ControlOptions): Promise<number> {
  const { state } = options;
  const store = await openSqliteStore({ file: state.store });
  const observed = new Observed();
  if (options.expectsAgent) observed.update(nothingYet);
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const common = { store, observed, clock: systemClock, prng: systemPrng };
  const own = options.expectsAgent ? { ...common, readDrops: dropsOf(state.agentSocket) } : common;
  const questions = questionsOf(own, log);
  const { defaultAccountId } = options;
  const dispatcher = new Dispatcher({ ...own, defaultAccountId, wrote: questions.noteAction });
  const secrets = options.credentialsFile === undefined ? undefined : readSecrets(options.credentialsFile);
  const secretOf = (id: string) => secrets?.[id] ?? store.snapshot.get('session', id)?.secretAccessKey;
  await endAllProbes(own);
  const admin = adminOf(own, questions, state.settings);
  const server = createApiServer({
    dispatcher,
    admin: admin.public,
    log,
    ...(secrets === undefined ? {} : { secretOf }),
  });
  const port = await server.listen(options.port, options.host);
  rmSync(state.controlSocket, { force: true });
  const local = createServer((request, response) => {
    // The front door sends what guests ask of our APIs by their AWS names.
    if (request.url?.startsWith('/_postern/')) void admin.local(request, response);
    else server.handle(request, response);
  });
  const settings = followSettings(state.settings, (said) => said);
  local.on('connect', (request, client) => {
    openTunnel(settings(), request, client).catch((error: unknown) => {
      log(`tunnel: ${String(error)}`);
      client.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    local.once('error', reject);
    local.listen(state.controlSocket, resolve);
  });
  await writeMark(state.controlMark, { host: options.host, port });
  const end = async () => {
    local.close();
    local.closeAllConnections();
    await server.close();
    await endAllProbes(own);
    await store.close();
    await removeMark(state.controlMark);
    process.exit(0);
  };
  process.once('SIGTERM', () => void end());
  process.once('SIGINT', () => void end());
  return port;
}

function adminOf(own: CommandOptions, questions: Questions, settings: string): Admin {
  return createAdmin({
    ...own,
    commands: {
      ...createCommands(own),
      ...questions.commands,
      ...internetHostCommands(own),
      ...onPremisesHostCommands(own),
      ...internetDns(settings),
    },
    streams: {
      'POST /_postern/probe': (body, response) => serveProbe(own, body, response),
      'POST /_postern/reach-watch': questions.watchReach,
    },
  });
}

function dropsOf(agentSocket: string): ReadDrops {
  return async (keys) => {
    const counts = await askAgent<readonly (DropCount | null)[]>(agentSocket, '/drops', keys);
    return counts.map((count) => count ?? undefined);
  };
}

function readSecrets(file: string): Readonly<Record<string, string>> {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null)
    throw new Error(`${file}: expected {"accessKeyId": "secret", …}`);
  return parsed as Record<string, string>;
}
