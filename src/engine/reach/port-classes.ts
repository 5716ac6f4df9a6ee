// Which protocols and ports to ask about when nobody said: ports that no rule and no listener tells apart behave alike,
// so each such stretch is asked about once, by its first port. When there are more than lanes, those that most rules
// name; and always a port that nobody names.
import type { Snapshot } from '../../model/snapshot.ts';
import { ipProtocols } from '../balancing.ts';
import { servicePorts } from '../trace/aws-service.ts';
import { type Lane, lanesMax } from './lanes.ts';

export interface PortClass extends Lane {
  readonly lastPort: number;
  /** Rules and listeners that begin here. */
  readonly named: number;
}

type Ported = 'tcp' | 'udp';

/** All of them, the most named first. */
export function portClasses(snapshot: Snapshot): readonly PortClass[] {
  const classes = (['tcp', 'udp'] as const).flatMap((protocol) => stretches(snapshot, protocol));
  const icmp: PortClass = { protocol: 'icmp', port: 0, lastPort: 0, named: 0 };
  return [...classes.sort((a, b) => b.named - a.named || a.port - b.port), icmp];
}

/** As many as fit into one answer. */
export function chooseLanes(snapshot: Snapshot): readonly Lane[] {
  const all = portClasses(snapshot);
  const others = (['tcp', 'udp'] as const).flatMap((protocol) => widest(all, protocol));
  const named = all.filter((one) => one.protocol !== 'icmp' && !others.includes(one) && one.named > 0);
  const chosen = named.slice(0, lanesMax - others.length - 1);
  const order = (a: PortClass, b: PortClass) => a.protocol.localeCompare(b.protocol) || a.port - b.port;
  const lanes = [...chosen, ...others].sort(order).map(({ named: _, ...lane }): Lane => lane);
  return [...lanes, { protocol: 'icmp', port: 0 }];
}

function widest(classes: readonly PortClass[], protocol: Ported): readonly PortClass[] {
  const width = (one: PortClass) => one.lastPort - one.port;
  return classes
    .filter((one) => one.protocol === protocol)
    .sort((a, b) => width(b) - width(a))
    .slice(0, 1);
}

function stretches(snapshot: Snapshot, protocol: Ported): readonly PortClass[] {
  const named = new Map<number, number>([[0, 0]]);
  const begin = (port: number, count: number) => {
    if (port <= 65_535) named.set(port, (named.get(port) ?? 0) + count);
  };
  const add = (from: number, to: number) => {
    begin(from, 1);
    begin(to + 1, 0);
  };
  for (const { rules } of snapshot.all('securityGroup')) {
    for (const rule of rules)
      if (rule.protocol === protocol && rule.fromPort >= 0) add(rule.fromPort, rule.toPort);
  }
  const number = protocol === 'tcp' ? '6' : '17';
  for (const { entries } of snapshot.all('networkAcl')) {
    for (const entry of entries) {
      if (entry.protocol === number && entry.portRange !== undefined)
        add(entry.portRange.from, entry.portRange.to);
    }
  }
  for (const listener of snapshot.all('listener')) {
    if (ipProtocols(listener.protocol).includes(protocol)) add(listener.port, listener.port);
  }
  // AWS's services answer at these alone.
  const hasServices = snapshot.count('vpcEndpoint') + snapshot.count('internetGateway') > 0;
  if (protocol === 'tcp' && hasServices) for (const port of servicePorts) add(port, port);
  const starts = [...named.keys()].sort((a, b) => a - b);
  return starts.map((port, i) => {
    return { protocol, port, lastPort: (starts[i + 1] ?? 65_536) - 1, named: named.get(port) ?? 0 };
  });
}
