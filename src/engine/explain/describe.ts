// Proposed changes in words and as commands of the AWS CLI, which can be pasted into a shell as they are.
import type { Snapshot } from '../../model/snapshot.ts';
import { protocolNumbers } from '../../net/flow.ts';
import { textOfDestination } from './apply.ts';
import type { Change, GroupRuleFacts } from './change.ts';
import { describeService, type ServiceChange } from './describe-service.ts';
import { describeVpn } from './describe-vpn.ts';

export interface Description {
  readonly text: string;
  readonly commands: readonly string[];
  /** The first is what is changed: its owner makes the change. */
  readonly components: readonly string[];
}

type Of<K extends Change['kind']> = Extract<Change, { kind: K }>;

export function describe(snapshot: Snapshot, change: Change): Description {
  switch (change.kind) {
    case 'add-security-group-rule':
      return securityGroupRule(change);
    case 'add-network-acl-entry':
    case 'delete-network-acl-entry':
      return networkAclEntry(change);
    case 'create-route':
    case 'replace-route':
    case 'delete-route':
      return route(change);
    case 'attach-internet-gateway':
      return internetGateway(change);
    case 'associate-address':
      return address(change);
    case 'create-nat-gateway':
      return natGateway(change);
    case 'disable-source-dest-check': {
      const id = change.networkInterfaceId;
      const command = `modify-network-interface-attribute --network-interface-id ${id} --no-source-dest-check`;
      return {
        text: `turn the source/destination check of ${id} off`,
        commands: ec2(command),
        components: [id],
      };
    }
    case 'start-instance': {
      const id = change.instanceId;
      return { text: `start ${id}`, commands: ec2(`start-instances --instance-ids ${id}`), components: [id] };
    }
    case 'attach-vpn-gateway':
    case 'enable-vgw-route-propagation':
    case 'create-vpn-connection-route':
      return describeVpn(change);
    default:
      return describeService(snapshot, change satisfies ServiceChange);
  }
}

export function ec2(...commands: readonly string[]): readonly string[] {
  return commands.map((command) => `aws ec2 ${command}`);
}

