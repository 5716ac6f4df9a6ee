// `postern reach --watch`: one line for each commit, with what it opened and what it closed. Commits only leave notes;
// a turn later the reach that control keeps is made true and held against the state before. A watch whose client reads
// slowly, or whose network is large, has several commits in one line instead of a queue of lines. It lives as long as its
// connection.
import { Refusal } from '../../catalog/refusal.ts';
import { type Health, healthOf } from '../../engine/health.ts';
import type { Lane } from '../../engine/reach/lanes.ts';
import { Reach } from '../../engine/reach/reach.ts';
import { overlay } from '../../model/overlay.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { TargetReport } from '../../plan/actual.ts';
import { type Clock, isoTime } from '../../std/clock.ts';
import type { Commit } from '../../store/store.ts';
import type { KeptReaches } from '../kept-reach.ts';
import { partiesOf, type Party } from '../reach.ts';
import { bounded, merged, type View, type ViewChange } from './views.ts';
import type { Pace } from './pace.ts';
import { Since } from './since.ts';
import { type WatchedLanes, watchedLanes } from './lanes.ts';

/** The first line. */
export interface WatchBegin {
  readonly watching: {
    readonly interfaces: number;
    readonly lanes: readonly Lane[];
    readonly portClassesLeft: number;
  };
}

/** Every further line. */
export interface WatchChange {
  readonly at: string;
  readonly revision: number;
  /** AWS's actions that wrote it. */
  readonly actions: readonly string[];
  /** Ids of what was written. */
  readonly resources: readonly string[];
  /** Target groups whose targets fare otherwise. */
  readonly health: readonly string[];
  readonly lanes: readonly Lane[];
  readonly portClassesLeft: number;
  readonly changed: readonly ViewChange[];
  /** Rows left out, where one change made too many. */
  readonly rowsLeft: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly parties: Readonly<Record<string, Party>>;
}

/** What a line is written to: an HTTP response. */
export interface Sink {
  readonly writableNeedDrain: boolean;
  write(text: string): unknown;
  end(text: string): unknown;
}

export interface WatchOptions<S> {
  readonly snapshot: Snapshot;
  readonly kept: KeptReaches;
  readonly targets: () => readonly TargetReport[];
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** Of all watches. */
  readonly pace: Pace;
  readonly view: View<S>;
  /** Absent: all that rules tell apart. */
  readonly lanes: readonly Lane[] | undefined;
  readonly sink: Sink;
}

/** How things were at a moment. */
interface Frame<S> extends WatchedLanes {
  /** One for each set of lanes. */
  readonly states: readonly S[];
  readonly health: Health;
}

/** A client that lets more than this wait is too far behind. */
const waitingMax = 20_000;

export class Watch<S> {
  private readonly options: WatchOptions<S>;
  private frame: Frame<S>;
  private since = new Since();
  private timer: NodeJS.Timeout | undefined;
  private isEnded = false;

  /** Throws a Refusal where there is too much to watch. */
  constructor(options: WatchOptions<S>) {
    this.options = options;
    this.frame = this.frameNow(this.lanesNow());
  }

  begin(): void {
    const { sets, portClassesLeft } = this.frame;
    const interfaces = this.options.snapshot.count('networkInterface');
    const line: WatchBegin = { watching: { interfaces, lanes: inOrder(sets), portClassesLeft } };
    this.options.sink.write(`${JSON.stringify(line)}\n`);
  }

  note(commit: Commit): void {
    this.since.note(commit);
    if (this.since.size > waitingMax) this.fail('The client reads too slowly: too many changes wait for it.');
    else this.schedule();
  }

  noteAction(action: string, revision: number): void {
    this.since.noteAction(action, revision);
  }

  noteHealth(targetGroupArns: readonly string[]): void {
    for (const arn of targetGroupArns) this.since.health.add(arn);
    this.schedule();
  }

  /** The client takes more again. */
  schedule(): void {
    if (this.isEnded || this.timer !== undefined || this.since.isNothing) return;
    if (this.options.sink.writableNeedDrain) return;
    this.timer = setTimeout(() => this.run(), this.options.pace.waitMs).unref();
  }

  end(): void {
    this.isEnded = true;
    clearTimeout(this.timer);
  }

  private run(): void {
    this.timer = undefined;
    const { pace, sink, log } = this.options;
    // Another may have worked since.
    if (sink.writableNeedDrain || pace.waitMs > 0) return this.schedule();
    const start = performance.now();
    try {
      this.tell();
    } catch (error) {
      if (!(error instanceof Refusal)) log(`reach --watch: ${String(error)}`);
      this.fail(error instanceof Refusal ? error.message : 'An internal error has occurred.');
    }
    pace.spent(performance.now() - start);
  }

  private tell(): void {
    const { snapshot, clock, view, sink } = this.options;
    const { since } = this;
    this.since = new Since();
    const earlier = overlay(snapshot, since.undo);
    const lanes = this.lanesNow(since);
    const before = this.statesBefore(earlier, lanes.sets);
    const after = this.frameNow(lanes);
    const found = after.states.map((state, i) =>
      view.difference(before[i] as S, state, this.reach(lanes.sets[i] as readonly Lane[])),
    );
    this.frame = after;
    const { added = [], removed = [] } = found[0] ?? {};
    const { rows, left } = bounded(merged(found.map(({ changed }) => changed)));
    if (!since.isCommitted && rows.length + added.length + removed.length === 0) return;
    const ids = [...rows.flatMap(({ from, to, via = '' }) => [...from, ...to, via]), ...added, ...removed];
    const line: WatchChange = {
      at: isoTime(clock),
      revision: snapshot.revision,
      actions: since.actions,
      resources: since.resources,
      health: [...since.health],
      lanes: inOrder(lanes.sets),
      portClassesLeft: lanes.portClassesLeft,
      ...{ changed: rows, rowsLeft: left, added, removed },
      parties: { ...partiesOf(earlier, ids), ...partiesOf(snapshot, ids) },
    };
    sink.write(`${JSON.stringify(line)}\n`);
  }

  private lanesNow(since?: Since): WatchedLanes {
    const { lanes, snapshot } = this.options;
    return lanes === undefined
      ? watchedLanes(snapshot, since?.undo ?? [])
      : { sets: [lanes], portClassesLeft: 0 };
  }

  private frameNow(lanes: WatchedLanes): Frame<S> {
    const { view, targets } = this.options;
    return {
      ...lanes,
      states: lanes.sets.map((one) => view.state(this.reach(one))),
      health: healthOf(targets()),
    };
  }

  /** As they were kept, where the same was asked; else from how things were. */
  private statesBefore(earlier: Snapshot, sets: WatchedLanes['sets']): readonly S[] {
    const { sets: known, states, health } = this.frame;
    return sets.map((lanes, i) => {
      const isKnown = JSON.stringify(known[i]) === JSON.stringify(lanes);
      return isKnown ? (states[i] as S) : this.options.view.state(new Reach(earlier, health, lanes));
    });
  }

  private reach(lanes: readonly Lane[]): Reach {
    return this.options.kept.of(lanes);
  }

  private fail(error: string): void {
    this.end();
    this.options.sink.end(`${JSON.stringify({ error })}\n`);
  }
}

function inOrder(sets: WatchedLanes['sets']): readonly Lane[] {
  return sets.flat().sort((a, b) => a.protocol.localeCompare(b.protocol) || a.port - b.port);
}
