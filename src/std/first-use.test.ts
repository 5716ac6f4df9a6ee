import { expect, it } from 'vitest';
import { onFirstUse } from './first-use.ts';

it('what is made on first use is made once, also for those who ask meanwhile', async () => {
  let count = 0;
  const thing = onFirstUse(async () => ({ number: ++count }));
  expect(count).toBe(0);
  const [one, another] = await Promise.all([thing(), thing()]);
  expect([one, another, await thing()]).toEqual([{ number: 1 }, { number: 1 }, { number: 1 }]);
});

it('what could not be made is tried again by the next who asks', async () => {
  let isFull = true;
  const thing = onFirstUse(async () => {
    if (isFull) throw new Error('no space left');
    return 'made';
  });
  await expect(Promise.all([thing(), thing()])).rejects.toThrow('no space left');
  isFull = false;
  expect(await thing()).toBe('made');
});
