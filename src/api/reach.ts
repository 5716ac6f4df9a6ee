// `POST /_postern/reach`: who can reach whom, as the CLI asks it. The answer has the rows and, by id, what a reader
// wants to know of the interfaces in them.
import { Refusal } from '../catalog/refusal.ts';
import {
  type Difference,
  difference,
  type SavedReach,
  savedReach,
  savedVersion,
} from '../engine/reach/difference.ts';
import { type Lane, lanesMax } from '../engine/reach/lanes.ts';
import { chooseLanes, portClasses } from '../engine/reach/port-classes.ts';
import {
  countPairs,
  type Counts,
  everyPair,
  type Row,
  whatReaches,
  whoReaches,
} from '../engine/reach/questions.ts';
import type { Reach } from '../engine/reach/reach.ts';
import { interfacesNamed } from '../engine/reach/subjects.ts';
import type { NetworkInterface } from '../model/network-interface.ts';
import type { Snapshot } from '../model/snapshot.ts';

export interface ReachQuestion {
  readonly from?: string;
  readonly to?: string;
  readonly lanes?: readonly Lane[];
  /** Answer the whole state, to be kept. */
  readonly save?: boolean;
  /** Answer what differs from this state. */
  readonly before?: SavedReach;
}

/** What is known of an interface in a row. */
export interface Party {
  readonly instanceId?: string;
  readonly managedBy?: string;
  readonly name?: string;
  readonly address: string;
  readonly vpcId: string;
  readonly subnetId: string;
}

export interface ReachAnswer {
  readonly lanes: readonly Lane[];
  /** Stretches of ports that rules tell apart and no lane stands for. */
  readonly portClassesLeft: number;
  readonly rows?: readonly Row[];
  readonly counts?: Counts;
  readonly saved?: SavedReach;
  readonly difference?: Difference;
  readonly parties: Readonly<Record<string, Party>>;
}

/** `reachOf`: all pairs for these lanes, built or kept. */
export function answerReach(
  snapshot: Snapshot,
  reachOf: (lanes: readonly Lane[]) => Reach,
  question: ReachQuestion,
): ReachAnswer {
  const { from, to, save } = question;
  const before = question.before === undefined ? undefined : checked(question.before);
  const lanes = checkedLanes(question.lanes ?? before?.lanes) ?? chooseLanes(snapshot);
  const senders = from === undefined ? undefined : named(snapshot, from);
  const targets = to === undefined ? undefined : named(snapshot, to);
  const reach = reachOf(lanes);
  const isAsked = question.lanes !== undefined || before !== undefined;
  const left = isAsked ? 0 : Math.max(0, portClasses(snapshot).length - lanes.length);
  const basis = { lanes, portClassesLeft: left };
  if (save === true) return { ...basis, saved: savedReach(reach), parties: {} };
  if (before !== undefined) {
    const found = difference(before, savedReach(reach));
    const ids = found.changed.flatMap((row) => [...row.from, ...row.to]);
    return { ...basis, difference: found, parties: partiesOf(snapshot, [...ids, ...found.added]) };
  }
  const rows = rowsOf(reach, senders, targets);
  const ids = rows.flatMap((row) => [...row.from, ...row.to, ...(row.via === undefined ? [] : [row.via])]);
  // Of all pairs; to count them takes longer than to find those of one.
  const counts = senders === undefined && targets === undefined ? { counts: countPairs(reach) } : {};
  return { ...basis, rows, ...counts, parties: partiesOf(snapshot, ids) };
}

/** All pairs of more interfaces than this are shown by some of each class. */
const wholeMax = 200;
const idsMax = 8;

export function rowsOf(
  reach: Reach,
  senders: readonly NetworkInterface[] | undefined,
  targets: readonly NetworkInterface[] | undefined,
): readonly Row[] {
  if (targets !== undefined) {
    const rows = whoReaches(reach, targets);
    if (senders === undefined) return rows;
    const ids = new Set(senders.map(({ id }) => id));
    return rows.flatMap((row) => {
      const from = row.from.filter((id) => ids.has(id));
      return from.length === 0 ? [] : [{ ...row, from }];
    });
  }
  if (senders === undefined) {
    const isLarge = reach.world.snapshot.count('networkInterface') > wholeMax;
    return everyPair(reach, isLarge ? idsMax : Infinity);
  }
  return whatReaches(reach, senders);
}

