// What must hold in every snapshot of intent, whatever was asked before: references resolve, what must be unique is,
// every address lies where it may. Each finding is one line.
import { isLent } from '../../src/catalog/public-addresses.ts';
import type { Kind } from '../../src/model/kinds.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { cidr, contains, covers, lastAddress, overlaps, parseAddress } from '../../src/net/ipv4.ts';
import { interfaceNumberMax, vpcNumberMax } from '../../src/plan/addressing.ts';

type Find = (isFine: boolean, what: string) => void;

export function brokenInvariants(snapshot: Snapshot): readonly string[] {
  const findings: string[] = [];
  const find: Find = (isFine, what) => void (isFine || findings.push(what));
  for (const check of checks) check(snapshot, find);
  return findings;
}

function unique(find: Find, what: string, values: Iterable<string>): void {
  const seen = new Set<string>();
  for (const value of values) {
    find(!seen.has(value), `${what} twice: ${value}`);
    seen.add(value);
  }
}

/** Everything that stands in a VPC, its VPC being there and its owner's. A target group may outlive its VPC. */
function places(snapshot: Snapshot, find: Find): void {
  const kinds = [
    'subnet',
    'routeTable',
    'securityGroup',
    'networkAcl',
    'networkInterface',
    'vpcEndpoint',
    'loadBalancer',
  ] as const;
  for (const kind of kinds) {
    for (const one of snapshot.all(kind)) {
      const vpc = snapshot.get('vpc', one.vpcId);
      find(vpc !== undefined, `${one.id} is in ${one.vpcId}, which is gone`);
      find(
        vpc === undefined || vpc.ownerId === one.ownerId,
        `${one.id} is in ${one.vpcId} of another account`,
      );
      find(vpc === undefined || vpc.region === one.region, `${one.id} is in ${one.vpcId} of another Region`);
    }
  }
}

function vpcs(snapshot: Snapshot, find: Find): void {
  const all = [...snapshot.all('vpc')];
  unique(
    find,
    'VPC number',
    all.map((vpc) => String(vpc.number)),
  );
  unique(
    find,
    'default VPC',
    all.filter((vpc) => vpc.isDefault).map((vpc) => `${vpc.ownerId}/${vpc.region}`),
  );
  for (const vpc of all) {
    find(vpc.number >= 1 && vpc.number <= vpcNumberMax, `${vpc.id}: number ${vpc.number}`);
    const main = snapshot.by('routeTable', 'vpcId', vpc.id).filter((table) => table.isMain);
    find(main.length === 1, `${vpc.id}: ${main.length} main route tables`);
    const acls = snapshot.by('networkAcl', 'vpcId', vpc.id).filter((acl) => acl.isDefault);
    find(acls.length === 1, `${vpc.id}: ${acls.length} default network ACLs`);
    const names = snapshot.by('securityGroup', 'vpcId', vpc.id).map((group) => group.name);
    find(names.filter((name) => name === 'default').length === 1, `${vpc.id}: default group is not one`);
    unique(find, `${vpc.id}: group name`, names);
    find(snapshot.by('internetGateway', 'vpcId', vpc.id).length <= 1, `${vpc.id}: internet gateways`);
    const options =
      vpc.dhcpOptionsId === 'default' ||
      snapshot.get('dhcpOptions', vpc.dhcpOptionsId)?.ownerId === vpc.ownerId;
    find(options, `${vpc.id}: DHCP options ${vpc.dhcpOptionsId}`);
    disjoint(
      find,
      vpc.id,
      vpc.cidrBlocks.map((block) => block.cidr),
    );
    disjoint(
      find,
      vpc.id,
      snapshot.by('subnet', 'vpcId', vpc.id).map((subnet) => subnet.cidrBlock),
    );
  }
  for (const gateway of snapshot.all('internetGateway')) {
    const isThere =
      gateway.vpcId === undefined || snapshot.get('vpc', gateway.vpcId)?.ownerId === gateway.ownerId;
    find(isThere, `${gateway.id} is attached to ${gateway.vpcId}`);
  }
}