/** For a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function securityGroupRule({ groupId, rule }: Of<'add-security-group-rule'>): Description {
  const { direction } = rule;
  const preposition = direction === 'egress' ? 'to' : 'from';
  const { text, option, id } = peer(rule);
  const text1 = `let ${groupId} ${direction === 'egress' ? 'send' : 'take'} ${traffic(rule)} ${preposition} ${text}`;
  const permission = `IpProtocol=${rule.protocol},FromPort=${rule.fromPort},ToPort=${rule.toPort},${option}`;
  const command = `authorize-security-group-${direction} --group-id ${groupId} --ip-permissions ${quoted(permission)}`;
  return { text: text1, commands: ec2(command), components: [...new Set([groupId, ...id])] };
}

function traffic({ protocol, fromPort, toPort }: GroupRuleFacts): string {
  if (protocol === 'icmp') return `ICMP type ${fromPort} code ${toPort}`;
  return `${protocol} ${fromPort === toPort ? fromPort : `${fromPort}-${toPort}`}`;
}

function peer({ peer: other }: GroupRuleFacts): {
  readonly text: string;
  readonly option: string;
  readonly id: readonly string[];
} {
  switch (other.kind) {
    case 'cidr':
      return { text: other.cidr, option: `IpRanges=[{CidrIp=${other.cidr}}]`, id: [] };
    case 'cidr6':
      return { text: other.cidr, option: `Ipv6Ranges=[{CidrIpv6=${other.cidr}}]`, id: [] };
    case 'prefix-list': {
      const { prefixListId: id } = other;
      return { text: id, option: `PrefixListIds=[{PrefixListId=${id}}]`, id: [id] };
    }
    case 'group': {
      const { groupId: id } = other;
      return { text: id, option: `UserIdGroupPairs=[{GroupId=${id}}]`, id: [id] };
    }
  }
}

type AclChange = Of<'add-network-acl-entry'> | Of<'delete-network-acl-entry'>;

function networkAclEntry(change: AclChange): Description {
  const { networkAclId: id } = change;
  const components = [id];
  if (change.kind === 'delete-network-acl-entry') {
    const { ruleNumber, egress } = change;
    const side = egress ? '--egress' : '--ingress';
    const command = `delete-network-acl-entry --network-acl-id ${id} ${side} --rule-number ${ruleNumber}`;
    const text = `delete the ${side.slice(2)} entry ${ruleNumber} of ${id}, before which no number is free`;
    return { text, commands: ec2(command), components };
  }
  const { ruleNumber, egress, protocol, cidrBlock = '', portRange, icmpTypeCode } = change.entry;
  const name = Object.entries(protocolNumbers).find(([, number]) => String(number) === protocol)?.[0];
  const ports =
    portRange === undefined
      ? ''
      : ` ${portRange.from === portRange.to ? portRange.from : `${portRange.from}-${portRange.to}`}`;
  const options = [
    ...(portRange === undefined ? [] : [`--port-range From=${portRange.from},To=${portRange.to}`]),
    ...(icmpTypeCode === undefined
      ? []
      : [`--icmp-type-code Type=${icmpTypeCode.type},Code=${icmpTypeCode.code}`]),
  ];
  const rule = `--rule-number ${ruleNumber} --protocol ${protocol} --cidr-block ${cidrBlock} --rule-action allow`;
  const side = egress ? '--egress' : '--ingress';
  const command = ['create-network-acl-entry', `--network-acl-id ${id}`, side, rule, ...options].join(' ');
  const way = egress ? `out to ${cidrBlock}` : `in from ${cidrBlock}`;
  const text = `let ${id} pass ${name ?? protocol}${ports} ${way}, as entry ${ruleNumber}`;
  return { text, commands: ec2(command), components };
}

const gatewayKinds: readonly string[] = ['internet-gateway', 'vpn-gateway'];

function route(change: Of<'create-route'> | Of<'replace-route'> | Of<'delete-route'>): Description {
  const { kind, routeTableId } = change;
  const destination = kind === 'delete-route' ? change.destination : change.route.destination;
  const block = textOfDestination(destination);
  const option =
    destination.kind === 'cidr'
      ? `--destination-cidr-block ${block}`
      : `--destination-prefix-list-id ${block}`;
  const command = `${kind} --route-table-id ${routeTableId} ${option}`;
  if (kind === 'delete-route') {
    const text = `delete the route ${block} of ${routeTableId}, so that the local route leads there`;
    return { text, commands: ec2(command), components: [routeTableId] };
  }
  const { target } = change.route;
  const targetOption = gatewayKinds.includes(target.kind) ? 'gateway-id' : `${target.kind}-id`;
  const verb = kind === 'create-route' ? 'route' : 'route from now on';
  return {
    text: `${verb} ${block} of ${routeTableId} to ${shown(target.id)}`,
    commands: ec2(`${command} --${targetOption} ${target.id}`),
    components: [routeTableId, target.id],
  };
}

/** What an earlier change of the fix creates. */
function shown(id: string): string {
  if (id.startsWith('$igw')) return 'the new internet gateway';
  return id === '$nat' ? 'the new NAT gateway' : id;
}

function internetGateway({ internetGatewayId: id, vpcId }: Of<'attach-internet-gateway'>): Description {
  const attach = `aws ec2 attach-internet-gateway --internet-gateway-id ${id} --vpc-id ${vpcId}`;
  const query = '--query InternetGateway.InternetGatewayId --output text';
  const create = `${id.slice(1)}=$(aws ec2 create-internet-gateway ${query})`;
  const isNew = id.startsWith('$');
  return {
    text: isNew ? `create an internet gateway for ${vpcId}` : `attach ${id} to ${vpcId}`,
    commands: isNew ? [create, attach] : [attach],
    components: [vpcId, id],
  };
}

const allocate = 'eip=$(aws ec2 allocate-address --query AllocationId --output text)';

function address({ networkInterfaceId: id, privateAddress }: Of<'associate-address'>): Description {
  const command = `associate-address --allocation-id $eip --network-interface-id ${id} --private-ip-address ${privateAddress}`;
  const text = `give ${id} a public address for ${privateAddress}`;
  return { text, commands: [allocate, ...ec2(command)], components: [id] };
}

function natGateway({ subnetId }: Of<'create-nat-gateway'>): Description {
  const options = `--subnet-id ${subnetId} --allocation-id $eip`;
  const query = '--query NatGateway.NatGatewayId --output text';
  const create = `nat=$(aws ec2 create-nat-gateway ${options} ${query})`;
  const wait = 'aws ec2 wait nat-gateway-available --nat-gateway-ids $nat';
  return {
    text: `create a NAT gateway in the public subnet ${subnetId}`,
    commands: [allocate, create, wait],
    components: [subnetId, '$nat'],
  };
}