/** What people call by this name; refused when there is no such thing. */
export function named(snapshot: Snapshot, name: string): readonly NetworkInterface[] {
  const found = interfacesNamed(snapshot, name);
  if (found === undefined) {
    const what = 'an instance, network interface, subnet, VPC, endpoint, load balancer or service';
    throw new Refusal('InvalidParameterValue', `There is nothing called ${name}: name ${what}.`);
  }
  return found;
}

/** Undefined where nobody named any. */
export function checkedLanes(lanes: readonly Lane[] | undefined): readonly Lane[] | undefined {
  if (lanes === undefined) return undefined;
  const isList = Array.isArray(lanes) && lanes.length > 0 && lanes.length <= lanesMax;
  if (!isList || !lanes.every(isLane))
    throw new Refusal('InvalidParameterValue', `Not ports: at least one, and at most ${lanesMax} at once.`);
  return lanes;
}

function isLane(lane: Partial<Lane> | null): boolean {
  const { protocol, port = -1, lastPort = port } = lane ?? {};
  const isPort = (value: number) => Number.isInteger(value) && value >= 0 && value <= 65_535;
  return (
    (protocol === 'tcp' || protocol === 'udp' || protocol === 'icmp') && isPort(port) && isPort(lastPort)
  );
}

function checked(before: SavedReach): SavedReach {
  const what = 'That is not a file of postern reach --save';
  const version: unknown = before.version;
  if (typeof version === 'number' && version !== savedVersion) {
    const older = `${what} of this version, but of version ${version}: keep the state anew.`;
    throw new Refusal('InvalidParameterValue', older);
  }
  const { vpcs, outside, lanes } = before;
  const premises: unknown = outside?.premises;
  const tables = [outside?.senders, outside?.callers, ...(Array.isArray(premises) ? outside.premises : [])];
  const lists = [
    lanes,
    vpcs,
    outside?.places,
    premises,
    ...(Array.isArray(vpcs) ? vpcs : []).flatMap((vpc) => [vpc?.classes, vpc?.words]),
    ...tables.flatMap((table) => [table?.from, table?.words]),
  ];
  const inner = lists.slice(2).flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []));
  if (![...lists, ...inner].every(Array.isArray) || typeof outside?.own !== 'object') {
    throw new Refusal('InvalidParameterValue', `${what}.`);
  }
  return before;
}

export function partiesOf(snapshot: Snapshot, ids: readonly string[]): Readonly<Record<string, Party>> {
  const parties: Record<string, Party> = {};
  for (const id of ids) {
    if (parties[id] !== undefined) continue;
    const one = snapshot.get('networkInterface', id) ?? ownerOf(snapshot, id);
    if (one !== undefined) parties[id] = { ...partyOf(snapshot, one), ...publicly(one, id) };
  }
  return parties;
}

/** Who has the public address. */
function ownerOf(snapshot: Snapshot, publicIp: string): NetworkInterface | undefined {
  const association = snapshot.by('address', 'publicIp', publicIp)[0]?.association;
  return snapshot.get('networkInterface', association?.networkInterfaceId ?? '');
}

function publicly({ id }: NetworkInterface, name: string): Partial<Party> {
  return id === name ? {} : { address: name };
}

function partyOf(snapshot: Snapshot, one: NetworkInterface): Party {
  const instanceId = one.attachment?.instanceId;
  const name = snapshot.get('instance', instanceId ?? '')?.tags['Name'] ?? one.tags['Name'];
  const { vpcId, subnetId, managedBy } = one;
  return {
    address: one.privateAddresses[0]?.address ?? '',
    vpcId,
    subnetId,
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(managedBy === undefined ? {} : { managedBy }),
    ...(name === undefined ? {} : { name }),
  };
}
