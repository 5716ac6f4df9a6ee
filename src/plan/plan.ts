// PLAN: what one host must have. Computed by engine/compile from a snapshot, made true by a HostDriver.
// Everything is sorted and plain, so that two plans can be compared and printed.
import type { NftTable } from './nft.ts';

/** Name of the agent's own network namespace in plans. It exists already; drivers never create or delete it. */
export const servicesNamespace = 'services';

export interface Plan {
  /** Store revision it was compiled from. */
  readonly revision: number;
  readonly namespaces: readonly NamespacePlan[];
  readonly links: readonly LinkPlan[];
  readonly guests: readonly GuestPlan[];
  readonly healthChecks: readonly HealthCheckPlan[];
  readonly proxies: readonly ProxyPlan[];
}

export interface NamespacePlan {
  readonly name: string;
  /** `attached` is a namespace that belongs to somebody else (`postern attach`): only our link goes in. */
  readonly kind: 'services' | 'router' | 'guest' | 'attached';
  /** For `attached`: `pid:123` or `netns:/path`. */
  readonly target?: string;
  /** Key with dots: `net.ipv4.ip_forward`. */
  readonly sysctls: readonly (readonly [key: string, value: string])[];
  readonly addresses: readonly AddressPlan[];
  readonly routes: readonly RoutePlan[];
  readonly rules: readonly RulePlan[];
  /** Absent: the namespace has no packet filter. */
  readonly firewall?: NftTable;
}

export interface AddressPlan {
  readonly device: string;
  /** `10.0.1.5/24` */
  readonly cidr: string;
}

export interface RoutePlan {
  /** Table number; 254 is main, 255 local. */
  readonly table: number;
  /** `0.0.0.0/0`; never `default`. */
  readonly destination: string;
  /** `blackhole` drops silently; so does a router's own filter what is `local`, and it counts it. */
  readonly type: 'unicast' | 'blackhole' | 'local';
  readonly device?: string;
  readonly via?: string;
  /** Preferred source address. */
  readonly source?: string;
}

/** Policy rule: packets with this mark, or from this address, look up this table. */
export interface RulePlan {
  readonly priority: number;
  readonly source?: string;
  /** Absent: every packet. */
  readonly mark?: { readonly value: number; readonly mask: number };
  readonly table: number;
}

/** A veth pair. Both ends carry the same MAC address and no ARP, so no neighbour table is needed. */
export interface LinkPlan {
  /** Name of the pair in plans and reports: the ENI id, or `privatelink:<vpc>:<vpc>`, `uplink:<vpc>`. */
  readonly name: string;
  readonly ends: readonly [LinkEnd, LinkEnd];
  readonly mac: string;
  readonly mtu: number;
}

export interface LinkEnd {
  readonly namespace: string;
  /** Interface name, at most 15 characters. */
  readonly device: string;
  /** Fixed interface index in its namespace; rule sets refer to it. */
  readonly index: number;
}

/** A guest's program: an instance that shall run, or the place of a probe. */
export interface GuestPlan {
  /** Id of the instance, or of the probe's interface. */
  readonly id: string;
  readonly namespace: string;
  /** A higher number means: start anew. */
  readonly bootNumber: number;
  readonly hostname: string;
  /** Name servers for its resolv.conf, in order, and the search domain. */
  readonly nameServers: readonly string[];
  readonly searchDomain: string;
  /** Base64 of its first program, whose interpreter its `#!` line names. */
  readonly userData?: string;
  /** What runs when there is no user data. */
  readonly imageScript: string;
  readonly environment: readonly (readonly [key: string, value: string])[];
  /** Nobody asks for its console once it is gone: its files go with it. */
  readonly isPassing?: boolean;
}

/** One target seen from one load balancer node. */
export interface HealthCheckPlan {
  readonly targetGroupArn: string;
  readonly targetId: string;
  readonly targetPort: number;
  /** Zone of the node that checks. */
  readonly zone: string;
  /** Address in the services namespace to send from, and where to connect. */
  readonly sourceAddress: string;
  readonly destinationAddress: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'HTTP' | 'HTTPS';
  readonly path: string;
  readonly hostHeader: string;
  /** The target expects a PROXY protocol header before anything else. */
  readonly proxyProtocol: boolean;
  readonly matcher: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** A listener in the services namespace that tells its targets by PROXY protocol v2 who the client is. */
export interface ProxyPlan {
  readonly listenAddress: string;
  readonly port: number;
  /** Endpoint that the connections come through; absent for clients inside the load balancer's VPC. */
  readonly endpointId?: string;
  /** One is chosen per connection. */
  readonly targets: readonly {
    /** Address in the services namespace to send from: the node's. */
    readonly sourceAddress: string;
    readonly destinationAddress: string;
    readonly port: number;
  }[];
}
