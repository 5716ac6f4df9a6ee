// What a trace says: paths, each a list of hops forward and back, as plain data that can be printed, stored and
// compared. A path is one possible fate of the packet; there are several when a load balancer may choose among
// targets or the outcome hangs on the source port the sender's system picks.
import type { Flow, Protocol } from '../../net/flow.ts';
import type { Stage } from '../stages.ts';

/** Headers of a packet. ICMP has a message instead of ports. */
export interface Headers extends Flow {
  readonly icmp?: IcmpMessage;
}

export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
}

export interface TraceQuestion {
  /**
   * Network interface, or instance: then its primary interface sends; or `internet`, with a source; a host on premises, or
   * the customer gateway behind which the source is.
   */
  readonly from: string;
  readonly protocol: Protocol;
  readonly destination: string;
  /** Not for ICMP. */
  readonly destinationPort?: number;
  /** The interface's primary address when absent. */
  readonly source?: string;
  /** When absent, every port of Linux's ephemeral range has to give the same outcome. */
  readonly sourcePort?: number;
  /** An echo request when absent. */
  readonly icmp?: IcmpMessage;
}

/** What decided at a hop: a rule, an entry, a route. */
export interface Decision {
  readonly kind:
    | 'security-group-rule'
    | 'security-group'
    | 'network-acl-entry'
    | 'route'
    | 'vpc-endpoint'
    | 'listener'
    | 'target-group'
    | 'network-interface'
    | 'address';
  /** `sgr-…`, `acl-…/100` (`acl-…/*` is the implied deny), `rtb-…/10.0.0.0/16`, … */
  readonly id: string;
  readonly text: string;
}

interface HopBase {
  readonly stage: Stage;
  /** Id of the resource that the stage is about. */
  readonly component: string;
  readonly vpcId: string;
  /** As the packet arrives at the stage. */
  readonly headers: Headers;
  readonly decidedBy?: Decision;
}

export interface PassedHop extends HopBase {
  readonly outcome: 'passed';
  /** As the packet leaves the stage, where it changes it. */
  readonly rewritten?: Headers;
}

export interface StoppedHop extends HopBase {
  /** `unknown`: the snapshot does not say. */
  readonly outcome: 'stopped' | 'unknown';
  readonly code: Code;
  readonly reason: string;
  /** Of an answer that goes astray: whoever gets it, so that nothing drops it here. */
  readonly leadsTo?: string;
}

export type Hop = PassedHop | StoppedHop;

/** Something a reader should know although the packet passes. */
export interface Note {
  readonly code: 'AVAILABILITY_ZONE_CROSSED' | 'ENDPOINT_SINGLE_AZ' | 'TARGETS_FAIL_OPEN';
  readonly text: string;
}

/** Where a packet ends up. */
export interface Arrival {
  readonly kind:
    | 'interface'
    | 'resolver'
    | 'metadata-service'
    | 'aws-service'
    | 'internet-host'
    | 'on-premises-host';
  /** Id of the interface, of the endpoint, or of the VPC that has the service; a service's or host's name. */
  readonly id: string;
  readonly vpcId: string;
  readonly address: string;
  readonly port: number;
}

interface PathBase {
  readonly forward: readonly Hop[];
  readonly back: readonly Hop[];
  readonly notes: readonly Note[];
}

export type Path =
  | (PathBase & { readonly verdict: 'reachable'; readonly arrival: Arrival })
  | (PathBase & {
      readonly verdict: 'not-reachable' | 'unknown';
      readonly code: Code;
      readonly reason: string;
    });

export type Trace =
  /** Every path arrives and its reply comes back. */
  | { readonly verdict: 'reachable'; readonly headers: Headers; readonly paths: readonly Path[] }
  /** No path does; the code and reason are the first path's. */
  | {
      readonly verdict: 'not-reachable';
      readonly headers: Headers;
      readonly paths: readonly Path[];
      readonly code: Code;
      readonly reason: string;
    }
  /** Some do, some do not. */
  | { readonly verdict: 'ambiguous'; readonly headers: Headers; readonly paths: readonly Path[] }
  /** The snapshot does not say; without headers when not even the sender is known. */
  | {
      readonly verdict: 'unknown';
      readonly headers?: Headers;
      readonly paths: readonly Path[];
      readonly code: Code;
      readonly reason: string;
    };

/** Reachability Analyzer's codes, then ours where it has none. */
export type Code =
  | 'BAD_STATE'
  | 'BAD_STATE_ROUTE'
  | 'BAD_STATE_VPN'
  | 'ELBV2_LISTENER_HAS_NO_TG'
  | 'ELBV2_LISTENER_PORT_RESTRICTION'
  | 'ELBV2_LISTENERS_MISMATCH'
  | 'ELBV2_NO_TARGETS_IN_AZ'
  | 'ELBV2_SOURCE_ADDRESS_PRESERVATION'
  | 'ENI_ADDRESS_RESTRICTION'
  | 'ENI_SG_RULES_MISMATCH'
  | 'ENI_SOURCE_DEST_CHECK_RESTRICTION'
  | 'GATEWAY_REJECTS_SPOOFED_TRAFFIC'
  | 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS'
  | 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS'
  | 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS'
  | 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS'
  | 'NO_POSSIBLE_DESTINATION'
  | 'NO_ROUTE_TO_DESTINATION'
  | 'NO_SOURCE_OR_DESTINATION'
  | 'PROTOCOL_RESTRICTION'
  | 'SG_HAS_NO_RULES'
  | 'SUBNET_ACL_RESTRICTION'
  | 'UNASSOCIATED_COMPONENT'
  | 'UNKNOWN_RESOURCE'
  | 'VPCE_GATEWAY_PROTOCOL_RESTRICTION'
  | 'VPCE_SERVICE_NOT_INSTALLED_IN_AZ'
  | OwnCode;

type OwnCode =
  | 'ENDPOINT_NOT_AVAILABLE'
  | 'ENDPOINT_PENDING_ACCEPTANCE'
  | 'ENDPOINT_ZONE_RESTRICTION'
  | 'RETURN_NO_ROUTE'
  | 'RETURN_SUBNET_ACL_RESTRICTION'
  | 'UNRESOLVED_REFERENCE';

/** Headers of the reply. */
export function reversed(headers: Headers): Headers {
  const { icmp, ...flow } = headers;
  const reply: Headers = {
    protocol: flow.protocol,
    source: flow.destination,
    destination: flow.source,
    sourcePort: flow.destinationPort,
    destinationPort: flow.sourcePort,
  };
  // An echo reply; other messages have none.
  return icmp === undefined ? reply : { ...reply, icmp: { type: 0, code: 0 } };
}
