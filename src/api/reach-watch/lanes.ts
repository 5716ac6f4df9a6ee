// Which ports a watch of reach asks about when nobody said: all that rules tell apart before a change or after it, since
// a port that a removed rule named alone would otherwise vanish from the question with the rule. A reach answers sixteen
// at a time, so they are several sets.
import { type Lane, lanesMax } from '../../engine/reach/lanes.ts';
import { chooseLanes, portClasses } from '../../engine/reach/port-classes.ts';
import type { Kind, Kinds } from '../../model/kinds.ts';
import { overlay } from '../../model/overlay.ts';
import type { Change, Snapshot } from '../../model/snapshot.ts';

export interface WatchedLanes {
  readonly sets: readonly (readonly Lane[])[];
  /** Stretches of ports that rules tell apart and no lane stands for. */
  readonly portClassesLeft: number;
}

const setsMax = 4;

/** `undo` leads from the snapshot to how things were before. */
export function watchedLanes(snapshot: Snapshot, undo: readonly Change[]): WatchedLanes {
  const both = overlay(snapshot, undo.flatMap(beside));
  const first = chooseLanes(both);
  const isChosen = new Set(first.map(({ protocol, port }) => `${protocol} ${port}`));
  const rest = portClasses(both)
    .filter(({ protocol, port }) => !isChosen.has(`${protocol} ${port}`))
    .map(({ named: _, ...lane }): Lane => lane);
  const sets = [first];
  for (let i = 0; sets.length < setsMax && i < rest.length; i += lanesMax)
    sets.push(rest.slice(i, i + lanesMax));
  const asked = sets.reduce((count, lanes) => count + lanes.length, 0);
  return { sets, portClassesLeft: first.length + rest.length - asked };
}

const naming: ReadonlySet<Kind> = new Set<Kind>([
  'securityGroup',
  'networkAcl',
  'listener',
  'vpcEndpoint',
  'internetGateway',
]);

/** The old rules as one resource more, beside what has taken its place. */
function beside({ kind, id, resource }: Change): readonly Change[] {
  if (resource === undefined || !naming.has(kind)) return [];
  const other = `${id} before`;
  return [{ kind, id: other, resource: { ...resource, id: other } as Kinds[Kind] }];
}
