// What happened since a moment, as few words as it takes: who wrote what, and what would take it back.
import type { Kind } from '../../model/kinds.ts';
import type { Change } from '../../model/snapshot.ts';
import type { Commit } from '../../store/store.ts';

/** What is written beside networks. */
const others: ReadonlySet<Kind> = new Set<Kind>([
  'clientToken',
  'session',
  'accountRegion',
  'connectionNotification',
  'flowLog',
  'networkInsightsPath',
  'networkInsightsAnalysis',
  'networkInsightsAccessScope',
  'networkInsightsAccessScopeAnalysis',
]);

const actionsMax = 20;

export class Since {
  readonly health = new Set<string>();
  /** Kind and id → how it was at first. */
  private readonly before = new Map<string, Change>();
  private readonly actionNames: string[] = [];
  private firstRevision = Infinity;
  private lastRevision = 0;

  get isCommitted(): boolean {
    return this.before.size > 0;
  }

  get isNothing(): boolean {
    return this.before.size + this.health.size === 0;
  }

  get size(): number {
    return this.before.size;
  }

  /** Leads from now to how things were. */
  get undo(): readonly Change[] {
    return [...this.before.values()];
  }

  get actions(): readonly string[] {
    return this.actionNames;
  }

  /** Ids of what was written. */
  get resources(): readonly string[] {
    return this.undo.map(({ id }) => id);
  }

  note({ revision, changes, undo }: Commit): void {
    if (changes.every(({ kind }) => others.has(kind))) return;
    this.firstRevision = Math.min(revision, this.firstRevision);
    this.lastRevision = revision;
    // The last of a resource is how it was before the whole commit.
    const last = new Map(undo.map((change) => [`${change.kind} ${change.id}`, change]));
    for (const { kind, id } of changes) {
      const key = `${kind} ${id}`;
      const old = last.get(key);
      if (old !== undefined && !others.has(kind) && !this.before.has(key)) this.before.set(key, old);
    }
  }

  /** An action whose writes would be of this revision; it is left out when it wrote nothing here. */
  noteAction(action: string, revision: number): void {
    const isOfThese = revision >= this.firstRevision && revision <= this.lastRevision;
    if (!isOfThese || this.actionNames.length >= actionsMax || this.actionNames.includes(action)) return;
    this.actionNames.push(action);
  }
}
