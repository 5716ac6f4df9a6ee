// The certificates of our authority: its root, which is kept in a folder with its key, readable by their owner, and what
// it signs for a name. The package behind this takes as long to load as all else of the agent: see authority.ts.
import { webcrypto } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 24 * 3600 * 1000;
const rootDays = 3650;
/** Clients refuse leaves that live longer than about a year. */
const leafDays = 90;

export interface Root {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** The root of this folder, made where there is none. */
export async function openRoot(directory: string, now: number): Promise<Root> {
  x509.cryptoProvider.set(webcrypto as never);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return (await readRoot(directory)) ?? makeRoot(directory, now);
}

async function readRoot(directory: string): Promise<Root | undefined> {
  const [certificate, key] = await Promise.all(
    ['ca.crt', 'ca.key'].map((name) => readFile(join(directory, name), 'utf8').catch(() => undefined)),
  );
  if (certificate === undefined || key === undefined) return undefined;
  const der = x509.PemConverter.decodeFirst(key);
  const imported = await webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
  return { certificate: new x509.X509Certificate(certificate), key: imported as webcrypto.CryptoKey };
}

async function makeRoot(directory: string, now: number): Promise<Root> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Postern guests, O=Postern',
    notBefore: new Date(now - dayMs),
    notAfter: new Date(now + rootDays * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  await save(directory, 'ca.key', await keyPem(keys.privateKey), 0o600);
  await save(directory, 'ca.crt', certificate.toString('pem'), 0o644);
  return { certificate, key: keys.privateKey };
}

/** Certificate and key for a host name. */
export async function makeLeaf(root: Root, name: string, now: number): Promise<SecureContext> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'O=Postern',
    issuer: root.certificate.subject,
    notBefore: new Date(now - dayMs),
    notAfter: new Date(now + leafDays * dayMs),
    signingKey: root.key,
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  return createSecureContext({ cert: certificate.toString('pem'), key: await keyPem(keys.privateKey) });
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function save(directory: string, name: string, text: string, mode: number): Promise<void> {
  const file = join(directory, name);
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}
