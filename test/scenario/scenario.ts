// Runs a scenario: its commands against an API in this process, its flows against the oracles. What comes out is the
// same text with what each command printed.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../src/catalog/refusal.ts';
import { testApi } from '../../src/api/testing.ts';
import { type Health, healthOf } from '../../src/engine/health.ts';
import { lookUp, lookupText } from '../../src/engine/resolve/look-up.ts';
import type { TargetReport } from '../../src/plan/actual.ts';
import { addInternetHost } from '../../src/control/internet-host.ts';
import type { Call } from '../../src/control/call.ts';
import { addOnPremisesHost } from '../../src/control/on-premises-host.ts';
import { verifyPrivateDns } from '../../src/control/endpoint-service.ts';
import { isoTime } from '../../src/std/clock.ts';
import { SeededPrng } from '../../src/std/prng.ts';
import { awsCommand, isCommand } from './aws-command.ts';
import { type FlowTarget, flowTargets, primaryInterface, sourceOf } from './flow-ends.ts';
import { Names } from './naming.ts';
import { notesOf } from './notes.ts';
import { answerText, type Answer, disagreement, type FlowQuestion, flowText, type Oracle } from './oracle.ts';
import { type RequestOracle, tracedRequests } from './request-oracle.ts';
import { Requests } from './requests.ts';
import { printed, ScenarioError, select, words } from './words.ts';

export interface Run {
  /** The scenario with what its commands print now. */
  readonly text: string;
  /** What must not happen whatever text is expected: unexpected refusals, oracles that disagree. */
  readonly faults: readonly string[];
  /** Requests included. */
  readonly flowsAsked: number;
}

export async function runScenario(
  text: string,
  oracles: readonly Oracle[],
  requestOracles: readonly RequestOracle[] = [tracedRequests],
): Promise<Run> {
  const scenario = new Scenario(oracles, requestOracles);
  try {
    const lines = await runLines(scenario, text.trimEnd().split('\n'));
    const faults = scenario.faults.map((fault) => scenario.names.readable(fault));
    return { text: `${lines.join('\n')}\n`, faults, flowsAsked: scenario.flowsAsked };
  } finally {
    scenario.close();
  }
}

async function runLines(scenario: Scenario, given: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  let command = '';
  for (const line of given) {
    if (command === '' && line.startsWith('  ')) continue;
    lines.push(line);
    command += line.endsWith('\\') ? line.slice(0, -1) : line;
    if (line.endsWith('\\')) continue;
    const output = await scenario.run(command);
    lines.push(...output.map((out) => `  ${scenario.names.readable(out)}`));
    command = '';
  }
  return lines;
}

class Scenario {
  readonly faults: string[] = [];
  flowsAsked = 0;
  private readonly api = testApi();
  private readonly variables = new Map<string, string>();
  readonly names = new Names(this.variables);
  private readonly oracles: readonly Oracle[];
  private caller = { account: '111111111111', region: 'us-east-1' };
  private readonly targets = new Map<string, TargetReport>();
  private readonly requests: Requests;

  constructor(oracles: readonly Oracle[], requestOracles: readonly RequestOracle[]) {
    this.oracles = oracles;
    this.requests = new Requests(requestOracles);
  }

  close(): void {
    this.requests.close();
  }

  async run(line: string): Promise<readonly string[]> {
    if (line.trim() === '' || line.startsWith('#')) return [];
    try {
      return await this.runLine(line);
    } catch (error) {
      if (!(error instanceof ScenarioError || error instanceof Refusal)) throw error;
      const message = error instanceof Refusal ? refusalText(error) : error.message;
      this.faults.push(`${line}\n  ${message}`);
      return [`UNEXPECTED ${message}`];
    }
  }

