// The form of an action: whether it writes, and what runs. A table of these per resource is all that api/ec2,
// api/elbv2 and api/sts contain; the SDK's own types of input and output keep them honest.
import type { Call, ReadCall } from '../control/call.ts';

export type Action<In = never, Out = unknown> =
  | { readonly kind: 'read'; readonly run: (call: ReadCall, input: In) => Out }
  | { readonly kind: 'write'; readonly run: (call: Call, input: In) => Out };

/** One whose code is loaded when it is first asked for. */
export interface LaterAction<In = never, Out = unknown> {
  readonly kind: 'later';
  readonly load: () => Promise<Action<In, Out>>;
}

/** Some of a service's operations. */
export type Actions<Operations> = {
  readonly [Name in keyof Operations]?: Operations[Name] extends { in: infer In; out: infer Out }
    ? Action<In, Out>
    : never;
};

export function read<In, Out>(run: (call: ReadCall, input: In) => Out): Action<In, Out> {
  return { kind: 'read', run };
}

/** Runs in a store transaction; what it throws leaves no trace. */
export function write<In, Out>(run: (call: Call, input: In) => Out): Action<In, Out> {
  return { kind: 'write', run };
}

/** The actions of a table that is loaded when one of them is first asked for. */
export function later<Table extends object>(
  names: readonly (keyof Table & string)[],
  load: () => Promise<Table>,
): Readonly<Record<string, LaterAction>> {
  const action = (name: keyof Table) => async () => (await load())[name] as Action;
  return Object.fromEntries(names.map((name) => [name, { kind: 'later', load: action(name) }]));
}
