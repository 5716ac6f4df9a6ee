// Which counters are asked for, and what is said of them. That they are those of the rule that drops, packets prove:
// test/scenario/proof.ts.
import { expect, it } from 'vitest';
import { type DropCount, icmpPort, placeMark } from '../../plan/drop-counter.ts';
import type { Network } from '../testing.ts';
import { type Ask, network, toEndpoint, toServer, why } from './testing.ts';
import { dropKeys, nobodySends, soughtDrops, withDrops } from './drops.ts';
import { formatExplanation } from './format.ts';

function sought(net: Network, ask: Ask) {
  return soughtDrops(net.tables, why(net, ask));
}

/** `vpc-a dropped 10.0.1.10→10.0.2.10:80/6 at …`: of the first way. */
function keysOf(net: Network, ask: Ask): readonly string[] {
  const [first] = sought(net, ask);
  return (first?.keys ?? []).map(
    ({ namespace, set, source, destination, port, protocol, at }) =>
      `${namespace} ${set} ${source}→${destination}:${port}/${protocol} at ${at}`,
  );
}

const to = (place: string, flow = '10.0.1.10→10.0.2.10:80/6') =>
  `vpc-a dropped ${flow} at ${placeMark(place)}`;

function closed(): Network {
  const net = network();
  net.group('sg-web', 'vpc-a', ['ingress tcp 22 0.0.0.0/0']);
  net.change('networkInterface', 'eni-server', { groupIds: ['sg-web'] });
  return net;
}

it('asks for the groups that did not let it pass', () => {
  expect(keysOf(closed(), toServer)).toEqual([to('security-group-ingress sg-web')]);
});

it('asks for an entry of an ACL, on the way there and back', () => {
  const net = network();
  net.acl('acl-1', 'subnet-a2', ['100 ingress allow all 0.0.0.0/0', '90 egress deny tcp 10.0.1.0/24']);
  expect(keysOf(net, toServer)).toEqual([
    to('network-acl-egress acl-1/90').replace('dropped', 'dropped-answers'),
  ]);
  net.acl('acl-2', 'subnet-a1', []);
  expect(keysOf(net, toServer)).toEqual([to('network-acl-egress acl-2/*')]);
});

it('asks for the endpoint that is not accepted, and for what has no route', () => {
  const net = network();
  net.change('vpcEndpoint', 'vpce-e', { state: 'pendingAcceptance' });
  expect(keysOf(net, toEndpoint)).toEqual([to('endpoint vpce-e', '10.0.1.10→10.0.1.200:80/6')]);
  expect(keysOf(net, ['i-client', '8.8.8.8:53/udp'])).toEqual([to('route', '10.0.1.10→8.8.8.8:53/17')]);
});

it('asks the router of the provider for the identity of who sends', () => {
  const net = network();
  net.group('sg-none', 'vpc-b', []);
  for (const id of ['eni-web1', 'eni-web2']) net.change('networkInterface', id, { groupIds: ['sg-none'] });
  expect(keysOf(net, toEndpoint)).toEqual([
    expect.stringMatching(/^vpc-b dropped 240\.\d+\.\d+\.\d+→10\.0\.1\.200:80\/6 at \d+$/),
  ]);
});

it('asks for a ping by its message, and for what an interface may not send by its device', () => {
  const net = closed();
  expect(keysOf(net, ['i-client', '10.0.2.10/icmp'])).toEqual([
    to('security-group-ingress sg-web', `10.0.1.10→10.0.2.10:${icmpPort(8, 0)}/1`),
  ]);
  expect(keysOf(net, ['i-client/10.9.9.9', '10.0.2.10:80'])).toEqual([
    expect.stringMatching(/^vpc-a dropped-at-source 10\.9\.9\.9→10\.0\.2\.10:80\/6 at 10\d\d$/),
  ]);
});

it('asks for nothing where nobody sends', () => {
  const net = closed();
  expect(nobodySends(why(net, ['subnet-a1', '10.0.2.10:80']))).toMatch(/imagined/);
  expect(nobodySends(why(net, ['i-client', '10.0.1.11:80']))).toMatch(/nothing drops/);
  expect(nobodySends(why(net, toServer))).toBeUndefined();
});

/** The text, with the counts of the keys in their order. */
function text(net: Network, ask: Ask, counts: readonly (DropCount | undefined)[]): string {
  const explanation = why(net, ask);
  return formatExplanation(withDrops(explanation, soughtDrops(net.tables, explanation), counts));
}

const three: DropCount = { packets: 3, bytes: 180, ageMs: 4200 };

it('says under the stop what was dropped there', () => {
  const lines = text(closed(), toServer, [three]).split('\n');
  const stop = lines.findIndex((line) => line.startsWith('✗ → security-group-ingress'));
  expect(lines[stop + 1]).toBe('      dropped here: 3 packets of this flow, the last 4 s ago');
  const one = { packets: 1, bytes: 60, ageMs: 10 };
  expect(text(closed(), toServer, [one])).toContain('dropped here: 1 packet of this flow, the last just now');
});

it('says that none was', () => {
  expect(text(closed(), toServer, [undefined])).toContain(
    '      no packet of this flow has been dropped here (in the last two minutes)',
  );
});

it('says nothing where what drops it is not counted', () => {
  const net = network();
  net.internetGateway('vpc-a');
  net.publicAddress('198.51.100.7', 'eni-client');
  const ask: Ask = ['i-client', '192.168.1.1:80'];
  expect(why(net, ask).code).toMatch(/^IGW_DESTINATION/);
  expect(text(net, ask, [])).not.toContain('dropped');
  // Without an address of its own the gateway's guard drops it, which is seen.
  expect(text(net, ask, [three])).toContain('dropped here: 3 packets');
});

it('says where it was dropped before, for what the host asks first', () => {
  const net = network();
  net.group('sg-out', 'vpc-a', ['egress tcp 22 0.0.0.0/0']);
  net.change('networkInterface', 'eni-client', { groupIds: ['sg-out'] });
  net.acl('acl-1', 'subnet-a1', ['100 ingress allow all 0.0.0.0/0']);
  const [first] = sought(net, toServer);
  expect(first?.before.map(({ place }) => place)).toEqual(['acl-1/*', 'route', 'lost-answers']);
  expect(text(net, toServer, [undefined, three])).toContain(
    'dropped before, by acl-1/*: 3 packets of this flow, the last 4 s ago',
  );
});

it('tells ways that end alike apart by what was dropped', () => {
  const net = network();
  net.change('vpcEndpoint', 'vpce-e', { state: 'pendingAcceptance' });
  const ask: Ask = ['i-client', 'vpce-e:80'];
  const keys = dropKeys(sought(net, ask));
  const counts = keys.map(({ destination }, i) =>
    destination === '10.0.2.200' && i > 0 ? three : undefined,
  );
  expect(text(net, ask, counts)).toMatch(
    /likewise to 10\.0\.2\.200: ENDPOINT_PENDING_ACCEPTANCE at vpce-e; dropped there: 3 packets, the last 4 s ago/,
  );
});

it('is data too', () => {
  const explanation = why(closed(), toServer);
  const { ways, dropCounters } = withDrops(explanation, soughtDrops(closed().tables, explanation), [three]);
  expect(dropCounters).toEqual({ isRead: true });
  expect(ways[0]?.dropped).toEqual({
    ...{ isCounted: true, packets: 3, bytes: 180, lastSecondsAgo: 4.2, withinSeconds: 120 },
  });
});
