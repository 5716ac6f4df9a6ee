// `postern capture`: where the packets of a network interface can be seen. One with a device has them all there; one
// without (an endpoint's, a load balancer node's) is seen where those are that talk to it.
import { idNotFound } from '../catalog/refusals/ids.ts';
import * as refusals from '../catalog/refusals/capture.ts';
import { isNatInterface } from '../engine/compile/nat-gateway.ts';
import { deviceIndex } from '../engine/compile/router.ts';
import { hasDevice } from '../engine/compile/vpc-view.ts';
import { type NetworkInterface, primaryAddress } from '../model/network-interface.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { CommandOptions } from './commands.ts';

/** `index` of the device in the namespace; 0 for none, then packets are those with the address. */
interface Place {
  readonly networkInterfaceId: string;
  readonly address: string;
  readonly namespace: string;
  readonly index: number;
  readonly holderPid: number;
}

export function capturePlace(
  { store, observed }: Pick<CommandOptions, 'store' | 'observed'>,
  body: unknown,
): Place {
  const { id = '' } = body as { readonly id?: unknown };
  const holderPid = observed.current?.holderPid ?? 0;
  if (holderPid === 0) throw refusals.noPackets();
  const networkInterface = interfaceOf(store.snapshot, String(id));
  const { id: networkInterfaceId, vpcId: namespace, number } = networkInterface;
  const isThere = hasDevice(store.snapshot, networkInterface);
  if (!isThere && !isVirtual(networkInterface)) throw refusals.notInUse(networkInterfaceId);
  const index = isThere ? deviceIndex.interface + number : 0;
  return { networkInterfaceId, address: primaryAddress(networkInterface), namespace, index, holderPid };
}

/** Of an instance the primary one, of a NAT gateway its only one. */
function interfaceOf(snapshot: Snapshot, id: string): NetworkInterface {
  const ofInstance = snapshot.by('networkInterface', 'instanceId', id);
  const found =
    snapshot.get('networkInterface', id) ??
    ofInstance.find(({ attachment }) => attachment?.deviceIndex === 0) ??
    snapshot.by('networkInterface', 'managedBy', id).find(isNatInterface);
  if (found !== undefined) return found;
  if (snapshot.get('instance', id) !== undefined) throw refusals.notInUse(id);
  if (id.startsWith('i-')) throw idNotFound('instance', id);
  if (id.startsWith('vpce-')) throw refusals.nameInterface(id);
  throw idNotFound('networkInterface', id);
}

function isVirtual({ interfaceType }: NetworkInterface): boolean {
  return interfaceType === 'vpc_endpoint' || interfaceType === 'network_load_balancer';
}
