// Where the records of a flow log go: always to a file of its own, which `postern flow-log` prints, and to the built-in
// CloudWatch Logs or S3. Rejects with the words by which AWS says that a destination does not take them.
import { createHash } from 'node:crypto';
import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { headerLine } from '../engine/flow-log/record.ts';
import type { Logs } from '../frontdoor/logs/logs.ts';
import type { S3 } from '../frontdoor/s3/s3.ts';
import type { FlowLogDelivery } from './flow-logs.ts';

export interface FlowLogPlaces {
  /** Of the files. */
  readonly directory: string;
  readonly logs: () => Promise<Pick<Logs, 'deliver'>>;
  readonly s3: () => Promise<Pick<S3, 'deliver'>>;
}

/** Then the file gives way to a new one; the one before is kept. */
const fileBytesMax = 32 * 1024 * 1024;

export async function deliverFlowLog(places: FlowLogPlaces, delivery: FlowLogDelivery): Promise<void> {
  await writeFileOf(places.directory, delivery);
  const { flowLog } = delivery;
  if (flowLog.destination.kind === 's3') await toS3(places, delivery, flowLog.destination);
  else await toLogs(places, delivery, flowLog.destination.logGroupName);
}

async function writeFileOf(directory: string, { flowLog, lines }: FlowLogDelivery): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, `${flowLog.id}.log`);
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > fileBytesMax) await rename(file, `${file}.1`);
  const header = size === 0 || size > fileBytesMax ? [headerLine(flowLog.logFormat)] : [];
  await appendFile(file, textOf([...header, ...lines.map(({ line }) => line)]));
}

/** A stream for each interface: `eni-…-all`. */
async function toLogs(places: FlowLogPlaces, delivery: FlowLogDelivery, group: string): Promise<void> {
  const logs = await places.logs();
  const { flowLog, window, lines } = delivery;
  const { ownerId: accountId, region } = flowLog;
  for (const [interfaceId, own] of Map.groupBy(lines, (one) => one.interfaceId)) {
    const stream = `${interfaceId}-${flowLog.trafficType.toLowerCase()}`;
    const events = own.map(({ line }) => ({ timestamp: window.start * 1000, message: line }));
    await logs.deliver({ accountId, region, group, stream, events });
  }
}

/** Source: "Flow log files", VPC user guide: names of the objects. */
async function toS3(
  places: FlowLogPlaces,
  { flowLog, window, lines }: FlowLogDelivery,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): Promise<void> {
  const { ownerId: accountId, region, id } = flowLog;
  const text = textOf([headerLine(flowLog.logFormat), ...lines.map(({ line }) => line)]);
  const time = new Date(window.end * 1000).toISOString();
  const day = time.slice(0, 10).replaceAll('-', '/');
  const minute = time.slice(0, 16).replaceAll(/[-:]/g, '');
  const hash = createHash('sha256').update(`${window.end} ${text}`).digest('hex').slice(0, 8);
  const folder = [...(prefix === '' ? [] : [prefix]), 'AWSLogs', accountId, 'vpcflowlogs', region, day];
  const name = `${accountId}_vpcflowlogs_${region}_${id}_${minute}Z_${hash}.log.gz`;
  const key = [...folder, name].join('/');
  const body = await promisify(gzip)(text);
  const s3 = await places.s3();
  if (!(await s3.deliver({ accountId, bucket, key, body, contentType: 'application/octet-stream' })))
    throw new Error('Access error');
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
