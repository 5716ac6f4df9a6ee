// Hosts of the internet: a namespace each, with a link to the services namespace, which is the internet of this host and
// forwards between them and the internet gateways. They run a program as instances do.
import type { InternetHost } from '../../model/internet-host.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import {
  type GuestPlan,
  type LinkPlan,
  type NamespacePlan,
  type RoutePlan,
  servicesNamespace,
} from '../../plan/plan.ts';
import { hostEnd, hostGuest, hostNamespace } from './added-host.ts';
import { internetMtu } from './internet-gateway.ts';
import { linkMac } from './link-mac.ts';

/** Base of the indexes of the services namespace's ends. */
const servicesIndex = 30_000;

function servicesDevice({ number }: InternetHost): string {
  return `h${number}`;
}

export function internetHostDevices(snapshot: Snapshot): readonly string[] {
  return Array.from(snapshot.all('internetHost'), servicesDevice);
}

/** In the services namespace: where the hosts are. */
export function internetHostRoutes(snapshot: Snapshot): readonly RoutePlan[] {
  return Array.from(snapshot.all('internetHost'), (host) => {
    return { table: 254, destination: `${host.address}/32`, type: 'unicast', device: servicesDevice(host) };
  });
}

export function internetHostNamespaces(snapshot: Snapshot): readonly NamespacePlan[] {
  return Array.from(snapshot.all('internetHost'), hostNamespace);
}

export function internetHostLinks(snapshot: Snapshot): readonly LinkPlan[] {
  return Array.from(snapshot.all('internetHost'), (host) => {
    const index = servicesIndex + host.number;
    return {
      name: `internet:${host.id}`,
      ends: [hostEnd(host), { namespace: servicesNamespace, device: servicesDevice(host), index }],
      mac: linkMac('internet-host', host.number),
      mtu: internetMtu,
    };
  });
}

export function internetHostGuests(snapshot: Snapshot): readonly GuestPlan[] {
  return Array.from(snapshot.all('internetHost'), hostGuest);
}
