// Our own certificate authority, for the names of AWS's services as guests see them. Its root is trusted inside guests
// only; it signs names of the catalogue and nothing else. What makes certificates is loaded, and the root read or made,
// when the first is asked for: the agent's start would take twice as long.
import type { SecureContext } from 'node:tls';
import type { Clock } from '../std/clock.ts';
import { onFirstUse } from '../std/first-use.ts';

/** Half of what a certificate lives. */
const keptMs = 45 * 24 * 3600 * 1000;
const contextsMax = 1000;

export interface Authority {
  /** PEM of the root, to be trusted by guests. */
  root(): Promise<string>;
  /** Certificate and key for a host name; kept until it is half expired. */
  contextFor(name: string): Promise<SecureContext>;
}

interface Made {
  readonly at: number;
  readonly context: Promise<SecureContext>;
}

/** The authority of this folder. */
export function authorityIn(directory: string, clock: Clock): Authority {
  const opened = onFirstUse(async () => {
    const { makeLeaf, openRoot } = await import('./certificates.ts');
    return { makeLeaf, root: await openRoot(directory, clock.now()) };
  });
  const contexts = new Map<string, Made>();
  const make = async (name: string, now: number) => {
    const { makeLeaf, root } = await opened();
    return makeLeaf(root, name, now);
  };
  return {
    root: async () => (await opened()).root.certificate.toString('pem'),
    contextFor(name) {
      const now = clock.now();
      const known = contexts.get(name);
      if (known !== undefined && now - known.at < keptMs) return known.context;
      if (contexts.size >= contextsMax) contexts.clear();
      const context = make(name, now);
      contexts.set(name, { at: now, context });
      context.catch(() => contexts.delete(name));
      return context;
    },
  };
}