function disjoint(find: Find, where: string, blocks: readonly string[]): void {
  blocks.forEach((block, i) => {
    for (const other of blocks.slice(0, i))
      find(!overlaps(cidr(block), cidr(other)), `${where}: ${block} and ${other} overlap`);
  });
}

function subnets(snapshot: Snapshot, find: Find): void {
  const associations: string[] = [];
  for (const subnet of snapshot.all('subnet')) {
    const blocks = snapshot.get('vpc', subnet.vpcId)?.cidrBlocks ?? [];
    find(
      blocks.some((block) => covers(cidr(block.cidr), cidr(subnet.cidrBlock))),
      `${subnet.id}: ${subnet.cidrBlock} is outside the VPC`,
    );
    find(subnet.availabilityZone.startsWith(subnet.region), `${subnet.id}: zone ${subnet.availabilityZone}`);
    const acls = snapshot.by('networkAcl', 'subnetId', subnet.id);
    find(acls.length === 1 && acls[0]?.vpcId === subnet.vpcId, `${subnet.id}: ${acls.length} network ACLs`);
    const tables = snapshot.by('routeTable', 'subnetId', subnet.id);
    find(
      tables.length <= 1 && tables.every((table) => table.vpcId === subnet.vpcId),
      `${subnet.id}: ${tables.length} route tables`,
    );
  }
  for (const table of snapshot.all('routeTable')) {
    const main = table.associations.filter((one) => one.subnetId === undefined);
    find(main.length === (table.isMain ? 1 : 0), `${table.id}: ${main.length} main associations`);
    for (const one of table.associations) if (one.subnetId) associations.push(`${one.subnetId} in a table`);
  }
  for (const acl of snapshot.all('networkAcl')) {
    for (const one of acl.associations) associations.push(`${one.subnetId} in an ACL`);
    unique(
      find,
      `${acl.id}: entry`,
      acl.entries.map((entry) => `${entry.egress} ${entry.ruleNumber}`),
    );
  }
  for (const one of associations)
    find(snapshot.get('subnet', one.split(' ')[0] ?? '') !== undefined, `${one}, which is gone`);
  unique(find, 'association', associations);
}

function routes(snapshot: Snapshot, find: Find): void {
  for (const table of snapshot.all('routeTable')) {
    unique(
      find,
      `${table.id}: route to`,
      table.routes.map((route) => JSON.stringify(route.destination)),
    );
    for (const { destination } of table.routes) {
      if (destination.kind === 'prefix-list') prefixList(snapshot, find, table, destination.prefixListId);
      else find(parseable(destination.cidr), `${table.id}: route to ${destination.cidr}`);
    }
  }
}

function parseable(text: string): boolean {
  try {
    cidr(text);
    return true;
  } catch {
    return text.includes(':');
  }
}

function prefixList(
  snapshot: Snapshot,
  find: Find,
  owner: { id: string; ownerId: string },
  id: string,
): void {
  const list = snapshot.get('prefixList', id);
  // A list that is not in the snapshot is one of AWS's own.
  find(
    list === undefined ? id.length === 'pl-63a5400a'.length : list.ownerId === owner.ownerId,
    `${owner.id}: prefix list ${id}`,
  );
}

function groups(snapshot: Snapshot, find: Find): void {
  const rules: string[] = [];
  for (const group of snapshot.all('securityGroup')) {
    for (const rule of group.rules) {
      rules.push(rule.id);
      const where = `${group.id} ${rule.id}`;
      const { peer } = rule;
      if (peer.kind === 'group')
        find(
          snapshot.get('securityGroup', peer.groupId)?.vpcId === group.vpcId,
          `${where}: peer ${peer.groupId}`,
        );
      if (peer.kind === 'prefix-list') prefixList(snapshot, find, group, peer.prefixListId);
      find(
        Number.isInteger(rule.fromPort) && Number.isInteger(rule.toPort),
        `${where}: ${rule.fromPort}-${rule.toPort}`,
      );
      find(rule.fromPort >= -1 && rule.toPort <= 65_535, `${where}: ${rule.fromPort}-${rule.toPort}`);
    }
  }
  unique(find, 'rule', rules);
}

