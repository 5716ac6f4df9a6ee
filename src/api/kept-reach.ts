// The reaches that control keeps for questions, one for each set of lanes: built when first asked for, then only told
// what changed, and made true when somebody asks again. A commit costs nothing but a note of its ids. Few are kept, and
// none for long that nobody asks; whatever goes wrong while one is made true, the next one is built from the snapshot.
import { type Health, healthOf } from '../engine/health.ts';
import type { Lane } from '../engine/reach/lanes.ts';
import { Reach } from '../engine/reach/reach.ts';
import type { Change } from '../model/snapshot.ts';
import type { TargetReport } from '../plan/actual.ts';
import type { Store } from '../store/store.ts';

export interface KeptReachOptions {
  readonly store: Pick<Store, 'snapshot' | 'watch'>;
  /** Health of targets as last reported: another list when anything was reported. */
  readonly targets: () => readonly TargetReport[];
  readonly log?: (line: string) => void;
  readonly keptMax?: number;
  readonly unaskedMillisecondsMax?: number;
}

interface Kept {
  readonly reach: Reach;
  /** Kind and id → the last change of it that the reach does not know. */
  readonly changes: Map<string, Change>;
}

/** To renew for more changes than this is no quicker than to build. */
const changesMax = 1000;

export class KeptReaches {
  private readonly options: KeptReachOptions;
  /** By lanes; the one asked last stands last. */
  private readonly kept = new Map<string, Kept>();
  /** As all kept ones see it. */
  private targets: readonly TargetReport[] = [];
  private states: Health = healthOf([]);
  private readonly health: Health = { state: (target) => this.states.state(target) };
  private stopWatching: (() => void) | undefined;
  private forgetting: NodeJS.Timeout | undefined;

  constructor(options: KeptReachOptions) {
    this.options = options;
  }

  /** The answer for these lanes as of now. Read it before anything else is awaited: it does not follow by itself. */
  of(lanes: readonly Lane[]): Reach {
    this.noteHealth();
    const key = JSON.stringify(lanes);
    const kept = this.renewed(key) ?? this.built(lanes);
    this.kept.delete(key);
    this.kept.set(key, kept);
    const [oldest = ''] = this.kept.keys();
    if (this.kept.size > (this.options.keptMax ?? 4)) this.kept.delete(oldest);
    this.stopWatching ??= this.options.store.watch(({ changes }) => this.note(changes));
    const unaskedMs = this.options.unaskedMillisecondsMax ?? 600_000;
    this.forgetting ??= setTimeout(() => this.forgetAll(), unaskedMs).unref();
    this.forgetting.refresh();
    return kept.reach;
  }

  get count(): number {
    return this.kept.size;
  }

  forgetAll(): void {
    this.kept.clear();
    this.stopWatching?.();
    this.stopWatching = undefined;
    clearTimeout(this.forgetting);
    this.forgetting = undefined;
  }

  private built(lanes: readonly Lane[]): Kept {
    return { reach: new Reach(this.options.store.snapshot, this.health, lanes), changes: new Map() };
  }

  private renewed(key: string): Kept | undefined {
    const kept = this.kept.get(key);
    if (kept === undefined || kept.changes.size === 0) return kept;
    try {
      kept.reach.update([...kept.changes.values()]);
      kept.changes.clear();
      return kept;
    } catch (error) {
      this.kept.delete(key);
      this.options.log?.(`reach: built anew, since an update failed: ${String(error)}`);
      return undefined;
    }
  }

  private note(changes: readonly Change[]): void {
    for (const [key, kept] of this.kept) {
      for (const change of changes) kept.changes.set(`${change.kind} ${change.id}`, change);
      if (kept.changes.size > changesMax) this.kept.delete(key);
    }
  }

  /** A target group whose targets fare otherwise counts as changed. */
  private noteHealth(): void {
    const targets = this.options.targets();
    if (targets === this.targets) return;
    const arns = groupsThatDiffer(this.targets, targets);
    this.targets = targets;
    this.states = healthOf(targets);
    const { snapshot } = this.options.store;
    this.note(
      arns.map((id): Change => {
        const resource = snapshot.get('targetGroup', id);
        return resource === undefined ? { kind: 'targetGroup', id } : { kind: 'targetGroup', id, resource };
      }),
    );
  }
}

/** ARNs of the target groups of whose targets the two reports say different things. */
export function groupsThatDiffer(
  before: readonly TargetReport[],
  after: readonly TargetReport[],
): readonly string[] {
  const key = (one: TargetReport) =>
    [one.targetGroupArn, one.targetId, one.targetPort, one.zone, one.state].join(' ');
  const old = new Map(before.map((one) => [key(one), one]));
  const differing = after.filter((one) => !old.delete(key(one)));
  return [...new Set([...differing, ...old.values()].map(({ targetGroupArn }) => targetGroupArn))];
}
