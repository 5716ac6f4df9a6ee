// What `explain` says: one tree of plain data that can be printed, stored, sent and compared. It holds the traces of
// every way the packet may take, the reasons that stand in the way (all of them, not only the first), and the smallest
// sets of changes that open it. Each set was tried: its verdict is what a trace says with all its changes applied.
import type { AuthorizationCode, StatementReference } from '../authorize/verdict.ts';
import type { DnsCode, RuleName } from '../resolve/answer.ts';
import type { Stage } from '../stages.ts';
import type { Code, Decision, Headers, Note, Path } from '../trace/answer.ts';
import type { Change } from './change.ts';
import type { Question } from './question.ts';

export interface Explanation {
  readonly question: Question;
  /**
   * `ambiguous`: some ways work and some do not. `unknown`: the snapshot does not say, as where a resource is named
   * that is not in it, or where the packet leaves for the internet.
   */
  readonly verdict: 'reachable' | 'not-reachable' | 'ambiguous' | 'unknown';
  /** Of the first reason; absent when reachable. */
  readonly code?: ReasonCode;
  readonly reason?: string;
  /** The interface that sends, real or imagined; absent for the internet, on premises, and where there is none. */
  readonly sender?: Sender;
  /** Where a name was asked for. */
  readonly resolution?: NameResolution;
  /** Every address the name may answer with every fate of a packet to it. */
  readonly ways: readonly WayTaken[];
  /** Where a request was given, and the flow passes. */
  readonly policy?: PolicyDecision;
  /** Empty when reachable. In the order a packet meets them, the name first, the way back and the request last. */
  readonly reasons: readonly Reason[];
  /** Smallest first, alternatives after it; empty when reachable, or when no change of configuration helps. */
  readonly fixes: readonly Fix[];
  readonly notes: readonly Note[];
  /** Whether the host was asked how many packets of the flow it dropped; absent where nobody asked it to. */
  readonly dropCounters?: { readonly isRead: true } | { readonly isRead: false; readonly reason: string };
  /** Every component that the rest names by id. */
  readonly components: Readonly<Record<string, Component>>;
}

export interface Sender {
  /** Of an imagined interface `any@<subnet>`. */
  readonly networkInterfaceId: string;
  readonly vpcId: string;
  readonly address: string;
  readonly imagined: boolean;
}

export interface NameResolution {
  readonly name: string;
  /** VPC in which it was asked; absent for the internet and on premises. */
  readonly vpcId?: string;
  /** The rule of engine/resolve that answered. */
  readonly rule: RuleName | 'public-dns';
  /** Endpoint, load balancer, instance or address that the name belongs to. */
  readonly decidedBy?: string;
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  readonly addresses: readonly string[];
  /** Why the name does not answer as somebody may expect. */
  readonly code?: DnsCode;
  /** Where DHCP options name other servers first: what they answer is not known; the ways are those of the query. */
  readonly elsewhere?: {
    readonly servers: readonly string[];
    readonly dhcpOptionsId: string;
    readonly ways: readonly WayTaken[];
  };
}

export interface WayTaken {
  /** Asked for, before any translation. */
  readonly address: string;
  /** As the sender sent it. */
  readonly headers: Headers;
  /** Hops forward and back, each with its component, its headers before and after, and the deciding rule. */
  readonly path: Path;
  /** Where it is stopped and the host was asked. */
  readonly dropped?: Dropped;
}

/** Packets of the flow, from any port of its sender, that the host has dropped at the hop that stops it. */
export type Dropped =
  | {
      readonly isCounted: true;
      readonly packets: number;
      /** Of the IP packets, headers included. */
      readonly bytes: number;
      /** Since the last one; absent when there was none. */
      readonly lastSecondsAgo?: number;
      /** So long after its last packet a counter is forgotten. */
      readonly withinSeconds: number;
      /** Behind a NAT gateway: whose packets they are is not known any more, only that they have its address. */
      readonly sharedSource?: string;
      /** Dropped for another reason that the host asks for first: an ACL's entry, `route` or `lost-answers`. */
      readonly before?: {
        readonly place: string;
        readonly packets: number;
        readonly bytes: number;
        readonly lastSecondsAgo?: number;
      };
    }
  | { readonly isCounted: false; readonly reason: string };

/** What the policies on the way say of a request. */
export interface PolicyDecision {
  /** `unknown`: a policy cannot be read, or the packets do not come to a service whose policies are known. */
  readonly decision: 'allow' | 'deny' | 'unknown';
  readonly action: string;
  readonly resource: string;
  readonly code?: AuthorizationCode;
  readonly text: string;
  /** Where it was denied: whose policy, an endpoint or the resource. */
  readonly policy?: string;
  /** The statements that allowed, the one that denied, or the one that came closest to allowing. */
  readonly statements: readonly (StatementReference & { readonly text: string })[];
}

/** Where there is no address to send to: `DISCONNECTED_VPCS` is Reachability Analyzer's, the others are ours. */
export type DestinationCode =
  | 'DHCP_DNS_NOT_AMAZON'
  | 'DISCONNECTED_VPCS'
  | 'ENDPOINT_MISSING'
  | 'ENDPOINT_SERVICE_NOT_ALLOWED'
  | 'ENDPOINT_WITHOUT_SUBNETS'
  | 'NO_PUBLIC_ADDRESS';

export type ReasonCode = Code | DnsCode | AuthorizationCode | DestinationCode;

export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
  readonly phase: 'destination' | 'name' | 'forward' | 'back' | 'request';
  /** Absent where nothing of the network stopped it. */
  readonly component?: string;
  readonly stage?: Stage;
  /** As the packet was when it was stopped. */
  readonly headers?: Headers;
  readonly decidedBy?: Decision;
  /** Why no change of configuration helps, where none does. */
  readonly notFixable?: string;
}

export interface Fix {
  /** All are needed; in an order in which they can be made. */
  readonly changes: readonly ProposedChange[];
  /**
   * With all of them applied. `unknown` only where the packet then leaves for a host on the internet, of which no
   * snapshot says more.
   */
  readonly verdict: 'reachable' | 'unknown';
}

export interface ProposedChange {
  readonly change: Change;
  /** One line of plain English. */
  readonly text: string;
  /** AWS CLI, ready for a shell. */
  readonly commands: readonly string[];
  /** Who has to make it, and where. */
  readonly accountId: string;
  readonly region: string;
  /** Ids that the change is about. */
  readonly components: readonly string[];
  readonly opens: Opens;
}

/** What else the change lets through. */
export interface Opens {
  readonly text: string;
  /** How many components besides the two ends; `components` has the first three. */
  readonly count: number;
  readonly components: readonly string[];
}

export interface Component {
  readonly id: string;
  /** As in ARNs: `network-interface`, `security-group`, `vpc-endpoint`, … */
  readonly type: ComponentType;
  readonly arn: string;
  /** The Name tag, or the resource's own name. */
  readonly name?: string;
  readonly vpcId?: string;
}

export type ComponentType =
  | 'customer-gateway'
  | 'elastic-ip'
  | 'instance'
  | 'internet-gateway'
  | 'listener'
  | 'load-balancer'
  | 'natgateway'
  | 'network-acl'
  | 'network-interface'
  | 'route-table'
  | 'security-group'
  | 'security-group-rule'
  | 'subnet'
  | 'targetgroup'
  | 'vpc'
  | 'vpc-endpoint'
  | 'vpc-endpoint-service'
  | 'vpn-connection'
  | 'vpn-gateway';
