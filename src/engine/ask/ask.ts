// A whole question from people's words. Throws `Unclear` where they are none yet.
import type { Snapshot } from '../../model/snapshot.ts';
import { wayToVpc } from '../../model/vpn-connection.ts';
import type { Protocol } from '../../net/flow.ts';
import type { Destination, Question, RequestQuestion, Source } from '../explain/question.ts';
import { sendingOf } from '../explain/sender.ts';
import { readDestination, type Target } from './destination.ts';
import { type Ports, usualPort } from './port.ts';
import { readSource } from './source.ts';
import { Unclear } from './unclear.ts';

export interface Words {
  readonly from: string;
  /** May be absent where the request says the service. */
  readonly to?: string;
  /** Before what `to` says. */
  readonly port?: number;
  readonly protocol?: Protocol;
  /** `s3:GetObject arn:aws:s3:::bucket/key` */
  readonly request?: string;
  /** ARN. */
  readonly principal?: string;
}

export function readQuestion(snapshot: Snapshot, words: Words): Question {
  const from = readSource(snapshot, words.from.trim());
  const sender = sendingOf(snapshot, from)?.sender;
  const network = from.kind === 'on-premises' ? snapshot.get('customerGateway', from.id) : undefined;
  const region = (snapshot.get('vpc', sender?.vpcId ?? '') ?? network)?.region ?? 'us-east-1';
  const request = readRequest(words);
  const to = words.to?.trim() || serviceOfAction(request?.action);
  if (to === undefined || to === '')
    throw new Unclear('Where to? Write postern why FROM TO: an address, an id, a name, a URL or a service.');
  const target = readDestination(snapshot, to, region);
  const vpcId = sender?.vpcId ?? vpcFromOnPremises(snapshot, from, target);
  const ports = portsOf(snapshot, { target, words, vpcId });
  checkApart(snapshot, from, target.to, words.from);
  return { from, to: target.to, ...ports, ...(request === undefined ? {} : { request }) };
}

/** VPC that a VPN connection leads to. */
function vpcFromOnPremises(snapshot: Snapshot, from: Source, { to }: Target): string | undefined {
  if (from.kind !== 'on-premises' || to.kind !== 'address') return undefined;
  return wayToVpc(snapshot, from, to.address)?.vpc.id;
}

interface Asked {
  readonly target: Target;
  readonly words: Words;
  readonly vpcId: string | undefined;
}

function portsOf(snapshot: Snapshot, { target, words, vpcId }: Asked): Ports {
  const protocol = words.protocol ?? target.protocol;
  if (protocol === 'icmp') return { protocol };
  const port = words.port ?? target.port;
  if (port !== undefined) return { protocol: protocol ?? 'tcp', port };
  const usual = usualPort(snapshot, target, vpcId);
  return { ...usual, ...(protocol === undefined ? {} : { protocol }) };
}

function readRequest({ request, principal }: Words): RequestQuestion | undefined {
  if (request === undefined) {
    if (principal !== undefined) throw new Unclear('--principal says who makes a request: add --request.');
    return undefined;
  }
  const [action = '', resource = '*', ...more] = request.trim().split(/\s+/);
  if (!/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action) || more.length > 0 || !/^(\*|arn:.+)$/.test(resource))
    throw new Unclear(
      `${request}: a request is 's3:GetObject arn:aws:s3:::bucket/key', an action and an ARN.`,
    );
  if (principal !== undefined && !/^arn:[a-z-]+:(iam|sts)::\d{12}:.+$/.test(principal))
    throw new Unclear(`${principal}: a principal is an ARN, as arn:aws:iam::111111111111:role/app.`);
  return { action, resource, ...(principal === undefined ? {} : { principal }) };
}

/** Prefix of an action and of a service's endpoints are mostly one word. */
export function serviceOfAction(action: string | undefined): string | undefined {
  const prefix = action?.split(':')[0];
  return { ecr: 'ecr.api', cloudwatch: 'monitoring' }[prefix ?? ''] ?? prefix;
}

/** What somebody sends to its own address never leaves it. */
function checkApart(snapshot: Snapshot, from: Source, to: Destination, asked: string): void {
  const isSameHost = from.kind === 'on-premises' && to.kind === 'address' && to.address === from.address;
  const own = sendingOf(snapshot, from)?.sender;
  if (isSameHost) throw atBothEnds(asked);
  if (own === undefined || own.imagined) return;
  const found = snapshot.get('networkInterface', own.networkInterfaceId);
  const addresses = found?.privateAddresses.map(({ address }) => address) ?? [];
  const isSame =
    (to.kind === 'instance' && to.id === found?.attachment?.instanceId) ||
    (to.kind === 'interface' && to.id === found?.id) ||
    (to.kind === 'address' && (addresses.includes(to.address) || to.address === '127.0.0.1'));
  if (isSame) throw atBothEnds(asked);
}

function atBothEnds(asked: string): Unclear {
  return new Unclear(`${asked} is at both ends: what it sends to itself never reaches the network.`);
}
