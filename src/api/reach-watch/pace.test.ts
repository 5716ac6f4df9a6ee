// A fifth of the time at most, and no wait for what is quick.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pace } from './pace.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

it('lets quick work go on at once', () => {
  const pace = new Pace();
  for (let i = 0; i < 50; i++) {
    expect(pace.waitMs).toBe(0);
    vi.advanceTimersByTime(5);
    pace.spent(5);
    vi.advanceTimersByTime(20);
  }
});

it('lets work take a fifth of the time, whoever does it', () => {
  const pace = new Pace();
  let worked = 0;
  for (let passed = 0; passed < 100_000; ) {
    const waitMs = pace.waitMs;
    vi.advanceTimersByTime(waitMs + 100);
    pace.spent(100);
    worked += 100;
    passed += waitMs + 100;
  }
  expect(worked / 100_000).toBeGreaterThan(0.19);
  expect(worked / 100_000).toBeLessThan(0.21);
});
