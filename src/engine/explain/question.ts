// A whole question: may this sender use that destination, and if a request is given, will it be allowed? Senders and
// destinations are what people have in hand, an instance, a subnet, the internet, a name; `explain` finds the interface
// and the addresses. engine/ask makes these of people's words.
import type { Protocol } from '../../net/flow.ts';
import type { IcmpMessage } from '../trace/answer.ts';

export type Source =
  /** From its primary address when `address` is absent. */
  | { readonly kind: 'interface' | 'instance'; readonly id: string; readonly address?: string }
  /** Whoever would get an interface there: one with these groups (the VPC's default group when absent) is imagined. */
  | {
      readonly kind: 'subnet';
      readonly id: string;
      readonly groupIds?: readonly string[];
      /** An unused address of the subnet when absent. */
      readonly address?: string;
    }
  /** Whoever has the address in the network on premises behind the customer gateway of that id. */
  | { readonly kind: 'on-premises'; readonly id: string; readonly address: string }
  /** A host that no VPC knows; 203.0.113.10 (documentation block, RFC 5737) when absent. */
  | { readonly kind: 'internet'; readonly address?: string };

export type Destination =
  | { readonly kind: 'address'; readonly address: string }
  /** Its primary private address; from the internet its public one, as from VPCs and networks that nothing connects. */
  | { readonly kind: 'interface' | 'instance'; readonly id: string }
  /** An interface endpoint by its regional name; a gateway endpoint by its service's public name. */
  | { readonly kind: 'vpc-endpoint'; readonly id: string }
  /** `s3`, `ecr.api`, `com.amazonaws.us-east-1.sqs`, `com.amazonaws.vpce.us-east-1.vpce-svc-…` */
  | { readonly kind: 'service'; readonly name: string }
  /** A host name, resolved as in the sender's VPC. */
  | { readonly kind: 'name'; readonly name: string };

export interface Question {
  readonly from: Source;
  readonly to: Destination;
  readonly protocol: Protocol;
  /** Not for ICMP; 443 where the destination says HTTPS or is a service of AWS's. */
  readonly port?: number;
  /** When absent, every port of Linux's ephemeral range has to give the same outcome. */
  readonly sourcePort?: number;
  readonly icmp?: IcmpMessage;
  /** What is asked for once the flow passes. */
  readonly request?: RequestQuestion;
}

/** A request to a service of AWS's. */
export interface RequestQuestion {
  /** `s3:GetObject` */
  readonly action: string;
  /** ARN, or `*` for an action that is about no resource. */
  readonly resource: string;
  /** ARN of who asks; anonymous when absent. */
  readonly principal?: string;
  /** Text of the resource's own policy, where the asker knows it. */
  readonly resourcePolicy?: string;
  /** Account that owns the resource, where its ARN does not say (S3). */
  readonly resourceAccountId?: string;
  /** ISO 8601, for conditions on the time; the beginning of 1970 when absent, since the engine has no clock. */
  readonly now?: string;
}
