// A port that was left out: the only listener of a load balancer or of the service behind an endpoint, HTTPS of a service
// of AWS's; else it is asked for, with what the destination's groups let in.
import type { Listener, LoadBalancer } from '../../model/load-balancer.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { VpcEndpoint } from '../../model/vpc-endpoint.ts';
import type { Protocol } from '../../net/flow.ts';
import { awsServiceNamed, findEndpointName } from '../endpoint-names.ts';
import { interfaceAt } from '../trace/world.ts';
import type { Target } from './destination.ts';
import { listed, Unclear } from './unclear.ts';

export interface Ports {
  readonly protocol: Protocol;
  readonly port?: number;
}

/** `vpcId`: of who sends. */
export function usualPort(snapshot: Snapshot, target: Target, vpcId: string | undefined): Ports {
  const { to, loadBalancer } = target;
  if (loadBalancer !== undefined) return onlyListener(snapshot, [loadBalancer.id], loadBalancer.name);
  switch (to.kind) {
    case 'service': {
      const offered =
        snapshot.get('endpointService', to.name) ?? snapshot.by('endpointService', 'serviceName', to.name)[0];
      return offered === undefined ? https : onlyListener(snapshot, offered.networkLoadBalancerArns, to.name);
    }
    case 'vpc-endpoint':
      return ofEndpoint(snapshot, snapshot.get('vpcEndpoint', to.id));
    case 'name': {
      if (awsServiceNamed(snapshot, to.name) !== undefined) return https;
      const endpoint = findEndpointName(snapshot, to.name)?.endpoint;
      if (endpoint !== undefined) return ofEndpoint(snapshot, endpoint);
      return onlyServed(snapshot, to.name);
    }
    case 'address': {
      const [only, ...others] = snapshot.by('onPremisesHost', 'address', to.address)[0]?.serves ?? [];
      if (only !== undefined && others.length === 0) return { protocol: 'tcp', port: only.port };
      return ofInterface(
        snapshot,
        to.address,
        vpcId === undefined ? undefined : interfaceAt(snapshot, vpcId, to.address),
      );
    }
    case 'interface':
      return ofInterface(snapshot, to.id, snapshot.get('networkInterface', to.id));
    case 'instance': {
      const own = snapshot.by('networkInterface', 'instanceId', to.id);
      return ofInterface(
        snapshot,
        to.id,
        own.find(({ attachment }) => attachment?.deviceIndex === 0),
      );
    }
  }
}

const https: Ports = { protocol: 'tcp', port: 443 };

/** Of a host that was added to the internet. */
function onlyServed(snapshot: Snapshot, name: string): Ports {
  const [only, ...others] = snapshot.get('internetHost', name)?.serves ?? [];
  if (only !== undefined && others.length === 0) return { protocol: 'tcp', port: only.port };
  throw new Unclear(`Which port of ${name}? ${written(name, only?.port ?? 443)}`);
}

function ofEndpoint(snapshot: Snapshot, endpoint: VpcEndpoint | undefined): Ports {
  const service = snapshot.get('endpointService', endpoint?.endpointServiceId ?? '');
  if (endpoint === undefined || service === undefined) return https;
  return onlyListener(snapshot, service.networkLoadBalancerArns, endpoint.id);
}

function onlyListener(snapshot: Snapshot, balancers: readonly string[], name: string): Ports {
  const listeners = balancers.flatMap((arn) => snapshot.by('listener', 'loadBalancerArn', arn));
  const distinct = [...new Map(listeners.map((one) => [portText(one), one])).values()];
  const [only] = distinct;
  if (only !== undefined && distinct.length === 1)
    return { protocol: only.protocol === 'UDP' ? 'udp' : 'tcp', port: only.port };
  if (only === undefined)
    throw new Unclear(`Which port of ${name}? No listener is there yet. ${written(name, 443)}`);
  const ports = distinct.map(portText);
  throw new Unclear(
    `Which port of ${name}? Its listeners have ${listed(ports, 8)}. ${written(name, only.port)}`,
  );
}

function portText({ protocol, port }: Pick<Listener, 'protocol' | 'port'>): string {
  return `${protocol} ${port}`;
}

function ofInterface(snapshot: Snapshot, name: string, found: NetworkInterface | undefined): Ports {
  const managed = found?.managedBy ?? '';
  const endpoint = snapshot.get('vpcEndpoint', managed);
  if (endpoint !== undefined) return ofEndpoint(snapshot, endpoint);
  const balancer: LoadBalancer | undefined = snapshot.get('loadBalancer', managed);
  if (balancer !== undefined) return onlyListener(snapshot, [balancer.id], balancer.name);
  const open = found === undefined ? [] : openPorts(snapshot, found);
  const groups = open.length === 0 ? '' : ` Its groups let in ${listed(open, 6)}.`;
  const first = Number(/\d+/.exec(open[0] ?? '')?.[0] ?? 443);
  throw new Unclear(`Which port of ${name}?${groups} ${written(name, first)}`);
}

/** As their security groups say, whoever asks. */
function openPorts(snapshot: Snapshot, { groupIds }: NetworkInterface): readonly string[] {
  const rules = groupIds.flatMap((id) => snapshot.get('securityGroup', id)?.rules ?? []);
  const texts = rules
    .filter(
      ({ direction, protocol }) => direction === 'ingress' && (protocol === 'tcp' || protocol === 'udp'),
    )
    .map(
      ({ protocol, fromPort, toPort }) =>
        `${protocol} ${fromPort === toPort ? fromPort : `${fromPort}-${toPort}`}`,
    );
  return [...new Set(texts)];
}

function written(name: string, port: number): string {
  return `Write ${name}:${port} (or ${name}:53/udp, or ${name}/icmp for a ping).`;
}
