// What somebody changes in the namespaces by hand, the agent finds at its next look and puts right.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withoutCounted } from '../../src/dataplane/linux/nft.ts';
import { type Consumer, makeConsumer, makeProvider, type Provider, untilReached } from './network.ts';
import { Postern, whyNoPackets } from './postern.ts';
import { until } from './run.ts';

describe('changes by hand', () => {
  let postern: Postern;
  let provider: Provider;
  let consumer: Consumer;

  beforeAll(async () => {
    if (whyNoPackets !== undefined) return;
    postern = await Postern.start();
    provider = await makeProvider(postern);
    consumer = await makeConsumer(postern, provider.service.name);
    await works();
    await postern.settled();
  });
  afterAll(() => postern?.stop());
  beforeEach((context) => context.skip(whyNoPackets !== undefined, whyNoPackets ?? 'needs namespaces'));

  const works = () => untilReached(postern, consumer.client.id, consumer.addresses[0] ?? '');

  /** Links, addresses, routes and tables of a namespace, without indexes, handles and counters of the kernel. */
  async function standing(namespace: string): Promise<string> {
    const parts = await Promise.all([
      postern.inside(['ip', '-o', 'link'], namespace),
      postern.inside(['ip', '-o', '-4', 'address'], namespace),
      postern.inside(['ip', 'route', 'show', 'table', 'all'], namespace),
      postern.inside(['ip', 'rule'], namespace),
      postern.inside(['nft', '--stateless', 'list', 'ruleset'], namespace),
    ]);
    // Chains and maps stand in the order in which they were made.
    const [rules = ''] = parts.splice(4);
    parts.push(
      ...withoutCounted(rules)
        .split('\n\t}')
        .map((block) => block.trim())
        .sort(),
    );
    // The namespace id of a peer is the kernel's own number.
    return parts.join('\n').replaceAll(/link-netns(id)? \S+/g, '');
  }

  /** Harms, waits until all is as before, and sees that it works. */
  async function repaired(namespace: string, harm: () => Promise<unknown>): Promise<void> {
    const before = await standing(namespace);
    await harm();
    expect(await standing(namespace).catch(() => 'gone')).not.toBe(before);
    await until(`${namespace} is as before`, async () => {
      expect(await standing(namespace)).toBe(before);
      return true;
    });
    await works();
    expect((await postern.settled()).report?.problems).toEqual([]);
  }

  it('a link of an instance is deleted', () =>
    repaired(consumer.vpc, async () => {
      const device = await deviceOf(consumer.vpc, /^e\d+$/);
      await postern.inside(['ip', 'link', 'del', device], consumer.vpc);
    }));

  it('the link between two VPCs is deleted', () =>
    repaired(consumer.vpc, async () => {
      const device = await deviceOf(consumer.vpc, /^pl\d+$/);
      await postern.inside(['ip', 'link', 'del', device], consumer.vpc);
    }));

  it('a link is set down', () =>
    repaired(provider.vpc, async () => {
      const device = await deviceOf(provider.vpc, /^e\d+$/);
      await postern.inside(['ip', 'link', 'set', device, 'down'], provider.vpc);
    }));

  it('a table is flushed', () =>
    repaired(consumer.vpc, () => postern.inside(['nft', 'flush', 'ruleset'], consumer.vpc)));

  it('a chain is emptied', () =>
    repaired(provider.vpc, () =>
      postern.inside(['nft', 'flush', 'chain', 'ip', 'postern', 'load-balancer'], provider.vpc),
    ));

  it('an element of a map is removed', () =>
    repaired(consumer.vpc, async () => {
      const map = await postern.inside(['nft', 'list', 'map', 'ip', 'postern', 'sources'], consumer.vpc);
      const element = /elements = \{\s*([^:]+?)\s*:/.exec(map)?.[1] ?? '';
      const words = ['delete', 'element', 'ip', 'postern', 'sources', `{ ${element} }`];
      await postern.inside(['nft', ...words], consumer.vpc);
    }));

  it('a route is deleted', () =>
    repaired(consumer.vpc, async () => {
      const routes = await postern.inside(['ip', 'route', 'show'], consumer.vpc);
      const route = routes.split('\n').find((line) => line.startsWith(consumer.client.address)) ?? '';
      await postern.inside(['ip', 'route', 'del', ...route.trim().split(/\s+/)], consumer.vpc);
    }));

  it('an address of an instance is removed', () =>
    repaired(consumer.client.id, () =>
      postern.inside(
        ['ip', 'address', 'del', `${consumer.client.address}/24`, 'dev', 'eth0'],
        consumer.client.id,
      ),
    ));

  it('the router of a VPC is deleted', () =>
    repaired(provider.vpc, () => postern.inside(['ip', 'netns', 'del', provider.vpc])));

  it('the namespace of an instance is deleted: it starts again in a new one', async () => {
    const server = provider.servers[0]?.id ?? '';
    const before = await postern.guestPid(server);
    await postern.inside(['ip', 'netns', 'del', server]);
    await until('it started again', async () => (await postern.guestPid(server)) !== before);
    await works();
    expect((await postern.settled()).report?.problems).toEqual([]);
  });

  async function deviceOf(namespace: string, pattern: RegExp): Promise<string> {
    const links = JSON.parse(await postern.inside(['ip', '-json', 'link'], namespace)) as {
      ifname: string;
    }[];
    return links.map(({ ifname }) => ifname).find((name) => pattern.test(name)) ?? '';
  }
});
