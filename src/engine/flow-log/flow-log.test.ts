import { describe, expect, it } from 'vitest';
import type { FlowCounter } from '../../plan/flow-counter.ts';
import { present } from '../../std/assert.ts';
import { Network } from '../testing.ts';
import { recordLine, statusLine } from './record.ts';
import { sightingsOf } from './sightings.ts';

/** Two instances of one VPC, 10.0.1.11 (e1) and 10.0.2.12 (e2), and an endpoint's interface 10.0.2.50 (number 3). */
function network(): Network {
  const n = new Network();
  n.vpc('vpc-1');
  n.subnet('subnet-a', 'vpc-1', '10.0.1.0/24', 'a');
  n.subnet('subnet-b', 'vpc-1', '10.0.2.0/24', 'b');
  n.instance('one', 'subnet-a', '10.0.1.11');
  n.instance('two', 'subnet-b', '10.0.2.12');
  n.eni('eni-endpoint', 'subnet-b', '10.0.2.50', { interfaceType: 'vpc_endpoint', requesterManaged: true });
  return n;
}

const counter: FlowCounter = {
  ...{ set: 'accepted-egress', device: 'e1', source: '10.0.1.11', destination: '10.0.2.12' },
  ...{ protocol: 6, sourcePort: 40_000, destinationPort: 443, packets: 5, bytes: 343 },
};

function seen(fields: Partial<FlowCounter>): readonly string[] {
  return sightingsOf(network().tables, 'vpc-1', { ...counter, ...fields }).map(
    ({ networkInterface, direction, action }) => `${networkInterface.id} ${direction} ${action}`,
  );
}

describe('a counter', () => {
  it('is of the interface whose device it names', () => {
    expect(seen({})).toEqual(['eni-one egress ACCEPT']);
    expect(seen({ set: 'accepted-ingress', device: 'e2' })).toEqual(['eni-two ingress ACCEPT']);
    expect(seen({ set: 'rejected-egress' })).toEqual(['eni-one egress REJECT']);
    expect(seen({ set: 'rejected-ingress', device: 'e2' })).toEqual(['eni-two ingress REJECT']);
  });

  it('is of an interface without a device too, where that is who is talked to', () => {
    const to = { destination: '10.0.2.50' };
    expect(seen(to)).toEqual(['eni-one egress ACCEPT', 'eni-endpoint ingress ACCEPT']);
    expect(seen({ ...to, set: 'rejected-virtual' })).toEqual([
      'eni-one egress ACCEPT',
      'eni-endpoint ingress REJECT',
    ]);
    const answer = { set: 'accepted-ingress', source: '10.0.2.50', destination: '10.0.1.11' };
    expect(seen(answer)).toEqual(['eni-one ingress ACCEPT', 'eni-endpoint egress ACCEPT']);
    // A node's packet came by another interface's device.
    expect(seen({ set: 'rejected-egress', source: '10.0.2.50' })).toEqual(['eni-endpoint egress REJECT']);
  });

  it('is of an interface without a device where somebody on premises talks to it', () => {
    const by = { device: 'vgw', source: '192.168.10.5', destination: '10.0.2.50' };
    expect(seen(by)).toEqual(['eni-endpoint ingress ACCEPT']);
    expect(seen({ ...by, set: 'rejected-virtual' })).toEqual(['eni-endpoint ingress REJECT']);
    const answer = { source: '10.0.2.50', destination: '192.168.10.5' };
    expect(seen({ ...by, ...answer, set: 'accepted-ingress' })).toEqual(['eni-endpoint egress ACCEPT']);
  });

  it('of what AWS does not log, or of a link of the router, is nobody’s', () => {
    for (const destination of [
      '10.0.0.2',
      '169.254.169.253',
      '169.254.169.254',
      '169.254.169.123',
      '240.0.64.1',
    ])
      expect(seen({ destination })).toEqual([]);
    expect(seen({ protocol: 17, sourcePort: 68, destinationPort: 67 })).toEqual([]);
    expect(seen({ device: 'svc', destination: '10.0.2.50' })).toEqual([]);
    expect(seen({ device: 'e77' })).toEqual([]);
  });
});

