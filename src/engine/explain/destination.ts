// Where a question's destination is: its addresses as the sender would know them. What has no name keeps its address;
// endpoints and services are reached by their names, so that what DNS says is part of the answer.
import { type AwsService, findAwsService } from '../../catalog/aws-services.ts';
import { primaryAddress } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { VpcEndpoint } from '../../model/vpc-endpoint.ts';
import { waysToVpcs } from '../../model/vpn-connection.ts';
import { regionalName } from '../endpoint-names.ts';
import type { Health } from '../health.ts';
import type { DestinationCode, NameResolution, ReasonCode, Sender } from './answer.ts';
import { resolveFor } from './name.ts';
import type { Destination } from './question.ts';

/** Why there is no address to send to. */
export interface NoAddress {
  readonly code: ReasonCode;
  readonly text: string;
  readonly phase: 'destination' | 'name';
  readonly component?: string;
  readonly isUnknown?: boolean;
}

export interface Located {
  readonly addresses: readonly string[];
  readonly resolution?: NameResolution;
  /** Present exactly when there is no address. */
  readonly missing?: NoAddress;
  /** The AWS service that is meant, by whatever name. */
  readonly service?: AwsService;
}

interface Asking {
  readonly snapshot: Snapshot;
  readonly health: Health;
  /** Absent: the internet, or on premises. */
  readonly sender: Sender | undefined;
  /** Of who sends from on premises. */
  readonly customerGatewayId: string | undefined;
}

export function locate(asking: Asking, to: Destination): Located {
  switch (to.kind) {
    case 'address':
      return { addresses: [to.address] };
    case 'name':
      return byName(asking, to.name);
    case 'interface':
    case 'instance':
      return atInterface(asking, to.id);
    case 'vpc-endpoint': {
      const endpoint = asking.snapshot.get('vpcEndpoint', to.id);
      return endpoint === undefined ? noSuch(to.id) : atEndpoint(asking, endpoint);
    }
    case 'service':
      return atService(asking, to.name);
  }
}

function byName(asking: Asking, name: string): Located {
  return resolveFor(asking.snapshot, asking.health, asking.sender?.vpcId, name);
}

function noSuch(id: string): Located {
  return none('NO_SOURCE_OR_DESTINATION', `${id} is not in the snapshot`, { isUnknown: true });
}

function none(
  code: DestinationCode | 'NO_SOURCE_OR_DESTINATION',
  text: string,
  more: Pick<NoAddress, 'component' | 'isUnknown'> = {},
): Located {
  return { addresses: [], missing: { code, text, phase: 'destination', ...more } };
}

function atInterface(asking: Asking, id: string): Located {
  const { snapshot, sender, customerGatewayId } = asking;
  const interfaces = snapshot.by('networkInterface', 'instanceId', id);
  const found =
    snapshot.get('networkInterface', id) ?? interfaces.find((eni) => eni.attachment?.deviceIndex === 0);
  const first = found?.privateAddresses[0];
  if (found === undefined || first === undefined) return noSuch(id);
  const component = found.id;
  if (isConnected(asking, found.vpcId)) return { addresses: [primaryAddress(found)] };
  if (customerGatewayId !== undefined) return unconnected(asking, found.vpcId, found.id);
  const publicIp = snapshot.by('address', 'networkInterfaceId', found.id)[0]?.publicIp;
  if (publicIp !== undefined) return { addresses: [publicIp] };
  if (sender === undefined)
    return none('NO_PUBLIC_ADDRESS', `${found.id} has no public address`, { component });
  return unconnected(asking, found.vpcId, component);
}

/** The sender's own VPC, or one that a VPN connection leads to. */
function isConnected({ snapshot, sender, customerGatewayId }: Asking, vpcId: string): boolean {
  if (customerGatewayId === undefined) return sender?.vpcId === vpcId;
  return waysToVpcs(snapshot, customerGatewayId).some(({ vpc }) => vpc.id === vpcId);
}

function unconnected(asking: Asking, vpcId: string, component: string): Located {
  const text = `${component} is in ${vpcId}, and nothing leads there from ${placeOf(asking)}`;
  return none('DISCONNECTED_VPCS', text, { component });
}

function placeOf({ sender, customerGatewayId }: Asking): string {
  return customerGatewayId ?? sender?.vpcId ?? 'the internet';
}

function atEndpoint(asking: Asking, endpoint: VpcEndpoint): Located {
  const { id, vpcId, endpointType } = endpoint;
  if (!isConnected(asking, vpcId)) return unconnected(asking, vpcId, id);
  if (endpointType === 'Gateway') return atService(asking, endpoint.serviceName);
  if (endpoint.networkInterfaceIds.length === 0)
    return none('ENDPOINT_WITHOUT_SUBNETS', `${id} has an interface in no subnet`, { component: id });
  const service = findAwsService(endpoint.serviceName, endpoint.serviceRegion);
  return { ...byName(asking, regionalName(endpoint).replace('*', 'bucket')), ...(service && { service }) };
}

function atService(asking: Asking, name: string): Located {
  const { snapshot, sender } = asking;
  const region = sender === undefined ? regionOf(name) : snapshot.get('vpc', sender.vpcId)?.region;
  const service = findService(name, region ?? '');
  if (service !== undefined) return { ...byName(asking, hostOf(service, snapshot, sender)), service };
  const offered =
    snapshot.by('endpointService', 'serviceName', name)[0] ?? snapshot.get('endpointService', name);
  if (offered === undefined) return noSuch(name);
  const endpoints = snapshot.by('vpcEndpoint', 'endpointServiceId', offered.id);
  const own = endpoints.find(({ vpcId }) => isConnected(asking, vpcId));
  if (own !== undefined) return atEndpoint(asking, own);
  const vpc = snapshot.get('vpc', sender?.vpcId ?? '');
  if (vpc !== undefined && !isAllowed(offered, vpc.ownerId)) {
    const text = `account ${vpc.ownerId} may not use ${offered.serviceName}`;
    return none('ENDPOINT_SERVICE_NOT_ALLOWED', text, { component: offered.id });
  }
  return none('ENDPOINT_MISSING', `${placeOf(asking)} has no endpoint to ${offered.serviceName}`, {
    component: offered.id,
  });
}

/** Its own account always may. */
export function isAllowed(
  service: { readonly ownerId: string; readonly permissions: readonly { readonly principal: string }[] },
  accountId: string,
): boolean {
  if (service.ownerId === accountId) return true;
  return service.permissions.some(
    ({ principal }) => principal === '*' || principal.includes(`::${accountId}:`),
  );
}

function regionOf(name: string): string {
  return /^com\.amazonaws\.([a-z0-9-]+)\./.exec(name)?.[1] ?? 'us-east-1';
}

function findService(name: string, region: string): AwsService | undefined {
  return findAwsService(name, region) ?? findAwsService(`com.amazonaws.${region}.${name}`, region);
}

/** Its host name; names that begin with a bucket's or an account get some. */
function hostOf({ publicNames, suffix }: AwsService, snapshot: Snapshot, sender: Sender | undefined): string {
  const plain = publicNames.find((name) => !name.includes('*'));
  const owner = snapshot.get('vpc', sender?.vpcId ?? '')?.ownerId ?? '000000000000';
  return plain ?? (publicNames[0] ?? suffix).replace('*', suffix.startsWith('ecr') ? owner : 'bucket');
}
