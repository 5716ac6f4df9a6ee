// The visitor: our program inside the probe's guest, which is handed one errand at a time.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { guestArgv, guestEnvironment } from '../guest.ts';
import type { Errand, Performed } from './messages.ts';

const program = join(import.meta.dirname, 'visitor.ts');

export class Visitor {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, answers: Interface) {
    this.child = child;
    this.lines = answers[Symbol.asyncIterator]();
  }

  static async enter(guestPid: number): Promise<Visitor> {
    const argv = [process.execPath, '--disable-warning=ExperimentalWarning', program];
    const [file = '', ...words] = guestArgv(guestPid, argv);
    // In a group of its own: an interrupt at the terminal is for the command, which gives the guest back.
    const child = spawn(file, words, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: await guestEnvironment(guestPid),
      detached: true,
    });
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    const visitor = new Visitor(child, createInterface({ input: child.stdout }));
    await visitor.hear();
    return visitor;
  }

  async perform(errand: Errand): Promise<Performed> {
    this.child.stdin?.write(`${JSON.stringify(errand)}\n`);
    return JSON.parse(await this.hear()) as Performed;
  }

  private async hear(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done === true)
      throw new Error('the probe inside the subnet ended before its steps did; see: postern status');
    return value;
  }

  /** It ends by itself when it hears no more; nobody waits for it. */
  leave(): void {
    this.child.stdin?.end();
    this.child.stdout?.destroy();
    this.child.unref();
  }
}
