// Every component that an explanation names by its id: what it is, its ARN, and the name people gave it.
import type { Kind } from '../../model/kinds.ts';
import type { Resource } from '../../model/resource.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Hop } from '../trace/answer.ts';
import type { Component, ComponentType, Explanation } from './answer.ts';

const kindOfPrefix: Readonly<Record<string, readonly [Kind, ComponentType]>> = {
  acl: ['networkAcl', 'network-acl'],
  cgw: ['customerGateway', 'customer-gateway'],
  eipalloc: ['address', 'elastic-ip'],
  eni: ['networkInterface', 'network-interface'],
  i: ['instance', 'instance'],
  igw: ['internetGateway', 'internet-gateway'],
  nat: ['natGateway', 'natgateway'],
  rtb: ['routeTable', 'route-table'],
  sg: ['securityGroup', 'security-group'],
  subnet: ['subnet', 'subnet'],
  vpc: ['vpc', 'vpc'],
  vgw: ['vpnGateway', 'vpn-gateway'],
  vpn: ['vpnConnection', 'vpn-connection'],
  vpce: ['vpcEndpoint', 'vpc-endpoint'],
  'vpce-svc': ['endpointService', 'vpc-endpoint-service'],
};

const kindsOfArn: readonly (readonly [Kind, ComponentType])[] = [
  ['loadBalancer', 'load-balancer'],
  ['targetGroup', 'targetgroup'],
  ['listener', 'listener'],
];

/** Undefined for what is not in the snapshot. */
export function componentOf(snapshot: Snapshot, id: string): Component | undefined {
  const found = resourceOf(snapshot, id);
  return found && component(...found);
}

export function resourceOf(snapshot: Snapshot, id: string): readonly [Resource, ComponentType] | undefined {
  const prefix = id.startsWith('vpce-svc-') ? 'vpce-svc' : id.slice(0, id.indexOf('-'));
  const known = kindOfPrefix[prefix];
  for (const [kind, type] of known === undefined ? kindsOfArn : [known, ...kindsOfArn]) {
    const found = snapshot.get(kind, id);
    if (found !== undefined) return [found, type];
  }
  return undefined;
}

function component(resource: Resource, type: ComponentType): Component {
  const { id, ownerId, region, tags } = resource;
  const own = 'name' in resource && typeof resource.name === 'string' ? resource.name : undefined;
  const name = tags['Name'] ?? own;
  const vpcId = 'vpcId' in resource && typeof resource.vpcId === 'string' ? resource.vpcId : undefined;
  return {
    id,
    type,
    arn: id.startsWith('arn:') ? id : `arn:aws:ec2:${region}:${ownerId}:${type}/${id}`,
    ...(name === undefined || name === '' ? {} : { name }),
    ...(vpcId === undefined ? {} : { vpcId }),
  };
}

export function componentsIn(
  snapshot: Snapshot,
  explanation: Omit<Explanation, 'components'>,
): Readonly<Record<string, Component>> {
  const { question, sender, resolution, ways, reasons, fixes } = explanation;
  const ids = [
    ...[question.from, question.to].map((end) => ('id' in end ? end.id : undefined)),
    sender?.networkInterfaceId,
    sender?.vpcId,
    resolution?.decidedBy,
    ...ways.flatMap(({ path }) => [...path.forward, ...path.back].flatMap(idsOfHop)),
    ...reasons.map((reason) => reason.component),
    ...fixes.flatMap(({ changes }) => changes.flatMap((one) => [...one.components, ...one.opens.components])),
  ];
  const found = new Map<string, Component>();
  for (const id of ids) {
    const one = id === undefined || found.has(id) ? undefined : componentOf(snapshot, id);
    if (one !== undefined) found.set(one.id, one);
  }
  return Object.fromEntries(found);
}

/** `acl-…/100`, `rtb-…/10.0.0.0/16` and `sg-1,sg-2` begin with the component. */
function idsOfHop({ component: at, vpcId, decidedBy }: Hop): readonly string[] {
  const deciding = decidedBy?.id ?? '';
  return [at, vpcId, ...(deciding.startsWith('arn:') ? [deciding] : deciding.split(/[/,]/))];
}
