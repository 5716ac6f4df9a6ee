import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Refusal } from '../catalog/refusal.ts';
import { unknownHealth } from '../engine/health.ts';
import type { Network } from '../engine/testing.ts';
import { network } from '../engine/explain/testing.ts';
import { answerWhy, type WhyAnswer, type WhyQuestion } from './why.ts';

function ask(question: WhyQuestion, net: Network = network()): WhyAnswer {
  const answer = answerWhy(net.tables, unknownHealth, question);
  if ('unclear' in answer) throw new Error(`unclear: ${answer.unclear}`);
  return answer;
}

it('answers with data and text', () => {
  const { reachable, text, explanation } = ask({ from: 'i-client', to: '10.0.2.10:80' });
  expect(reachable).toBe(true);
  expect(explanation.verdict).toBe('reachable');
  expect(text).toMatch(/^✓ reachable: i-client → 10\.0\.2\.10:80\/tcp\n/);
  expect(text).toContain('= arrives at eni-server, 10.0.2.10:80');
});

it('takes port and protocol apart from the text', () => {
  const { ways } = ask({ from: 'i-client', to: '10.0.2.10', port: 53, protocol: 'udp' }).explanation;
  expect(ways[0]?.headers).toMatchObject({ protocol: 'udp', destinationPort: 53 });
});

it('has the way back hop by hop when asked', () => {
  const net = network();
  net.acl('acl-1', 'subnet-a2', ['100 egress allow all 0.0.0.0/0', '100 ingress allow all 0.0.0.0/0']);
  const question = { from: 'i-client', to: '10.0.2.10:80' };
  expect(ask(question, net).text).toContain('← the answer comes back');
  expect(ask(question, net).text).not.toContain('← network-acl-egress');
  expect(ask({ ...question, return: true }, net).text).toContain('← network-acl-egress     acl-1');
});

it('asks for a host of the internet by its address', () => {
  const net = network();
  const host = { id: 'www.example.com', address: '203.0.113.77', serves: [], number: 1, bootNumber: 1 };
  net.put('internetHost', { ...host, ownerId: '', region: '', createdAt: '', tags: {} });
  const { explanation } = ask({ from: host.id, to: '10.0.2.10:80' }, net);
  expect(explanation.question.from).toEqual({ kind: 'internet', address: host.address });
});

it('asks for the flow of an error message, and tells what it is and is not', () => {
  const net = network();
  net.group('sg-web', 'vpc-a', ['ingress tcp 22 0.0.0.0/0']);
  net.change('networkInterface', 'eni-server', { groupIds: ['sg-web'] });
  const { diagnosis, text } = ask({ from: 'i-client', error: 'dial tcp 10.0.2.10:80: i/o timeout' }, net);
  expect(diagnosis?.finding).toBe('explained');
  expect(diagnosis?.causes[0]).toMatchObject({
    rank: 'fits',
    code: 'ENI_SG_RULES_MISMATCH',
    component: 'eni-server',
  });
  expect(text).toContain('likely\n  1. ENI_SG_RULES_MISMATCH at eni-server');
  expect(text).toContain('aws ec2 authorize-security-group-ingress');
});

it.each([
  ['i-server', 80, 'tcp'],
  ['i-server:443', 443, 'tcp'],
  ['i-server:53/udp', 53, 'udp'],
  ['https://sqs.us-east-1.amazonaws.com/', 443, 'tcp'],
])('goes where it was said, %s, by the port of the message unless it has its own', (to, port, protocol) => {
  const error = 'dial tcp 10.9.9.9:80: i/o timeout';
  expect(ask({ from: 'i-client', to, error }).explanation.question).toMatchObject({ port, protocol });
});

it.each<[WhyQuestion, RegExp]>([
  [{}, /Who sends/],
  [{ from: 'i-client' }, /Where to/],
  [{ from: '', to: '10.0.2.10:80' }, /./],
  [{ from: 'i-client', to: '' }, /Where to/],
  [{ from: 'i-client', to: 'i-server:99999' }, /not a port/],
  [{ from: 'i-client', to: 'i-server' }, /Which port/],
  [{ error: 'dial tcp 10.0.2.10:80: i/o timeout' }, /--from/],
  [{ error: 'segmentation fault', from: 'i-client' }, /None of the error messages/],
  [{ error: 'Task timed out after 3.00 seconds', from: 'i-client' }, /names no host/],
  [{ error: 'dial tcp 127.0.0.1:80: connect: connection refused', from: 'i-client' }, /the sender itself/],
])('says what to write instead of %j', (question, why) => {
  expect(answerWhy(network().tables, unknownHealth, question)).toEqual({
    unclear: expect.stringMatching(why),
  });
});

it.each<WhyQuestion>([
  { from: 7, to: 'i-server' },
  { from: 'i-client', to: 'i-server', port: -1 },
  { from: 'i-client', to: 'i-server', port: '80' },
  { from: 'i-client', to: 'i-server', protocol: 'sctp' },
  { from: 'i-client', to: 'x'.repeat(3000) },
  { from: 'i-client', error: {} },
])('refuses %j', (question) => {
  expect(() => ask(question)).toThrow(Refusal);
});

const ends = [
  'i-client',
  'eni-server',
  'subnet-a1',
  'vpc-a',
  'vpce-e',
  'vpce-svc-s',
  'nlb',
  's3',
  'internet',
  '10.0.1.10',
];
const marks = [
  ':80',
  ':0',
  ':99999',
  '/udp',
  '/icmp',
  '/tcp',
  'https://',
  '@',
  '[::1]',
  '..',
  ' ',
  '\0',
  'pid:1',
  '10.0.2.10',
  '-',
];
const says = [
  'dial tcp ',
  'i/o timeout',
  'lookup ',
  'no such host',
  'User: ',
  'is not authorized to perform: s3:GetObject',
];
const wordsOf = (...tokens: readonly string[]) =>
  fc
    .array(fc.oneof(fc.constantFrom(...tokens), fc.string({ maxLength: 5 })), { maxLength: 6 })
    .map((parts) => parts.join(''));

it('answers whatever is asked, or says what to write: nothing crashes', () => {
  const net = network();
  net.internetGateway('vpc-a');
  const text = fc.oneof(fc.constantFrom(...ends), wordsOf(...ends, ...marks));
  const error = fc.option(wordsOf(...says, ...ends, ...marks), { nil: undefined });
  const request = fc.option(fc.constantFrom('s3:GetObject arn:aws:s3:::b/k', 'sqs:*', '*'), {
    nil: undefined,
  });
  const kinds = new Set<string>();
  // Random words alone seldom find the way.
  const open = { from: 'i-client', to: '10.0.2.10:80', error: undefined, request: undefined };
  const closed = { ...open, to: '10.0.2.250:80' };
  fc.assert(
    fc.property(
      fc.record({ from: text, to: fc.option(text, { nil: undefined }), error, request }),
      (question) => {
        const answer = answerWhy(net.tables, unknownHealth, question);
        kinds.add('unclear' in answer ? 'unclear' : answer.verdict);
        return 'unclear' in answer ? answer.unclear.length > 0 : answer.text.length > 0;
      },
    ),
    { numRuns: 600, examples: [[open], [closed]] },
  );
  // A test that only ever hears one kind of answer would not see the others crash.
  expect(kinds.size).toBeGreaterThan(2);
});
