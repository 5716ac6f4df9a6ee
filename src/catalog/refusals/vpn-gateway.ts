// Refusals of the virtual private gateway actions, and of the propagation of their routes.
import { Refusal } from '../refusal.ts';

export const vpnGatewayLimitExceeded = () =>
  new Refusal('VpnGatewayLimitExceeded', 'The maximum number of virtual private gateways has been reached.');

export const vpnGatewayAttached = (id: string, vpcId: string) =>
  new Refusal('IncorrectState', `The vpnGateway ${id} is attached to ${vpcId}.`); // [unconfirmed] text

export const vpnGatewayInUse = (id: string) =>
  new Refusal('IncorrectState', `The vpnGateway ${id} is in use by VPN connections.`); // [unconfirmed] text

export const alreadyAttached = (id: string, vpcId: string) =>
  new Refusal(
    'VpnGatewayAttachmentLimitExceeded',
    `The vpnGateway ${id} is already attached to ${vpcId}: it can be attached to one VPC.`, // [unconfirmed] text
  );

export const vpcHasVpnGateway = (vpcId: string) =>
  new Refusal('InvalidVpcState', `The vpc ${vpcId} already has a virtual private gateway attached`); // [unconfirmed] text

export const attachmentNotFound = (id: string, vpcId: string) =>
  new Refusal(
    'InvalidVpnGatewayAttachment.NotFound',
    `The attachment with vpn gateway ID '${id}' and vpc ID '${vpcId}' does not exist.`,
  );

export const notAttachedToNetwork = (id: string, vpcId: string) =>
  new Refusal('Gateway.NotAttached', `resource ${id} is not attached to network ${vpcId}`);

export const asnNotPrivate = (asn: string) =>
  new Refusal(
    'InvalidParameterValue',
    `Value (${asn}) for parameter amazonSideAsn is invalid. Expecting 64512 to 65534 or 4200000000 to 4294967294.`, // [unconfirmed] text
  );
