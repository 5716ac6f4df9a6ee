// One VPC as the compiler needs it: its interfaces sorted into those with a device and the virtual ones, and
// who is at the other end of its links.
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { LoadBalancer } from '../../model/load-balancer.ts';
import type { OnPremisesHost } from '../../model/on-premises-host.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { InternetGateway } from '../../model/internet-gateway.ts';
import type { Vpc } from '../../model/vpc.ts';
import type { VpcEndpoint } from '../../model/vpc-endpoint.ts';
import { vpnGatewayOf } from '../../model/vpn-connection.ts';
import type { VpnGateway } from '../../model/vpn-gateway.ts';
import { identityOf } from '../../plan/addressing.ts';
import { formatAddress } from '../../net/ipv4.ts';
import type { Health } from '../health.ts';
import { isNatInterface, natInterface } from './nat-gateway.ts';

/** An interface of a PrivateLink endpoint and the VPC that provides its service. */
export interface EndpointInterface {
  readonly endpoint: VpcEndpoint;
  readonly networkInterface: NetworkInterface;
  /** Absent when the service or its load balancers are gone. */
  readonly provider: Vpc | undefined;
}

export interface VpcView {
  readonly snapshot: Snapshot;
  readonly health: Health;
  readonly vpc: Vpc;
  /** Interfaces with a device: of running instances, or attached to the host. */
  readonly devices: readonly NetworkInterface[];
  readonly endpoints: readonly EndpointInterface[];
  readonly loadBalancers: readonly LoadBalancer[];
  /** Endpoint interfaces of other VPCs that lead here, by consumer VPC. */
  readonly consumers: readonly { readonly vpc: Vpc; readonly interfaces: readonly EndpointInterface[] }[];
  readonly internetGateway: InternetGateway | undefined;
  readonly vpnGateway: VpnGateway | undefined;
  /** Hosts behind the gateway's VPN connections. */
  readonly onPremisesHosts: readonly OnPremisesHost[];
  /** Some flow log tells of the VPC, a subnet or an interface of it. */
  readonly hasFlowLogs: boolean;
  /** VPCs this one has a PrivateLink link with, in either role. */
  readonly peers: readonly Vpc[];
}

export function deviceOf(networkInterface: NetworkInterface): string {
  return `e${networkInterface.number}`;
}

export const uplinkDevice = 'svc';
export const internetDevice = 'igw';
export const vpnDevice = 'vgw';

export function privateLinkDevice(peer: Vpc): string {
  return `pl${peer.number}`;
}

export function identityText(vpc: Vpc, networkInterface: NetworkInterface): string {
  return formatAddress(identityOf(vpc.number, networkInterface.number));
}

export function hasDevice(snapshot: Snapshot, networkInterface: NetworkInterface): boolean {
  if (networkInterface.hostAttachment !== undefined) return true;
  if (isNatInterface(networkInterface))
    return natInterface(snapshot, networkInterface.managedBy ?? '') !== undefined;
  const instanceId = networkInterface.attachment?.instanceId;
  return instanceId !== undefined && snapshot.get('instance', instanceId)?.intent === 'running';
}

/** Views of all VPCs that have an interface; the others need nothing on the host. */
export function vpcViews(snapshot: Snapshot, health: Health): readonly VpcView[] {
  const inVpc = new Map<string, EndpointInterface[]>();
  const leadingTo = new Map<string, EndpointInterface[]>();
  for (const endpoint of snapshot.all('vpcEndpoint')) {
    const provider = providerOf(snapshot, endpoint);
    for (const id of endpoint.networkInterfaceIds) {
      const networkInterface = snapshot.get('networkInterface', id);
      if (networkInterface === undefined) continue;
      const entry = { endpoint, networkInterface, provider };
      append(inVpc, endpoint.vpcId, entry);
      if (provider !== undefined && provider.id !== endpoint.vpcId) append(leadingTo, provider.id, entry);
    }
  }
  const views: VpcView[] = [];
  for (const vpc of snapshot.all('vpc')) {
    const interfaces = snapshot.by('networkInterface', 'vpcId', vpc.id);
    if (interfaces.length === 0) continue;
    views.push(
      view(snapshot, health, vpc, {
        interfaces,
        own: inVpc.get(vpc.id) ?? [],
        incoming: leadingTo.get(vpc.id) ?? [],
      }),
    );
  }
  return views;
}

function view(
  snapshot: Snapshot,
  health: Health,
  vpc: Vpc,
  parts: {
    interfaces: readonly NetworkInterface[];
    own: readonly EndpointInterface[];
    incoming: readonly EndpointInterface[];
  },
): VpcView {
  const byConsumer = new Map<string, EndpointInterface[]>();
  for (const entry of parts.incoming) append(byConsumer, entry.endpoint.vpcId, entry);
  const consumers = [...byConsumer].flatMap(([id, interfaces]) => {
    const consumer = snapshot.get('vpc', id);
    return consumer === undefined ? [] : [{ vpc: consumer, interfaces }];
  });
  const peers = new Map(consumers.map((consumer) => [consumer.vpc.id, consumer.vpc]));
  for (const { provider } of parts.own)
    if (provider !== undefined && provider.id !== vpc.id) peers.set(provider.id, provider);
  return {
    snapshot,
    health,
    vpc,
    devices: parts.interfaces.filter((networkInterface) => hasDevice(snapshot, networkInterface)),
    endpoints: parts.own,
    loadBalancers: snapshot.by('loadBalancer', 'vpcId', vpc.id),
    consumers,
    internetGateway: snapshot.by('internetGateway', 'vpcId', vpc.id)[0],
    ...onPremises(snapshot, vpc),
    hasFlowLogs: snapshot.by('flowLog', 'vpcId', vpc.id).length > 0,
    peers: [...peers.values()],
  };
}

function onPremises(snapshot: Snapshot, vpc: Vpc): Pick<VpcView, 'vpnGateway' | 'onPremisesHosts'> {
  const vpnGateway = vpnGatewayOf(snapshot, vpc.id);
  const connections = snapshot.by('vpnConnection', 'vpnGatewayId', vpnGateway?.id ?? '');
  const customerGatewayIds = new Set(connections.map(({ customerGatewayId }) => customerGatewayId));
  const onPremisesHosts = [...customerGatewayIds].flatMap((id) =>
    snapshot.by('onPremisesHost', 'customerGatewayId', id),
  );
  return { vpnGateway, onPremisesHosts };
}

/** VPC of the service's load balancers. */
export function providerOf(snapshot: Snapshot, endpoint: VpcEndpoint): Vpc | undefined {
  const service = snapshot.get('endpointService', endpoint.endpointServiceId ?? '');
  const loadBalancer = snapshot.get('loadBalancer', service?.networkLoadBalancerArns[0] ?? '');
  return snapshot.get('vpc', loadBalancer?.vpcId ?? '');
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
