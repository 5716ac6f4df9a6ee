// How network interfaces, their attachments and public addresses are described, here and inside instances.
import type {
  GroupIdentifier,
  NetworkInterface as NetworkInterfaceOut,
  NetworkInterfaceAssociation,
  NetworkInterfaceAttachment as AttachmentOut,
  NetworkInterfaceType,
} from '@aws-sdk/client-ec2';
import { isLent } from '../../catalog/public-addresses.ts';
import { zoneIdOf } from '../../catalog/regions.ts';
import { publicAddressesOf } from '../../control/address.ts';
import type { ReadCall } from '../../control/call.ts';
import { isInUse } from '../../control/interface-attachment.ts';
import { groupsOf } from '../../control/interface-attributes.ts';
import { privateHostName, publicHostName } from '../../model/host-name.ts';
import { type NetworkInterface, primaryAddress } from '../../model/network-interface.ts';
import { tagsOut } from './tags.ts';

export function interfaceOut(call: ReadCall, networkInterface: NetworkInterface): NetworkInterfaceOut {
  const { id, region, vpcId, availabilityZone } = networkInterface;
  const address = primaryAddress(networkInterface);
  const hasNames = hasHostNames(call, vpcId);
  const association = associationOut(call, networkInterface, address);
  return {
    NetworkInterfaceId: id,
    OwnerId: networkInterface.ownerId,
    VpcId: vpcId,
    SubnetId: networkInterface.subnetId,
    AvailabilityZone: availabilityZone,
    AvailabilityZoneId: zoneIdOf(region, availabilityZone),
    Description: networkInterface.description,
    // AWS answers `nat_gateway`, which its own list of values does not have.
    InterfaceType: networkInterface.interfaceType as NetworkInterfaceType,
    MacAddress: networkInterface.macAddress,
    Status: isInUse(networkInterface) ? 'in-use' : 'available',
    SourceDestCheck: networkInterface.sourceDestCheck,
    RequesterManaged: networkInterface.requesterManaged,
    RequesterId: networkInterface.requesterId,
    Operator: { Managed: false },
    Groups: groupsOut(call, networkInterface),
    Attachment: attachmentOut(networkInterface),
    Association: association,
    PrivateIpAddress: address,
    PrivateDnsName: hasNames ? privateHostName(region, address) : undefined,
    PublicDnsName: association?.PublicDnsName,
    PrivateIpAddresses: networkInterface.privateAddresses.map((each) => ({
      PrivateIpAddress: each.address,
      Primary: each.primary,
      PrivateDnsName: hasNames ? privateHostName(region, each.address) : undefined,
      Association: associationOut(call, networkInterface, each.address),
    })),
    Ipv6Addresses: [],
    TagSet: tagsOut(networkInterface.tags),
  };
}

export function groupsOut(call: ReadCall, networkInterface: NetworkInterface): GroupIdentifier[] {
  return groupsOf(call, networkInterface).map(({ id, name }) => ({ GroupId: id, GroupName: name }));
}

export function attachmentOut({ attachment }: NetworkInterface): AttachmentOut | undefined {
  if (attachment === undefined) return undefined;
  return {
    AttachmentId: attachment.id,
    AttachTime: new Date(attachment.attachedAt),
    DeleteOnTermination: attachment.deleteOnTermination,
    DeviceIndex: attachment.deviceIndex,
    NetworkCardIndex: 0,
    InstanceId: attachment.instanceId,
    InstanceOwnerId: attachment.instanceOwnerId,
    Status: 'attached',
  };
}

/** The public address of one private address. Allocation and association ids are the owner's to see. */
export function associationOut(
  call: ReadCall,
  networkInterface: NetworkInterface,
  privateAddress: string,
): NetworkInterfaceAssociation | undefined {
  const [found] = publicAddressesOf(call, networkInterface.id, privateAddress);
  if (found === undefined) return undefined;
  const { ownerId, publicIp, association } = found;
  const isElastic = !isLent(found);
  return {
    ...(isElastic ? { AllocationId: found.id, AssociationId: association?.id } : {}),
    IpOwnerId: ownerId,
    PublicIp: publicIp,
    PublicDnsName: hasHostNames(call, networkInterface.vpcId)
      ? publicHostName(networkInterface.region, publicIp)
      : '',
  };
}

/** Whether things of this VPC are given DNS host names. */
export function hasHostNames(call: ReadCall, vpcId: string): boolean {
  return call.intent.get('vpc', vpcId)?.enableDnsHostnames ?? false;
}