  private async runLine(line: string): Promise<readonly string[]> {
    const assignment = /^([A-Z][A-Z0-9_]*) = (.*)$/.exec(line);
    if (assignment !== null) return this.assign(assignment[1] ?? '', assignment[2] ?? '');
    const [verb = '', ...rest] = words(line, this.variables);
    switch (verb) {
      case 'as':
        this.caller = { account: rest[0] ?? '', region: rest[1] ?? '' };
        return [];
      case 'expect-error':
        return this.expectError(rest);
      case 'flow':
        return this.flow(rest);
      case 'bucket':
        this.requests.bucket(this.caller, rest);
        return [];
      case 'request':
        return this.request(rest);
      case 'notes':
        return notesOf(this.api.store.snapshot, this.health, rest);
      case 'publish-txt':
        return this.publishTxt(rest[0] ?? '');
      case 'resolve':
        return this.resolve(rest);
      case 'include':
        return this.include(rest[0] ?? '');
      case 'internet':
        return this.addHost(rest);
      case 'on-premises':
        return this.addOnPremisesHost(rest);
      case 'health':
        return this.setHealth(rest);
      default: {
        if (!isCommand(verb)) throw new ScenarioError(`no such command: ${verb}`);
        const { answer, path } = await this.call([verb, ...rest]);
        return path === undefined ? [] : printed(select(answer, path));
      }
    }
  }

  /** A common beginning, told in a file of its own; it prints nothing. */
  private async include(file: string): Promise<readonly string[]> {
    const text = await readFile(join(import.meta.dirname, file), 'utf8');
    for (const line of text.split('\n')) if (!line.startsWith('  ')) await this.run(line);
    return [];
  }

  private async assign(name: string, line: string): Promise<readonly string[]> {
    const { answer, path = '' } = await this.call(words(line, this.variables));
    const selected = select(answer, path);
    const value: unknown = Array.isArray(selected) && selected.length === 1 ? selected[0] : selected;
    if (typeof value !== 'string') throw new ScenarioError(`${path} is no text: ${JSON.stringify(value)}`);
    this.variables.set(name, value);
    return [];
  }

  private async call(given: readonly string[]): Promise<{ answer: unknown; path: string | undefined }> {
    const arrow = given.lastIndexOf('->');
    const path = arrow < 0 ? undefined : given[arrow + 1];
    const { service, action, input } = awsCommand(arrow < 0 ? given : given.slice(0, arrow));
    const { dispatcher } = this.api;
    if (!dispatcher.supports(service, action)) throw new ScenarioError(`${action} is not supported`);
    const { account: accessKeyId, region } = this.caller;
    const answer = await dispatcher.call({
      service,
      action,
      input,
      region,
      accessKeyId,
      requestId: 'scenario',
    });
    return { answer, path };
  }

  private async expectError(given: readonly string[]): Promise<readonly string[]> {
    try {
      await this.call(given);
    } catch (error) {
      if (error instanceof Refusal) return [refusalText(error)];
      throw error;
    }
    throw new ScenarioError('expected an error, and it was done');
  }

