// The agent's own namespace: the resolver, the metadata service and the proxies, each at addresses local to it, with a
// link to every router; and the internet of this host, which forwards between internet gateways, hosts that users added
// and nothing else.
// Of AWS's services only what the front door answers is let in; all else is dropped without a word, as AWS does.
import { awsPublicRanges } from '../../catalog/aws-services.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { formatCidr } from '../../net/ipv4.ts';
import { specialPurposeBlocks } from '../../net/special-purpose.ts';
import { hiddenRange, proxyRange, vpcIdentities } from '../../plan/addressing.ts';
import { type NamespacePlan, type RoutePlan, servicesNamespace } from '../../plan/plan.ts';
import { frontDoorPorts } from './aws-service.ts';
import { proxyAnswers } from './internet-facing.ts';
import { internetRoutes } from './internet-gateway.ts';
import { internetHostDevices, internetHostRoutes } from './internet-host.ts';
import { onPremisesRoutes } from './on-premises.ts';
import { TableBuilder } from './table-builder.ts';
import type { VpcView } from './vpc-view.ts';

/** `internetPorts`: TCP ports on which guests may reach the real internet; absent: not at all. */
export function servicesPlan(
  snapshot: Snapshot,
  views: readonly VpcView[],
  internetPorts?: readonly number[],
): NamespacePlan {
  const proxies: RoutePlan = { table: 255, destination: formatCidr(proxyRange), type: 'local', device: 'lo' };
  const identities = views.map(({ vpc }): RoutePlan => {
    const destination = formatCidr(vpcIdentities(vpc.number));
    return { table: 254, destination, type: 'unicast', device: `r${vpc.number}` };
  });
  const connected = views.filter((view) => view.internetGateway !== undefined);
  const answers = connected.map(proxyAnswers);
  return {
    name: servicesNamespace,
    kind: 'services',
    sysctls: [
      ['net.ipv6.conf.all.disable_ipv6', '1'],
      ['net.ipv4.conf.all.rp_filter', '0'],
      ['net.ipv4.conf.default.rp_filter', '0'],
      ['net.ipv4.ip_forward', '1'],
    ],
    addresses: [],
    routes: [
      proxies,
      ...serviceRanges,
      ...identities,
      ...connected.flatMap(internetRoutes),
      ...answers.flatMap(({ routes }) => routes),
      ...internetHostRoutes(snapshot),
      ...onPremisesRoutes(snapshot),
      ...(internetPorts === undefined ? [] : realInternetRoutes),
    ],
    rules: answers.flatMap(({ rules }) => rules),
    firewall: firewall(snapshot, connected, internetPorts),
  };
}

/** Public addresses of AWS's services: whatever comes for them ends here. */
const serviceRanges: readonly RoutePlan[] = awsPublicRanges().map((destination) => ({
  table: 255,
  destination,
  type: 'local',
  device: 'lo',
}));

/** What is public and nobody's here ends here too: the agent carries it on. The internet has no special addresses. */
const realInternetRoutes: readonly RoutePlan[] = [
  { table: 254, destination: '0.0.0.0/0', type: 'local', device: 'lo' },
  ...specialPurposeBlocks
    .filter((block) => block !== '127.0.0.0/8')
    .map((destination): RoutePlan => ({ table: 254, destination, type: 'blackhole' })),
];

function firewall(
  snapshot: Snapshot,
  connected: readonly VpcView[],
  internetPorts: readonly number[] | undefined,
) {
  const table = new TableBuilder();
  table.set(
    'internet',
    'typeof iif',
    [...connected.map(({ vpc }) => `g${vpc.number}`), ...internetHostDevices(snapshot)].map(
      (device) => `"${device}"`,
    ),
  );
  table.base('internet', { type: 'filter', hook: 'forward', priority: 0, policy: 'drop' });
  table.rule('internet', 'iif @internet oif @internet accept');
  table.set('aws-services', 'type ipv4_addr', awsPublicRanges(), true);
  table.base('aws-services', { type: 'filter', hook: 'input', priority: 0, policy: 'accept' });
  table.rule('aws-services', `tcp dport { ${frontDoorPorts.join(', ')} } accept`);
  table.rule('aws-services', 'ip daddr @aws-services drop');
  if (internetPorts !== undefined) {
    const more = internetPorts.filter((port) => !frontDoorPorts.includes(port));
    table.rule('aws-services', `ip daddr ${formatCidr(hiddenRange)} accept`);
    if (more.length > 0) table.rule('aws-services', `tcp dport { ${more.join(', ')} } accept`);
    table.rule('aws-services', 'iif @internet drop');
  }
  return table.build();
}
