// Who sends, as people name it: an instance, an interface, a subnet, an address, a name, on premises, the internet. What never begins
// a connection (an endpoint, a load balancer) is told apart from what is not there.
import { contains, parseAddress, parseCidr } from '../../net/ipv4.ts';
import type { NetworkInterface } from '../../model/network-interface.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Source } from '../explain/question.ts';
import { isPrivate } from '../explain/situation.ts';
import { readOnPremises } from './on-premises.ts';
import { checkModelled, listed, notHere, Unclear } from './unclear.ts';

export function readSource(snapshot: Snapshot, text: string): Source {
  checkModelled(text);
  if (text === 'internet') return { kind: 'internet' };
  const outside = /^internet:(.+)$/.exec(text)?.[1];
  if (outside !== undefined) return outsideAt(outside);
  const [, owner, source] = /^((?:i|eni)-[0-9a-z-]+)\/(.+)$/.exec(text) ?? [];
  if (owner !== undefined && source !== undefined) return withSource(snapshot, owner, source);
  const byId = readId(snapshot, text) ?? readOnPremises(snapshot, text);
  if (byId !== undefined) return byId;
  const [, vpcId, within = text] = /^(vpc-[0-9a-z-]+)\/(.+)$/.exec(text) ?? [];
  if (parseAddress(within) !== undefined) return atAddress(snapshot, within, vpcId);
  const host = snapshot.get('internetHost', text.toLowerCase());
  if (host !== undefined) return { kind: 'internet', address: host.address };
  const attached = hostAttached(snapshot, text);
  return attached ?? byNameTag(snapshot, text);
}

/** What somebody else sent and this interface hands on, or sends in another's name. */
function withSource(snapshot: Snapshot, id: string, address: string): Source {
  const owner = readId(snapshot, id);
  if (parseAddress(address) === undefined) throw new Unclear(`${id}/${address}: not an IPv4 address.`);
  if (owner === undefined || (owner.kind !== 'instance' && owner.kind !== 'interface')) throw notHere(id);
  return { ...owner, address };
}

function outsideAt(address: string): Source {
  if (parseAddress(address) === undefined) throw new Unclear(`internet:${address}: not an IPv4 address.`);
  if (isPrivate(address)) throw new Unclear(`internet:${address}: nobody on the internet has that address.`);
  return { kind: 'internet', address };
}

const neverSend: readonly (readonly [RegExp, string])[] = [
  [/^vpce-svc-/, 'an endpoint service only offers load balancers; it never begins a connection'],
  [/^vpce-/, 'an endpoint only takes connections; nothing behind it can begin one'],
  [/^arn:.*:loadbalancer\//, 'a load balancer begins no connection of its own'],
  [/^(rtb|acl|sg|igw|nat|eipalloc|vgw|vpn)-/, 'it sends nothing itself'],
];

const senders =
  'Name an instance (i-…), a network interface (eni-…), a subnet (subnet-…), an address, on-premises:address, or internet.';

function readId(snapshot: Snapshot, text: string): Source | undefined {
  if (snapshot.get('instance', text) !== undefined) return { kind: 'instance', id: text };
  if (snapshot.get('networkInterface', text) !== undefined) return { kind: 'interface', id: text };
  if (snapshot.get('subnet', text) !== undefined) return { kind: 'subnet', id: text };
  if (snapshot.get('vpc', text) !== undefined) {
    const subnets = snapshot.by('subnet', 'vpcId', text).map(({ id }) => id);
    throw new Unclear(
      `${text} is a VPC, which sends nothing itself. Name one of its subnets: ${listed(subnets)}.`,
    );
  }
  const why = neverSend.find(([pattern]) => pattern.test(text))?.[1];
  if (why !== undefined) throw new Unclear(`${text}: ${why}. ${senders}`);
  if (/^(i|eni|subnet|vpc)-[0-9a-z-]+$/.test(text)) throw notHere(text);
  return undefined;
}

function atAddress(snapshot: Snapshot, address: string, vpcId: string | undefined): Source {
  const vpcs = [...snapshot.all('vpc')].filter(({ id }) => vpcId === undefined || id === vpcId);
  if (vpcs.length === 0 && vpcId !== undefined) throw notHere(vpcId);
  if (!isPrivate(address)) {
    const owner = snapshot.by('address', 'publicIp', address)[0]?.association;
    if (owner !== undefined)
      return { kind: 'interface', id: owner.networkInterfaceId, address: owner.privateAddress };
  }
  const holders = vpcs.flatMap(({ id }) => snapshot.by('networkInterface', 'address', `${id}/${address}`));
  const [holder] = holders;
  if (holders.length > 1) throw severalHolders(address, holders);
  if (holder !== undefined) return { kind: 'interface', id: holder.id, address };
  const subnets = vpcs
    .flatMap((vpc) => snapshot.by('subnet', 'vpcId', vpc.id))
    .filter(({ cidrBlock }) => {
      const [block, value] = [parseCidr(cidrBlock), parseAddress(address)];
      return block !== undefined && value !== undefined && contains(block, value);
    });
  const [subnet] = subnets;
  if (subnets.length > 1) {
    const ids = subnets.map(({ id }) => id);
    throw new Unclear(
      `${address} is in ${subnets.length} subnets: ${listed(ids)}. Name the one that is meant.`,
    );
  }
  if (subnet !== undefined) return { kind: 'subnet', id: subnet.id, address };
  if (snapshot.by('onPremisesHost', 'address', address).length > 0)
    return readOnPremises(snapshot, `on-premises:${address}`) ?? { kind: 'internet', address };
  if (isPrivate(address))
    throw new Unclear(
      `${address} is in no subnet of this Postern. If it is on premises, write on-premises:${address}.`,
    );
  return { kind: 'internet', address };
}

function severalHolders(address: string, holders: readonly NetworkInterface[]): Unclear {
  const where = holders.map(({ id, vpcId }) => `${id} in ${vpcId}`);
  const [first] = holders;
  return new Unclear(
    `${address} is the address of ${holders.length} interfaces: ${listed(where)}. ` +
      `Name the interface, or the VPC with it: ${first?.vpcId ?? 'vpc-…'}/${address}.`,
  );
}

/** `pid:N` and `netns:/path` as they were attached; processes inside guests are found by who asks. */
function hostAttached(snapshot: Snapshot, text: string): Source | undefined {
  if (!/^(pid|netns):/.test(text)) return undefined;
  for (const one of snapshot.all('networkInterface'))
    if (one.hostAttachment === text) return { kind: 'interface', id: one.id };
  throw new Unclear(
    `${text} is in the network of no instance and of nothing attached. ` +
      `Attach it first: postern attach ${text} --subnet subnet-…`,
  );
}

function byNameTag(snapshot: Snapshot, name: string): Source {
  const named = (['instance', 'networkInterface', 'subnet'] as const).flatMap((kind) =>
    [...snapshot.all(kind)].filter(({ tags }) => tags['Name'] === name).map(({ id }) => ({ kind, id })),
  );
  const [one] = named;
  if (named.length > 1)
    throw new Unclear(`${named.length} resources are called ${name}: ${listed(named.map(({ id }) => id))}.`);
  if (one === undefined) throw new Unclear(`There is nothing called ${name} that could send. ${senders}`);
  return { kind: one.kind === 'networkInterface' ? 'interface' : one.kind, id: one.id };
}
