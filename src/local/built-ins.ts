// The services of AWS that the front door answers for itself. Each is loaded, and its files opened, when it is first asked
// for: most networks use one or two, and none while Postern starts.
import { join } from 'node:path';
import type { BuiltIn } from '../frontdoor/built-in.ts';
import { layerBucketRow } from '../frontdoor/ecr/layer-address.ts';
import type { Logs } from '../frontdoor/logs/logs.ts';
import type { S3 } from '../frontdoor/s3/s3.ts';
import { systemClock } from '../std/clock.ts';
import { onFirstUse } from '../std/first-use.ts';
import type { StateDirectory } from './state-directory.ts';

export interface BuiltIns {
  /** By its row in the front door's catalogue. */
  find(service: string): Promise<BuiltIn | undefined>;
  /** These two also take what flow logs deliver. */
  s3(): Promise<S3>;
  logs(): Promise<Logs>;
}

export function builtInsOf(state: StateDirectory, log: (line: string) => void): BuiltIns {
  const database = (name: string) => join(state.services, name);
  const s3 = onFirstUse(async () => {
    const { S3 } = await import('../frontdoor/s3/s3.ts');
    return new S3(state.objects);
  });
  const logs = onFirstUse(async () => {
    const { Logs } = await import('../frontdoor/logs/logs.ts');
    return new Logs(database('logs.db'), systemClock);
  });
  const sqs = onFirstUse(async () => {
    const { Sqs } = await import('../frontdoor/sqs/sqs.ts');
    return new Sqs(database('sqs.db'), systemClock);
  });
  const secretsManager = onFirstUse(async () => {
    const { SecretsManager } = await import('../frontdoor/secrets-manager/secrets-manager.ts');
    return new SecretsManager(database('secrets-manager.db'), systemClock);
  });
  const ecr = onFirstUse(async () => {
    const { openEcr } = await import('../frontdoor/ecr/ecr.ts');
    const { registryIn } = await import('./registry.ts');
    const connect = registryIn(join(state.ecr, 'registry'));
    return openEcr({ directory: state.ecr, connect, clock: systemClock, log });
  });
  const ofEcr = (row: string) => [row, async () => (await ecr()).builtIn.get(row)] as const;
  const rows = new Map<string, () => Promise<BuiltIn | undefined>>([
    ['s3', s3],
    ['sqs', sqs],
    ['secretsmanager', secretsManager],
    ['logs', logs],
    ...['ecr.api', 'ecr.dkr', layerBucketRow].map(ofEcr),
  ]);
  return { find: async (service) => rows.get(service)?.(), s3, logs };
}
