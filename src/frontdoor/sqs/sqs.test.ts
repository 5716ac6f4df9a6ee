// SQS as SDKs see it, over HTTP: both protocols, what a message goes through, who may use whose queue, and that what
// was answered is there after a restart.
import { describe, expect, it } from 'vitest';
import { account, stranger, TestService } from '../testing.ts';
import { Sqs } from './sqs.ts';

const sqs = new TestService('sqs', (file, clock) => new Sqs(file, clock));
const { door } = sqs;

interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: object;
  readonly MD5OfMessageAttributes?: string;
}
interface Output {
  readonly QueueUrl: string;
  readonly MessageId: string;
  readonly Messages?: readonly Message[];
  readonly Attributes?: Readonly<Record<string, string>>;
}

const call = (operation: string, input: object, as = account, region = 'us-east-1') =>
  door.call<Output>('sqs', `AmazonSQS.${operation}`, input, { as, region });
const urlOf = (name: string) => `https://sqs.us-east-1.amazonaws.com/${account}/${name}`;
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${account}:${name}`;

async function makeQueue(QueueName: string, Attributes: object = {}): Promise<string> {
  const { QueueUrl } = await call('CreateQueue', { QueueName, Attributes });
  expect(QueueUrl).toBe(urlOf(QueueName));
  return QueueUrl;
}

const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  call('SendMessage', { QueueUrl, MessageBody, ...more });

async function receive(QueueUrl: string, more: object = {}): Promise<readonly Message[]> {
  const { Messages = [] } = await call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, ...more });
  return Messages;
}

const bodies = async (QueueUrl: string, more: object = {}) =>
  (await receive(QueueUrl, more)).map(({ Body }) => Body);

async function counts(QueueUrl: string): Promise<readonly string[]> {
  const { Attributes = {} } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  return ['', 'NotVisible', 'Delayed'].map((kind) => Attributes[`ApproximateNumberOfMessages${kind}`] ?? '');
}

describe('queues', () => {
  it('are made once, and again only as they are', async () => {
    const QueueUrl = await makeQueue('made', { VisibilityTimeout: '40' });
    expect(await makeQueue('made', { VisibilityTimeout: '40' })).toBe(QueueUrl);
    expect(await makeQueue('made')).toBe(QueueUrl);
    expect(await call('CreateQueue', { QueueName: 'made', Attributes: { VisibilityTimeout: '41' } })).toBe(
      'QueueNameExists: A queue already exists with the same name and a different value for attribute VisibilityTimeout',
    );
    expect(await call('GetQueueUrl', { QueueName: 'made' })).toEqual({ QueueUrl });
    const { Attributes } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
    expect(Attributes).toMatchObject({
      QueueArn: arnOf('made'),
      VisibilityTimeout: '40',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
    });
  });

  it('are of one account and Region', async () => {
    await makeQueue('mine');
    expect(await call('GetQueueUrl', { QueueName: 'mine' }, stranger)).toMatch(/^QueueDoesNotExist/);
    expect(await call('GetQueueUrl', { QueueName: 'mine' }, account, 'eu-west-1')).toMatch(
      /^QueueDoesNotExist/,
    );
    const listed = await call('ListQueues', { QueueNamePrefix: 'min' });
    expect(listed).toEqual({ QueueUrls: [urlOf('mine')] });
  });

  it('are listed in pages', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await makeQueue(name);
    const ask = (more: object) =>
      door.call<{ QueueUrls: string[]; NextToken?: string }>('sqs', 'AmazonSQS.ListQueues', {
        QueueNamePrefix: 'page-',
        MaxResults: 2,
        ...more,
      });
    const { QueueUrls, NextToken } = await ask({});
    expect(QueueUrls).toEqual([urlOf('page-a'), urlOf('page-b')]);
    expect(await ask({ NextToken })).toEqual({ QueueUrls: [urlOf('page-c')] });
  });

  it('are changed, tagged, emptied and removed', async () => {
    const QueueUrl = await makeQueue('changing');
    await call('SetQueueAttributes', { QueueUrl, Attributes: { DelaySeconds: '5' } });
    await call('TagQueue', { QueueUrl, Tags: { a: '1', b: '2' } });
    await call('UntagQueue', { QueueUrl, TagKeys: ['a'] });
    expect(await call('ListQueueTags', { QueueUrl })).toEqual({ Tags: { b: '2' } });
    await send(QueueUrl, 'x');
    expect(await counts(QueueUrl)).toEqual(['0', '0', '1']);
    await call('PurgeQueue', { QueueUrl });
    expect(await counts(QueueUrl)).toEqual(['0', '0', '0']);
    await call('DeleteQueue', { QueueUrl });
    expect(await send(QueueUrl, 'x')).toMatch(/^QueueDoesNotExist/);
  });
});

describe('messages', () => {
  it('come with the digests that SDKs check', async () => {
    const QueueUrl = await makeQueue('digests');
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'hällo' },
      number: { DataType: 'Number', StringValue: '1.5' },
      bytes: { DataType: 'Binary.png', BinaryValue: 'AAEC' },
    };
    // Computed by another program, from AWS's description.
    const MD5OfMessageAttributes = 'f4538486d31f5cb6054b251291091cf4';
    const digest = '38bbce5fb3d0aec801f9eab39182fa7a';
    const sent = await send(QueueUrl, 'hällo', { MessageAttributes });
    expect(sent).toMatchObject({ MD5OfMessageBody: digest, MD5OfMessageAttributes });
    const [message] = await receive(QueueUrl, { MessageAttributeNames: ['All'], AttributeNames: ['All'] });
    const same = { Body: 'hällo', MD5OfBody: digest, MD5OfMessageAttributes, MessageAttributes };
    expect(message).toMatchObject({ ...same, MessageId: sent.MessageId });
    expect(message?.Attributes).toMatchObject({ SenderId: account, ApproximateReceiveCount: '1' });
  });

  it('are in flight once received, and come back', async () => {
    const QueueUrl = await makeQueue('flight');
    await send(QueueUrl, 'a');
    const [first] = await receive(QueueUrl, { VisibilityTimeout: 60 });
    expect(await counts(QueueUrl)).toEqual(['0', '1', '0']);
    expect(await receive(QueueUrl)).toEqual([]);
    sqs.ahead = 60_000;
    const [second] = await receive(QueueUrl, { AttributeNames: ['ApproximateReceiveCount'] });
    expect(second?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
    await call('DeleteMessage', { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    expect(await counts(QueueUrl)).toEqual(['0', '1', '0']);
    await call('DeleteMessage', { QueueUrl, ReceiptHandle: second?.ReceiptHandle });
    expect(await counts(QueueUrl)).toEqual(['0', '0', '0']);
  });

  it('are given back by a visibility of nothing', async () => {
    const QueueUrl = await makeQueue('given-back');
    await send(QueueUrl, 'a');
    const [message] = await receive(QueueUrl);
    const change = { QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 };
    expect(await call('ChangeMessageVisibility', change)).toEqual({});
    expect(await call('ChangeMessageVisibility', change)).toMatch(
      /not available for visibility timeout change/,
    );
    expect(await bodies(QueueUrl)).toEqual(['a']);
  });

  it('wait for their delay, and are gone after their time', async () => {
    const QueueUrl = await makeQueue('times', { MessageRetentionPeriod: '60' });
    await send(QueueUrl, 'late', { DelaySeconds: 10 });
    expect(await bodies(QueueUrl)).toEqual([]);
    sqs.ahead = 10_000;
    expect(await bodies(QueueUrl, { VisibilityTimeout: 0 })).toEqual(['late']);
    sqs.ahead = 61_000;
    expect(await bodies(QueueUrl)).toEqual([]);
    expect(await counts(QueueUrl)).toEqual(['0', '0', '0']);
  });

  it('reach who waits for them, when sent and when they become visible', async () => {
    const QueueUrl = await makeQueue('waited-for', { VisibilityTimeout: '1' });
    const waiting = bodies(QueueUrl, { WaitTimeSeconds: 20 });
    await send(QueueUrl, 'a');
    expect(await waiting).toEqual(['a']);
    expect(await bodies(QueueUrl, { WaitTimeSeconds: 20 })).toEqual(['a']);
    await call('PurgeQueue', { QueueUrl });
    expect(await bodies(QueueUrl, { WaitTimeSeconds: 1 })).toEqual([]);
  });

  it('are received once, however many wait', async () => {
    const QueueUrl = await makeQueue('shared');
    const waiting = Array.from({ length: 8 }, () =>
      bodies(QueueUrl, { WaitTimeSeconds: 2, MaxNumberOfMessages: 1 }),
    );
    const texts = Array.from({ length: 8 }, (_, index) => String(index));
    await Promise.all(texts.map((text) => send(QueueUrl, text)));
    expect((await Promise.all(waiting)).flat().toSorted()).toEqual(texts);
  });

  it('go to the dead-letter queue when they were received too often', async () => {
    const dead = await makeQueue('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 });
    const QueueUrl = await makeQueue('failing', { RedrivePolicy });
    await send(QueueUrl, 'bad');
    expect(await bodies(QueueUrl, { VisibilityTimeout: 0 })).toEqual(['bad']);
    expect(await bodies(QueueUrl)).toEqual([]);
    const [message] = await receive(dead, { AttributeNames: ['All'] });
    expect(message?.Attributes).toMatchObject({ DeadLetterQueueSourceArn: arnOf('failing') });
    expect(await call('ListDeadLetterSourceQueues', { QueueUrl: dead })).toEqual({ queueUrls: [QueueUrl] });
  });

  it('come in batches, each entry for itself', async () => {
    const QueueUrl = await makeQueue('batches');
    const Entries = [
      { Id: 'a', MessageBody: '1' },
      { Id: 'b', MessageBody: '' },
      { Id: 'c', MessageBody: '3' },
    ];
    expect(await call('SendMessageBatch', { QueueUrl, Entries })).toMatchObject({
      Successful: [{ Id: 'a' }, { Id: 'c' }],
      Failed: [{ Id: 'b', SenderFault: true, Code: 'MissingParameter' }],
    });
    const received = await receive(QueueUrl);
    const handles = received.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    expect(await call('DeleteMessageBatch', { QueueUrl, Entries: handles })).toEqual({
      Successful: [{ Id: '0' }, { Id: '1' }],
    });
    expect(await counts(QueueUrl)).toEqual(['0', '0', '0']);
  });
});

describe('FIFO queues', () => {
  const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

  it('keep the order of a group, and hold it while one of it is in flight', async () => {
    const QueueUrl = await makeQueue('order.fifo', fifo);
    for (const [group, body] of [
      ['x', '1'],
      ['y', '2'],
      ['x', '3'],
    ]) {
      await send(QueueUrl, body ?? '', { MessageGroupId: group });
    }
    const [one] = await receive(QueueUrl, { MaxNumberOfMessages: 1 });
    expect(one?.Body).toBe('1');
    expect(await bodies(QueueUrl)).toEqual(['2']);
    const waiting = bodies(QueueUrl, { WaitTimeSeconds: 20 });
    await call('DeleteMessage', { QueueUrl, ReceiptHandle: one?.ReceiptHandle });
    expect(await waiting).toEqual(['3']);
  });

  it('take a message once in five minutes', async () => {
    const QueueUrl = await makeQueue('once.fifo', fifo);
    const first = await send(QueueUrl, 'a', { MessageGroupId: 'g' });
    expect(await send(QueueUrl, 'a', { MessageGroupId: 'h' })).toEqual(first);
    expect(await bodies(QueueUrl)).toEqual(['a']);
    sqs.ahead = 5 * 60_000;
    expect(await send(QueueUrl, 'a', { MessageGroupId: 'h' })).not.toEqual(first);
  });

  it('want a group and a deduplication id', async () => {
    const QueueUrl = await makeQueue('strict.fifo', { FifoQueue: 'true' });
    expect(await send(QueueUrl, 'a')).toMatch(/must contain the parameter MessageGroupId/);
    expect(await send(QueueUrl, 'a', { MessageGroupId: 'g' })).toMatch(
      /ContentBasedDeduplication enabled or/,
    );
  });
});

describe('refusals', () => {
  it.each([
    ['CreateQueue', { QueueName: 'a b' }, /^InvalidParameterValueException: Can only include alphanumeric/],
    [
      'CreateQueue',
      { QueueName: 'a', Attributes: { Nope: '1' } },
      /^InvalidAttributeName: Unknown Attribute Nope\./,
    ],
    [
      'CreateQueue',
      { QueueName: 'a', Attributes: { DelaySeconds: '901' } },
      /^InvalidAttributeValue: .*DelaySeconds/,
    ],
    ['CreateQueue', { QueueName: 'a', Attributes: { Policy: '{}' } }, /^InvalidAttributeValue: .*Policy/],
    ['CreateQueue', { QueueName: 'a', Attributes: { FifoQueue: 'true' } }, /must end with \.fifo suffix/],
    ['CreateQueue', {}, /^MissingRequiredParameterException: .*QueueName/],
    [
      'CreateQueue',
      { QueueName: 1 },
      /^SerializationException: NUMBER_VALUE can not be converted to a String/,
    ],
    ['GetQueueUrl', { QueueName: 'none' }, /^QueueDoesNotExist: The specified queue does not exist\./],
    ['SendMessage', { QueueUrl: 'nowhere', MessageBody: 'x' }, /^InvalidAddress/],
    ['SendMessage', { QueueUrl: urlOf('refusing') }, /^MissingRequiredParameterException: .*MessageBody/],
    [
      'SendMessage',
      { QueueUrl: urlOf('refusing'), MessageBody: 'x'.repeat(1025) },
      /shorter than 1024 bytes/,
    ],
    ['SendMessageBatch', { QueueUrl: urlOf('refusing'), Entries: [] }, /^EmptyBatchRequest/],
    [
      'SendMessageBatch',
      { QueueUrl: urlOf('refusing'), Entries: [{ Id: 'a' }, { Id: 'a' }] },
      /^BatchEntryIdsNotD/,
    ],
    ['SendMessageBatch', { QueueUrl: urlOf('refusing'), Entries: [{ Id: 'ä' }] }, /^InvalidBatchEntryId/],
    ['ReceiveMessage', { QueueUrl: urlOf('refusing'), MaxNumberOfMessages: 11 }, /Must be between 1 and 10/],
    ['ReceiveMessage', { QueueUrl: urlOf('refusing'), WaitTimeSeconds: 21 }, /WaitTimeSeconds is invalid/],
    ['DeleteMessage', { QueueUrl: urlOf('refusing'), ReceiptHandle: 'x' }, /^ReceiptHandleIsInvalid: .*"x"/],
    ['StartMessageMoveTask', {}, /^UnknownOperationException/],
  ])('%s %o', async (operation, input, gives) => {
    await makeQueue('refusing', { MaximumMessageSize: '1024' });
    expect(await call(operation, input)).toMatch(gives);
  });

  it('are told by their old name too', async () => {
    const headers = { 'x-amz-target': 'AmazonSQS.GetQueueUrl' };
    const got = await door.send('sqs', headers, '{"QueueName":"none"}');
    expect([got.status, got.headers['content-type']]).toEqual([400, 'application/x-amz-json-1.0']);
    expect(got.headers['x-amzn-query-error']).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
    expect(JSON.parse(got.text)).toMatchObject({ __type: 'com.amazonaws.sqs#QueueDoesNotExist' });
    const malformed = await door.send('sqs', headers, '{"QueueName');
    expect([malformed.status, malformed.text]).toEqual([
      400,
      expect.stringContaining('SerializationException'),
    ]);
  });
});

describe('the policy of a queue', () => {
  const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement });

  it('lets others in, and keeps its own account out', async () => {
    const QueueUrl = await makeQueue('guarded');
    const denied = `AccessDeniedException: User: arn:aws:iam::${stranger}:root is not authorized to perform: sqs:sendmessage on resource: ${arnOf('guarded')} because no resource-based policy allows the sqs:sendmessage action`;
    const message = { QueueUrl, MessageBody: 'x' };
    expect(await call('SendMessage', message, stranger)).toBe(denied);
    expect(await call('SendMessage', message, '')).toMatch(/^AccessDenied/);
    const target = { 'x-amz-target': 'AmazonSQS.SendMessage' };
    const { headers } = await door.send('sqs', target, JSON.stringify(message), { as: stranger });
    expect(headers['x-amzn-query-error']).toBe('AccessDenied;Sender');
    const opened = { Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: arnOf('guarded') };
    await call('SetQueueAttributes', { QueueUrl, Attributes: { Policy: policy(opened) } });
    expect(await call('SendMessage', message, stranger)).toHaveProperty('MessageId');
    expect(await call('SendMessage', message, '')).toHaveProperty('MessageId');
    expect(await call('DeleteQueue', { QueueUrl }, stranger)).toMatch(/^AccessDenied/);
    const closed = { ...opened, Effect: 'Deny', Action: 'sqs:SendMessage' };
    await call('SetQueueAttributes', { QueueUrl, Attributes: { Policy: policy(closed) } });
    const Entries = [{ Id: 'a', MessageBody: 'x' }];
    expect(await call('SendMessageBatch', { QueueUrl, Entries })).toMatch(
      /explicit deny in a resource-based policy/,
    );
  });
});

describe('the Query protocol', () => {
  const ask = (form: Readonly<Record<string, string>>, as = account) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return door.send('sqs', headers, new URLSearchParams({ Version: '2012-11-05', ...form }).toString(), {
      as,
    });
  };

  it('makes a queue, sends and receives', async () => {
    const attribute = { 'Attribute.1.Name': 'VisibilityTimeout', 'Attribute.1.Value': '33' };
    const made = await ask({ Action: 'CreateQueue', QueueName: 'query', ...attribute });
    expect(made.text).toContain(
      `<CreateQueueResult><QueueUrl>${urlOf('query')}</QueueUrl></CreateQueueResult>`,
    );
    const QueueUrl = urlOf('query');
    const body = { Id: 'a', MessageBody: '<&>', 'MessageAttribute.1.Name': 'n' };
    const value = {
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'v',
    };
    const entry = Object.entries({ ...body, ...value }).map(([key, text]) => [
      `SendMessageBatchRequestEntry.1.${key}`,
      text,
    ]);
    const sent = await ask({ Action: 'SendMessageBatch', QueueUrl, ...Object.fromEntries(entry) });
    expect(sent.text).toContain('<SendMessageBatchResultEntry><Id>a</Id><MD5OfMessageBody>');
    const got = await ask({
      Action: 'ReceiveMessage',
      QueueUrl,
      'MessageAttributeName.1': 'All',
      'AttributeName.1': 'All',
    });
    expect(got.text).toContain('<Body>&lt;&amp;&gt;</Body>');
    expect(got.text).toContain('<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>');
    const inXml = '<Name>n</Name><Value><DataType>String</DataType><StringValue>v</StringValue></Value>';
    expect(got.text).toContain(`<MessageAttribute>${inXml}</MessageAttribute>`);
    const asked = await ask({
      Action: 'GetQueueAttributes',
      QueueUrl,
      'AttributeName.1': 'VisibilityTimeout',
    });
    expect(asked.text).toContain('<Attribute><Name>VisibilityTimeout</Name><Value>33</Value></Attribute>');
  });

  it('refuses in its own words', async () => {
    const none = await ask({ Action: 'GetQueueUrl', QueueName: 'none' });
    expect(none.status).toBe(400);
    expect(none.text).toContain('<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
    expect((await ask({ Action: 'Nope' })).text).toContain('<Code>InvalidAction</Code>');
    expect((await ask({ Action: 'ListQueues' }, '')).text).toContain('<Code>AccessDenied</Code>');
    expect(
      (await ask({ Action: 'ReceiveMessage', MaxNumberOfMessages: 'x', QueueUrl: urlOf('query') })).status,
    ).toBe(400);
  });
});

it('says where one is to a request that asks for nothing', async () => {
  const { status, text } = await door.send('sqs', {}, '');
  expect([status, JSON.parse(text)]).toMatchObject([200, { service: 'sqs', way: 'public' }]);
});

it('has after a restart what it answered, receipts too', async () => {
  const QueueUrl = await makeQueue('lasting');
  await send(QueueUrl, 'kept');
  await send(QueueUrl, 'taken');
  const [taken] = await receive(QueueUrl, { MaxNumberOfMessages: 1 });
  sqs.restart();
  expect(await counts(QueueUrl)).toEqual(['1', '1', '0']);
  await call('DeleteMessage', { QueueUrl, ReceiptHandle: taken?.ReceiptHandle });
  expect(await counts(QueueUrl)).toEqual(['1', '0', '0']);
});