function interfaces(snapshot: Snapshot, find: Find): void {
  const all = [...snapshot.all('networkInterface')];
  unique(
    find,
    'MAC address',
    all.map((one) => one.macAddress),
  );
  unique(
    find,
    'interface number',
    all.map((one) => `${one.vpcId}/${one.number}`),
  );
  unique(
    find,
    'address',
    all.flatMap((one) => one.privateAddresses.map((address) => `${one.vpcId}/${address.address}`)),
  );
  unique(
    find,
    'device',
    all.flatMap(({ attachment: a }) => (a?.instanceId ? [`${a.instanceId}/${a.deviceIndex}`] : [])),
  );
  for (const one of all) {
    const subnet = snapshot.get('subnet', one.subnetId);
    find(subnet?.vpcId === one.vpcId, `${one.id}: subnet ${one.subnetId}`);
    find(subnet?.availabilityZone === one.availabilityZone, `${one.id}: zone ${one.availabilityZone}`);
    find(one.number >= 1 && one.number <= interfaceNumberMax, `${one.id}: number ${one.number}`);
    find(
      one.privateAddresses.filter((address) => address.primary).length === 1,
      `${one.id}: primary addresses`,
    );
    find(one.privateAddresses[0]?.primary === true, `${one.id}: the first address is not the primary one`);
    for (const { address } of one.privateAddresses) {
      const value = parseAddress(address);
      const block = subnet && cidr(subnet.cidrBlock);
      const isUsable =
        value !== undefined &&
        block &&
        contains(block, value) &&
        value >= block.base + 4 &&
        value < lastAddress(block);
      find(isUsable === true, `${one.id}: address ${address} in ${subnet?.cidrBlock}`);
    }
    for (const id of one.groupIds)
      find(snapshot.get('securityGroup', id)?.vpcId === one.vpcId, `${one.id}: group ${id}`);
    unique(find, `${one.id}: group`, one.groupIds);
    managed(snapshot, find, one.id);
  }
}

function managed(snapshot: Snapshot, find: Find, id: string): void {
  const one = snapshot.get('networkInterface', id);
  if (one === undefined) return;
  const { managedBy, attachment } = one;
  if (managedBy !== undefined) {
    const endpoint = snapshot.get('vpcEndpoint', managedBy)?.networkInterfaceIds.includes(id);
    const node = snapshot.get('loadBalancer', managedBy)?.nodes.some((n) => n.networkInterfaceId === id);
    const nat = snapshot.get('natGateway', managedBy);
    const isNat = nat?.state === 'available' && nat.address.networkInterfaceId === id;
    find(
      endpoint === true || node === true || isNat,
      `${id}: managed by ${managedBy}, which does not know it`,
    );
  }
  if (attachment?.instanceId !== undefined) {
    const instance = snapshot.get('instance', attachment.instanceId);
    find(
      instance !== undefined && instance.intent !== 'terminated',
      `${id}: attached to ${attachment.instanceId}`,
    );
    find(
      instance?.vpcId === one.vpcId && instance.availabilityZone === one.availabilityZone,
      `${id}: attached elsewhere`,
    );
    find(instance?.ownerId === one.ownerId, `${id}: attached to another account's instance`);
  }
}

function instances(snapshot: Snapshot, find: Find): void {
  for (const one of snapshot.all('instance')) {
    const attached = snapshot.by('networkInterface', 'instanceId', one.id);
    if (one.intent === 'terminated') continue;
    const primary = attached.find((each) => each.attachment?.deviceIndex === 0);
    find(primary !== undefined, `${one.id}: no primary interface`);
    find(primary?.subnetId === one.subnetId, `${one.id}: primary interface in ${primary?.subnetId}`);
  }
  for (const address of snapshot.all('address')) {
    const { association } = address;
    if (association === undefined) continue;
    const one = snapshot.get('networkInterface', association.networkInterfaceId);
    const has = one?.privateAddresses.some((each) => each.address === association.privateAddress);
    find(
      has === true,
      `${address.id}: associated with ${association.privateAddress} of ${association.networkInterfaceId}`,
    );
    find(
      (isLent(address) || one?.ownerId === address.ownerId) && one?.region === address.region,
      `${address.id}: associated elsewhere`,
    );
  }
  const addresses = [...snapshot.all('address')];
  unique(
    find,
    'public address',
    addresses.map((address) => address.publicIp),
  );
  unique(
    find,
    'association with',
    addresses.flatMap(({ association: a }) => (a ? [`${a.networkInterfaceId} ${a.privateAddress}`] : [])),
  );
}

