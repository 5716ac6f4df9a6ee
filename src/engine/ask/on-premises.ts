// Hosts on premises, as people name them: one that was added by its name or address; any other by its address, behind the
// customer gateway that a VPN connection's static route says, or that is named: cgw-…/192.168.10.5.
import type { Snapshot } from '../../model/snapshot.ts';
import { cidr, contains, parseAddress } from '../../net/ipv4.ts';
import type { Source } from '../explain/question.ts';
import { listed, notHere, Unclear } from './unclear.ts';

/** Undefined for words that mean somebody else. */
export function readOnPremises(snapshot: Snapshot, text: string): Source | undefined {
  const host = snapshot.get('onPremisesHost', text.toLowerCase());
  if (host !== undefined) return { kind: 'on-premises', id: host.customerGatewayId, address: host.address };
  const [isAny, address] = /^on-?prem(?:ises)?(?::(.+))?$/.exec(text) ?? [];
  if (isAny !== undefined && address === undefined) throw nobodyNamed(snapshot);
  if (address !== undefined) return behindSome(snapshot, checked(address));
  const [, id, within] = /^(cgw-[0-9a-z-]+)(?:\/(.+))?$/.exec(text) ?? [];
  if (id === undefined) return undefined;
  if (snapshot.get('customerGateway', id) === undefined) throw notHere(id);
  if (within === undefined)
    throw new Unclear(
      `${id} stands for a network on premises: name an address in it, as ${id}/192.168.10.5.`,
    );
  return { kind: 'on-premises', id, address: checked(within) };
}

function checked(address: string): string {
  if (parseAddress(address) === undefined) throw new Unclear(`${address} is not an IPv4 address.`);
  return address;
}

function nobodyNamed(snapshot: Snapshot): Unclear {
  const names = Array.from(snapshot.all('onPremisesHost'), ({ id }) => id);
  const known = names.length === 0 ? '' : `, or one that was added: ${listed(names)}`;
  return new Unclear(`Which host on premises? Write on-premises:192.168.10.5${known}.`);
}

/** The host of that address; else behind whom a static route leads there; else behind the only gateway. */
function behindSome(snapshot: Snapshot, address: string): Source {
  const hosts = snapshot.by('onPremisesHost', 'address', address).map((host) => host.customerGatewayId);
  const routed = [...snapshot.all('vpnConnection')].flatMap(({ staticRoutes, customerGatewayId }) => {
    const isCovered = staticRoutes.some((block) => contains(cidr(block), parseAddress(address) ?? 0));
    return isCovered ? [customerGatewayId] : [];
  });
  const all = Array.from(snapshot.all('customerGateway'), ({ id }) => id);
  const found = [hosts, [...new Set(routed)], all].find((ids) => ids.length > 0) ?? [];
  const [id] = found;
  if (id === undefined)
    throw new Unclear(
      'There is no customer gateway, so no network on premises. ' +
        'See: aws ec2 create-customer-gateway, create-vpn-connection; postern on-premises add',
    );
  if (found.length > 1)
    throw new Unclear(
      `${address} may be behind ${found.length} customer gateways: ${listed(found)}. Write ${id}/${address}.`,
    );
  return { kind: 'on-premises', id, address };
}
