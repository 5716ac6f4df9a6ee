// Where a scenario's flow starts and ends: names of things → addresses.
import { findEndpointName } from '../../src/engine/endpoint-names.ts';
import { type NetworkInterface, primaryAddress } from '../../src/model/network-interface.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Protocol } from '../../src/net/flow.ts';
import { parseAddress } from '../../src/net/ipv4.ts';
import { ScenarioError } from './words.ts';

export interface FlowTarget {
  readonly destination: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** `ID` sends from its primary address, `ID@ADDRESS` from that one; a host outside from its own. */
export function sourceOf(snapshot: Snapshot, from: string): { readonly id: string; readonly source: string } {
  const [id = '', given] = from.split('@');
  const host = snapshot.get('internetHost', id) ?? snapshot.get('onPremisesHost', id);
  if (host !== undefined) return { id, source: host.address };
  const eni = snapshot.get('networkInterface', id) ?? primaryInterface(snapshot, id);
  if (eni === undefined) throw new ScenarioError(`${id} has no network interface`);
  return { id, source: given ?? primaryAddress(eni) };
}

/**
 * `TO:PORT/tcp` or `TO/icmp`. TO is an address, an instance, an interface, an endpoint, a load balancer, or the DNS
 * name of one of the last two; those have an address per zone, of which `@ZONE` takes one.
 */
export function flowTargets(snapshot: Snapshot, to: string): readonly FlowTarget[] {
  const [, place = '', portText, name = ''] = /^(.+?)(?::(\d+))?\/(tcp|udp|icmp)$/.exec(to) ?? [];
  const protocol = name as Protocol;
  const port = Number(portText ?? 0);
  const addresses = addressesOf(snapshot, place);
  if (addresses.length === 0) throw new ScenarioError(`no such place: ${to}`);
  return addresses.map((destination) => ({ destination, protocol, port }));
}

function addressesOf(snapshot: Snapshot, place: string): readonly string[] {
  if (parseAddress(place) !== undefined) return [place];
  const host = snapshot.get('internetHost', place) ?? snapshot.get('onPremisesHost', place);
  if (host !== undefined) return [host.address];
  const [name = '', zone] = place.split('@');
  const eni = snapshot.get('networkInterface', name) ?? primaryInterface(snapshot, name);
  if (eni !== undefined) return [primaryAddress(eni)];
  const endpointName = findEndpointName(snapshot, name);
  const endpoint = snapshot.get('vpcEndpoint', name) ?? endpointName?.endpoint;
  const wanted = zone ?? endpointName?.zone;
  if (endpoint !== undefined) return inZone(snapshot, endpoint.networkInterfaceIds, wanted);
  const balancer = [...snapshot.all('loadBalancer')].find(
    ({ id, dnsName }) => id === name || dnsName === name,
  );
  return balancer === undefined
    ? []
    : inZone(
        snapshot,
        balancer.nodes.map((node) => node.networkInterfaceId),
        wanted,
      );
}

function inZone(snapshot: Snapshot, ids: readonly string[], zone: string | undefined): readonly string[] {
  return ids
    .map((id) => snapshot.get('networkInterface', id))
    .filter((eni) => eni !== undefined)
    .filter((eni) => zone === undefined || eni.availabilityZone === zone)
    .map(primaryAddress);
}

export function primaryInterface(snapshot: Snapshot, instanceId: string): NetworkInterface | undefined {
  const all = snapshot.by('networkInterface', 'instanceId', instanceId);
  return all.find((eni) => eni.attachment?.deviceIndex === 0);
}
