// What the CLI asks by `POST /_postern/reach`: the answer names everybody in it, and bad questions are refused.
import { beforeEach, expect, it } from 'vitest';
import { Refusal } from '../catalog/refusal.ts';
import type { SavedReach } from '../engine/reach/difference.ts';
import { Reach } from '../engine/reach/reach.ts';
import { unknownHealth } from '../engine/health.ts';
import { Network } from '../engine/testing.ts';
import { answerReach, type ReachQuestion } from './reach.ts';

let net: Network;

beforeEach(() => {
  net = new Network();
  net.vpc('vpc-a');
  net.subnet('subnet-a', 'vpc-a', '10.0.1.0/24', 'a');
  net.instance('one', 'subnet-a', '10.0.1.10');
  net.instance('two', 'subnet-a', '10.0.1.11');
  net.change('instance', 'i-two', { tags: { Name: 'db' } });
});

const ask = (question: ReachQuestion) =>
  answerReach(net.tables, (lanes) => new Reach(net.tables, unknownHealth, lanes), question);
const http = { protocol: 'tcp', port: 80 } as const;

it('answers rows and who is in them', () => {
  const { rows, parties } = ask({ to: 'i-two', lanes: [http] });
  expect(rows).toEqual([{ from: ['eni-one'], to: ['eni-two'], open: [{ ...http, verdict: 'reachable' }] }]);
  expect(parties['eni-two']).toMatchObject({ name: 'db', instanceId: 'i-two', address: '10.0.1.11' });
  expect(ask({ lanes: [http] }).counts).toMatchObject({ interfaces: 2, pairs: 2, reachable: [2] });
  expect(ask({ from: 'i-two', to: 'i-two', lanes: [http] }).rows).toEqual([]);
});

it('calls who has a public address by it', () => {
  net.internetGateway('vpc-a');
  net.publicAddress('44.0.0.1', 'eni-two');
  const { rows, parties } = ask({ to: 'i-two', lanes: [http] });
  expect(rows?.at(-1)).toEqual({
    from: ['internet'],
    to: ['44.0.0.1'],
    open: [{ ...http, verdict: 'reachable' }],
  });
  expect(parties['44.0.0.1']).toMatchObject({ name: 'db', address: '44.0.0.1' });
  expect(ask({ lanes: [http] }).counts?.outside.places).toBe(4);
});

it('leaves ids out of all pairs of a large network, and says how many', () => {
  for (let i = 0; i < 200; i++) net.instance(`more-${i}`, 'subnet-a', `10.0.1.${20 + i}`);
  const [row] = ask({ lanes: [http] }).rows ?? [];
  expect([row?.from.length, row?.to.length, row?.more]).toEqual([8, 8, { from: 194, to: 194 }]);
});

it('compares with a state that was kept, by the lanes of that', () => {
  const { saved: before } = ask({ save: true, lanes: [http] });
  net.group('sg-vpc-a', 'vpc-a', ['egress all 0.0.0.0/0']);
  const { difference, lanes } = ask({ before: JSON.parse(JSON.stringify(before)) as SavedReach });
  expect(lanes).toEqual([http]);
  expect(difference?.changed).toEqual([
    {
      from: ['eni-one', 'eni-two'],
      to: ['eni-one', 'eni-two'],
      before: [{ ...http, verdict: 'reachable' }],
      after: [],
    },
  ]);
});

it.each<[string, object]>([
  ['a name of nothing', { to: 'i-none' }],
  ['too many ports', { lanes: Array.from({ length: 17 }, () => http) }],
  ['no ports', { lanes: [] }],
  ['ports that are none', { lanes: [{ protocol: 'sctp', port: 80 }] }],
  ['words for ports', { lanes: [null, '443'] }],
  ['no state at all', { before: {} }],
  ['a state of an earlier version', { before: { version: 1, lanes: [http], vpcs: [] } }],
  ['a state of something else', { before: { version: 2, lanes: [http], vpcs: [{}] } }],
  ['a state without an outside', { before: { version: 2, lanes: [http], vpcs: [] } }],
])('refuses %s', (_, question) => {
  expect(() => ask(question)).toThrow(Refusal);
});
