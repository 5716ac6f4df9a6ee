// Where one Postern keeps its files. Two state directories are two Posterns that know nothing of each other.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface StateDirectory {
  readonly path: string;
  readonly store: string;
  /** Local socket on which control answers the CLI and the agent. */
  readonly controlSocket: string;
  readonly controlMark: string;
  readonly controlLog: string;
  /** Local socket on which the agent answers control. */
  readonly agentSocket: string;
  readonly agentMark: string;
  readonly agentLog: string;
  /** What rule tables look like when read back. */
  readonly tables: string;
  readonly guests: string;
  /** Root certificate and key of the front door. */
  readonly authority: string;
  /** Objects of the built-in S3. */
  readonly objects: string;
  /** Databases of the built-in DynamoDB. */
  readonly dynamoDb: string;
  /** Repositories of the built-in ECR, and their images. */
  readonly ecr: string;
  /** Databases of the other built-in services, one file each. */
  readonly services: string;
  /** Records of flow logs, a file for each. */
  readonly flowLogs: string;
  /** What `postern up` said. */
  readonly settings: string;
}

export function stateDirectory(given?: string): StateDirectory {
  const path = resolve(given ?? process.env['POSTERN_STATE'] ?? defaultPath());
  const file = (name: string) => join(path, name);
  return {
    path,
    store: file('intent.db'),
    controlSocket: file('control.sock'),
    controlMark: file('control.json'),
    controlLog: file('control.log'),
    agentSocket: file('agent.sock'),
    agentMark: file('agent.json'),
    agentLog: file('agent.log'),
    tables: file('tables.json'),
    guests: file('guests'),
    authority: file('authority'),
    objects: file('s3'),
    dynamoDb: file('dynamodb'),
    ecr: file('ecr'),
    services: file('services'),
    flowLogs: file('flow-logs'),
    settings: file('settings.json'),
  };
}

function defaultPath(): string {
  const base = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  return join(base, 'postern');
}
