// Virtual private gateway: the VPC's end of VPN connections. A VPC has one at most.
import type { Resource } from './resource.ts';

export interface VpnGateway extends Resource {
  readonly amazonSideAsn: number;
  readonly availabilityZone?: string;
  /** Absent while it is attached to no VPC. */
  readonly vpcId?: string;
}
