// Virtual private gateway actions. Their routes are propagated by actions of the route table.
import type { VpnGateway as VpnGatewayOut } from '@aws-sdk/client-ec2';
import { missingParameter } from '../../catalog/refusals/common.ts';
import { typeNotValid } from '../../catalog/refusals/customer-gateway.ts';
import { mine } from '../../control/call.ts';
import * as control from '../../control/vpn-gateway.ts';
import type { VpnGateway } from '../../model/vpn-gateway.ts';
import type { Ec2Operations } from '../../shapes/operations.ts';
import { type Actions, read, write } from '../action.ts';
import { type Filters, select } from './select.ts';
import { tagsOnCreate, tagsOut } from './tags.ts';

const defaultAsn = 64_512;
const type = 'ipsec.1';
const state = 'available';

const filters: Filters<VpnGateway> = {
  'amazon-side-asn': ({ amazonSideAsn }) => String(amazonSideAsn),
  'attachment.state': ({ vpcId }) => (vpcId === undefined ? undefined : 'attached'),
  'attachment.vpc-id': ({ vpcId }) => vpcId,
  'availability-zone': ({ availabilityZone }) => availabilityZone,
  state: () => state,
  type: () => type,
  'vpn-gateway-id': ({ id }) => id,
};

function vpnGatewayOut({ id, amazonSideAsn, availabilityZone, vpcId, tags }: VpnGateway): VpnGatewayOut {
  return {
    VpnGatewayId: id,
    State: state,
    Type: type,
    AmazonSideAsn: amazonSideAsn,
    AvailabilityZone: availabilityZone,
    VpcAttachments: vpcId === undefined ? [] : [{ VpcId: vpcId, State: 'attached' }],
    Tags: tagsOut(tags),
  };
}

export const vpnGatewayActions: Actions<Ec2Operations> = {
  CreateVpnGateway: write((call, input) => {
    if (input.Type === undefined) throw missingParameter('type');
    if (input.Type !== type) throw typeNotValid(input.Type);
    const gateway = control.createVpnGateway(call, {
      amazonSideAsn: input.AmazonSideAsn ?? defaultAsn,
      availabilityZone: input.AvailabilityZone,
      tags: tagsOnCreate(input.TagSpecifications, 'vpn-gateway'),
    });
    return { VpnGateway: vpnGatewayOut(gateway) };
  }),

  DeleteVpnGateway: write((call, input) => {
    control.deleteVpnGateway(call, input.VpnGatewayId ?? '');
    return {};
  }),

  AttachVpnGateway: write((call, input) => {
    if (input.VpcId === undefined) throw missingParameter('vpcId');
    const { vpcId } = control.attachVpnGateway(call, input.VpnGatewayId ?? '', input.VpcId);
    return { VpcAttachment: { VpcId: vpcId, State: 'attaching' } };
  }),

  DetachVpnGateway: write((call, input) => {
    if (input.VpcId === undefined) throw missingParameter('vpcId');
    control.detachVpnGateway(call, input.VpnGatewayId ?? '', input.VpcId);
    return {};
  }),

  DescribeVpnGateways: read((call, input) => {
    const options = { ids: input.VpnGatewayIds, filters };
    const { items } = select('vpnGateway', mine(call, 'vpnGateway'), input, options);
    return { VpnGateways: items.map(vpnGatewayOut) };
  }),
};
