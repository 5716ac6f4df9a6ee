// Customer gateway actions.
import type { CustomerGateway as CustomerGatewayOut } from '@aws-sdk/client-ec2';
import { missingParameter } from '../../catalog/refusals/common.ts';
import { typeNotValid } from '../../catalog/refusals/customer-gateway.ts';
import { mine } from '../../control/call.ts';
import * as control from '../../control/customer-gateway.ts';
import type { CustomerGateway } from '../../model/customer-gateway.ts';
import type { Ec2Operations } from '../../shapes/operations.ts';
import { type Actions, read, write } from '../action.ts';
import { type Filters, select } from './select.ts';
import { tagsOnCreate, tagsOut } from './tags.ts';

/** AWS's default where none is given. */
const defaultAsn = 65_000;
const type = 'ipsec.1';
const state = 'available';

const filters: Filters<CustomerGateway> = {
  'bgp-asn': ({ bgpAsn }) => String(bgpAsn),
  'customer-gateway-id': ({ id }) => id,
  'ip-address': ({ ipAddress }) => ipAddress,
  state: () => state,
  type: () => type,
};

function customerGatewayOut(gateway: CustomerGateway): CustomerGatewayOut {
  const { id, bgpAsn, ipAddress, certificateArn, deviceName, tags } = gateway;
  const isExtended = bgpAsn > 2_147_483_647;
  return {
    CustomerGatewayId: id,
    State: state,
    Type: type,
    IpAddress: ipAddress,
    ...(isExtended ? { BgpAsnExtended: String(bgpAsn) } : { BgpAsn: String(bgpAsn) }),
    CertificateArn: certificateArn,
    DeviceName: deviceName,
    Tags: tagsOut(tags),
  };
}

export const customerGatewayActions: Actions<Ec2Operations> = {
  CreateCustomerGateway: write((call, input) => {
    if (input.Type === undefined) throw missingParameter('type');
    if (input.Type !== type) throw typeNotValid(input.Type);
    const ipAddress = input.IpAddress ?? input.PublicIp;
    if (ipAddress === undefined && input.CertificateArn === undefined) throw missingParameter('ipAddress');
    const gateway = control.createCustomerGateway(call, {
      ipAddress,
      bgpAsn: input.BgpAsn ?? Number(input.BgpAsnExtended ?? defaultAsn),
      certificateArn: input.CertificateArn,
      deviceName: input.DeviceName,
      tags: tagsOnCreate(input.TagSpecifications, 'customer-gateway'),
    });
    return { CustomerGateway: customerGatewayOut(gateway) };
  }),

  DeleteCustomerGateway: write((call, input) => {
    control.deleteCustomerGateway(call, input.CustomerGatewayId ?? '');
    return {};
  }),

  DescribeCustomerGateways: read((call, input) => {
    const options = { ids: input.CustomerGatewayIds, filters };
    const { items } = select('customerGateway', mine(call, 'customerGateway'), input, options);
    return { CustomerGateways: items.map(customerGatewayOut) };
  }),
};
