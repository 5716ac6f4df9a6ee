// CloudWatch Logs as SDKs see it, over HTTP: groups, streams, batches and what is rejected of them, pages in both
// directions, patterns; what Postern itself delivers; and that what was answered is there after a restart.
import { describe, expect, it } from 'vitest';
import { account, stranger, TestService } from '../testing.ts';
import { Logs } from './logs.ts';

const logs = new TestService('logs', (file, clock) => new Logs(file, clock));
const { door } = logs;
const start = Date.now();
const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;

interface Event {
  readonly timestamp: number;
  readonly message: string;
}
interface Output {
  readonly events: readonly Event[];
  readonly nextForwardToken: string;
  readonly nextBackwardToken: string;
  readonly nextToken?: string;
  readonly logGroups: readonly Readonly<Record<string, unknown>>[];
  readonly logStreams: readonly { readonly logStreamName: string }[];
  readonly rejectedLogEventsInfo?: object;
}

const call = (operation: string, input: object, as = account, region = 'us-east-1') =>
  door.call<Output>('logs', `Logs_20140328.${operation}`, input, { as, region });

let groups = 0;
/** A group with a stream. */
async function makeStream(logStreamName = 's', logGroupName = `/group/${++groups}`) {
  await call('CreateLogGroup', { logGroupName });
  await call('CreateLogStream', { logGroupName, logStreamName });
  return { logGroupName, logStreamName };
}

const event = (message: string, timestamp = start): Event => ({ timestamp, message });
const messages = ({ events }: Output) => events.map(({ message }) => message);

describe('groups and streams', () => {
  it('are made, described, kept for a time, and removed', async () => {
    const { logGroupName } = await makeStream('a');
    await call('CreateLogStream', { logGroupName, logStreamName: 'b' });
    await call('PutRetentionPolicy', { logGroupName, retentionInDays: 7 });
    await call('TagLogGroup', { logGroupName, tags: { a: '1' } });
    const logGroupArn = `arn:aws:logs:us-east-1:${account}:log-group:${logGroupName}`;
    const described = await call('DescribeLogGroups', { logGroupNamePrefix: logGroupName });
    expect(described.logGroups).toMatchObject([
      { logGroupName, logGroupArn, arn: `${logGroupArn}:*`, retentionInDays: 7, storedBytes: 0 },
    ]);
    expect(await call('ListTagsForResource', { resourceArn: logGroupArn })).toEqual({ tags: { a: '1' } });
    const streams = await call('DescribeLogStreams', { logGroupName, descending: true });
    expect(streams.logStreams.map(({ logStreamName }) => logStreamName)).toEqual(['b', 'a']);
    await call('DeleteLogStream', { logGroupName, logStreamName: 'a' });
    await call('DeleteLogGroup', { logGroupName });
    expect(await call('DescribeLogStreams', { logGroupName })).toBe(
      'ResourceNotFoundException: The specified log group does not exist.',
    );
  });

  it('are of one account and Region', async () => {
    const { logGroupName } = await makeStream();
    for (const [as, region] of [
      [stranger, 'us-east-1'],
      [account, 'eu-west-1'],
    ]) {
      expect(await call('DescribeLogStreams', { logGroupName }, as, region)).toMatch(/^ResourceNotFound/);
    }
    const logGroupIdentifier = `arn:aws:logs:us-east-1:${account}:log-group:${logGroupName}`;
    expect(await call('DescribeLogStreams', { logGroupIdentifier }, stranger)).toMatch(
      /^AccessDeniedException/,
    );
  });

  it('are described in pages', async () => {
    for (const name of ['1', '2', '3']) await makeStream('s', `/pages/${name}`);
    const ask = (nextToken?: string) =>
      call('DescribeLogGroups', { logGroupNamePrefix: '/pages/', limit: 2, nextToken });
    const first = await ask();
    const second = await ask(first.nextToken);
    const names = [...first.logGroups, ...second.logGroups].map((group) => group['logGroupName']);
    expect([names, second.nextToken]).toEqual([['/pages/1', '/pages/2', '/pages/3'], undefined]);
  });
});

