// Where to, as people name it: an address, an id, a URL, a host name, a service, a load balancer; with `:port` and
// `/udp` behind it.
import { findAwsService } from '../../catalog/aws-services.ts';
import type { LoadBalancer } from '../../model/load-balancer.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Protocol } from '../../net/flow.ts';
import { parseAddress } from '../../net/ipv4.ts';
import type { Destination } from '../explain/question.ts';
import { readOnPremises } from './on-premises.ts';
import { checkModelled, listed, notHere, Unclear } from './unclear.ts';

export interface Target {
  readonly to: Destination;
  readonly port?: number;
  readonly protocol?: Protocol;
  /** Where it is known which one is meant. */
  readonly loadBalancer?: LoadBalancer;
}

/** `region`: of who sends, where services are looked up. */
export function readDestination(snapshot: Snapshot, text: string, region: string): Target {
  const url = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?([^/:?#]+)(?::(\d+))?(?:[/?#].*)?$/i.exec(text);
  if (url !== null) {
    const [, scheme = '', host = '', port] = url;
    const usual = { https: 443, http: 80 }[scheme.toLowerCase()];
    if (usual === undefined && port === undefined)
      throw new Unclear(`${text}: which port does ${scheme} have? Write ${host}:port.`);
    return { ...readHost(snapshot, host, region), port: portOf(port ?? String(usual)), protocol: 'tcp' };
  }
  const [, host = text, port, protocol] = /^(.+?)(?::(\d+))?(?:\/(tcp|udp|icmp))?$/.exec(text) ?? [];
  return {
    ...readHost(snapshot, host, region),
    ...(port === undefined ? {} : { port: portOf(port) }),
    ...(protocol === undefined ? {} : { protocol: protocol as Protocol }),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (port < 1 || port > 65_535) throw new Unclear(`${text} is not a port: those are 1 to 65535.`);
  return port;
}

type Host = Pick<Target, 'to' | 'loadBalancer'>;

function readHost(snapshot: Snapshot, host: string, region: string): Host {
  checkModelled(host);
  const [, vpcId, within] = /^(vpc-[0-9a-z-]+)\/([\d.]+)$/.exec(host) ?? [];
  if (vpcId !== undefined) {
    const [found] = snapshot.by('networkInterface', 'address', `${vpcId}/${within}`);
    if (found === undefined) throw new Unclear(`No interface of ${vpcId} has ${within}.`);
    return { to: { kind: 'interface', id: found.id } };
  }
  if (/^[\d.]+$/.test(host)) {
    if (parseAddress(host) === undefined) throw new Unclear(`${host} is not an IPv4 address.`);
    return { to: { kind: 'address', address: host } };
  }
  if (host.includes('[') || /^[0-9a-f]*:[0-9a-f:]*$/i.test(host))
    throw new Unclear(`${host}: IPv6 is not modelled yet. Name an IPv4 address or a host.`);
  if (snapshot.get('networkInterface', host) !== undefined) return { to: { kind: 'interface', id: host } };
  if (snapshot.get('instance', host) !== undefined) return { to: { kind: 'instance', id: host } };
  if (snapshot.get('vpcEndpoint', host) !== undefined) return { to: { kind: 'vpc-endpoint', id: host } };
  if (snapshot.get('endpointService', host) !== undefined) return { to: { kind: 'service', name: host } };
  checkId(snapshot, host);
  const onPremises = readOnPremises(snapshot, host);
  if (onPremises?.kind === 'on-premises') return { to: { kind: 'address', address: onPremises.address } };
  const service = serviceNamed(snapshot, host, region);
  if (service !== undefined) return { to: service };
  const balancer = balancerNamed(snapshot, host);
  if (balancer !== undefined) return { to: { kind: 'name', name: balancer.dnsName }, loadBalancer: balancer };
  if (host.includes('.')) return { to: { kind: 'name', name: checkedName(host) } };
  return { to: byNameTag(snapshot, host) };
}

function checkId(snapshot: Snapshot, host: string): void {
  if (host === 'internet' || host.startsWith('internet:'))
    throw new Unclear('The internet is many hosts: name one, as 203.0.113.7:443 or https://www.example.com.');
  if (snapshot.get('subnet', host) !== undefined || snapshot.get('vpc', host) !== undefined)
    throw new Unclear(`${host} is many addresses: name one of them, or an instance in it.`);
  if (/^(sg|rtb|acl|igw|nat|eipalloc|vgw|vpn)-[0-9a-z]+$/.test(host))
    throw new Unclear(`${host} takes no connections: name an address, an instance, an endpoint or a name.`);
  if (/^(i|eni|subnet|vpc|vpce|vpce-svc)-[0-9a-f]+$/.test(host)) throw notHere(host);
}

/** `s3`, `com.amazonaws.us-east-1.s3`, `com.amazonaws.vpce.us-east-1.vpce-svc-…` */
function serviceNamed(snapshot: Snapshot, host: string, region: string): Destination | undefined {
  const isKnown =
    findAwsService(`com.amazonaws.${region}.${host}`, region) !== undefined ||
    findAwsService(host, host.split('.')[2] ?? '') !== undefined ||
    snapshot.by('endpointService', 'serviceName', host).length > 0;
  if (isKnown) return { kind: 'service', name: host };
  if (host.startsWith('com.amazonaws.'))
    throw new Unclear(`There is no service ${host}. See: aws ec2 describe-vpc-endpoint-services`);
  return undefined;
}

/** By ARN, `net/name/id` or name. */
function balancerNamed(snapshot: Snapshot, text: string): LoadBalancer | undefined {
  const isOne = ({ id, name, dnsName }: LoadBalancer) =>
    id === text ||
    name === text ||
    dnsName.toLowerCase() === text.toLowerCase() ||
    id.endsWith(`:loadbalancer/${text}`);
  const found = [...snapshot.all('loadBalancer')].filter(isOne);
  if (found.length > 1)
    throw new Unclear(
      `${found.length} load balancers are called ${text}: ${listed(found.map(({ id }) => id))}.`,
    );
  if (found.length === 0 && text.startsWith('arn:')) throw notHere(text);
  return found[0];
}

function checkedName(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '');
  const isName = name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
  if (!isName) throw new Unclear(`${host} is neither an address nor a host name.`);
  return name;
}

function byNameTag(snapshot: Snapshot, name: string): Destination {
  const named = [...snapshot.all('instance')].filter(({ tags }) => tags['Name'] === name).map(({ id }) => id);
  const [id] = named;
  if (named.length > 1) throw new Unclear(`${named.length} instances are called ${name}: ${listed(named)}.`);
  if (id !== undefined) return { kind: 'instance', id };
  throw new Unclear(
    `There is nothing called ${name}: no instance, service, load balancer or host. ` +
      'Name an id, an address, a service (s3, ecr.api), a host name or a URL.',
  );
}
