// All pairs and ports of a network: every address a guest can send from, to every address there is, and to some that
// there is not.
import type { NetworkInterface } from '../../src/model/network-interface.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Protocol } from '../../src/net/flow.ts';
import { formatAddress, parseCidr } from '../../src/net/ipv4.ts';
import type { FlowQuestion } from '../scenario/oracle.ts';

export const probes: readonly (readonly [Protocol, number])[] = [
  ...[53, 80, 443, 8080].flatMap((port) => [['tcp', port] as const, ['udp', port] as const]),
  ['icmp', 0],
];

/** S3, DynamoDB, SQS; nobody; the resolver and the metadata service; our hidden range. */
const elsewhere = [
  '52.216.1.1',
  '52.94.0.122',
  '3.236.169.1',
  '8.8.8.8',
  '10.0.1.250',
  '169.254.169.253',
  '169.254.169.254',
  '240.0.64.1',
];

export type Sender = Pick<FlowQuestion, 'from' | 'source'>;

export function allFlows(snapshot: Snapshot): readonly FlowQuestion[] {
  return sendersOf(snapshot).flatMap((sender) => {
    const own = ownAddresses(snapshot, sender.from);
    return destinationsFor(snapshot, sender)
      .filter((destination) => !own.has(destination) && destination !== sender.source)
      .flatMap((destination) =>
        probes.map(([protocol, port]) => ({ ...sender, destination, protocol, port })),
      );
  });
}

/** Whoever sends by its own address, and one guest of each VPC that lies about it. */
function sendersOf(snapshot: Snapshot): readonly Sender[] {
  const enis = interfacesOfGuests(snapshot);
  const liars = [...Map.groupBy(enis, ({ vpcId }) => vpcId).values()].flatMap(([liar, ...others]) => {
    const isOther = ({ attachment }: NetworkInterface) =>
      attachment?.instanceId !== liar?.attachment?.instanceId;
    const source = others.find(isOther)?.privateAddresses[0]?.address;
    return liar === undefined || source === undefined ? [] : [{ from: liar.id, source }];
  });
  return [...honestSenders(snapshot), ...liars];
}

/** Every address of every guest that runs; hosts of the internet and on premises. */
export function honestSenders(snapshot: Snapshot): readonly Sender[] {
  const guests = interfacesOfGuests(snapshot).flatMap(({ id: from, privateAddresses }) =>
    privateAddresses.map(({ address: source }) => ({ from, source })),
  );
  const hosts = [...snapshot.all('internetHost'), ...snapshot.all('onPremisesHost')];
  return [...guests, ...hosts.map(({ id: from, address: source }) => ({ from, source }))];
}

function interfacesOfGuests(snapshot: Snapshot): readonly NetworkInterface[] {
  const isRunning = (id: string | undefined) => snapshot.get('instance', id ?? '')?.intent === 'running';
  return [...snapshot.all('networkInterface')].filter(({ attachment }) => isRunning(attachment?.instanceId));
}

/**
 * All of its VPC, all that is public or on premises, some of the other VPCs, which it should not reach by their addresses;
 * from on premises all of all VPCs.
 */
function destinationsFor(snapshot: Snapshot, { from }: Sender): readonly string[] {
  const isOnPremises = snapshot.get('onPremisesHost', from) !== undefined;
  const vpc = snapshot.get('vpc', snapshot.get('networkInterface', from)?.vpcId ?? '');
  const addresses = [...snapshot.all('networkInterface')].flatMap(({ vpcId, privateAddresses }) =>
    privateAddresses.map(({ address }) => ({ vpcId, address })),
  );
  const [inside, others] = [true, false].map((isOwn) =>
    addresses
      .filter(({ vpcId }) => (isOnPremises || vpcId === vpc?.id) === isOwn)
      .map(({ address }) => address),
  );
  const resolver = formatAddress((parseCidr(vpc?.cidrBlocks[0]?.cidr ?? '')?.base ?? 0) + 2);
  const outside = [
    ...Array.from(snapshot.all('address'), ({ publicIp }) => publicIp),
    ...Array.from(snapshot.all('internetHost'), ({ address }) => address),
    ...Array.from(snapshot.all('onPremisesHost'), ({ address }) => address),
  ];
  return [...new Set([...(inside ?? []), ...outside, ...(others ?? []).slice(-3), resolver, ...elsewhere])];
}

/** A guest's packets to itself never leave it, and those to its own public address are nobody's use. */
export function ownAddresses(snapshot: Snapshot, from: string): ReadonlySet<string> {
  const instanceId = snapshot.get('networkInterface', from)?.attachment?.instanceId ?? '';
  const enis = snapshot.by('networkInterface', 'instanceId', instanceId);
  const publicOnes = enis.flatMap((eni) => snapshot.by('address', 'networkInterfaceId', eni.id));
  return new Set([
    ...enis.flatMap((eni) => eni.privateAddresses.map(({ address }) => address)),
    ...publicOnes.map(({ publicIp }) => publicIp),
  ]);
}