  private setHealth([
    targetGroupArn = '',
    target = '',
    state = '',
    zone,
  ]: readonly string[]): readonly string[] {
    const [, targetId = '', port = ''] = /^(.*):(\d+)$/.exec(target) ?? [];
    if (state !== 'healthy' && state !== 'unhealthy') throw new ScenarioError(`no such state: ${state}`);
    const zones =
      zone === undefined
        ? ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `${this.caller.region}${letter}`)
        : [zone];
    for (const each of zones) {
      const report = { targetGroupArn, targetId, targetPort: Number(port), zone: each, state } as const;
      this.targets.set(`${targetGroupArn} ${target} ${each}`, report);
    }
    return [];
  }

  private get health(): Health {
    return healthOf(this.targets.values());
  }

  private async flow(given: readonly string[]): Promise<readonly string[]> {
    const [from = '', arrow, to = ''] = given;
    if (arrow !== '->') throw new ScenarioError('flow FROM -> TO:PORT/PROTOCOL');
    const { snapshot } = this.api.store;
    const targets = flowTargets(snapshot, to);
    const blocks: string[] = [];
    for (const target of targets) {
      const { id, source } = sourceOf(snapshot, from);
      const { destination, protocol, port } = target;
      const question = { from: id, source, destination, protocol, port };
      blocks.push(...labelled(target, targets.length, await this.ask(question)));
    }
    return blocks;
  }

  /** A flow to the service first; what becomes of the request is only worth asking where that arrives. */
  private async request(given: readonly string[]): Promise<readonly string[]> {
    const network = { snapshot: this.api.store.snapshot, health: this.health };
    const question = this.requests.question(network, this.caller, given);
    const { from, source, destination } = question;
    const flow = await this.ask({ from, source, destination, protocol: 'tcp', port: 443 });
    if (flow[0] !== 'reachable') return flow;
    const { lines, fault } = await this.requests.ask(question);
    if (fault !== undefined) this.faults.push(fault);
    return lines;
  }

  /** A host outside AWS: `internet NAME ADDRESS`. */
  private addHost([name = '', address = '']: readonly string[]): Promise<readonly string[]> {
    return this.write((call) => addInternetHost(call, { name, address, serves: [] }));
  }

  /** A host behind a customer gateway: `on-premises NAME ADDRESS CUSTOMER-GATEWAY`. */
  private addOnPremisesHost(given: readonly string[]): Promise<readonly string[]> {
    const [name = '', address = '', customerGatewayId = ''] = given;
    return this.write((call) => addOnPremisesHost(call, { name, address, customerGatewayId, serves: [] }));
  }

  /** What belongs to no account. */
  private async write(verb: (call: Call) => void): Promise<readonly string[]> {
    const { store, observed, clock } = this.api;
    await store.transact((intent) => {
      const now = isoTime(clock);
      verb({ intent, observed, accountId: '', region: '', now, prng: new SeededPrng(0) });
    });
    return [];
  }

  /** As if the record that proves a service's private DNS name stood in public DNS, and AWS had looked. */
  private async publishTxt(serviceId: string): Promise<readonly string[]> {
    const { store, observed, clock } = this.api;
    const { account: accountId, region } = this.caller;
    await store.transact((intent) => {
      const call = { intent, observed, accountId, region, now: isoTime(clock), prng: new SeededPrng(0) };
      const value = intent.get('endpointService', serviceId)?.privateDns?.recordValue ?? '';
      verifyPrivateDns(call, serviceId, () => [value]);
    });
    return [];
  }

  /** What a name answers in the VPC of an instance or interface. */
  private resolve([from = '', name = '']: readonly string[]): readonly string[] {
    const { snapshot } = this.api.store;
    const eni =
      snapshot.get('networkInterface', sourceOf(snapshot, from).id) ?? primaryInterface(snapshot, from);
    const query = { vpcId: eni?.vpcId ?? '', name, type: 'A' };
    return [lookupText(lookUp(snapshot, this.health, query))];
  }

  private async ask(question: FlowQuestion): Promise<readonly string[]> {
    this.flowsAsked += 1;
    const answers = new Map<Oracle['name'], Answer>();
    const network = { snapshot: this.api.store.snapshot, health: this.health };
    for (const oracle of this.oracles) {
      const [answer] = await oracle.ask(network, [question]);
      if (answer !== undefined) answers.set(oracle.name, answer);
      if (disagreement(answers) === undefined) continue;
      const [again] = (await oracle.askAgain?.(network, [question])) ?? [];
      if (again !== undefined) answers.set(oracle.name, again);
    }
    const all = [...answers].map(([name, answer]) => answerText(name, answer));
    const what = disagreement(answers);
    if (what !== undefined) {
      this.faults.push(
        [
          `the oracles disagree about ${what} of ${flowText(question)}`,
          ...all.map((line) => `  ${line}`),
        ].join('\n'),
      );
      return [`DISAGREEMENT about ${what}`, ...all];
    }
    // Packets say nothing that is not said already, and are not always asked.
    const model = [...answers].filter(([name]) => name !== 'packets');
    const sure = model.find(([, { verdict }]) => verdict !== 'unknown')?.[1];
    const { verdict = 'unknown', seen = [] } = sure ?? {};
    if (verdict === 'reachable')
      return [`reachable${seen.length === 0 ? '' : `, seen as ${seen.join(', ')}`}`];
    const reasons = model.flatMap(([name, { reason }]) =>
      reason === undefined ? [] : [`  ${name} ${reason}`],
    );
    return [verdict, ...reasons];
  }
}

function labelled({ destination }: FlowTarget, count: number, lines: readonly string[]): readonly string[] {
  return count === 1 ? lines : lines.map((line, i) => (i === 0 ? `${destination} ${line}` : line));
}

function refusalText(error: Refusal): string {
  return `${error.code}: ${error.message}`;
}
