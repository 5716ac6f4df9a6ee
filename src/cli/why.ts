// `postern why`: whether a flow passes, hop by hop, and what would open it; or what an error message comes from.
// Exit codes: 0 reachable; 1 not reachable, or by some ways only; 2 no answer, be it that the model cannot tell or that
// the question cannot be asked so.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { callControl } from './client.ts';
import { coloured } from './colour.ts';
import { senderOfProcess } from './process-sender.ts';

interface Options {
  readonly state?: string;
  readonly from?: string;
  readonly error?: string;
  readonly request?: string;
  readonly principal?: string;
  readonly return: boolean;
  readonly json: boolean;
}

/** As control answers it (api/why.ts). */
interface WhyAnswer {
  readonly verdict?: 'reachable' | 'not-reachable' | 'ambiguous' | 'unknown';
  readonly text?: string;
  readonly explanation?: object;
  readonly diagnosis?: object;
  /** Instead of all that: what to write. */
  readonly unclear?: string;
}

const noAnswer = 2;
const exitCodes = { reachable: 0, 'not-reachable': 1, ambiguous: 1, unknown: noAnswer } as const;

const examples = `
Who sends: i-…, eni-… (eni-…/10.9.9.9 what it hands on), subnet-…, pid:N, an address (vpc-…/10.0.1.5 where several VPCs
have it), a Name tag, a host that was added, on-premises:192.168.10.5, internet.
Where to: an address, id, name or URL, s3, ecr.api, vpce-…, a load balancer; :port, :53/udp, /icmp.

  postern why i-… 10.0.2.10:443
  postern why subnet-… ecr.api
  postern why internet i-…:80 --return
  postern why i-… --request 's3:GetObject arn:aws:s3:::bucket/key' --principal arn:aws:iam::111111111111:role/app
  postern why --error 'dial tcp 10.0.3.7:443: i/o timeout' --from i-…       (--error - reads it from stdin)

Exit code: 0 reachable, 1 not reachable (or by some ways only), 2 no answer.`;

/** `socketOf`: the local socket of the Postern with this state directory. */
export function whyCommand(
  program: Command,
  socketOf: (state?: string) => string,
  print: (text: string) => void,
): void {
  program
    .command('why [from] [to]')
    .description(
      'whether a flow passes, hop by hop, and what would open it; or what an error message comes from',
    )
    .option('--error <message>', 'an error message: which cause fits it, and which are excluded')
    .option('--from <sender>', 'who sends, where only --error or --request says where to')
    .option(
      '--request <words>',
      "what is asked of one of AWS's services: 's3:GetObject arn:aws:s3:::bucket/key'",
    )
    .option('--principal <arn>', 'who asks it')
    .option('--return', 'the way back hop by hop too', false)
    .option('--json', 'everything as JSON', false)
    .option('--state <directory>', 'where this Postern keeps its files')
    .addHelpText('after', examples)
    .showHelpAfterError('How to ask: postern why --help')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : noAnswer))
    .action(async (first: string | undefined, second: string | undefined, options: Options) => {
      const streams = { print, complain: (text: string) => void process.stderr.write(`${text}\n`) };
      process.exitCode = await runWhy(
        { first, second, options },
        { ...streams, socket: socketOf(options.state) },
      );
    });
}

export interface WhyWords {
  readonly first: string | undefined;
  readonly second: string | undefined;
  readonly options: Options;
}

export interface WhyPlace {
  readonly socket: string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Resolves to the exit code. */
export async function runWhy(words: WhyWords, { socket, print, complain }: WhyPlace): Promise<number> {
  try {
    const { verdict, text = '', explanation, diagnosis, unclear } = await ask(words, socket);
    if (verdict === undefined) {
      complain(coloured(unclear ?? 'There was no answer.', process.stderr));
      return noAnswer;
    }
    const all = { ...explanation, ...(diagnosis && { diagnosis }) };
    print(words.options.json ? JSON.stringify(all, null, 2) : coloured(text.trimEnd(), process.stdout));
    return exitCodes[verdict];
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return noAnswer;
  }
}

async function ask({ first, second, options }: WhyWords, socket: string): Promise<WhyAnswer> {
  const { error, request, principal } = options;
  if (options.from !== undefined && second !== undefined)
    throw new Error(`Who sends, ${first} or ${options.from}? Leave one of them out.`);
  // With --from, a single word says where to.
  const to = second ?? (options.from === undefined ? undefined : first);
  const named = options.from ?? first;
  const from = named === undefined ? undefined : await senderOfProcess(socket, named);
  const question = { from, to, request, principal, error: error === '-' ? readFileSync(0, 'utf8') : error };
  return callControl<WhyAnswer>(socket, 'POST', 'why', { ...question, return: options.return });
}
