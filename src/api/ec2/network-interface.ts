// Network interface actions: make, delete, describe, attach, detach.
import type { NetworkInterfaceStatus } from '@aws-sdk/client-ec2';
import { isLent } from '../../catalog/public-addresses.ts';
import { invalidValue, missingParameter } from '../../catalog/refusals/common.ts';
import { publicAddressesOf } from '../../control/address.ts';
import { mine, own, type ReadCall } from '../../control/call.ts';
import * as attachments from '../../control/interface-attachment.ts';
import { groupsOf } from '../../control/interface-attributes.ts';
import * as control from '../../control/network-interface.ts';
import { privateHostName } from '../../model/host-name.ts';
import { type NetworkInterface, primaryAddress } from '../../model/network-interface.ts';
import type { Ec2Operations } from '../../shapes/operations.ts';
import { type Actions, read, write } from '../action.ts';
import { associationOut, hasHostNames, interfaceOut } from './network-interface-out.ts';
import { wantedAddresses } from './private-addresses.ts';
import { type Filters, select } from './select.ts';
import { tagsOnCreate } from './tags.ts';

function filters(call: ReadCall): Filters<NetworkInterface> {
  return { ...ownFilters(call), ...attachmentFilters, ...publicFilters(call) };
}

const text = (value: { toString(): string } | undefined) => value?.toString();

function ownFilters(call: ReadCall): Filters<NetworkInterface> {
  return {
    'network-interface-id': (eni) => eni.id,
    'owner-id': (eni) => eni.ownerId,
    'vpc-id': (eni) => eni.vpcId,
    'subnet-id': (eni) => eni.subnetId,
    'availability-zone': (eni) => eni.availabilityZone,
    description: (eni) => eni.description,
    'interface-type': (eni) => eni.interfaceType,
    'mac-address': (eni) => eni.macAddress,
    'group-id': (eni) => eni.groupIds,
    'group-name': (eni) => groupsOf(call, eni).map((group) => group.name),
    'requester-id': (eni) => eni.requesterId,
    'requester-managed': (eni) => String(eni.requesterManaged),
    'operator.managed': () => 'false',
    'source-dest-check': (eni) => String(eni.sourceDestCheck),
    status: (eni) => (attachments.isInUse(eni) ? 'in-use' : 'available'),
    'private-ip-address': primaryAddress,
    'private-dns-name': (eni) =>
      hasHostNames(call, eni.vpcId) ? privateHostName(eni.region, primaryAddress(eni)) : undefined,
    'addresses.private-ip-address': (eni) => eni.privateAddresses.map((each) => each.address),
    'addresses.primary': (eni) => eni.privateAddresses.map((each) => String(each.primary)),
    'ipv6-addresses.ipv6-address': () => undefined,
  };
}

const attachmentFilters: Filters<NetworkInterface> = {
  'attachment.attachment-id': (eni) => eni.attachment?.id,
  'attachment.attach-time': (eni) => eni.attachment?.attachedAt,
  'attachment.delete-on-termination': (eni) => text(eni.attachment?.deleteOnTermination),
  'attachment.device-index': (eni) => text(eni.attachment?.deviceIndex),
  'attachment.instance-id': (eni) => eni.attachment?.instanceId,
  'attachment.instance-owner-id': (eni) => eni.attachment?.instanceOwnerId,
  'attachment.nat-gateway-id': () => undefined,
  'attachment.status': (eni) => (eni.attachment === undefined ? undefined : 'attached'),
};

function publicFilters(call: ReadCall): Filters<NetworkInterface> {
  const all = (eni: NetworkInterface) => publicAddressesOf(call, eni.id);
  const elastic = (eni: NetworkInterface) => all(eni).filter((each) => !isLent(each));
  return {
    'association.public-ip': (eni) => all(eni).map((each) => each.publicIp),
    'association.ip-owner-id': (eni) => all(eni).map((each) => each.ownerId),
    'association.public-dns-name': (eni) =>
      eni.privateAddresses.map((each) => associationOut(call, eni, each.address)?.PublicDnsName),
    'association.allocation-id': (eni) => elastic(eni).map((each) => each.id),
    'association.association-id': (eni) => elastic(eni).map((each) => each.association?.id),
    'addresses.association.public-ip': (eni) => all(eni).map((each) => each.publicIp),
    'addresses.association.owner-id': (eni) => all(eni).map((each) => each.ownerId),
  };
}

export const networkInterfaceActions: Actions<Ec2Operations> = {
  CreateNetworkInterface: write((call, input) => {
    if (input.SubnetId === undefined) throw missingParameter('subnetId');
    if (input.InterfaceType !== undefined && (input.InterfaceType as string) !== 'interface') {
      throw invalidValue(input.InterfaceType, 'interfaceType', 'The interface type is not supported.'); // [unconfirmed] text
    }
    const { vpcId } = own(call, 'subnet', input.SubnetId);
    const groups = input.Groups ?? [];
    const networkInterface = control.createInterface(call, {
      subnetId: input.SubnetId,
      groupIds: groups.length > 0 ? groups : [control.defaultGroupId(call, vpcId)],
      description: input.Description ?? '',
      ...wantedAddresses(input),
      tags: tagsOnCreate(input.TagSpecifications, 'network-interface'),
    });
    return {
      // AWS answers `pending` here, which its own list of values does not have.
      NetworkInterface: {
        ...interfaceOut(call, networkInterface),
        Status: 'pending' as NetworkInterfaceStatus,
      },
      ClientToken: input.ClientToken,
    };
  }),

  DeleteNetworkInterface: write((call, input) => {
    attachments.deleteInterface(call, input.NetworkInterfaceId ?? '');
    return {};
  }),

  DescribeNetworkInterfaces: read((call, input) => {
    const options = { ids: input.NetworkInterfaceIds, filters: filters(call) };
    const { items, NextToken } = select('networkInterface', mine(call, 'networkInterface'), input, options);
    return { NetworkInterfaces: items.map((each) => interfaceOut(call, each)), NextToken };
  }),

  AttachNetworkInterface: write((call, input) => {
    if (input.DeviceIndex === undefined) throw missingParameter('deviceIndex');
    const { id } = attachments.attachInterface(call, {
      networkInterfaceId: input.NetworkInterfaceId ?? '',
      instanceId: input.InstanceId ?? '',
      deviceIndex: input.DeviceIndex,
    });
    return { AttachmentId: id, NetworkCardIndex: 0 };
  }),

  DetachNetworkInterface: write((call, input) => {
    attachments.detachInterface(call, input.AttachmentId ?? '');
    return {};
  }),
};
