import { describe, expect, it } from 'vitest';
import { actionNames } from '../actions.ts';
import { refused, testApi } from '../testing.ts';
import { networkInsightsActions } from './network-insights.ts';

/** Two instances of one VPC; the group of the second lets nothing in. */
async function twoInstances() {
  const api = testApi();
  const { call } = api;
  const VpcId = (await call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId ?? '';
  const subnet = await call('ec2', 'CreateSubnet', { VpcId, CidrBlock: '10.0.1.0/24' });
  const group = await call('ec2', 'CreateSecurityGroup', { VpcId, GroupName: 'web', Description: 'web' });
  const GroupId = group.GroupId ?? '';
  const run = async (more: object) => {
    const { Instances } = await call('ec2', 'RunInstances', {
      ...{ ImageId: 'ami-0ba5e000000000001', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
      SubnetId: subnet.Subnet?.SubnetId ?? '',
      ...more,
    });
    return Instances?.[0]?.InstanceId ?? '';
  };
  const [client, server] = [await run({}), await run({ SecurityGroupIds: [GroupId] })];
  const createPath = (more: object = {}) =>
    call('ec2', 'CreateNetworkInsightsPath', {
      ...{ Source: client, Destination: server, Protocol: 'tcp', DestinationPort: 443 },
      ...more,
    });
  const start = (NetworkInsightsPathId: string, more: object = {}) =>
    call('ec2', 'StartNetworkInsightsAnalysis', { NetworkInsightsPathId, ...more });
  const analyses = async (input: object) =>
    (await call('ec2', 'DescribeNetworkInsightsAnalyses', input)).NetworkInsightsAnalyses ?? [];
  const open = () =>
    call('ec2', 'AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.0.0.0/16' }] },
      ],
    });
  return { ...api, VpcId, GroupId, client, server, createPath, start, analyses, open };
}

const arn = (type: string, id: string) => `arn:aws:ec2:us-east-1:111111111111:${type}/${id}`;