function privateLink(snapshot: Snapshot, find: Find): void {
  for (const one of snapshot.all('vpcEndpoint')) {
    find(one.networkInterfaceIds.length === one.subnetIds.length, `${one.id}: interfaces and subnets differ`);
    for (const id of one.networkInterfaceIds) {
      const networkInterface = snapshot.get('networkInterface', id);
      find(networkInterface?.managedBy === one.id, `${one.id}: interface ${id}`);
      find(one.subnetIds.includes(networkInterface?.subnetId ?? ''), `${one.id}: subnet of ${id}`);
    }
    for (const id of one.subnetIds)
      find(snapshot.get('subnet', id)?.vpcId === one.vpcId, `${one.id}: subnet ${id}`);
    for (const id of one.groupIds)
      find(snapshot.get('securityGroup', id)?.vpcId === one.vpcId, `${one.id}: group ${id}`);
    for (const id of one.routeTableIds)
      find(snapshot.get('routeTable', id)?.vpcId === one.vpcId, `${one.id}: table ${id}`);
    const isLive = one.state === 'available' || one.state === 'pendingAcceptance';
    const service =
      one.endpointServiceId === undefined ||
      snapshot.get('endpointService', one.endpointServiceId) !== undefined;
    find(service || !isLive, `${one.id}: service ${one.endpointServiceId}`);
    if (one.endpointType === 'Interface') find(one.groupIds.length > 0, `${one.id}: no group`);
  }
  const gateways = [...snapshot.all('vpcEndpoint')].filter((one) => one.endpointType === 'Gateway');
  unique(
    find,
    'gateway',
    gateways.flatMap((one) => one.routeTableIds.map((id) => `${id} ${one.serviceName}`)),
  );
  for (const one of snapshot.all('endpointService')) {
    find(one.networkLoadBalancerArns.length > 0, `${one.id}: no load balancer`);
    for (const arn of one.networkLoadBalancerArns)
      find(snapshot.get('loadBalancer', arn)?.ownerId === one.ownerId, `${one.id}: ${arn}`);
    unique(
      find,
      `${one.id}: principal`,
      one.permissions.map((each) => each.principal),
    );
  }
  for (const one of snapshot.all('connectionNotification')) {
    const owner: [Kind, string] = one.vpcEndpointId
      ? ['vpcEndpoint', one.vpcEndpointId]
      : ['endpointService', one.endpointServiceId ?? ''];
    find(snapshot.get(...owner) !== undefined, `${one.id}: ${owner.join(' ')}`);
  }
}

function natGateways(snapshot: Snapshot, find: Find): void {
  for (const one of snapshot.all('natGateway')) {
    if (one.state !== 'available') continue;
    const networkInterface = snapshot.get('networkInterface', one.address.networkInterfaceId ?? '');
    find(
      networkInterface?.managedBy === one.id && networkInterface.subnetId === one.subnetId,
      `${one.id}: interface`,
    );
    find(snapshot.get('vpc', one.vpcId) !== undefined, `${one.id} is in ${one.vpcId}, which is gone`);
    if (one.connectivityType === 'private') continue;
    const association = snapshot.get('address', one.address.allocationId ?? '')?.association;
    find(
      association?.networkInterfaceId === networkInterface?.id,
      `${one.id}: address ${one.address.allocationId}`,
    );
  }
}

