// Hosts that users added, on the internet or on premises: each a namespace with one link and one address, and a program
// that runs there as in an instance. Where the link leads is told by internet-host.ts and on-premises.ts.
import { internetHostScript } from '../../catalog/internet-host-script.ts';
import type { InternetHost } from '../../model/internet-host.ts';
import type { OnPremisesHost } from '../../model/on-premises-host.ts';
import { formatAddress } from '../../net/ipv4.ts';
import { resolverService } from '../../plan/addressing.ts';
import type { GuestPlan, LinkPlan, NamespacePlan } from '../../plan/plan.ts';

type AddedHost = InternetHost | OnPremisesHost;

const device = 'eth0';

export function hostNamespace({ id, address }: AddedHost): NamespacePlan {
  return {
    name: id,
    kind: 'guest',
    sysctls: [['net.ipv6.conf.all.disable_ipv6', '1']],
    addresses: [{ device, cidr: `${address}/32` }],
    routes: [{ table: 254, destination: '0.0.0.0/0', type: 'unicast', device }],
    rules: [],
  };
}

/** The host's end of its link. */
export function hostEnd({ id }: AddedHost): LinkPlan['ends'][number] {
  return { namespace: id, device, index: 2 };
}

/** Asks public DNS for names. */
export function hostGuest({ id, serves, bootNumber }: AddedHost): GuestPlan {
  return {
    id,
    namespace: id,
    bootNumber,
    hostname: id.split('.')[0] ?? id,
    nameServers: [formatAddress(resolverService)],
    searchDomain: '',
    imageScript: internetHostScript,
    environment: [
      ['POSTERN_HOST', id],
      ['POSTERN_SERVES', JSON.stringify(serves)],
    ],
  };
}
