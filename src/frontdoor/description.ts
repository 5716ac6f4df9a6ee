// What a service answers that nothing stands behind, or that is asked for nothing: by which way the request came, and
// nothing made up.
import type { AwsService } from '../catalog/aws-services.ts';
import { addressOf, type Way } from '../engine/way.ts';

export interface Description {
  /** `sqs` */
  readonly service: string;
  readonly region: string;
  readonly host: string;
  readonly way: Way['kind'];
  readonly endpointId?: string;
  readonly vpcId?: string;
  /** Account of the interface that asks. */
  readonly accountId?: string;
  /** As the service sees it: private through an endpoint, public otherwise. */
  readonly sourceAddress: string;
  readonly note: string;
}

const nothingThere = 'You reached this service. Nothing stands behind it here, so this is all it says.';

export function describe(service: AwsService, host: string, way: Way, note = nothingThere): Description {
  const base = { service: service.suffix, region: service.region, host, way: way.kind };
  if (way.kind === 'public') {
    const owner = way.client === undefined ? {} : { accountId: way.client.ownerId };
    return { ...base, ...owner, sourceAddress: way.sourceAddress, note };
  }
  const { client, endpoint } = way;
  return {
    ...base,
    endpointId: endpoint.id,
    vpcId: endpoint.vpcId,
    ...('vpcId' in client ? { accountId: client.ownerId } : {}),
    sourceAddress: addressOf(client),
    note,
  };
}