describe('network insights', () => {
  it('a path is created, analysed, described and deleted', async () => {
    const { call, client, server, createPath, start, analyses, clock } = await twoInstances();
    const TagSpecifications = [
      { ResourceType: 'network-insights-path', Tags: [{ Key: 'Name', Value: 'x' }] },
    ];
    const { NetworkInsightsPath: path } = await createPath({ TagSpecifications });
    const id = path?.NetworkInsightsPathId ?? '';
    expect(id).toMatch(/^nip-0[0-9a-f]{16}$/);
    expect(path).toMatchObject({
      NetworkInsightsPathArn: arn('network-insights-path', id),
      CreatedDate: new Date(clock.now()),
      Source: client,
      SourceArn: arn('instance', client),
      Destination: server,
      DestinationArn: arn('instance', server),
      Protocol: 'tcp',
      DestinationPort: 443,
      Tags: [{ Key: 'Name', Value: 'x' }],
    });
    const described = await call('ec2', 'DescribeNetworkInsightsPaths', { NetworkInsightsPathIds: [id] });
    expect(described.NetworkInsightsPaths).toEqual([path]);
    const { NetworkInsightsAnalysis: started } = await start(id);
    const analysisId = started?.NetworkInsightsAnalysisId ?? '';
    expect(started).toMatchObject({ NetworkInsightsPathId: id, Status: 'running' });
    expect(started?.NetworkPathFound).toBeUndefined();
    expect(await analyses({ NetworkInsightsAnalysisIds: [analysisId] })).toMatchObject([
      {
        NetworkInsightsAnalysisArn: arn('network-insights-analysis', analysisId),
        Status: 'succeeded',
        NetworkPathFound: false,
        ForwardPathComponents: [],
        Explanations: [{ ExplanationCode: 'SG_HAS_NO_RULES', Direction: 'ingress' }],
      },
    ]);
    expect(await refused(call('ec2', 'DeleteNetworkInsightsPath', { NetworkInsightsPathId: id }))).toMatch(
      /^AnalysisExistsForNetworkInsightsPath: /,
    );
    await call('ec2', 'DeleteNetworkInsightsAnalysis', { NetworkInsightsAnalysisId: analysisId });
    await call('ec2', 'DeleteNetworkInsightsPath', { NetworkInsightsPathId: id });
    expect(await refused(start(id))).toMatch(/^InvalidNetworkInsightsPathId.NotFound: /);
    expect(await refused(analyses({ NetworkInsightsAnalysisIds: [analysisId] }))).toMatch(
      /^InvalidNetworkInsightsAnalysisId.NotFound: /,
    );
  });

  it('an analysis stays as it was when the network changes', async () => {
    const { call, server, createPath, start, analyses, open } = await twoInstances();
    const id = (await createPath()).NetworkInsightsPath?.NetworkInsightsPathId ?? '';
    await start(id);
    const [before] = await analyses({ NetworkInsightsPathId: id });
    await open();
    await start(id);
    const [same, after] = await analyses({ NetworkInsightsPathId: id });
    expect(same).toEqual(before);
    expect(after).toMatchObject({ NetworkPathFound: true, Explanations: [] });
    expect(after?.ForwardPathComponents?.at(-1)).toMatchObject({
      Component: { Id: server },
      InboundHeader: { DestinationPortRanges: [{ From: 443, To: 443 }], Protocol: '6' },
    });
    await call('ec2', 'TerminateInstances', { InstanceIds: [server] });
    expect(await analyses({ NetworkInsightsPathId: id })).toEqual([same, after]);
    await start(id);
    expect((await analyses({ NetworkInsightsPathId: id })).at(-1)).toMatchObject({
      NetworkPathFound: false,
      Explanations: [{ ExplanationCode: 'UNASSOCIATED_COMPONENT', Component: { Id: server } }],
    });
  });

  it('analyses are filtered by path, outcome and time', async () => {
    const { createPath, start, analyses, open, clock } = await twoInstances();
    const one = (await createPath()).NetworkInsightsPath?.NetworkInsightsPathId ?? '';
    const other = (await createPath()).NetworkInsightsPath?.NetworkInsightsPathId ?? '';
    await start(one);
    clock.advance(60_000);
    const later = new Date(clock.now());
    await open();
    await start(one);
    await start(other);
    const count = async (input: object) => (await analyses(input)).length;
    expect(await count({})).toBe(3);
    expect(await count({ NetworkInsightsPathId: one })).toBe(2);
    expect(await count({ AnalysisStartTime: later })).toBe(2);
    expect(await count({ AnalysisEndTime: new Date(later.getTime() - 1) })).toBe(1);
    const found = (value: string) => ({ Filters: [{ Name: 'path-found', Values: [value] }] });
    expect([await count(found('true')), await count(found('false'))]).toEqual([2, 1]);
    expect(await count({ Filters: [{ Name: 'status', Values: ['succeeded'] }] })).toBe(3);
    expect(await count({ Filters: [{ Name: 'status', Values: ['running'] }] })).toBe(0);
  });

  it('analyses go after 120 days, when another is started', async () => {
    const { createPath, start, analyses, clock } = await twoInstances();
    const id = (await createPath()).NetworkInsightsPath?.NetworkInsightsPathId ?? '';
    const first = await start(id);
    clock.advance(119 * 24 * 3_600_000);
    await start(id);
    expect(await analyses({})).toHaveLength(2);
    clock.advance(24 * 3_600_000);
    await start(id);
    const ids = (await analyses({})).map((one) => one.NetworkInsightsAnalysisId);
    expect(ids).toHaveLength(2);
    expect(ids).not.toContain(first.NetworkInsightsAnalysis?.NetworkInsightsAnalysisId);
  });

  it('paths are filtered by their ends and filters', async () => {
    const { call, client, createPath } = await twoInstances();
    await createPath();
    const FilterAtSource = { DestinationPortRange: { FromPort: 80, ToPort: 90 }, SourceAddress: '10.0.1.4' };
    await createPath({ DestinationPort: undefined, FilterAtSource });
    const matching = async (Name: string, value: string) => {
      const Filters = [{ Name, Values: [value] }];
      return (await call('ec2', 'DescribeNetworkInsightsPaths', { Filters })).NetworkInsightsPaths?.length;
    };
    expect(await matching('source', client)).toBe(2);
    expect(await matching('destination', client)).toBe(0);
    expect(await matching('protocol', 'tcp')).toBe(2);
    expect(await matching('filter-at-source.source-address', '10.0.1.4')).toBe(1);
    expect(await matching('filter-at-source.destination-port-range', '80-90')).toBe(1);
    expect(await matching('filter-at-destination.destination-port-range', '80-90')).toBe(0);
  });

  it('an end of another account is named by its ARN', async () => {
    const { call, client, server, createPath } = await twoInstances();
    const other = { account: '222222222222' };
    const ask = (Source: string, Destination: string) =>
      call('ec2', 'CreateNetworkInsightsPath', { Source, Destination, Protocol: 'tcp' }, other);
    expect(await refused(ask(client, server))).toMatch(/^NetworkInsightsSource.NotFound: /);
    const { NetworkInsightsPath } = await ask(arn('instance', client), arn('instance', server));
    expect(NetworkInsightsPath).toMatchObject({ Source: client, SourceArn: arn('instance', client) });
    expect((await createPath({ Source: arn('instance', client) })).NetworkInsightsPath?.Source).toBe(client);
  });

  it('components to include have to be there', async () => {
    const { createPath, start, analyses } = await twoInstances();
    const id = (await createPath()).NetworkInsightsPath?.NetworkInsightsPathId ?? '';
    const FilterInArns = [arn('natgateway', 'nat-0123456789abcdef0')];
    await start(id, { FilterInArns });
    const [analysis] = await analyses({});
    expect(analysis).toMatchObject({ Status: 'failed', FilterInArns });
    expect(analysis?.StatusMessage).toContain('missing component');
    expect(analysis?.NetworkPathFound).toBeUndefined();
  });
});

