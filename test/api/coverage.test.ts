// Coverage by enumeration: each supported action has what every action must have. An accepted call of each is found by
// chance (examples.ts) and then broken in one place. What an action lacks stands in exceptions.ts with its reason, and
// only as long as it lacks it.
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { isLent } from '../../src/catalog/public-addresses.ts';
import { type Kind, kinds } from '../../src/model/kinds.ts';
import { SHAPES, type ServiceName } from '../../src/shapes/index.ts';
import { allExamples, Examples, hasDryRun } from './examples.ts';
import { exceptions } from './exceptions.ts';
import { type Answer, inProcess, type WireRequest } from './wire.ts';
import { contents, copyTables, openWorld, populated } from './world.ts';

type Row = Awaited<ReturnType<typeof allExamples>>[number];
/** What is wrong, or undefined. */
type Check = (row: Row) => Promise<string | undefined>;

let examples: Examples;
let rows: readonly Row[];
beforeAll(async () => {
  examples = new Examples(await populated());
  rows = await allExamples(examples);
});

/** Findings without the exceptions, and exceptions that are needed no more. */
async function findings(what: keyof typeof exceptions, check: Check): Promise<readonly string[]> {
  const left = new Map(Object.entries<string>(exceptions[what]));
  const found: string[] = [];
  for (const row of rows) {
    for (const finding of [await check(row)].flat().filter((one) => one !== undefined)) {
      for (const line of finding.split('\n')) {
        const name = line.split(': ')[0] ?? '';
        if (!left.delete(name)) found.push(line);
      }
    }
  }
  return [
    ...new Set(found),
    ...Array.from(left.keys(), (name) => `${name}: the exception is needed no more`),
  ];
}

const nameOf = ({ service, action }: { service: ServiceName; action: string }) => `${service} ${action}`;
const codeOf = (answer: Answer) => ('code' in answer ? answer.code : 'an answer');
const textOf = (answer: Answer) => ('xml' in answer ? answer.xml : answer.code);
const withParam = (request: WireRequest, name: string, value: string): WireRequest => ({
  ...request,
  params: [...request.params.filter(([other]) => other !== name), [name, value]],
});
const requestOf = ({ service, action }: Row, params: WireRequest['params'] = []): WireRequest => ({
  service,
  action,
  params,
  account: '111111111111',
  region: 'us-east-1',
});

function membersOf({ service, action }: Row): readonly string[] {
  const structure = SHAPES[service].structures[SHAPES[service].operations[action]?.in ?? ''];
  return structure?.members.map(([name]) => name) ?? [];
}

/** Id → its kind, for every id that stands in the world. */
function idsOf(): ReadonlyMap<string, Kind> {
  const all = kinds.flatMap((kind) => Array.from(examples.base.all(kind), ({ id }) => [id, kind] as const));
  return new Map(all.filter(([, kind]) => !['accountRegion', 'clientToken', 'session'].includes(kind)));
}

/** Of the same form and nobody's. */
const absent = (id: string) => id.replace(/[0-9a-f]{8}$/, 'deadbeef');

