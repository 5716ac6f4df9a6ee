// Names of the places where a router drops, the same for who compiles its rules and who asks what they dropped. A place
// is what decided: a stage, and the groups, entry or resource that it is about.
import type { Stage } from './stages.ts';

/** Wherever nobody is, no route leads or what is there does not take it: all that routing would drop. */
export const routePlace = 'route';
/** What comes by a link for nobody's listener, or for a public address that nobody has. */
export const noListenerPlace = 'load-balancer';
/** Answers that would be led astray; their flows are dropped where they come in. */
export const lostAnswersPlace = 'lost-answers';

type GroupStage = Extract<Stage, 'security-group-egress' | 'security-group-ingress'>;
type AclStage = Extract<Stage, 'network-acl-egress' | 'network-acl-ingress'>;

/** No rule of these groups let it pass. */
export function groupsPlace(stage: GroupStage, groupIds: readonly string[]): string {
  return `${stage} ${groupIds.toSorted().join(' ')}`;
}

/** `entry` as in `acl-1/100`; `acl-1/*` where no entry matched. */
export function aclEntryPlace(stage: AclStage, entry: string): string {
  return `${stage} ${entry}`;
}

export function endpointPlace(endpointId: string): string {
  return `endpoint ${endpointId}`;
}

/** It has no target. */
export function listenerPlace(listenerId: string): string {
  return `load-balancer ${listenerId}`;
}

/** An internet gateway, where the sender has no public address. */
export function gatewayPlace(gatewayId: string): string {
  return `route ${gatewayId}`;
}