describe('events', () => {
  it('are read from both ends, page by page, and go on with what comes', async () => {
    const stream = await makeStream();
    const logEvents = ['1', '2', '3', '4', '5'].map((text, index) => event(text, start + index));
    expect(await call('PutLogEvents', { ...stream, logEvents })).toHaveProperty('nextSequenceToken');
    const read = (more: object) => call('GetLogEvents', { ...stream, limit: 2, ...more });
    const last = await read({});
    expect(messages(last)).toEqual(['4', '5']);
    const before = await read({ nextToken: last.nextBackwardToken });
    expect(messages(before)).toEqual(['2', '3']);
    expect(messages(await read({ nextToken: before.nextBackwardToken }))).toEqual(['1']);
    const first = await read({ startFromHead: true });
    expect(messages(first)).toEqual(['1', '2']);
    const end = await read({ nextToken: last.nextForwardToken });
    expect([messages(end), end.nextForwardToken]).toEqual([[], last.nextForwardToken]);
    await call('PutLogEvents', { ...stream, logEvents: [event('6', start + 5)] });
    expect(messages(await read({ nextToken: end.nextForwardToken }))).toEqual(['6']);
    expect(messages(await read({ startTime: start + 1, endTime: start + 3, limit: 9 }))).toEqual(['2', '3']);
  });

  it('are rejected in part where their time is wrong', async () => {
    const stream = await makeStream();
    const old = [
      event('too old', start - 14 * dayMs - hourMs),
      event('in time', start - 14 * dayMs + hourMs),
    ];
    expect(await call('PutLogEvents', { ...stream, logEvents: old })).toMatchObject({
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 },
    });
    const recent = [event('now'), event('too new', start + 2 * hourMs + 60_000)];
    expect(await call('PutLogEvents', { ...stream, logEvents: recent })).toMatchObject({
      rejectedLogEventsInfo: { tooNewLogEventStartIndex: 1 },
    });
    expect(messages(await call('GetLogEvents', stream))).toEqual(['in time', 'now']);
  });

  it('are gone when the retention of the group is over', async () => {
    const stream = await makeStream();
    await call('PutRetentionPolicy', { ...stream, retentionInDays: 1 });
    await call('PutLogEvents', { ...stream, logEvents: [event('old', start)] });
    logs.ahead = 25 * hourMs;
    expect(messages(await call('GetLogEvents', stream))).toEqual([]);
    await call('PutLogEvents', { ...stream, logEvents: [event('new', start + logs.ahead)] });
    const { logGroups } = await call('DescribeLogGroups', { logGroupNamePrefix: stream.logGroupName });
    expect(logGroups[0]?.['storedBytes']).toBe('new'.length + 26);
  });

  it('fill a page by their bytes', async () => {
    const stream = await makeStream();
    const large = 'x'.repeat(600_000);
    for (const at of [0, 1, 2])
      await call('PutLogEvents', { ...stream, logEvents: [event(large, start + at)] });
    const first = await call('FilterLogEvents', { ...stream, logStreamNames: ['s'] });
    expect([first.events.length, first.nextToken]).toEqual([1, expect.any(String)]);
    const seen = [];
    for (let token = first.nextToken; token !== undefined; ) {
      const { events, nextToken } = await call('FilterLogEvents', { ...stream, nextToken: token });
      seen.push(...events);
      token = nextToken;
    }
    expect(seen.length).toBe(2);
  });
});

