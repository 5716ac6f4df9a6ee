// Customer gateway: what AWS knows of the device at the other end of a VPN connection. Here it stands for the network
// on premises behind that device.
import type { Resource } from './resource.ts';

export interface CustomerGateway extends Resource {
  /** Public address of the device; nothing is sent there. */
  readonly ipAddress?: string;
  readonly bgpAsn: number;
  readonly certificateArn?: string;
  readonly deviceName?: string;
  /** Small number unique among customer gateways: from it the data plane derives devices. */
  readonly number: number;
}