describe('every action', () => {
  it('is answered for some input', () => {
    expect(rows.filter((row) => row.requests.length === 0).map(nameOf)).toEqual([]);
  });

  it('refuses a request without a required parameter, and one with an unknown parameter', async () => {
    const codes: Readonly<Record<ServiceName, readonly string[]>> = {
      ec2: ['MissingParameter', 'UnknownParameter'],
      elasticloadbalancing: ['ValidationError', 'ValidationError'],
      sts: ['ValidationError', 'ValidationError'],
    };
    const check: Check = async (row) => {
      const [missing, unknown] = codes[row.service];
      const { required = 0 } =
        SHAPES[row.service].structures[SHAPES[row.service].operations[row.action]?.in ?? ''] ?? {};
      const bare = codeOf(await examples.answer(requestOf(row)));
      if (required > 0 && bare !== missing) return `${nameOf(row)}: nothing given: ${bare}`;
      const odd = codeOf(await examples.answer(requestOf(row, [['Bogus', 'x']])));
      return odd === unknown ? undefined : `${nameOf(row)}: an unknown parameter: ${odd}`;
    };
    expect(await findings('validation', check)).toEqual([]);
  });

  it('refuses ids that do not exist, and says the same of ids of another account', async () => {
    const known = idsOf();
    const refusals = new Set<string>();
    const checkParam = async (request: WireRequest, name: string, id: string) => {
      const kind = known.get(id) as Kind;
      const where = `${nameOf(request)} ${name.replace(/(\.member)?\.\d+.*$/, '')}`;
      const foreign = Array.from(examples.base.all(kind)).find(
        (one) => one.ownerId === '222222222222' && one.region === request.region,
      );
      const others = [absent(id), ...(foreign && request.account === '111111111111' ? [foreign.id] : [])];
      const answers = await Promise.all(
        others.map((other) => examples.answer(withParam(request, name, other))),
      );
      const said = answers.map((answer, i) =>
        'code' in answer
          ? `${answer.code}: ${answer.message.replaceAll(others[i] ?? '', 'ID')}`
          : 'an answer',
      );
      refusals.add(where);
      if (said.includes('an answer')) return `${where}: an answer for ${others[said.indexOf('an answer')]}`;
      return new Set(said).size === 1 ? undefined : `${where}: ${said.join(' / ')}`;
    };
    const check: Check = async ({ requests }) => {
      const lines = new Map<string, string>();
      for (const request of requests.slice(0, 4)) {
        for (const [name, value] of request.params) {
          const line =
            known.has(value) && !name.startsWith('Filter')
              ? await checkParam(request, name, value)
              : undefined;
          if (line !== undefined) lines.set(line.split(': ')[0] ?? '', line);
        }
      }
      return lines.size === 0 ? undefined : [...lines.values()].join('\n');
    };
    expect(await findings('ids', check)).toEqual([]);
    expect(refusals.size, 'parameters that hold ids').toBeGreaterThan(140);
  });

  it('answers a dry run with DryRunOperation and does nothing', async () => {
    const check: Check = async (row) => {
      if (!hasDryRun(row)) return row.service === 'ec2' ? `${nameOf(row)}: no DryRun` : undefined;
      const [request = requestOf(row)] = row.requests;
      const { store, dispatcher } = examples.world();
      const before = contents(store.snapshot);
      const answer = await inProcess(dispatcher)(withParam(request, 'DryRun', 'true'));
      if (codeOf(answer) !== 'DryRunOperation') return `${nameOf(row)}: ${codeOf(answer)}`;
      return contents(store.snapshot) === before ? undefined : `${nameOf(row)}: the store has changed`;
    };
    expect(await findings('dryRun', check)).toEqual([]);
  });
});