describe('bad input of network insights', () => {
  it.each([
    [{ Source: 'i-0123456789abcdef0' }, /^NetworkInsightsSource.NotFound: /],
    [{ Source: '10.0.0.1' }, /^NetworkInsightsSource.NotFound: /],
    [{ Destination: 'igw-0123456789abcdef0' }, /^NetworkInsightsDestination.NotFound: /],
    [
      { Destination: undefined },
      /^MissingParameter: The request must include either the Destination parameter or the FilterAtSource/,
    ],
    [{ Protocol: 'icmp' }, /^InvalidParameterValue: Value \(icmp\) for parameter protocol is invalid/],
    [{ DestinationPort: 65_536 }, /^InvalidParameterValue: /],
    [{ DestinationPort: -1 }, /^InvalidParameterValue: /],
    [{ SourceIp: '10.0.0' }, /^InvalidParameterValue: Value \(10.0.0\) for parameter sourceIp/],
    [{ DestinationIp: '::1' }, /^InvalidParameterValue: /],
    [{ FilterAtSource: {} }, /^InvalidParameterCombination: /],
    [
      { FilterAtSource: {}, DestinationPort: undefined, SourceIp: '10.0.1.4' },
      /^InvalidParameterCombination: /,
    ],
    [{ FilterAtDestination: {}, DestinationIp: '10.0.1.4' }, /^InvalidParameterCombination: /],
    [{ FilterAtDestination: { SourcePortRange: { FromPort: 2, ToPort: 1 } } }, /^InvalidParameterValue: /],
    [{ FilterAtDestination: { SourcePortRange: { FromPort: 2 } } }, /^InvalidParameterValue: /],
    [{ FilterAtDestination: { DestinationAddress: 'x' } }, /^InvalidParameterValue: /],
  ])('%j', async (more, refusal) => {
    const { createPath } = await twoInstances();
    expect(await refused(createPath(more))).toMatch(refusal);
  });

  it.each([
    [{ FilterInArns: ['vpc-1'] }, /^InvalidParameterValue: /],
    [
      { FilterInArns: [arn('vpc', 'vpc-1')], FilterOutArns: [arn('vpc', 'vpc-1')] },
      /^InvalidParameterValue: /,
    ],
    [{ AdditionalAccounts: ['x'] }, /^InvalidParameterValue: /],
  ])('an analysis with %j', async (more, refusal) => {
    const { createPath, start } = await twoInstances();
    const id = (await createPath()).NetworkInsightsPath?.NetworkInsightsPathId ?? '';
    expect(await refused(start(id, more))).toMatch(refusal);
  });
});

it('all of its actions, and no others, are loaded when one is asked for', () => {
  const known = actionNames('ec2').filter((name) => name.includes('NetworkInsights'));
  expect(known).toEqual(Object.keys(networkInsightsActions).sort());
});