describe('patterns', () => {
  it.each([
    ['', ['an ERROR here', 'ERROR code=7', 'all is well']],
    ['ERROR', ['an ERROR here', 'ERROR code=7']],
    ['ERROR here', ['an ERROR here']],
    ['ERROR -here', ['ERROR code=7']],
    ['"code=7"', ['ERROR code=7']],
    ['?here ?well', ['an ERROR here', 'all is well']],
    ['error', []],
  ])('%s', async (filterPattern, gives) => {
    const stream = await makeStream();
    const texts = ['an ERROR here', 'ERROR code=7', 'all is well'];
    await call('PutLogEvents', { ...stream, logEvents: texts.map((text, at) => event(text, start + at)) });
    const { logGroupName } = stream;
    expect(messages(await call('FilterLogEvents', { logGroupName, filterPattern }))).toEqual(gives);
  });

  it.each(['{ $.a = 1 }', '[a, b]', '%x%', 'a.b', '"open'])('refuses %s', async (filterPattern) => {
    const { logGroupName } = await makeStream();
    expect(await call('FilterLogEvents', { logGroupName, filterPattern })).toMatch(
      /^InvalidParameterException/,
    );
  });
});

const group = { logGroupName: '/refusals', logStreamName: 's' };

it.each([
  [
    'CreateLogGroup',
    { logGroupName: '/refusals' },
    /^ResourceAlreadyExistsException: The specified log group already/,
  ],
  [
    'CreateLogGroup',
    { logGroupName: 'a b' },
    /'logGroupName' failed to satisfy constraint: .* regular expression/,
  ],
  ['CreateLogStream', group, /^ResourceAlreadyExistsException/],
  ['CreateLogStream', { ...group, logStreamName: 'a:b' }, /^InvalidParameterException/],
  ['PutRetentionPolicy', { ...group, retentionInDays: 2 }, /^InvalidParameterException: .*'retentionInDays'/],
  ['PutLogEvents', { ...group, logStreamName: 'x', logEvents: [event('a')] }, /log stream does not exist\./],
  ['PutLogEvents', { ...group, logEvents: [] }, /^InvalidParameterException: .*'logEvents'/],
  ['PutLogEvents', { ...group, logEvents: Array(10_001).fill(event('a')) }, /less than or equal to 10000/],
  [
    'PutLogEvents',
    { ...group, logEvents: Array(2).fill(event('x'.repeat(524_263))) },
    /Upload too large: 1048578/,
  ],
  ['PutLogEvents', { ...group, logEvents: [event('x'.repeat(1_048_551))] }, /Log event too large: 1048577/],
  [
    'PutLogEvents',
    { ...group, logEvents: [event('a'), event('b', start - 1)] },
    /must be in chronological order\./,
  ],
  [
    'PutLogEvents',
    { ...group, logEvents: [event('a', start - dayMs - 1), event('b')] },
    /more than 24 hours/,
  ],
  ['PutLogEvents', { ...group, logEvents: [event('')] }, /'logEvents.1.member.message'/],
  ['GetLogEvents', { ...group, nextToken: 'x' }, /nextToken is invalid/],
  ['GetLogEvents', { ...group, limit: 'x' }, /^SerializationException: STRING_VALUE/],
  ['StartQuery', {}, /^UnknownOperationException/],
])('refuses %s %o', async (operation, input, gives) => {
  await makeStream('s', '/refusals');
  expect(await call(operation, input)).toMatch(gives);
});

it('takes what Postern itself delivers, and makes group and stream for it', async () => {
  const scope = { accountId: account, region: 'us-east-1' };
  const events = [event('flow')];
  await logs.service.deliver({ ...scope, group: '/flow', stream: 'eni-1', events });
  await logs.service.deliver({ ...scope, group: '/flow', stream: 'eni-1', events });
  const stream = { logGroupName: '/flow', logStreamName: 'eni-1' };
  expect(messages(await call('GetLogEvents', stream))).toEqual(['flow', 'flow']);
});

it('has after a restart what it answered', async () => {
  const stream = await makeStream();
  await call('PutLogEvents', { ...stream, logEvents: [event('kept')] });
  logs.restart();
  expect(messages(await call('GetLogEvents', stream))).toEqual(['kept']);
});
