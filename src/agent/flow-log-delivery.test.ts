// Where records end up, in the built-in S3 and in the file of the flow log. CloudWatch Logs: test/system.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resource } from '../engine/testing.ts';
import { Logs } from '../frontdoor/logs/logs.ts';
import { ObjectStore } from '../frontdoor/s3/object-store.ts';
import { S3 } from '../frontdoor/s3/s3.ts';
import type { FlowLog } from '../model/flow-log.ts';
import { ManualClock } from '../std/clock.ts';
import { deliverFlowLog, type FlowLogPlaces } from './flow-log-delivery.ts';

let root: string;
let places: FlowLogPlaces;
let objects: ObjectStore;
let close: () => void;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postern-delivery-'));
  const clock = new ManualClock();
  const logs = new Logs(join(root, 'logs.db'), clock);
  const s3 = new S3(join(root, 's3'), clock);
  objects = new ObjectStore(join(root, 's3'));
  places = { directory: join(root, 'flow-logs'), logs: async () => logs, s3: async () => s3 };
  close = () => [logs, s3, objects].forEach((one) => one.close());
});
afterEach(() => {
  close();
  rmSync(root, { recursive: true, force: true });
});

const flowLog: FlowLog = {
  ...resource('fl-1'),
  ...{ resourceType: 'VPC', resourceId: 'vpc-1', vpcId: 'vpc-1', trafficType: 'ALL' },
  destination: { kind: 's3', bucket: 'records', prefix: 'network' },
  logFormat: '${interface-id} ${action}',
  maxAggregationIntervalSeconds: 60,
};
const end = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;
const lines = [{ interfaceId: 'eni-1', line: 'eni-1 ACCEPT' }];
const delivery = { flowLog, window: { start: end - 10, end }, lines };

function makeBucket(ownerId: string): void {
  objects.putBucket({ name: 'records', ownerId, region: 'us-east-1', createdAt: '', policy: '' });
}

describe('a delivery', () => {
  it('to S3 is an object under AWS’s name, compressed, with the fields first', async () => {
    const { ownerId, region } = flowLog;
    makeBucket(ownerId);
    await deliverFlowLog(places, delivery);
    const [object] = objects.list('records', { prefix: '', after: '', limit: 2 });
    const name = `${ownerId}_vpcflowlogs_${region}_fl-1_20260102T0304Z_`;
    const folder = `network/AWSLogs/${ownerId}/vpcflowlogs/${region}/2026/01/02/`;
    expect(object?.key.replace(/[0-9a-f]{8}\.log\.gz$/, '')).toBe(folder + name);
    const body = object && objects.read(object, { start: 0, end: object.size - 1 });
    expect(body && gunzipSync(await buffer(body)).toString()).toBe('interface-id action\neni-1 ACCEPT\n');
  });

  it('to a bucket that is not there, or another account’s, is refused, but in the file', async () => {
    await expect(deliverFlowLog(places, delivery)).rejects.toThrow('Access error');
    makeBucket('999999999999');
    await expect(deliverFlowLog(places, delivery)).rejects.toThrow('Access error');
    const file = readFileSync(join(places.directory, 'fl-1.log'), 'utf8');
    expect(file).toBe('interface-id action\neni-1 ACCEPT\neni-1 ACCEPT\n');
  });
});