function vpn(snapshot: Snapshot, find: Find): void {
  for (const { id, vpcId } of snapshot.all('vpnGateway')) {
    if (vpcId === undefined) continue;
    find(snapshot.get('vpc', vpcId) !== undefined, `${id} is attached to ${vpcId}, which is gone`);
    find(snapshot.by('vpnGateway', 'vpcId', vpcId).length === 1, `${vpcId}: several VPN gateways`);
  }
  for (const one of snapshot.all('vpnConnection')) {
    find(snapshot.get('vpnGateway', one.vpnGatewayId)?.ownerId === one.ownerId, `${one.id}: VPN gateway`);
    const customer = snapshot.get('customerGateway', one.customerGatewayId);
    find(customer?.ownerId === one.ownerId, `${one.id}: customer gateway`);
    unique(find, `${one.id}: static route`, one.staticRoutes);
    for (const block of one.staticRoutes) find(parseable(block), `${one.id}: route to ${block}`);
  }
  unique(
    find,
    'number of a VPN connection',
    Array.from(snapshot.all('vpnConnection'), ({ number }) => String(number)),
  );
  for (const { id, vpcId, propagatingVgws = [] } of snapshot.all('routeTable'))
    for (const gateway of propagatingVgws)
      find(snapshot.get('vpnGateway', gateway)?.vpcId === vpcId, `${id}: propagates ${gateway}`);
}

function networkInsights(snapshot: Snapshot, find: Find): void {
  for (const { id, ownerId, networkInsightsPathId } of snapshot.all('networkInsightsAnalysis')) {
    const path = snapshot.get('networkInsightsPath', networkInsightsPathId);
    find(path?.ownerId === ownerId, `${id}: ${networkInsightsPathId}`);
  }
  for (const one of snapshot.all('networkInsightsAccessScopeAnalysis')) {
    const scope = snapshot.get('networkInsightsAccessScope', one.networkInsightsAccessScopeId);
    find(scope?.ownerId === one.ownerId, `${one.id}: ${one.networkInsightsAccessScopeId}`);
  }
}

function loadBalancers(snapshot: Snapshot, find: Find): void {
  for (const kind of ['loadBalancer', 'targetGroup'] as const) {
    unique(
      find,
      `${kind} name`,
      Array.from(snapshot.all(kind), (one) => `${one.ownerId}/${one.region}/${one.name}`),
    );
  }
  for (const one of snapshot.all('loadBalancer')) {
    find(one.nodes.length > 0, `${one.id}: no node`);
    unique(
      find,
      `${one.id}: zone`,
      one.nodes.map((node) => node.availabilityZone),
    );
    for (const node of one.nodes) {
      const networkInterface = snapshot.get('networkInterface', node.networkInterfaceId);
      find(
        networkInterface?.subnetId === node.subnetId && networkInterface.managedBy === one.id,
        `${one.id}: node ${node.networkInterfaceId}`,
      );
    }
    for (const id of one.groupIds)
      find(snapshot.get('securityGroup', id)?.vpcId === one.vpcId, `${one.id}: group ${id}`);
  }
  for (const one of snapshot.all('listener')) {
    const balancer = snapshot.get('loadBalancer', one.loadBalancerArn);
    const group = snapshot.get('targetGroup', one.targetGroupArn);
    find(balancer?.ownerId === one.ownerId, `${one.id}: load balancer`);
    find(
      group !== undefined && group.vpcId === balancer?.vpcId,
      `${one.id}: target group ${one.targetGroupArn}`,
    );
  }
  for (const one of snapshot.all('targetGroup')) {
    unique(
      find,
      `${one.id}: target`,
      one.targets.map((target) => `${target.id}:${target.port}:${target.availabilityZone}`),
    );
    for (const { port } of one.targets) find(port >= 1 && port <= 65_535, `${one.id}: port ${port}`);
  }
}

function common(snapshot: Snapshot, find: Find): void {
  for (const kind of ['vpc', 'subnet', 'instance', 'vpcEndpoint', 'targetGroup', 'image'] as const) {
    for (const one of snapshot.all(kind))
      find(Object.keys(one.tags).length <= 50, `${one.id}: too many tags`);
  }
}

const checks = [
  natGateways,
  places,
  vpcs,
  subnets,
  routes,
  groups,
  interfaces,
  instances,
  privateLink,
  loadBalancers,
  networkInsights,
  vpn,
  common,
];
