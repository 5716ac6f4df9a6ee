import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Change } from './snapshot.ts';
import { overlay } from './overlay.ts';
import { Tables } from './tables.ts';
import type { InternetGateway } from './internet-gateway.ts';

const ids = ['igw-1', 'igw-2', 'igw-3', 'igw-4'];
const vpcs = ['vpc-1', 'vpc-2'];

function gateway(id: string, vpcId: string | undefined): InternetGateway {
  const resource = { id, ownerId: '111111111111', region: 'us-east-1', createdAt: '', tags: {} };
  return vpcId === undefined ? resource : { ...resource, vpcId };
}

const changes = fc.array(
  fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...vpcs, undefined), fc.boolean()).map(
    ([id, vpcId, isRemoved]): Change => ({
      kind: 'internetGateway',
      id,
      ...(isRemoved ? {} : { resource: gateway(id, vpcId) }),
    }),
  ),
  { maxLength: 6 },
);

it('shows what tables show after the same changes, and leaves what is below as it was', () => {
  fc.assert(
    fc.property(changes, changes, changes, (first, second, third) => {
      const below = new Tables();
      for (const change of first) below.apply(change);
      const before = [...below.all('internetGateway')];
      const shown = overlay(overlay(below, second), third);
      const expected = new Tables();
      for (const change of [...first, ...second, ...third]) expected.apply(change);
      for (const id of ids)
        expect(shown.get('internetGateway', id)).toEqual(expected.get('internetGateway', id));
      expect(shown.count('internetGateway')).toBe(expected.count('internetGateway'));
      expect(byId(shown.all('internetGateway'))).toEqual(byId(expected.all('internetGateway')));
      for (const vpcId of vpcs) {
        const wanted = expected.by('internetGateway', 'vpcId', vpcId);
        expect(byId(shown.by('internetGateway', 'vpcId', vpcId))).toEqual(byId(wanted));
        expect(shown.countBy('internetGateway', 'vpcId', vpcId)).toBe(wanted.length);
      }
      expect([...below.all('internetGateway')]).toEqual(before);
    }),
  );
});

it('keeps a changed row in its place', () => {
  const below = new Tables();
  for (const id of ids) below.apply({ kind: 'internetGateway', id, resource: gateway(id, 'vpc-1') });
  const resource = { ...gateway('igw-2', 'vpc-1'), tags: { Name: 'changed' } };
  const shown = overlay(below, [{ kind: 'internetGateway', id: 'igw-2', resource }]);
  expect(shown.by('internetGateway', 'vpcId', 'vpc-1').map(({ id }) => id)).toEqual(ids);
  expect([...shown.all('internetGateway')].map(({ id }) => id)).toEqual(ids);
});

function byId(rows: Iterable<InternetGateway>): readonly InternetGateway[] {
  return [...rows].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
