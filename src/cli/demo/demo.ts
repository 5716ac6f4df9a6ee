// `postern demo`: a Postern of its own in a temporary directory, the story, and nothing left behind.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Aws, findAws } from './aws.ts';
import { modelGuests, packetGuests } from './guests.ts';
import { Narrator, StepFailed } from './narrator.ts';
import { tell } from './story.ts';

/** A Postern started for the demo. */
export interface Started {
  readonly endpoint: string;
  readonly controlSocket: string;
  /** Why there are no packets here; undefined when there are. */
  readonly withoutPackets: string | undefined;
}

export interface DemoOptions {
  readonly json: boolean;
  readonly keep: boolean;
  start(stateDirectory: string): Promise<Started>;
  stop(stateDirectory: string): Promise<void>;
}

/** The last one comes when the terminal is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** True when every step went as it should. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const narrator = new Narrator(options.json);
  const directory = await mkdtemp(join(tmpdir(), 'postern-demo-'));
  const stopNow = () => void options.stop(directory).finally(() => process.exit(130));
  for (const signal of signals) process.once(signal, stopNow);
  narrator.line('Postern demo: one packet through PrivateLink');
  let ok = true;
  let packets = false;
  try {
    packets = await play(options, narrator, directory);
  } catch (error) {
    ok = false;
    if (!(error instanceof StepFailed)) throw error;
  } finally {
    if (options.keep)
      narrator.line(
        `\nIt still runs. Look around with --state ${directory}; end it with: postern reset --state ${directory}`,
      );
    else await options.stop(directory);
    for (const signal of signals) process.off(signal, stopNow);
  }
  narrator.line(`\n${ending(ok, packets)}`);
  if (options.json) process.stdout.write(`${JSON.stringify({ steps: narrator.results, ok, packets })}\n`);
  return ok;
}

function ending(ok: boolean, packets: boolean): string {
  if (!ok) return 'Something differs: see the step marked ✗ above.';
  if (packets) return 'Everything went as AWS documents it.';
  return 'Everything is as AWS documents it, says the model; no packet was sent.';
}

/** True when real packets were sent. */
async function play(options: DemoOptions, narrator: Narrator, directory: string): Promise<boolean> {
  let started: Started | undefined;
  let aws: Aws | undefined;
  await narrator.step('up', '0  Postern starts', async () => {
    started = await options.start(directory);
    aws = await findAws({ endpoint: started.endpoint, region: 'us-east-1' });
    if (started.withoutPackets !== undefined) {
      return `no packets here, so the model answers instead: ${started.withoutPackets}`;
    }
    return aws.tool === 'AWS CLI'
      ? started.endpoint
      : `${started.endpoint}; no AWS CLI here, so its commands are run by ${aws.tool}`;
  });
  if (started === undefined || aws === undefined) return false;
  const guests =
    started.withoutPackets === undefined
      ? await packetGuests(started.controlSocket)
      : modelGuests(started.controlSocket);
  await tell({ aws, guests, narrator });
  return guests.kind === 'packets';
}
