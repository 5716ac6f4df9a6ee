// Who asks the resolver, told by the source of the query: a host of the internet by its own address, an interface or a
// host on premises by the identity that its router gave it.
import type { Asker } from '../dns/asker.ts';
import { clientBehind } from '../engine/way.ts';
import { internetScope } from '../model/internet-host.ts';
import type { Snapshot } from '../model/snapshot.ts';

export function dnsAskerOf(snapshot: Snapshot, address: string): Asker | undefined {
  const [host] = snapshot.by('internetHost', 'address', address);
  if (host !== undefined) return { vpcId: internetScope.ownerId, interfaceId: host.id };
  const client = clientBehind(snapshot, address);
  if (client === undefined) return undefined;
  // On premises public DNS is asked, as on the internet.
  const vpcId = 'vpcId' in client ? client.vpcId : internetScope.ownerId;
  return { vpcId, interfaceId: client.id };
}
