// What the CLI asks by `POST /_postern/why`: a question in people's words, or an error message, answered by engine/explain
// as data and as text. Words that are no question yet are answered with what to write instead.
import { Refusal } from '../catalog/refusal.ts';
import { invalidValue } from '../catalog/refusals/common.ts';
import { readQuestion, type Words } from '../engine/ask/ask.ts';
import { Unclear } from '../engine/ask/unclear.ts';
import { diagnose, type Diagnosis } from '../engine/diagnose/diagnose.ts';
import { formatDiagnosis } from '../engine/diagnose/format.ts';
import { type ReadError, readError } from '../engine/diagnose/read-error.ts';
import { questionOf } from '../engine/diagnose/words.ts';
import type { Explanation } from '../engine/explain/answer.ts';
import { dropKeys, nobodySends, soughtDrops, withDrops } from '../engine/explain/drops.ts';
import { explain } from '../engine/explain/explain.ts';
import { formatExplanation } from '../engine/explain/format.ts';
import type { Health } from '../engine/health.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { DropCount, DropKey } from '../plan/drop-counter.ts';

/** Not yet checked. */
export interface WhyQuestion {
  readonly from?: unknown;
  readonly to?: unknown;
  /** Before what `to` says. */
  readonly port?: unknown;
  readonly protocol?: unknown;
  readonly request?: unknown;
  readonly principal?: unknown;
  /** An error message. */
  readonly error?: unknown;
  /** Whether the text has the way back hop by hop. */
  readonly return?: unknown;
}

export interface WhyAnswer {
  readonly reachable: boolean;
  readonly verdict: Explanation['verdict'];
  readonly text: string;
  readonly explanation: Explanation;
  /** Where an error message was given. */
  readonly diagnosis?: Diagnosis;
}

/** Asks the host what it has dropped; rejects where it does not answer. */
export type ReadDrops = (keys: readonly DropKey[]) => Promise<readonly (DropCount | undefined)[]>;

type Answer = WhyAnswer | { readonly unclear: string };

export function answerWhy(snapshot: Snapshot, health: Health, asked: WhyQuestion): Answer {
  return orUnclear(() => answered(snapshot, asked, found(snapshot, health, asked)));
}

/** With what the host has dropped of the flow where it is stopped. */
export async function answerWhyOnHost(
  snapshot: Snapshot,
  health: Health,
  asked: WhyQuestion,
  readDrops: ReadDrops | undefined,
): Promise<Answer> {
  const first = orUnclear(() => found(snapshot, health, asked));
  if ('unclear' in first) return first;
  const explanation = await withCounters(snapshot, first.explanation, readDrops);
  return answered(snapshot, asked, { ...first, explanation });
}

function orUnclear<T>(work: () => T): T | { readonly unclear: string } {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unclear) return { unclear: error.message };
    throw error;
  }
}

async function withCounters(
  snapshot: Snapshot,
  explanation: Explanation,
  readDrops: ReadDrops | undefined,
): Promise<Explanation> {
  const notRead = (reason: string) => ({ ...explanation, dropCounters: { isRead: false, reason } as const });
  const nobody = nobodySends(explanation);
  if (nobody !== undefined) return notRead(nobody);
  if (readDrops === undefined) return notRead('this Postern is for analysis only: no packets run');
  const sought = soughtDrops(snapshot, explanation);
  try {
    return withDrops(explanation, sought, await readDrops(dropKeys(sought)));
  } catch (error) {
    return notRead(error instanceof Error ? error.message : String(error));
  }
}

interface Found {
  readonly explanation: Explanation;
  readonly error?: ReadError;
}

function found(snapshot: Snapshot, health: Health, asked: WhyQuestion): Found {
  const words = checked(asked);
  const message = textOf(asked, 'error');
  if (message === undefined) {
    const { from } = words;
    if (from === undefined) throw new Unclear('Who sends? Write postern why FROM TO.');
    return { explanation: explain(snapshot, health, readQuestion(snapshot, { ...words, from })) };
  }
  const error = readError(message);
  if (error === undefined) throw new Unclear(unknownMessage);
  return { explanation: explain(snapshot, health, questionOf(snapshot, error, words)), error };
}

const unknownMessage =
  'None of the error messages that are known is in that text. Ask for the flow itself: postern why FROM TO:port';

function answered(snapshot: Snapshot, asked: WhyQuestion, { explanation, error }: Found): WhyAnswer {
  const options = { withReturn: asked.return === true };
  const { verdict } = explanation;
  const answer = { reachable: verdict === 'reachable', verdict, explanation };
  if (error === undefined) return { ...answer, text: formatExplanation(explanation, options) };
  const diagnosis = diagnose(snapshot, error, explanation);
  return { ...answer, text: formatDiagnosis(diagnosis, explanation, options), diagnosis };
}

function checked(asked: WhyQuestion): Partial<Words> {
  const port = asked.port === undefined ? undefined : checkedPort(asked.port);
  const protocol = asked.protocol === undefined ? undefined : checkedProtocol(asked.protocol);
  const texts = (['from', 'to', 'request', 'principal'] as const).flatMap((name) => {
    const text = textOf(asked, name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    ...(Object.fromEntries(texts) as Partial<Words>),
    ...(port === undefined ? {} : { port }),
    ...(protocol === undefined ? {} : { protocol }),
  };
}

/** Longer ones are no names; error messages are cut where they are read. */
const charactersMax = 2048;

function textOf(
  asked: WhyQuestion,
  name: 'from' | 'to' | 'request' | 'principal' | 'error',
): string | undefined {
  const value = asked[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw invalidValue(JSON.stringify(value), name, 'It is a text.');
  if (name !== 'error' && value.length > charactersMax)
    throw new Refusal(
      'InvalidParameterValue',
      `The value of ${name} is longer than ${charactersMax} characters.`,
    );
  return value;
}

function checkedPort(port: unknown): number {
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw invalidValue(JSON.stringify(port), 'port', 'A port is a number from 0 to 65535.');
}

function checkedProtocol(protocol: unknown): 'tcp' | 'udp' | 'icmp' {
  if (protocol === 'tcp' || protocol === 'udp' || protocol === 'icmp') return protocol;
  throw invalidValue(JSON.stringify(protocol), 'protocol', 'It is one of tcp, udp and icmp.');
}
