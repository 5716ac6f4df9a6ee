// All clients that watch reach: who they are, and who tells them. Nothing is heard of commits while there are none.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../../catalog/refusal.ts';
import { invalidValue } from '../../catalog/refusals/common.ts';
import type { Observed } from '../../control/observed.ts';
import type { Lane } from '../../engine/reach/lanes.ts';
import type { TargetReport } from '../../plan/actual.ts';
import type { Clock } from '../../std/clock.ts';
import type { Store } from '../../store/store.ts';
import { groupsThatDiffer, type KeptReaches } from '../kept-reach.ts';
import { checkedLanes, named } from '../reach.ts';
import { Pace } from './pace.ts';
import { allPairs, pairsNamed } from './views.ts';
import { Watch } from './watch.ts';

export interface WatchQuestion {
  readonly from?: string;
  readonly to?: string;
  readonly lanes?: readonly Lane[];
}

export interface WatchesOptions {
  readonly store: Pick<Store, 'snapshot' | 'watch'>;
  readonly observed: Observed;
  readonly clock: Clock;
  readonly kept: KeptReaches;
  readonly log: (line: string) => void;
}

/** Each compares all that it watches, at each commit. */
const watchesMax = 20;

export class ReachWatches {
  private readonly options: WatchesOptions;
  private readonly watches = new Set<Watch<unknown>>();
  private readonly pace = new Pace();
  private readonly stops: (() => void)[] = [];
  private targets: readonly TargetReport[] = [];

  constructor(options: WatchesOptions) {
    this.options = options;
  }

  get count(): number {
    return this.watches.size;
  }

  /** Answers a line, then one for each commit, until the client goes. */
  async serve(body: unknown, response: ServerResponse<IncomingMessage>): Promise<void> {
    const question = checked(body as WatchQuestion);
    if (this.watches.size >= watchesMax)
      throw new Refusal('RequestLimitExceeded', `${watchesMax} clients watch already.`);
    const watch = this.watchOf(question, response);
    if (response.destroyed) return;
    response.once('close', () => this.remove(watch));
    // Unheard it would end the process; that the client is gone, `close` says too.
    response.once('error', () => undefined);
    response.on('drain', () => watch.schedule());
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    this.add(watch);
    watch.begin();
  }

  /** An action was answered; its writes, if there were any, are of this revision. */
  noteAction(action: string, revision: number): void {
    for (const watch of this.watches) watch.noteAction(action, revision);
  }

  private watchOf(question: WatchQuestion, sink: ServerResponse<IncomingMessage>): Watch<unknown> {
    const { store, kept, clock, log } = this.options;
    const { from, to, lanes } = question;
    for (const name of [from, to]) if (name !== undefined) named(store.snapshot, name);
    const { pace } = this;
    const targets = () => this.reported();
    const own = { snapshot: store.snapshot, targets, kept, clock, log, pace, lanes, sink };
    if (from === undefined && to === undefined) return new Watch({ ...own, view: allPairs });
    return new Watch({ ...own, view: pairsNamed(question) });
  }

  private add(watch: Watch<unknown>): void {
    this.watches.add(watch);
    if (this.stops.length > 0) return;
    const { store, observed } = this.options;
    this.targets = this.reported();
    this.stops.push(
      store.watch((commit) => {
        for (const one of this.watches) one.note(commit);
      }),
      observed.watch(() => this.noteHealth()),
    );
  }

  private remove(watch: Watch<unknown>): void {
    watch.end();
    this.watches.delete(watch);
    if (this.watches.size === 0) for (const stop of this.stops.splice(0)) stop();
  }

  private noteHealth(): void {
    const targets = this.reported();
    const arns = groupsThatDiffer(this.targets, targets);
    this.targets = targets;
    if (arns.length > 0) for (const watch of this.watches) watch.noteHealth(arns);
  }

  private reported(): readonly TargetReport[] {
    return this.options.observed.current?.targets ?? [];
  }
}

function checked(question: WatchQuestion): WatchQuestion {
  const { from, to, lanes } = question;
  for (const [name, value] of Object.entries({ from, to })) {
    if (value !== undefined && typeof value !== 'string')
      throw invalidValue(JSON.stringify(value), name, 'It is a text.');
  }
  checkedLanes(lanes);
  return question;
}
