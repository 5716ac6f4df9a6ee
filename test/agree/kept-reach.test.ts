// The reach that control keeps against one built from scratch: random networks, made and edited through the API, with
// questions in between after one edit or after many, about two sets of ports. More: KEPT_SEEDS=1-200 npm test -- kept.
import { expect, it } from 'vitest';
import { KeptReaches } from '../../src/api/kept-reach.ts';
import { difference, savedReach } from '../../src/engine/reach/difference.ts';
import type { Lane } from '../../src/engine/reach/lanes.ts';
import { chooseLanes } from '../../src/engine/reach/port-classes.ts';
import { everyPairOutside } from '../../src/engine/reach/outside-questions.ts';
import { Reach } from '../../src/engine/reach/reach.ts';
import { makeNetwork } from './random-network.ts';
import { randomEdit } from './random-edit.ts';
import { World } from './world.ts';

const [first = 1, last = first] = (process.env['KEPT_SEEDS'] ?? '1-3').split('-').map(Number);
const web: readonly Lane[] = [80, 443, 8080].map((port) => ({ protocol: 'tcp', port }));

it('says after any edits what a new one says', { timeout: 3_600_000 }, async () => {
  let [changed, open] = [0, 0];
  for (let seed = first; seed <= last; seed++) {
    const world = new World(seed);
    await makeNetwork(world);
    const failures: string[] = [];
    const log = (line: string) => void failures.push(line);
    const kept = new KeptReaches({ store: world.store, targets: () => world.targets, log });
    const chosen = chooseLanes(world.snapshot);
    let before = '';
    for (let round = 0; round < 40; round++) {
      for (let edits = world.pick([0, 1, 1, 1, 2, 7]); edits > 0; edits--) await randomEdit(world);
      const lanes = world.pick([web, web, chosen]);
      const built = new Reach(world.snapshot, world.network().health, lanes);
      const [fresh, where] = [words(world, built), `seed ${seed}, after ${world.story.at(-1)}`];
      expect(words(world, kept.of(lanes)), where).toEqual(fresh);
      // What lies outside VPCs too.
      const differing = difference(savedReach(built), savedReach(kept.of(lanes)));
      expect(differing, where).toEqual({ changed: [], added: [], removed: [] });
      changed += before === fresh.join() ? 0 : 1;
      before = fresh.join();
      open += fresh.length;
    }
    expect(failures).toEqual([]);
    kept.forgetAll();
  }
  // Edits that change nothing, or networks in which nothing passes, would show nothing.
  expect(changed).toBeGreaterThan(10);
  expect(open).toBeGreaterThan(100);
});

/** Of every pair that is not without, and of those with what lies outside. */
function words(world: World, reach: Reach): readonly string[] {
  const outside = everyPairOutside(reach).flatMap(({ from, to, open }) =>
    from.flatMap((a) => to.map((b) => `${a} ${b} ${JSON.stringify(open)}`)),
  );
  const inside = world.all('vpc').flatMap(({ id }) => {
    const all = world.snapshot.by('networkInterface', 'vpcId', id);
    return all.flatMap((from) =>
      all.flatMap((to) => {
        const word = reach.word(from, to);
        return word === 0 ? [] : [`${from.id} ${to.id} ${word.toString(16)}`];
      }),
    );
  });
  return [...inside, ...outside.sort()];
}
