// Refusals of the load balancer actions. Source: the ELBv2 API pages and public error reports.
import { Refusal } from '../refusal.ts';
import { invalidConfiguration, validationError } from './elbv2.ts';

export const loadBalancerNotFound = (arn: string) =>
  new Refusal('LoadBalancerNotFound', `Load balancer '${arn}' not found`);

export const loadBalancersNotFound = () =>
  new Refusal('LoadBalancerNotFound', 'One or more load balancers not found');

export const loadBalancerNamesNotFound = (names: readonly string[]) =>
  new Refusal('LoadBalancerNotFound', `Load balancers '[${names.join(', ')}]' not found`);

export const duplicateLoadBalancerName = (name: string) =>
  new Refusal(
    'DuplicateLoadBalancerName',
    `A load balancer with the same name '${name}' exists, but with different settings`,
  );

export const nameTooLong = (noun: string, name: string) =>
  validationError(`The ${noun} name '${name}' cannot be longer than '32' characters`);

export const nameCharacters = (noun: string, name: string) =>
  validationError(
    `The ${noun} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
  );

export const nameHyphen = (noun: string, name: string) =>
  validationError(`The ${noun} name '${name}' cannot begin or end with a hyphen(-)`);

export const nameInternal = (name: string) =>
  validationError(`The load balancer name '${name}' cannot begin with 'internal-'`);

/** Postern has no application or gateway load balancers. */
export const typeNotOffered = (type: string) =>
  invalidConfiguration(`Load balancers of type '${type}' are not available here; the type must be 'network'`);

export const tooManyLoadBalancers = () =>
  new Refusal('TooManyLoadBalancers', 'The limit of network load balancers has been reached'); // [unconfirmed] text

export const subnetsMissing = () => validationError('At least one subnet must be specified');

export const subnetsAndMappings = () =>
  validationError('You must specify either subnets or subnet mappings, not both'); // [unconfirmed] text

export const subnetNotFound = (id: string) =>
  new Refusal('SubnetNotFound', `The subnet ID '${id}' does not exist`);

export const subnetsInOneZone = () =>
  invalidConfiguration(
    'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
  );

export const subnetsInTwoVpcs = (vpcId: string) =>
  invalidConfiguration(`All subnets must belong to the same VPC: '${vpcId}'`);

export const noInternetGateway = (vpcId: string) =>
  new Refusal('InvalidSubnet', `VPC ${vpcId} has no internet gateway`);

export const subnetTooSmall = (subnetId: string, least: number) =>
  new Refusal(
    'InvalidSubnet',
    `Not enough IP space available in ${subnetId}. ELB requires at least ${least} free IP addresses in each subnet.`,
  );

export const addressNeedsInternal = () =>
  invalidConfiguration('Private IPv4 addresses can only be specified for internal load balancers'); // [unconfirmed] text

export const elasticAddressNeedsInternetFacing = () =>
  invalidConfiguration('Elastic IP addresses can only be specified for internet-facing load balancers'); // [unconfirmed] text

export const allocationNotFound = (id: string) =>
  new Refusal('AllocationIdNotFound', `The allocation IDs '${id}' do not exist`);

export const allocationInUse = (id: string) =>
  new Refusal('ResourceInUse', `The allocation IDs are not available for use: '${id}'`);

export const groupInvalid = (id: string) =>
  new Refusal('InvalidSecurityGroup', `The security group '${id}' does not exist`);

export const groupOfOtherVpc = (id: string, vpcId: string) =>
  invalidConfiguration(`One or more security groups are invalid: '${id}' is not in VPC '${vpcId}'`); // [unconfirmed] text

export const tooManyGroups = (max: number) =>
  invalidConfiguration(`A load balancer can have at most ${max} security groups`); // [unconfirmed] text

export const createdWithoutGroups = () =>
  invalidConfiguration(
    'Security groups cannot be set on a Network Load Balancer that was created without security groups',
  ); // [unconfirmed] text

export const groupsMissing = () =>
  invalidConfiguration('At least one security group must remain associated with the load balancer'); // [unconfirmed] text

export const addressTypeNotOffered = (type: string) =>
  invalidConfiguration(`The IP address type '${type}' is not available here; load balancers are 'ipv4'`);

export const deletionProtected = (arn: string) =>
  new Refusal(
    'OperationNotPermitted',
    `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
  );

// GH cloud-custodian#9921, terraform-provider-aws#5701
export const usedByService = (arn: string) =>
  new Refusal(
    'ResourceInUse',
    `Load balancer '${arn}' cannot be deleted because it is currently associated with another service`,
  );

export const bucketDenied = (bucket: string) =>
  invalidConfiguration(`Access Denied for bucket: ${bucket}. Please check S3bucket permission`);
