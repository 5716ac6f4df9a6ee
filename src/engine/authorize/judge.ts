// May a request pass that has come to an AWS service by a certain way? The policy of the endpoint on the way always
// has a say. The owner's side (a bucket's policy, and whose bucket it is) counts where the owner is known; elsewhere
// that is for the service behind to say. The front door asks this about each request, a trace about a question.
import type { AwsService } from '../../catalog/aws-services.ts';
import { addressOf, type Way } from '../way.ts';
import { authorize, authorizeAtEndpoint } from './authorize.ts';
import { connectionContext, joined } from './context.ts';
import { parsePolicy } from './parse-policy.ts';
import type { Policy, PolicyKind } from './policy.ts';
import type { Principal } from './principal.ts';
import type { Mapping } from './requests/mapping.ts';
import type { NamedPolicy, StatementReference, Verdict } from './verdict.ts';

/** Who has a resource, and its policy. */
export interface Owner {
  readonly accountId: string;
  readonly policies: readonly NamedPolicy[];
}

export interface ArrivedRequest {
  readonly service: AwsService;
  readonly way: Way;
  /** Over TLS. */
  readonly secure: boolean;
  readonly principal: Principal;
  /** ISO 8601. */
  readonly now: string;
  /** What it asks for. */
  readonly mapping: Mapping;
  /** Absent, or gives undefined, where the owner is not known. */
  readonly ownerOf?: (resource: string) => Owner | undefined;
}

/** The first denial, or the statements that allowed it. */
export function judge(request: ArrivedRequest): Verdict {
  const { principal, mapping } = request;
  const own = endpointPolicies(request);
  const decidedBy: StatementReference[] = [];
  for (const { action, resource } of mapping.demands) {
    const owner = request.ownerOf?.(resource);
    const context = joined(connectionContext(connectionOf(request, owner)), mapping.context);
    const asked = { principal, action, resource, context };
    const verdict =
      owner === undefined ? authorizeAtEndpoint(asked, own) : authorize(asked, [...own, ...owner.policies]);
    if (verdict.decision === 'deny') return verdict;
    decidedBy.push(...verdict.decidedBy);
  }
  return { decision: 'allow', decidedBy };
}

function connectionOf({ way, service, secure, now }: ArrivedRequest, owner: Owner | undefined) {
  const ownership = owner === undefined ? {} : { resourceAccountId: owner.accountId };
  const base = { secure, now, region: service.region, ...ownership };
  if (way.kind === 'public') return { ...base, sourceAddress: way.sourceAddress };
  const { id, vpcId, ownerId } = way.endpoint;
  return { ...base, endpoint: { id, vpcId, ownerId }, sourceAddress: addressOf(way.client) };
}

function endpointPolicies({ way, service }: ArrivedRequest): readonly NamedPolicy[] {
  if (way.kind === 'public' || !service.isPolicySupported || way.endpoint.policyDocument === '') return [];
  const { id, endpointType, policyDocument } = way.endpoint;
  return [{ name: id, kind: 'endpoint', policy: acceptedPolicy(policyDocument, 'endpoint'), endpointType }];
}

/** By text within a kind: a key of both would be put together and read whole for each request. */
const known = new Map<PolicyKind, Map<string, Policy>>();
const knownMax = 1000;

/** A policy that was accepted when it was given; parsed once. */
export function acceptedPolicy(text: string, kind: PolicyKind): Policy {
  const ofKind = known.get(kind) ?? new Map<string, Policy>();
  const found = ofKind.get(text);
  if (found !== undefined) return found;
  const result = parsePolicy(text, { kind });
  if (!result.ok) throw new Error(`a policy that was accepted cannot be read: ${text}`);
  if (ofKind.size >= knownMax) ofKind.clear();
  known.set(kind, ofKind.set(text, result.policy));
  return result.policy;
}