describe('a load balancer’s node with a public address', () => {
  const n = network();
  n.internetGateway('vpc-1');
  n.balancer('nlb', { nodes: [['subnet-b', '10.0.2.60']], targets: ['i-one'] });
  n.publicAddress('198.18.0.5', 'eni-nlb-b');
  const at = (fields: Partial<FlowCounter>) =>
    sightingsOf(n.tables, 'vpc-1', { ...counter, device: 'igw', source: '203.0.113.9', ...fields });
  const texts = (fields: Partial<FlowCounter>) =>
    at(fields).map(
      ({ networkInterface, direction, action }) => `${networkInterface.id} ${direction} ${action}`,
    );

  it('is seen by the internet gateway’s link', () => {
    const to = { destination: '198.18.0.5' };
    const answer = { source: '198.18.0.5', destination: '203.0.113.9' };
    expect(texts(to)).toEqual(['eni-nlb-b ingress ACCEPT']);
    expect(texts({ ...to, set: 'rejected-virtual' })).toEqual(['eni-nlb-b ingress REJECT']);
    expect(texts({ ...answer, set: 'accepted-ingress' })).toEqual(['eni-nlb-b egress ACCEPT']);
    expect(texts({ ...answer, set: 'rejected-egress', device: 'e1' })).toEqual(['eni-nlb-b egress REJECT']);
  });

  it('is not seen twice by who asks it from inside the VPC', () => {
    const inside = { device: 'e1', source: '10.0.1.11', destination: '198.18.0.5' };
    expect(texts(inside)).toEqual(['eni-one egress ACCEPT']);
  });

  it('has its private address in records', () => {
    const window = { start: 100, end: 110 };
    const lines = at({ destination: '198.18.0.5' }).map((sighting) =>
      recordLine(
        n.tables,
        '${srcaddr} ${dstaddr} ${pkt-dstaddr}',
        { ...counter, ...sighting, source: '203.0.113.9', destination: '198.18.0.5' },
        window,
      ),
    );
    expect(lines).toEqual(['203.0.113.9 10.0.2.60 10.0.2.60']);
  });
});

describe('a record', () => {
  const window = { start: 100, end: 110 };
  const n = network();
  const one = present(n.tables.get('networkInterface', 'eni-one'), 'eni-one');
  const record = { ...counter, networkInterface: one, direction: 'egress', action: 'ACCEPT' } as const;
  const owner = one.ownerId;

  it('has the fields asked for, in their order, and the version that has them all', () => {
    const line = (format: string) => recordLine(n.tables, format, record, window);
    expect(line('${version} ${account-id} ${interface-id} ${srcaddr} ${dstport} ${protocol}')).toBe(
      `2 ${owner} eni-one 10.0.1.11 443 6`,
    );
    expect(line('${flow-direction} ${version} ${instance-id} ${az-id} ${traffic-path} ${tcp-flags}')).toBe(
      'egress 5 i-one use1-az1 1 -',
    );
    expect(line('${packets} ${bytes} ${start} ${end} ${action} ${log-status}')).toBe(
      '5 343 100 110 ACCEPT OK',
    );
  });

  it('shows the interface’s primary address on its own side, and the packet’s beside it', () => {
    const second = { ...record, source: '10.0.1.99' };
    const format = '${srcaddr} ${pkt-srcaddr} ${dstaddr} ${pkt-dstaddr}';
    expect(recordLine(n.tables, format, second, window)).toBe('10.0.1.11 10.0.1.99 10.0.2.12 10.0.2.12');
    const incoming = {
      ...record,
      direction: 'ingress',
      source: '10.0.2.12',
      destination: '10.0.1.99',
    } as const;
    expect(recordLine(n.tables, format, incoming, window)).toBe('10.0.2.12 10.0.2.12 10.0.1.11 10.0.1.99');
  });

  it('of no data says nothing of a flow', () => {
    expect(
      statusLine(
        '${version} ${interface-id} ${srcaddr} ${packets} ${end} ${log-status}',
        'NODATA',
        one,
        window,
      ),
    ).toBe('2 eni-one - - 110 NODATA');
  });
});
