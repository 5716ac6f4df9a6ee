// What guests trust: the host's certificates and the root of the front door, in one file that hides the host's own inside
// each guest. The host itself trusts nothing new.
import { readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuestTrust } from '../agent/guests.ts';
import { trustVariables } from '../catalog/trust-variables.ts';
import type { Authority } from '../frontdoor/authority.ts';
import { onFirstUse } from '../std/first-use.ts';

/** Debian, Fedora, SUSE, Alpine. */
const places = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
] as const;

/** The bundle is written beside everything else of this Postern when it is first asked for. */
export function trustIn(directory: string, authority: Authority): () => Promise<GuestTrust> {
  return onFirstUse(async () => writeTrust(directory, await authority.root()));
}

async function writeTrust(directory: string, root: string): Promise<GuestTrust> {
  const bundle = join(directory, 'trusted.crt');
  const found = await Promise.all(places.map((place) => realpath(place).catch(() => undefined)));
  const hides = found.find((file) => file !== undefined);
  const own = hides === undefined ? '' : await readFile(hides, 'utf8');
  await writeFile(`${bundle}.new`, `${own.trimEnd()}\n${root}\n`, { mode: 0o644 });
  await rename(`${bundle}.new`, bundle);
  // The path in the guest that everybody may read: the folder of the bundle is its owner's alone.
  const path = hides ?? bundle;
  return {
    bundle,
    hides,
    environment: Object.fromEntries(trustVariables.map((name) => [name, path])),
  };
}
