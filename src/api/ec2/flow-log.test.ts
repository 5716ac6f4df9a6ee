import { describe, expect, it } from 'vitest';
import { nothingApplied, refused, testApi } from '../testing.ts';

const toBucket = { LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::logs/network/' } as const;
const toLogs = { LogGroupName: 'flows', DeliverLogsPermissionArn: 'arn:aws:iam::111111111111:role/logs' };

async function withVpc() {
  const api = testApi();
  const { Vpc } = await api.call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' });
  const VpcId = Vpc?.VpcId ?? '';
  const create = (fields: object) =>
    api.call('ec2', 'CreateFlowLogs', {
      ResourceType: 'VPC',
      ResourceIds: [VpcId],
      TrafficType: 'ALL',
      ...fields,
    });
  const described = async (input: object = {}) =>
    (await api.call('ec2', 'DescribeFlowLogs', input)).FlowLogs ?? [];
  return { ...api, VpcId, create, described };
}

describe('flow log actions', () => {
  it('create, describe, tag and delete', async () => {
    const { call, create, described, VpcId } = await withVpc();
    const Tags = [{ Key: 'Name', Value: 'all' }];
    const TagSpecifications = [{ ResourceType: 'vpc-flow-log', Tags }];
    const { FlowLogIds = [], Unsuccessful } = await create({ ...toLogs, TagSpecifications });
    expect(Unsuccessful).toEqual([]);
    expect(await described({ FlowLogIds })).toMatchObject([
      {
        FlowLogId: FlowLogIds[0],
        ResourceId: VpcId,
        TrafficType: 'ALL',
        LogDestinationType: 'cloud-watch-logs',
        LogGroupName: 'flows',
        LogDestination: 'arn:aws:logs:us-east-1:111111111111:log-group:flows',
        LogFormat: expect.stringMatching(/^\$\{version\} \$\{account-id\} .* \$\{log-status\}$/),
        MaxAggregationInterval: 600,
        FlowLogStatus: 'ACTIVE',
        DeliverLogsStatus: 'SUCCESS',
        Tags,
      },
    ]);
    const filter = (Name: string, ...Values: string[]) => described({ Filter: [{ Name, Values }] });
    expect(await filter('resource-id', VpcId)).toHaveLength(1);
    expect(await filter('log-destination-type', 's3')).toEqual([]);
    expect(await call('ec2', 'DeleteFlowLogs', { FlowLogIds })).toEqual({ Unsuccessful: [] });
    expect(await described()).toEqual([]);
  });

  it('say that the last delivery failed, once the agent does', async () => {
    const { create, described, observed } = await withVpc();
    const { FlowLogIds: [id = ''] = [] } = await create(toBucket);
    const flowLogFaults = [{ id, message: 'Access error' }];
    observed.update({ ...nothingApplied, flowLogFaults });
    expect(await described()).toMatchObject([
      { DeliverLogsStatus: 'FAILED', DeliverLogsErrorMessage: 'Access error', FlowLogStatus: 'ACTIVE' },
    ]);
  });

  it('list the resources that there are no flow logs for, and make the others', async () => {
    const { call, create, described, VpcId } = await withVpc();
    const gone = 'vpc-0123456789abcdef0';
    const made = await create({ ...toBucket, ResourceIds: [gone, VpcId] });
    expect(made.FlowLogIds).toHaveLength(1);
    expect(made.Unsuccessful).toMatchObject([{ ResourceId: gone, Error: { Code: 'InvalidVpcID.NotFound' } }]);
    expect(await described()).toMatchObject([{ LogDestination: 'arn:aws:s3:::logs/network' }]);
    const deleted = await call('ec2', 'DeleteFlowLogs', { FlowLogIds: ['fl-0123456789abcdef0'] });
    expect(deleted.Unsuccessful).toMatchObject([{ Error: { Code: 'InvalidFlowLogId.NotFound' } }]);
  });

  it('go with what they tell of', async () => {
    const { call, create, described, VpcId } = await withVpc();
    const { Subnet } = await call('ec2', 'CreateSubnet', { VpcId, CidrBlock: '10.0.1.0/24' });
    const SubnetId = Subnet?.SubnetId ?? '';
    const { NetworkInterface } = await call('ec2', 'CreateNetworkInterface', { SubnetId });
    const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? '';
    await create({ ...toBucket, ResourceType: 'NetworkInterface', ResourceIds: [NetworkInterfaceId] });
    await create({ ...toBucket, ResourceType: 'Subnet', ResourceIds: [SubnetId] });
    await create(toBucket);
    expect(await described()).toHaveLength(3);
    await call('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId });
    expect(await described()).toHaveLength(2);
    await call('ec2', 'DeleteSubnet', { SubnetId });
    await call('ec2', 'DeleteVpc', { VpcId });
    expect(await described()).toEqual([]);
  });

  it('refuse what cannot be', async () => {
    const { call, create } = await withVpc();
    await create(toBucket);
    const refusals: readonly (readonly [fields: object, refusal: string])[] = [
      [
        toBucket,
        'FlowLogAlreadyExists: Error. There is an existing Flow Log with the same configuration and log destination.',
      ],
      [{}, "InvalidParameter: LogDestination can't be empty if LogGroupName is not provided."],
      [
        { LogGroupName: 'flows' },
        "InvalidParameter: DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
      ],
      [
        { ...toLogs, LogDestination: 'arn:aws:logs:us-east-1:111111111111:log-group:flows' },
        'InvalidParameter: Please only provide LogGroupName or only provide LogDestination.',
      ],
      [
        { ...toBucket, MaxAggregationInterval: 61 },
        'InvalidParameter: Invalid Flow Log Max Aggregation Interval',
      ],
      [
        { ...toBucket, LogFormat: '${version} ' },
        "InvalidParameterValue: 1 validation error detected: Value '${version} ' at 'logFormat' has an invalid format",
      ],
    ];
    for (const [fields, refusal] of refusals) expect(await refused(create(fields))).toBe(refusal);
    expect(await refused(create({ ...toBucket, LogFormat: '${version} ${sauce}' }))).toMatch(
      /^InvalidParameter: .*sauce/,
    );
    expect(await refused(create({ ...toBucket, ResourceType: 'TransitGateway' }))).toMatch(/^Unsupported/);
    const FlowLogIds = ['fl-0123456789abcdef0'];
    expect(await refused(call('ec2', 'DescribeFlowLogs', { FlowLogIds }))).toMatch(
      /^InvalidFlowLogId.NotFound/,
    );
  });
});
