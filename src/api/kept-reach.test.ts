// What control keeps between two questions: made true only when somebody asks, few, and not for ever. That it says what
// a new one says, over many edits: test/agree/kept-reach.test.ts.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lane } from '../engine/reach/lanes.ts';
import { Network } from '../engine/testing.ts';
import type { Kind } from '../model/kinds.ts';
import type { Change, Snapshot } from '../model/snapshot.ts';
import type { TargetReport } from '../plan/actual.ts';
import { present } from '../std/assert.ts';
import { Listeners } from '../store/listeners.ts';
import type { Commit } from '../store/store.ts';
import { KeptReaches, type KeptReachOptions } from './kept-reach.ts';

const http = { protocol: 'tcp', port: 80 } as const;
const ports = (count: number): readonly Lane[][] =>
  Array.from({ length: count }, (_, i) => [{ protocol: 'tcp', port: i + 1 }]);

let net: Network;
let listeners: Listeners<Commit>;
let watching: number;
let targets: readonly TargetReport[];
let kept: KeptReaches;

beforeEach(() => {
  net = new Network();
  net.vpc('vpc-a');
  net.subnet('subnet-a', 'vpc-a', '10.0.1.0/24', 'a');
  net.instance('one', 'subnet-a', '10.0.1.10');
  net.instance('two', 'subnet-a', '10.0.1.11');
  [listeners, watching, targets] = [new Listeners(), 0, []];
});

afterEach(() => kept.forgetAll());

function keep(options: Partial<KeptReachOptions> = {}, snapshot: Snapshot = net.tables): KeptReaches {
  const watch = (listener: (commit: Commit) => void) => {
    watching++;
    const stop = listeners.add(listener);
    return () => {
      watching--;
      stop();
    };
  };
  kept = new KeptReaches({ store: { snapshot, watch }, targets: () => targets, ...options });
  return kept;
}

const verdict = (from: string, to: string) => {
  const [a, b] = [from, to].map((id) => net.tables.get('networkInterface', id));
  return kept.of([http]).verdict(present(a, from), present(b, to), 0);
};
const tell = (changes: readonly Change[]) => listeners.tell({ revision: 1, changes, undo: [] });
const commit = (kind: Kind, id: string) => tell([{ kind, id }]);
const close = () => net.group('sg-vpc-a', 'vpc-a', ['egress all 0.0.0.0/0']);

describe('a kept reach', () => {
  it('is the same as long as its lanes are asked, and knows of the edits between', () => {
    keep();
    const before = kept.of([http]);
    expect(verdict('eni-one', 'eni-two')).toBe('reachable');
    close();
    commit('securityGroup', 'sg-vpc-a');
    expect(verdict('eni-one', 'eni-two')).toBe('not-reachable');
    expect(kept.of([http])).toBe(before);
  });

  it('knows of the health of targets', () => {
    keep();
    net.balancer('nlb', {
      nodes: [['subnet-a', '10.0.1.50']],
      type: 'ip',
      targets: ['10.0.1.11', '10.0.1.12'],
    });
    const state = (targetId: string, health: TargetReport['state']): TargetReport => {
      const { id: targetGroupArn } = present([...net.tables.all('targetGroup')][0], 'a target group');
      return { targetGroupArn, targetId, targetPort: 80, zone: 'us-east-1a', state: health };
    };
    const node = present([...net.tables.all('networkInterface')].at(-1), 'a node').id;
    expect(verdict('eni-one', node)).toBe('ambiguous');
    targets = [state('10.0.1.11', 'healthy'), state('10.0.1.12', 'unhealthy')];
    expect(verdict('eni-one', node)).toBe('reachable');
    targets = [state('10.0.1.11', 'unhealthy'), state('10.0.1.12', 'healthy')];
    expect(verdict('eni-one', node)).not.toBe('reachable');
  });

  it('is built anew where an update fails, and says so', () => {
    const lines: string[] = [];
    let failures = 0;
    const failing = new Proxy(net.tables, {
      get: (tables, name) => {
        if (failures > 0 && name === 'get') {
          failures--;
          throw new Error('broken');
        }
        const value = Reflect.get(tables, name) as unknown;
        return typeof value === 'function' ? (value.bind(tables) as unknown) : value;
      },
    });
    keep({ log: (line) => void lines.push(line) }, failing);
    const before = kept.of([http]);
    close();
    commit('securityGroup', 'sg-vpc-a');
    failures = 1;
    expect(kept.of([http])).not.toBe(before);
    expect(verdict('eni-one', 'eni-two')).toBe('not-reachable');
    expect(lines).toEqual(['reach: built anew, since an update failed: Error: broken']);
  });
});

describe('what is kept', () => {
  it('is few: those asked last', () => {
    keep({ keptMax: 2 });
    const [a = [], b = [], c = []] = ports(3);
    const [first, second] = [kept.of(a), kept.of(b)];
    expect(kept.of(a)).toBe(first);
    kept.of(c);
    expect(kept.count).toBe(2);
    expect(kept.of(a)).toBe(first);
    expect(kept.of(b)).not.toBe(second);
  });

  it('goes when so much changed that to build it is no slower', () => {
    keep();
    kept.of([http]);
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ kind: 'instance' as const, id: `i-${i}` }));
    tell(many(1000));
    expect(kept.count).toBe(1);
    tell(many(1001));
    expect(kept.count).toBe(0);
  });

  it('goes when nobody asks, and commits are noted no longer', () => {
    vi.useFakeTimers();
    try {
      keep({ unaskedMillisecondsMax: 1000 });
      expect(watching).toBe(0);
      kept.of([http]);
      vi.advanceTimersByTime(900);
      kept.of([http]);
      expect([kept.count, watching]).toEqual([1, 1]);
      vi.advanceTimersByTime(900);
      expect(kept.count).toBe(1);
      vi.advanceTimersByTime(200);
      expect([kept.count, watching]).toEqual([0, 0]);
    } finally {
      vi.useRealTimers();
    }
  });
});