describe('what is created', () => {
  /** Kind → who lists it. */
  const lists: Partial<Record<Kind, readonly [ServiceName, string]>> = {
    vpc: ['ec2', 'DescribeVpcs'],
    subnet: ['ec2', 'DescribeSubnets'],
    routeTable: ['ec2', 'DescribeRouteTables'],
    internetGateway: ['ec2', 'DescribeInternetGateways'],
    securityGroup: ['ec2', 'DescribeSecurityGroups'],
    networkAcl: ['ec2', 'DescribeNetworkAcls'],
    networkInterface: ['ec2', 'DescribeNetworkInterfaces'],
    address: ['ec2', 'DescribeAddresses'],
    instance: ['ec2', 'DescribeInstances'],
    image: ['ec2', 'DescribeImages'],
    natGateway: ['ec2', 'DescribeNatGateways'],
    customerGateway: ['ec2', 'DescribeCustomerGateways'],
    vpnGateway: ['ec2', 'DescribeVpnGateways'],
    vpnConnection: ['ec2', 'DescribeVpnConnections'],
    dhcpOptions: ['ec2', 'DescribeDhcpOptions'],
    prefixList: ['ec2', 'DescribeManagedPrefixLists'],
    flowLog: ['ec2', 'DescribeFlowLogs'],
    vpcEndpoint: ['ec2', 'DescribeVpcEndpoints'],
    endpointService: ['ec2', 'DescribeVpcEndpointServiceConfigurations'],
    networkInsightsAccessScope: ['ec2', 'DescribeNetworkInsightsAccessScopes'],
    networkInsightsAccessScopeAnalysis: ['ec2', 'DescribeNetworkInsightsAccessScopeAnalyses'],
    networkInsightsPath: ['ec2', 'DescribeNetworkInsightsPaths'],
    networkInsightsAnalysis: ['ec2', 'DescribeNetworkInsightsAnalyses'],
    connectionNotification: ['ec2', 'DescribeVpcEndpointConnectionNotifications'],
    loadBalancer: ['elasticloadbalancing', 'DescribeLoadBalancers'],
    targetGroup: ['elasticloadbalancing', 'DescribeTargetGroups'],
  };
  const isListed = async (
    world: ReturnType<Examples['world']>,
    kind: Kind,
    id: string,
    request: WireRequest,
  ) => {
    const [service, action] = lists[kind] ?? [];
    if (service === undefined || action === undefined) return undefined;
    const answer = await inProcess(world.dispatcher)({ ...request, service, action, params: [] });
    return 'xml' in answer && answer.xml.includes(`>${id}<`);
  };

  it('is listed, what is deleted is not', async () => {
    let created = 0;
    let deleted = 0;
    const check: Check = async (row) => {
      const [request] = row.requests;
      if (request === undefined) return undefined;
      const world = examples.world();
      await inProcess(world.dispatcher)(request);
      const { snapshot } = world.store;
      for (const kind of kinds) {
        for (const one of snapshot.all(kind)) {
          if (examples.base.get(kind, one.id) !== undefined || isLent(one)) continue;
          const listed = await isListed(world, kind, one.id, request);
          if (listed === true) created++;
          if (listed === false) return `${nameOf(row)}: ${one.id} is not listed`;
        }
        for (const one of examples.base.all(kind)) {
          if (snapshot.get(kind, one.id) !== undefined) continue;
          const listed = await isListed(world, kind, one.id, request);
          if (listed === false) deleted++;
          if (listed === true) return `${nameOf(row)}: ${one.id} is still listed`;
        }
      }
      return undefined;
    };
    expect(await findings('listed', check)).toEqual([]);
    expect([created > 25, deleted > 15]).toEqual([true, true]);
  });

  it('carries the tags that it was created with', async () => {
    const check: Check = async (row) => {
      const members = membersOf(row);
      const isTagged = row.service === 'elasticloadbalancing' && /^Create/.test(row.action);
      if (!members.includes('TagSpecifications') && !isTagged) return undefined;
      const [request = requestOf(row)] = row.requests;
      const params = request.params.filter(([name]) => !name.startsWith('Tag'));
      const type = row.action === 'RunInstances' ? 'instance' : resourceType(row.action);
      const ec2: WireRequest['params'] = [
        ['TagSpecification.1.ResourceType', type],
        ['TagSpecification.1.Tag.1.Key', 'purpose'],
        ['TagSpecification.1.Tag.1.Value', 'seen-here'],
      ];
      const elb: WireRequest['params'] = [
        ['Tags.member.1.Key', 'purpose'],
        ['Tags.member.1.Value', 'seen-here'],
      ];
      const world = examples.world();
      const send = inProcess(world.dispatcher);
      const made = await send({ ...request, params: [...params, ...(isTagged ? elb : ec2)] });
      if ('code' in made) return `${nameOf(row)}: ${made.code}: ${made.message}`;
      const arn = />(arn:[^<]*(loadbalancer|targetgroup|listener)[^<]*)</.exec(made.xml)?.[1] ?? '';
      const asked: WireRequest['params'] = isTagged ? [['ResourceArns.member.1', arn]] : [];
      const answer = await send({ ...request, action: 'DescribeTags', params: asked });
      if (!textOf(answer).includes('seen-here')) return `${nameOf(row)}: not in DescribeTags`;
      for (const [kind, list] of Object.entries(lists)) {
        const isNew = [...world.store.snapshot.all(kind as Kind)].some(
          (one) => one.tags['purpose'] === 'seen-here',
        );
        if (!isNew || isTagged) continue;
        const listed = await send({ ...request, action: list[1], params: [] });
        if (!textOf(listed).includes('seen-here')) return `${nameOf(row)}: not in ${list[1]}`;
      }
      return undefined;
    };
    expect(await findings('tags', check)).toEqual([]);
  });

  it('is created once for one ClientToken', async () => {
    let seen = 0;
    const check: Check = async (row) => {
      if (!membersOf(row).includes('ClientToken')) return undefined;
      seen++;
      const [request, other] = row.requests;
      if (request === undefined || other === undefined) return `${nameOf(row)}: too few examples`;
      const world = examples.world();
      const send = inProcess(world.dispatcher);
      const token = (one: WireRequest) => withParam(one, 'ClientToken', 'token');
      const first = await send(token(request));
      const { revision } = world.store.snapshot;
      const second = await send(token(request));
      if (textOf(first) !== textOf(second)) return `${nameOf(row)}: another answer`;
      if (world.store.snapshot.revision !== revision) return `${nameOf(row)}: done twice`;
      const mismatch = codeOf(
        await send(token({ ...other, account: request.account, region: request.region })),
      );
      return mismatch === 'IdempotentParameterMismatch' ? undefined : `${nameOf(row)}: ${mismatch}`;
    };
    expect(await findings('clientToken', check)).toEqual([]);
    expect(seen).toBeGreaterThan(7);
  });
});

