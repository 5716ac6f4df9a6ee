// What must be there before a task runs: Node 24, the npm packages, and for some tasks Debian's network tools.
// Each `ensure…` is silent and takes milliseconds when there is nothing to do; it prints one step line when it
// did something. Step lines go to stderr, so that a task's own output stays clean.

import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const nodeMajor = 24;
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

// The commands that namespaces and packet filters need, and the Debian packages that carry them.
const kernelTools = [
  { debian: 'nftables', commands: ['nft'] },
  { debian: 'iproute2', commands: ['ip'] },
  { debian: 'util-linux', commands: ['unshare', 'nsenter', 'setpriv'] },
];

/** The environment lacks something and the user can act on the message. */
export class SetupError extends Error {}

/** Path of a Node that is new enough: the running one, else the one in `.node/`, else that one after installing it. */
export async function ensureNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= nodeMajor) return process.execPath;
  const name = `node-linux-${process.arch}`;
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new SetupError(
      `Postern needs Node ${nodeMajor} or newer; this is ${process.version}. Install it and try again.`,
    );
  }
  const folder = join(root, '.node/node_modules', name);
  const ready = () => Number(versionOf(folder).split('.')[0]) >= nodeMajor;
  if (!ready()) {
    await locked(root, `Node ${nodeMajor}`, async () => {
      if (ready()) return;
      // These packages carry the binary itself, so no install script runs.
      const argv = [
        'install',
        '--prefix',
        join(root, '.node'),
        '--no-save',
        '--no-package-lock',
        ...quiet,
        `${name}@${nodeMajor}`,
      ];
      await step(`Node ${nodeMajor} in .node/ (the system's is ${process.version})`, 'npm', argv, root);
    });
  }
  return join(folder, 'bin/node');
}

/**
 * Installs when node_modules is missing or package-lock.json has changed since. Not `npm ci`: that refuses a lock
 * made where a registry lacked some other platform's optional binary, and it empties node_modules under tasks that
 * are running. `npm install --no-save` takes the locked versions too and leaves the lock as it is.
 */
export async function ensurePackages(root) {
  const stampFile = join(root, 'node_modules/.postern-stamp');
  // The whole text: to load what makes a digest of it takes longer than all else here.
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamped = () => readOr(stampFile, '') === lock;
  if (stamped()) return;
  if (installedAsLocked(root, JSON.parse(lock))) {
    stampIfWritable(stampFile, lock);
    return;
  }
  await locked(root, 'npm packages', async () => {
    if (stamped()) return;
    await step('npm packages', 'npm', ['install', '--no-save', ...quiet], root);
    writeFileSync(stampFile, lock);
  });
}

/** Whether someone's own `npm install` has already brought node_modules to what package-lock.json asks for. */
function installedAsLocked(root, lock) {
  const installed = JSON.parse(readOr(join(root, 'node_modules/.package-lock.json'), '{}')).packages ?? {};
  return Object.entries(lock.packages).every(
    ([path, wanted]) => path === '' || wanted.optional || installed[path]?.version === wanted.version,
  );
}

/** Checks for nft, ip and friends; installs them where that is ours to do, else says how. Never fails the task. */
export async function ensureKernelTools(path) {
  if (process.platform !== 'linux') {
    note('no network namespaces here: whatever needs a Linux kernel is skipped');
    return;
  }
  const has = (command) => path.split(':').some((folder) => isExecutable(join(folder, command)));
  const missing = kernelTools.filter((tool) => !tool.commands.every(has));
  if (missing.length === 0) return;
  const packages = missing.map((tool) => tool.debian);
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  const byHand = `apt-get update && apt-get ${install.join(' ')}`;
  const missed = `missing: ${packages.join(', ')}. What needs them is skipped or fails until then`;
  if (!has('apt-get')) return note(`${missed}. Install them with your distribution's package manager.`);
  if (process.getuid() !== 0) return note(`${missed}. To install them:\n    sudo sh -c '${byHand}'`);
  if (!(await agreed(`Install ${packages.join(', ')} with apt-get?`)))
    return note(`${missed}. To install them:\n    ${byHand}`);
  try {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await step('apt-get update', 'apt-get', ['update'], '/', env);
    await step(`Debian packages ${packages.join(', ')}`, 'apt-get', install, '/', env);
  } catch (error) {
    note(`${error.message}\n  ${missed}.`);
  }
}

/** Asks on a terminal; in CI or without a terminal the answer is yes. */
async function agreed(question) {
  if (process.env.CI || !process.stdin.isTTY || !process.stderr.isTTY) return true;
  const { createInterface } = await import('node:readline/promises');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [Y/n] `);
  prompt.close();
  return !/^n/i.test(answer.trim());
}

/** Runs one set-up command with its output held back; shows progress, and the output's end only when it fails. */
async function step(title, command, argv, cwd, env = {}) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const live = process.stderr.isTTY && !process.env.CI;
  if (!live) process.stderr.write(`… ${title}\n`);
  const ticker = live
    ? setInterval(() => process.stderr.write(`\r\x1b[K… ${title}  ${seconds()}`), 200)
    : undefined;
  const { code, output } = await capture(command, argv, cwd, env).finally(() => {
    clearInterval(ticker);
    if (live) process.stderr.write('\r\x1b[K');
  });
  if (code !== 0) {
    throw new SetupError(
      `${title}: ${command} ${argv.join(' ')} ended with ${code}\n${output.trimEnd().split('\n').slice(-15).join('\n')}`,
    );
  }
  process.stderr.write(`✓ ${title}  ${seconds()}\n`);
}

function capture(command, argv, cwd, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
    child.once('error', (error) => {
      reject(
        new SetupError(
          error.code === 'ENOENT' ? `${command} is not installed or not in PATH` : error.message,
        ),
      );
    });
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

/** Holds the checkout's set-up lock meanwhile, so that two tasks started at once do not install over each other. */
async function locked(root, what, action) {
  const folder = join(root, '.node');
  const lock = join(folder, 'setup.lock');
  try {
    accessSync(root, constants.W_OK);
    mkdirSync(folder, { recursive: true });
  } catch {
    throw new SetupError(
      `${what}: to be installed in ${root}, where this user may not write.\n  Run \`npm test\` or \`npm run demo\` once as the owner of that folder, or clone it into a folder of your own.`,
    );
  }
  while (!takeLock(lock)) await new Promise((resolve) => setTimeout(resolve, 200));
  try {
    await action();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw new SetupError(`cannot write ${lock}: ${error.message}`);
  }
  const holder = Number(readOr(lock, '0'));
  if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function versionOf(folder) {
  const file = join(folder, 'package.json');
  return existsSync(join(folder, 'bin/node')) ? JSON.parse(readOr(file, '{"version":"0"}')).version : '0';
}

function stampIfWritable(file, stamp) {
  try {
    writeFileSync(file, stamp);
  } catch {
    // A read-only checkout: the longer comparison is made again next time.
  }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readOr(file, fallback) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return fallback;
  }
}

function note(message) {
  process.stderr.write(`! ${message}\n`);
}
