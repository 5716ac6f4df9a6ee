// How `postern reach` prints its answers.
import { expect, it } from 'vitest';
import { formatDifference, formatRows, type ReachAnswer } from './reach-table.ts';

const http = { protocol: 'tcp', port: 80 } as const;
const rest = { protocol: 'tcp', port: 81, lastPort: 65_535 } as const;
const party = (name: string, address: string) => ({ name, address, vpcId: 'vpc-1' });
const answer: ReachAnswer = {
  lanes: [http, rest],
  portClassesLeft: 2,
  counts: { interfaces: 2, classes: 2, pairs: 2, outside: { places: 4, pairs: 8 } },
  rows: [
    { from: ['eni-1'], to: ['eni-2'], open: [{ ...http, verdict: 'ambiguous' }] },
    {
      from: ['eni-2'],
      to: ['eni-1'],
      open: [
        { ...http, verdict: 'reachable' },
        { ...rest, verdict: 'reachable' },
      ],
    },
  ],
  parties: { 'eni-1': party('web', '10.0.1.10'), 'eni-2': party('db', '10.0.1.11') },
};

it('prints a matrix of few interfaces', () => {
  expect(formatRows(answer, true).split('\n')).toEqual([
    '2 network interfaces in 2 classes, 2 pairs',
    '4 places outside their VPCs, 8 pairs',
    'asked: tcp 80,81-65535; 2 more that rules tell apart: ask by --port',
    '',
    '   from \\ to      1    2',
    '1  web 10.0.1.10  ·    tcp 80 (some ways only)',
    '2  db 10.0.1.11   all  ·',
  ]);
});

it('prints what lies outside as columns, and as rows where it opens something', () => {
  const open = [
    { ...http, verdict: 'unknown' },
    { ...rest, verdict: 'unknown' },
  ] as const;
  const rows = [
    { from: ['eni-1'], to: ['internet'], open },
    { from: ['internet'], to: ['44.0.0.1'], open: [{ ...http, verdict: 'reachable' }] },
  ] as const;
  const parties = { ...answer.parties, '44.0.0.1': party('web', '44.0.0.1') };
  expect(
    formatRows({ ...answer, rows, parties }, true)
      .split('\n')
      .slice(4),
  ).toEqual([
    '   from \\ to      2              web 44.0.0.1',
    '1  web 10.0.1.10  all (unknown)  -',
    '2  internet       ·              tcp 80',
  ]);
});

it('prints rows with the way they go', () => {
  const rows = [
    { from: ['eni-1'], to: ['eni-2'], open: [{ ...http, verdict: 'reachable' }], via: '44.0.0.1' } as const,
  ];
  expect(
    formatRows({ ...answer, portClassesLeft: 0, rows }, false)
      .split('\n')
      .slice(2),
  ).toEqual(['from           to            open    by', 'web 10.0.1.10  db 10.0.1.11  tcp 80  44.0.0.1']);
  expect(formatRows({ ...answer, rows: [] }, false)).toContain('\nnothing');
});

it('prints what differs', () => {
  const changed = [
    { from: ['eni-1'], to: ['eni-2'], before: [], after: [{ ...http, verdict: 'reachable' }] } as const,
  ];
  const difference = { changed, added: ['eni-2'], removed: ['eni-9'] };
  expect(formatDifference({ ...answer, difference }).split('\n')).toEqual([
    '+ db 10.0.1.11 is new',
    '- eni-9 is gone',
    'from           to            before   now',
    'web 10.0.1.10  db 10.0.1.11  nothing  tcp 80',
  ]);
  expect(formatDifference({ ...answer, difference: { changed: [], added: [], removed: [] } })).toBe(
    'no difference',
  );
});
