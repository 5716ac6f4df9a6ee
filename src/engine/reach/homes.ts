// Which VPCs a change touches. A change that removes does not say where the resource was, so that is remembered; hosts
// of the internet are in none.
import type { Kind } from '../../model/kinds.ts';
import type { Change, Snapshot } from '../../model/snapshot.ts';
import type { VpcReach } from './vpc-reach.ts';

type Vpcs = ReadonlyMap<string, VpcReach>;

const remembered = [
  'subnet',
  'routeTable',
  'networkAcl',
  'securityGroup',
  'vpcEndpoint',
  'loadBalancer',
  'targetGroup',
  'listener',
  'address',
  'internetGateway',
  'natGateway',
] as const;

type Remembered = (typeof remembered)[number];

/** Outside all VPCs. */
const homeless: ReadonlySet<Kind> = new Set<Kind>(['internetHost']);

/** What no packet hangs on. */
const silent: ReadonlySet<Kind> = new Set<Kind>([
  'image',
  'dhcpOptions',
  'flowLog',
  'connectionNotification',
  'networkInsightsPath',
  'networkInsightsAnalysis',
  'networkInsightsAccessScope',
  'networkInsightsAccessScopeAnalysis',
  'accountRegion',
  'session',
  'clientToken',
]);

/** False for a change that no answer can hang on. */
export function isOfPackets({ kind }: Change): boolean {
  return !silent.has(kind);
}

export class Homes {
  private readonly vpcIds = new Map<string, string>();

  static of(snapshot: Snapshot): Homes {
    const homes = new Homes();
    for (const kind of remembered) {
      for (const { id } of snapshot.all(kind)) homes.remember(snapshot, kind, id);
    }
    return homes;
  }

  /** Ids of the VPCs whose classes may differ; undefined when it cannot be told. */
  touched(snapshot: Snapshot, changes: readonly Change[], vpcs: Vpcs): ReadonlySet<string> | undefined {
    const all = new Set<string>();
    for (const { kind, id } of changes) {
      const vpcIds = this.vpcsOf(snapshot, kind, id, vpcs);
      if (vpcIds === undefined) return undefined;
      for (const vpcId of vpcIds) all.add(vpcId);
    }
    return all;
  }

  private vpcsOf(snapshot: Snapshot, kind: Kind, id: string, vpcs: Vpcs): readonly string[] | undefined {
    if (homeless.has(kind)) return [];
    // Which VPC's block a device on premises routes hangs on the others' blocks.
    if (kind === 'vpc') return snapshot.count('vpnConnection') > 0 ? undefined : [id];
    if (kind === 'endpointService') return consumersOf(snapshot, id);
    if (kind === 'instance')
      return snapshot.by('networkInterface', 'instanceId', id).map(({ vpcId }) => vpcId);
    if (kind === 'networkInterface') return this.interfaceHomes(snapshot, id, vpcs);
    if (!isRemembered(kind)) return undefined;
    const before = this.vpcIds.get(id);
    this.remember(snapshot, kind, id);
    const now = this.vpcIds.get(id);
    const homes = [before, now].filter((one) => one !== undefined);
    if (kind === 'securityGroup') {
      for (const vpc of vpcs.values()) if (vpc.isJudgedBy(id)) homes.push(vpc.vpcId);
    }
    if (kind === 'loadBalancer') {
      for (const service of snapshot.by('endpointService', 'loadBalancerArn', id)) {
        homes.push(...consumersOf(snapshot, service.id));
      }
    }
    return homes;
  }

  private interfaceHomes(snapshot: Snapshot, id: string, vpcs: Vpcs): readonly string[] {
    const now = snapshot.get('networkInterface', id)?.vpcId;
    const before = [...vpcs.values()].find(({ classes }) => classes.indexOf.has(id))?.vpcId;
    return [now, before].filter((one) => one !== undefined);
  }

  private remember(snapshot: Snapshot, kind: Remembered, id: string): void {
    const vpcId = homeOf(snapshot, kind, id);
    if (vpcId === undefined) this.vpcIds.delete(id);
    else this.vpcIds.set(id, vpcId);
  }
}

function isRemembered(kind: Kind): kind is Remembered {
  return remembered.some((one) => one === kind);
}

function homeOf(snapshot: Snapshot, kind: Remembered, id: string): string | undefined {
  if (kind === 'listener') {
    return snapshot.get('loadBalancer', snapshot.get('listener', id)?.loadBalancerArn ?? '')?.vpcId;
  }
  if (kind !== 'address') return snapshot.get(kind, id)?.vpcId;
  const { association } = snapshot.get('address', id) ?? {};
  return snapshot.get('networkInterface', association?.networkInterfaceId ?? '')?.vpcId;
}

function consumersOf(snapshot: Snapshot, endpointServiceId: string): readonly string[] {
  return snapshot.by('vpcEndpoint', 'endpointServiceId', endpointServiceId).map(({ vpcId }) => vpcId);
}
