// How `postern reach --watch` prints a change.
import { expect, it } from 'vitest';
import { formatBegin, formatChange, type WatchChange } from './reach-changes.ts';
import type { Lane, OpenLane } from './reach-table.ts';

const lanes: readonly Lane[] = [
  { protocol: 'icmp', port: 0 },
  { protocol: 'tcp', port: 0, lastPort: 79 },
  { protocol: 'tcp', port: 80, lastPort: 80 },
  { protocol: 'tcp', port: 81, lastPort: 65_535 },
  { protocol: 'udp', port: 0, lastPort: 65_535 },
];
const open = (verdict: OpenLane['verdict'], ...which: readonly number[]) =>
  which.flatMap((i) => lanes.slice(i, i + 1).map((lane): OpenLane => ({ ...lane, verdict })));
const party = (name: string, address: string) => ({ name, address, vpcId: 'vpc-1' });
const parties = {
  'eni-1': party('web', '10.0.1.10'),
  'eni-2': party('web', '10.0.1.11'),
  'eni-3': party('web', '10.0.1.12'),
  'eni-4': party('db', '10.0.2.5'),
};
const change = (more: Partial<WatchChange>): WatchChange => ({
  ...{ at: '2026-01-01T10:20:30.000Z', actions: [], resources: [], health: [], lanes, changed: [] },
  ...{ rowsLeft: 0, added: [], removed: [], parties, ...more },
});
const row = (more: Partial<WatchChange['changed'][number]>) => ({
  ...{ from: ['eni-1'], to: ['eni-4'], before: [], after: [] },
  ...more,
});

/** Without the time, which is the reader's. */
const lines = (more: Partial<WatchChange>) =>
  formatChange(change(more))
    .split('\n')
    .map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''));

it('begins with what is watched', () => {
  const watching = { interfaces: 12, lanes, portClassesLeft: 0 };
  expect(formatBegin({ watching }, undefined)).toBe(
    'watching all pairs of 12 network interfaces, all ports; Ctrl-C ends it',
  );
  const few = { interfaces: 12, lanes: lanes.slice(2, 3), portClassesLeft: 3 };
  expect(formatBegin({ watching: few }, 'i-1')).toBe(
    'watching i-1, tcp 80; 3 more that rules tell apart: ask by --port; Ctrl-C ends it',
  );
});

it('prints who changed what, what opened and what closed, one under the other', () => {
  const changed = [
    row({ after: open('reachable', 2) }),
    row({ from: ['eni-1', 'eni-2', 'eni-3'], to: ['internet'], before: open('reachable', 0, 1, 2, 3) }),
    row({ before: open('reachable', 1, 2), after: open('reachable', 0) }),
  ];
  expect(lines({ actions: ['RevokeSecurityGroupIngress'], resources: ['sg-1'], changed })).toEqual([
    'RevokeSecurityGroupIngress  sg-1',
    '  + web 10.0.1.10 → db 10.0.2.5          tcp 80',
    '  - web 10.0.1.10 and 2 more → internet  icmp; tcp 0-65535',
    '  + web 10.0.1.10 → db 10.0.2.5          icmp',
    '  - web 10.0.1.10 → db 10.0.2.5          tcp 0-80',
  ]);
});

it('prints everything as all, doubts as what they were and are, and the way it goes', () => {
  const changed = [
    row({ after: open('reachable', 0, 1, 2, 3, 4), via: 'eni-2' }),
    row({ after: open('unknown', 0, 1, 2, 3, 4) }),
    row({ before: open('reachable', 2), after: open('ambiguous', 2) }),
    row({ before: open('unknown', 2), after: open('reachable', 2) }),
  ];
  expect(
    lines({ health: ['arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/web/0123'], changed }),
  ).toEqual([
    'health of targetgroup/web/0123',
    '  + web 10.0.1.10 → db 10.0.2.5  all  by web 10.0.1.11',
    '  + web 10.0.1.10 → db 10.0.2.5  all (unknown)',
    '  ~ web 10.0.1.10 → db 10.0.2.5  tcp 80: every way → some ways only',
    '  ~ web 10.0.1.10 → db 10.0.2.5  tcp 80: unknown → every way',
  ]);
});

it('prints who is new and who is gone', () => {
  const resources = ['i-1', 'i-2', 'i-3', 'i-4', 'i-5'];
  expect(lines({ resources, added: ['eni-4'], removed: ['eni-1', 'eni-2'] })).toEqual([
    'changed  i-1, i-2, i-3 and 2 more',
    '  + db 10.0.2.5 is new',
    '  - web 10.0.1.10, web 10.0.1.11 are gone',
  ]);
});

it('says in one line that nothing opened or closed', () => {
  expect(lines({ actions: ['CreateTags'], resources: ['i-1'] })).toEqual([
    'CreateTags  i-1: nothing opened or closed',
  ]);
});

it('cuts what no glance takes in', () => {
  const changed = Array.from({ length: 25 }, () => row({ after: open('reachable', 2) }));
  const printed = lines({ actions: ['RunInstances'], changed, rowsLeft: 7 });
  expect([printed.length, printed.at(-1)]).toEqual([22, '    and 12 more; --json prints more of them']);
  expect(lines({ changed }).at(-1)).toBe('    and 5 more; --json prints all');
});
