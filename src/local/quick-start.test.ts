// What control and the agent load before anybody asks: each in a process of its own, since this one has loaded much
// else. Nothing here measures time; what is found here again has cost some.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

interface Loaded {
  /** Relative to the checkout, or as `node:http`. */
  readonly modules: readonly string[];
  readonly internals: readonly string[];
}

const program = `
  import { registerHooks } from 'node:module';
  const modules = [];
  registerHooks({ load: (url, context, next) => (modules.push(url), next(url, context)) });
  await import(process.argv[1]);
  await import(process.argv[2]);
  process.stdout.write(JSON.stringify({ modules, internals: process.moduleLoadList }));
`;

async function loadedBy(file: string): Promise<Loaded> {
  const argv = ['--input-type=module', '--eval', program];
  const paths = [join(import.meta.dirname, 'quick-start.ts'), join(import.meta.dirname, file)];
  const { stdout } = await promisify(execFile)(process.execPath, [...argv, ...paths]);
  const { modules, internals } = JSON.parse(stdout) as Loaded;
  return { modules: modules.map((url) => url.replace(`file://${root}/`, '')), internals };
}

it.each([
  [
    'control.ts',
    'src/api/actions.ts',
    /engine\/(ask|diagnose|explain|insights|reach|trace)\/|reach-watch|capture/,
  ],
  [
    'agent.ts',
    'src/engine/compile/compile.ts',
    /@peculiar|frontdoor\/(ecr\/ecr|logs|s3|secrets-manager|sqs)\b/,
  ],
])('%s loads what it needs to listen, and no more', async (file, needed, later) => {
  const { modules, internals } = await loadedBy(file);
  expect(modules).toContain(needed);
  expect(modules.filter((path) => later.test(path))).toEqual([]);
  expect(internals.filter((name) => name.includes('undici'))).toEqual([]);
  // A file that were found under two names would be there twice.
  expect(modules).toEqual([...new Set(modules)]);
});
