// `postern probe` beside AWS's APIs: an interface in a subnet that lives as long as the request that asked for it.
// Whoever asks may be killed: the kernel then closes the connection, and what control itself leaves behind when it ends
// is removed when it starts again.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { missingParameter } from '../catalog/refusals/common.ts';
import { idNotFound } from '../catalog/refusals/ids.ts';
import { endProbe, probes, removeProbe, startProbe } from '../control/probe.ts';
import { primaryAddress } from '../model/network-interface.ts';
import { callAs, type CommandOptions } from './commands.ts';

interface ProbeBody {
  readonly subnetId?: string;
  readonly groupIds?: readonly string[];
  readonly profile?: string;
  readonly publicAddress?: boolean;
}

/** Answers one line and stays open; the interface goes when the connection does. */
export async function serveProbe(
  options: CommandOptions,
  body: unknown,
  response: ServerResponse<IncomingMessage>,
): Promise<void> {
  const { store } = options;
  const { subnetId, groupIds = [], profile = '', publicAddress = false } = body as ProbeBody;
  if (subnetId === undefined) throw missingParameter('subnetId');
  const probe = await store.transact((tx) => {
    const subnet = tx.get('subnet', subnetId);
    if (subnet === undefined) throw idNotFound('subnet', subnetId);
    return startProbe(callAs(options, tx, subnet), { subnetId, groupIds, profile, publicAddress });
  });
  const { networkInterface, session } = probe;
  const end = () =>
    void store
      .transact((tx) => endProbe(callAs(options, tx, networkInterface), probe))
      .catch(() => undefined);
  if (response.destroyed) return end();
  response.once('close', end);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const { id, region, ownerId, vpcId } = networkInterface;
  const keys = {
    accessKeyId: session.id,
    secretAccessKey: session.secretAccessKey,
    sessionToken: session.sessionToken,
  };
  const answer = { id, region, accountId: ownerId, vpcId, address: primaryAddress(networkInterface), keys };
  response.write(`${JSON.stringify(answer)}\n`);
}

/** Removes the interfaces of all probes: their connections ended with the process that had them. */
export async function endAllProbes(options: CommandOptions): Promise<void> {
  if (probes(options.store.snapshot).length === 0) return;
  await options.store.transact((tx) => {
    for (const left of probes(tx)) removeProbe(callAs(options, tx, left), left.id);
  });
}
