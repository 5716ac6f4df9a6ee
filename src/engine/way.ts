// By which way did a connection reach the front door? The addresses alone say it: the front door's own end is an
// interface's proxy address (interface endpoint) or a service's public address; the other end is the identity
// of an interface or a host on premises (it came through a hidden way) or a public address (it came by the internet).
import { awsPrefixListOf } from '../catalog/prefix-lists.ts';
import { type NetworkInterface, primaryAddress } from '../model/network-interface.ts';
import type { OnPremisesHost } from '../model/on-premises-host.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { VpcEndpoint } from '../model/vpc-endpoint.ts';
import { cidr, contains, parseAddress } from '../net/ipv4.ts';
import { interfaceNumberMax, readIdentity } from '../plan/addressing.ts';

export type Way =
  | {
      readonly kind: 'interface-endpoint' | 'gateway-endpoint';
      readonly endpoint: VpcEndpoint;
      readonly client: EndpointClient;
    }
  /** `client` is who has the public address: absent for a host that is no interface of ours. */
  | {
      readonly kind: 'public';
      readonly sourceAddress: string;
      readonly client: NetworkInterface | undefined;
    };

/** Who uses an endpoint: an interface of its VPC, or a host on premises, by VPN. */
export type EndpointClient = NetworkInterface | OnPremisesHost;

export function addressOf(client: EndpointClient): string {
  return 'address' in client ? client.address : primaryAddress(client);
}

export interface Ends {
  /** Dotted quads: the front door's end and the other. */
  readonly local: string;
  readonly remote: string;
}

/** Undefined for a connection that no way leads to, such as one of an interface that is gone. */
export function wayOf(snapshot: Snapshot, { local, remote }: Ends): Way | undefined {
  const client = clientBehind(snapshot, remote);
  const at = interfaceBehind(snapshot, local);
  if (at !== undefined) {
    const endpoint = snapshot.get('vpcEndpoint', at.managedBy ?? '');
    return endpoint && client && { kind: 'interface-endpoint', endpoint, client };
  }
  if (client !== undefined && !('address' in client)) {
    const endpoint = gatewayEndpointOf(snapshot, client, local);
    return endpoint && { kind: 'gateway-endpoint', endpoint, client };
  }
  if (readIdentity(parseAddress(remote) ?? 0) !== undefined) return undefined;
  return publicWay(snapshot, remote);
}

/** From this public address. */
export function publicWay(snapshot: Snapshot, sourceAddress: string): Way {
  const association = snapshot.by('address', 'publicIp', sourceAddress)[0]?.association;
  const client = snapshot.get('networkInterface', association?.networkInterfaceId ?? '');
  return { kind: 'public', sourceAddress, client };
}

/** The interface whose identity or proxy address it is; undefined when nobody has it. */
export function interfaceBehind(snapshot: Snapshot, address: string): NetworkInterface | undefined {
  const numbers = readIdentity(parseAddress(address) ?? 0);
  if (numbers === undefined) return undefined;
  const vpc = snapshot.by('vpc', 'number', String(numbers.vpcNumber))[0];
  return vpc && snapshot.by('networkInterface', 'number', `${vpc.id}/${numbers.interfaceNumber}`)[0];
}

/** As `interfaceBehind`, or the host on premises that has the identity. */
export function clientBehind(snapshot: Snapshot, address: string): EndpointClient | undefined {
  const { interfaceNumber = 0 } = readIdentity(parseAddress(address) ?? 0) ?? {};
  if (interfaceNumber <= interfaceNumberMax) return interfaceBehind(snapshot, address);
  return snapshot.by('onPremisesHost', 'number', String(interfaceNumber - interfaceNumberMax))[0];
}

/** The gateway endpoint by which this interface reaches the address. */
function gatewayEndpointOf(
  snapshot: Snapshot,
  client: NetworkInterface,
  address: string,
): VpcEndpoint | undefined {
  const table =
    snapshot.by('routeTable', 'subnetId', client.subnetId)[0] ??
    snapshot.by('routeTable', 'vpcId', client.vpcId).find((candidate) => candidate.isMain);
  const value = parseAddress(address);
  if (table === undefined || value === undefined) return undefined;
  return snapshot.by('vpcEndpoint', 'vpcId', client.vpcId).find((endpoint) => {
    if (endpoint.endpointType !== 'Gateway' || !endpoint.routeTableIds.includes(table.id)) return false;
    return awsPrefixListOf(endpoint.serviceName)?.cidrs.some((block) => contains(cidr(block), value));
  });
}
