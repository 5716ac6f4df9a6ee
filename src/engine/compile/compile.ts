// What must this host have? Snapshot and target health → plan. Recomputed whole each time; the answer depends on
// its input alone.
import type { Snapshot } from '../../model/snapshot.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Health, unknownHealth } from '../health.ts';
import { guestNamespaces, guests, interfaceLink, placements } from './guest.ts';
import { healthChecks } from './health-check.ts';
import { internetLink } from './internet-gateway.ts';
import { onPremisesGuests, onPremisesLinks, onPremisesNamespaces } from './on-premises.ts';
import { internetHostGuests, internetHostLinks, internetHostNamespaces } from './internet-host.ts';
import { proxies } from './proxy-protocol.ts';
import { privateLinks, routerNamespace, uplink } from './router.ts';
import { servicesPlan } from './services-namespace.ts';
import { vpcViews } from './vpc-view.ts';
import { vpnGatewayNamespace, vpnLinks } from './vpn-gateway.ts';

export interface CompileOptions {
  readonly health?: Health;
  /** Script of an image that the snapshot does not hold. */
  readonly builtInScript: (imageId: string) => string | undefined;
  /** TCP ports on which guests may reach the real internet; absent: not at all. */
  readonly internetPorts?: readonly number[];
}

export function compile(snapshot: Snapshot, options: CompileOptions): Plan {
  const views = vpcViews(snapshot, options.health ?? unknownHealth);
  const placed = placements(snapshot);
  const imageScript = (id: string) => snapshot.get('image', id)?.script ?? options.builtInScript(id) ?? '';
  const namespaces = [
    servicesPlan(snapshot, views, options.internetPorts),
    ...views.map(routerNamespace),
    ...views.flatMap(vpnGatewayNamespace),
    ...guestNamespaces(snapshot, placed),
    ...internetHostNamespaces(snapshot),
    ...onPremisesNamespaces(snapshot, views),
  ];
  const links = [
    ...views.flatMap((view) => [
      uplink(view),
      ...internetLink(view),
      ...privateLinks(view),
      ...vpnLinks(view),
    ]),
    ...placed.map(interfaceLink),
    ...internetHostLinks(snapshot),
    ...onPremisesLinks(snapshot),
  ];
  return {
    revision: snapshot.revision,
    namespaces: namespaces.toSorted(byName),
    links: links.toSorted(byName),
    guests: [
      ...guests(snapshot, imageScript),
      ...internetHostGuests(snapshot),
      ...onPremisesGuests(snapshot),
    ],
    healthChecks: views.flatMap(healthChecks),
    proxies: views.flatMap(proxies),
  };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
