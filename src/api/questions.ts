// What Postern's own commands ask the engine. Its answers are half of control's code, so each question's part is loaded
// when it is first asked, not while Postern starts.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { healthOf } from '../engine/health.ts';
import { onFirstUse } from '../std/first-use.ts';
import type { CommandOptions, Commands } from './commands.ts';
import type { ReachQuestion } from './reach.ts';
import type { ReachWatches } from './reach-watch/watches.ts';
import type { WhyQuestion } from './why.ts';

export interface Questions {
  readonly commands: Commands;
  /** `POST /_postern/reach-watch`: the answer stays open. */
  readonly watchReach: (body: unknown, response: ServerResponse<IncomingMessage>) => Promise<void>;
  /** Tells who watches that an action was answered; its writes are of this revision. */
  readonly noteAction: (action: string, revision: number) => void;
}

export function questionsOf(options: CommandOptions, log: (line: string) => void): Questions {
  const { store, observed } = options;
  let watches: ReachWatches | undefined;
  const keptReaches = onFirstUse(async () => {
    const { KeptReaches } = await import('./kept-reach.ts');
    return new KeptReaches({ store, targets: () => observed.current?.targets ?? [], log });
  });
  const reachWatches = onFirstUse(async () => {
    const { ReachWatches } = await import('./reach-watch/watches.ts');
    watches = new ReachWatches({ ...options, kept: await keptReaches(), log });
    return watches;
  });
  return {
    commands: {
      'POST /_postern/why': async (body) => {
        const { answerWhyOnHost } = await import('./why.ts');
        const health = healthOf(observed.current?.targets ?? []);
        return answerWhyOnHost(store.snapshot, health, body as WhyQuestion, options.readDrops);
      },
      'POST /_postern/reach': async (body) => {
        const { answerReach } = await import('./reach.ts');
        const kept = await keptReaches();
        return answerReach(store.snapshot, (lanes) => kept.of(lanes), body as ReachQuestion);
      },
      'POST /_postern/probe-step': async (body) =>
        (await import('./probe-step.ts')).explainStep(options, body),
      'POST /_postern/capture': async (body) => (await import('./capture.ts')).capturePlace(options, body),
    },
    watchReach: async (body, response) => (await reachWatches()).serve(body, response),
    noteAction: (action, revision) => watches?.noteAction(action, revision),
  };
}