describe('every list', () => {
  it('comes in pages that together are the whole', async () => {
    const crowd = openWorld(copyTables(await populated(4)), 99);
    const send = inProcess(crowd.dispatcher);
    let paged = 0;
    const check: Check = async (row) => {
      const members = membersOf(row);
      const isElb = row.service === 'elasticloadbalancing';
      const [size, token, most] = isElb
        ? (['PageSize', 'Marker', '401'] as const)
        : (['MaxResults', 'NextToken', '100000'] as const);
      if (!members.includes(token)) return undefined;
      const params = (row.requests[0]?.params ?? []).filter(
        ([name]) => !/^(Filter|MaxResults|NextToken|PageSize|Marker)/.test(name),
      );
      const required =
        SHAPES[row.service].structures[SHAPES[row.service].operations[row.action]?.in ?? '']?.required ?? 0;
      // Listeners are listed of one load balancer.
      const base = requestOf(row, required > 0 || row.action === 'DescribeListeners' ? params : []);
      const refusals = [
        withParam(base, token, 'garbage'),
        withParam(base, size, '0'),
        withParam(base, size, most),
      ];
      for (const request of refusals) {
        const answer = await send(request);
        if (!('code' in answer)) return `${nameOf(row)}: ${request.params.at(-1)?.join('=')} is answered`;
      }
      const whole = await send(base);
      if (!('output' in whole)) return `${nameOf(row)}: ${whole.code}: ${whole.message}`;
      const name = listNameOf(whole.output);
      const all = listOf(whole.output, name);
      const pageSize = isElb ? 2 : 5;
      if (all.length <= pageSize) return undefined;
      paged++;
      const pieces: unknown[] = [];
      let next: string | undefined;
      for (let i = 0; i < 200; i++) {
        const page = await send({
          ...base,
          params: [...base.params, [size, String(pageSize)], ...(next ? [[token, next] as const] : [])],
        });
        if (!('output' in page)) return `${nameOf(row)}: page ${i}: ${page.code}: ${page.message}`;
        pieces.push(...listOf(page.output, name));
        const output = page.output as { NextToken?: string; NextMarker?: string };
        next = output.NextToken ?? output.NextMarker;
        if (!next) break;
      }
      return isDeepStrictEqual(pieces, all)
        ? undefined
        : `${nameOf(row)}: ${pieces.length} of ${all.length} in pages`;
    };
    expect(await findings('pages', check)).toEqual([]);
    expect(paged).toBeGreaterThan(20);
  });
});

/** The name of the longest list among the members of an answer. */
function listNameOf(output: unknown): string {
  const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : -1);
  const members = Object.entries(output as object).sort(([, a], [, b]) => lengthOf(b) - lengthOf(a));
  return members[0]?.[0] ?? '';
}

function listOf(output: unknown, name: string): readonly unknown[] {
  return ((output as Readonly<Record<string, unknown>>)[name] as readonly unknown[] | undefined) ?? [];
}

function resourceType(action: string): string {
  const special: Readonly<Record<string, string>> = {
    AllocateAddress: 'elastic-ip',
    CreateNatGateway: 'natgateway',
    StartNetworkInsightsAccessScopeAnalysis: 'network-insights-access-scope-analysis',
    StartNetworkInsightsAnalysis: 'network-insights-analysis',
    CreateManagedPrefixList: 'prefix-list',
    CreateFlowLogs: 'vpc-flow-log',
    CreateVpcEndpointServiceConfiguration: 'vpc-endpoint-service',
  };
  if (action.startsWith('Authorize')) return 'security-group-rule';
  return (
    special[action] ??
    action
      .replace(/^Create/, '')
      .replace(/(?<=.)[A-Z]/g, '-$&')
      .toLowerCase()
  );
}
