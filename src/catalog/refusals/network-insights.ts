// Refusals of the network insights actions. Codes: those that AWS's own CloudFormation handlers of both resources tell
// apart (aws-cloudformation-resource-providers-ec2).
import { Refusal } from '../refusal.ts';
import { invalidCombination, invalidValue, missingParameter } from './common.ts';

// GH terraform-provider-aws#38132
export const destinationMissing = () =>
  new Refusal(
    'MissingParameter',
    'The request must include either the Destination parameter or the FilterAtSource.DestinationAddress parameter. Add the required parameter and retry the request.',
  );

export const sourceNotFound = (id: string) =>
  new Refusal('NetworkInsightsSource.NotFound', `The network insights source '${id}' does not exist`); // [unconfirmed] text

export const destinationNotFound = (id: string) =>
  new Refusal(
    'NetworkInsightsDestination.NotFound',
    `The network insights destination '${id}' does not exist`,
  ); // [unconfirmed] text

export const filterAndParameter = (filter: string, parameter: string) =>
  invalidCombination(`The parameter ${parameter} cannot be used with the parameter ${filter}`); // [unconfirmed] text

export const protocolUnknown = (protocol: string) =>
  invalidValue(protocol, 'protocol', 'Allowed values are: tcp, udp.'); // [unconfirmed] text

export const notAnAddress = (value: string, parameter: string) =>
  invalidValue(value, parameter, 'This is not a valid IPv4 address.'); // [unconfirmed] text

export const notAPort = (value: number, parameter: string) =>
  invalidValue(String(value), parameter, 'Ports are 0 to 65535.'); // [unconfirmed] text

export const portRangeInvalid = (parameter: string) =>
  invalidValue('', parameter, 'A range needs both ports, the first not after the last.'); // [unconfirmed] text

export const notAnArn = (value: string, parameter: string) =>
  invalidValue(value, parameter, 'This is not a valid ARN.'); // [unconfirmed] text

export const arnTwice = (arn: string) =>
  invalidValue(arn, 'filterOutArns', 'Each ARN can be given once, to include or to exclude.'); // [unconfirmed] text

export const notAnAccount = (value: string) =>
  invalidValue(value, 'additionalAccounts', 'This is not a valid account ID.'); // [unconfirmed] text

export const pathLimitExceeded = (limit: number) =>
  new Refusal('NetworkInsightsPath.LimitExceeded', `You have reached the limit of ${limit} paths`); // [unconfirmed] text

export const analysisLimitExceeded = (limit: number) =>
  new Refusal('NetworkInsightsAnalysis.LimitExceeded', `You have reached the limit of ${limit} analyses`); // [unconfirmed] text

export const analysisExists = (pathId: string) =>
  new Refusal(
    'AnalysisExistsForNetworkInsightsPath',
    `The network insights path '${pathId}' has analyses. Delete them before you delete the path.`, // [unconfirmed] text
  );

/** The analysis is made, and says so as its status. "Troubleshooting Reachability Analyzer". */
export const missingComponent = (arn: string) => `The request failed due to missing component ${arn}`;

export const matchPathMissing = () => missingParameter('MatchPaths');

export const conditionEmpty = (parameter: string) =>
  invalidValue('', parameter, 'Specify a source, a destination, or resources on the way.'); // [unconfirmed] text

// "A single resource statement can include either resource IDs or resource types, but not both", resource statements,
// Network Access Analyzer guide.
export const resourceStatementInvalid = (parameter: string) =>
  invalidCombination(`${parameter} takes either Resources or ResourceTypes`); // [unconfirmed] text

export const resourceTypeUnknown = (type: string, allowed: readonly string[]) =>
  invalidValue(type, 'resourceType', `Allowed values are: ${allowed.join(', ')}.`); // [unconfirmed] text

export const headerStatementEmpty = (parameter: string) =>
  invalidValue('', parameter, 'A packet header statement needs at least one field.'); // [unconfirmed] text

export const addressesAndPrefixLists = (addresses: string, lists: string) =>
  invalidCombination(`The parameter ${addresses} cannot be used with the parameter ${lists}`); // [unconfirmed] text

export const notABlock = (value: string, parameter: string) =>
  invalidValue(value, parameter, 'This is not a valid IPv4 address or CIDR block.'); // [unconfirmed] text

export const notPorts = (value: string, parameter: string) =>
  invalidValue(value, parameter, 'This is not a valid port or port range.'); // [unconfirmed] text

export const accessScopeLimitExceeded = (limit: number) =>
  new Refusal(
    'NetworkInsightsAccessScope.LimitExceeded',
    `You have reached the limit of ${limit} Network Access Scopes`,
  ); // [unconfirmed] code and text

export const accessScopeAnalysisLimitExceeded = (limit: number) =>
  new Refusal(
    'NetworkInsightsAccessScopeAnalysis.LimitExceeded',
    `You have reached the limit of ${limit} Network Access Scope analyses`,
  ); // [unconfirmed] code and text
