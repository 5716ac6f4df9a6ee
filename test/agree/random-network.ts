// A random network of two accounts, made and then edited through the API like any other. Everything follows from the
// seed: the same seed tells the same story.
import { randomEdit } from './random-edit.ts';
import { editInternet, randomInternet } from './random-internet.ts';
import { editNames, randomNames } from './random-names.ts';
import { editOnPremises, randomOnPremises } from './random-on-premises.ts';
import { randomBalancer, randomEndpoints } from './random-private-link.ts';
import { randomRoutes } from './random-routes.ts';
import { randomAcl } from './random-rules.ts';
import { randomVpc } from './random-vpc.ts';
import { accounts, type World } from './world.ts';

export async function makeNetwork(world: World): Promise<void> {
  for (let i = 1 + world.below(3); i > 0; i--) await randomVpc(world, accounts[i % 2] ?? accounts[0]);
  const vpcs = world.all('vpc');
  for (const vpc of vpcs) for (let i = world.below(3); i > 0; i--) await randomBalancer(world, vpc);
  for (const vpc of vpcs) await randomRoutes(world, vpc);
  for (const vpc of vpcs) await randomEndpoints(world, vpc);
  for (const vpc of vpcs)
    for (const subnet of world.snapshot.by('subnet', 'vpcId', vpc.id))
      if (world.chance(30)) await randomAcl(world, vpc, subnet.id);
  await world.addHost('www.example.com', '203.0.113.10');
  await world.withOtherDice(randomNames);
  await world.withOtherDice(randomInternet);
  await world.withOtherDice(randomOnPremises);
}

/** A few edits at once, as a deployment has. */
export async function editNetwork(world: World): Promise<void> {
  for (let i = 1 + world.below(4); i > 0; i--) await randomEdit(world);
  await world.withOtherDice(async () => {
    for (let i = world.below(3); i > 0; i--) await editNames(world);
    for (let i = world.below(3); i > 0; i--) await editInternet(world);
    for (let i = world.below(3); i > 0; i--) await editOnPremises(world);
  });
}
