import { describe, expect, it } from 'vitest';
import { builtInImages } from '../../catalog/images.ts';
import type { GuestReport } from '../../plan/actual.ts';
import { nothingApplied, refused, testApi } from '../testing.ts';

const ImageId = builtInImages[0]?.id ?? '';
const one = { ImageId, MinCount: 1, MaxCount: 1 };

type Api = ReturnType<typeof testApi>;

async function run(api: Api, input: Partial<Parameters<typeof launch>[1]> = {}) {
  return launch(api, { ...one, ...input });
}

async function launch(api: Api, input: Parameters<typeof api.call<'ec2', 'RunInstances'>>[2]) {
  const { Instances = [] } = await api.call('ec2', 'RunInstances', input);
  const [first] = Instances;
  if (first?.InstanceId === undefined) throw new Error('nothing was launched');
  return { ...first, id: first.InstanceId, eni: first.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '' };
}

async function get(api: Api, id: string) {
  const { Reservations = [] } = await api.call('ec2', 'DescribeInstances', { InstanceIds: [id] });
  return Reservations[0]?.Instances?.[0];
}

async function subnet(api: Api, cidr = '10.0.0.0/16') {
  const { Vpc } = await api.call('ec2', 'CreateVpc', { CidrBlock: cidr });
  const input = { VpcId: Vpc?.VpcId ?? '', CidrBlock: cidr.replace('/16', '/28') };
  const { Subnet } = await api.call('ec2', 'CreateSubnet', input);
  return Subnet?.SubnetId ?? '';
}

function report(api: Api, guests: readonly GuestReport[]) {
  api.observed.update({
    ...nothingApplied,
    appliedRevision: 1,
    guests,
  });
}

describe('RunInstances', () => {
  it('launches in a default subnet with the default group and a public address', async () => {
    const api = testApi();
    const made = await run(api);
    expect(made.State).toEqual({ Code: 0, Name: 'pending' });
    expect(await get(api, made.id)).toMatchObject({
      State: { Code: 16, Name: 'running' },
      InstanceType: 't3.micro',
      SecurityGroups: [{ GroupName: 'default' }],
      PrivateIpAddress: expect.stringMatching(/^172\.31\./),
      PublicIpAddress: expect.stringMatching(/^198\.1[89]\./),
      PublicDnsName: expect.stringMatching(/^ec2-198-1[89]-\d+-\d+\.compute-1\.amazonaws\.com$/),
      PrivateDnsName: expect.stringMatching(/^ip-172-31-\d+-\d+\.ec2\.internal$/),
      NetworkInterfaces: [{ Status: 'in-use', Attachment: { DeviceIndex: 0, DeleteOnTermination: true } }],
    });
    expect((await api.call('ec2', 'DescribeAddresses', {})).Addresses).toEqual([]);
  });

  it('answers a client token again with the same instances', async () => {
    const api = testApi();
    const [a, b] = [await run(api, { ClientToken: 'x' }), await run(api, { ClientToken: 'x' })];
    expect(b.id).toBe(a.id);
    expect(b.LaunchTime).toEqual(a.LaunchTime);
    expect(await refused(run(api, { ClientToken: 'x', MaxCount: 2 }))).toMatch(
      /^IdempotentParameterMismatch/,
    );
  });

  it('launches as many as fit between the two counts', async () => {
    const api = testApi();
    const SubnetId = await subnet(api);
    const most = { ...one, SubnetId, MinCount: 2, MaxCount: 1e9 };
    const { Instances } = await api.call('ec2', 'RunInstances', most);
    expect(Instances?.map((each) => each.AmiLaunchIndex)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await refused(run(api, { SubnetId }))).toMatch(
      /^InsufficientFreeAddressesInSubnet: There are not enough/,
    );
  });

  it('refuses what cannot be', async () => {
    const api = testApi();
    const no = (input: Partial<Parameters<typeof launch>[1]>) => refused(run(api, input));
    expect(await no({ ImageId: 'ami-0123456789abcdef0' })).toBe(
      "InvalidAMIID.NotFound: The image id '[ami-0123456789abcdef0]' does not exist",
    );
    expect(await no({ ImageId: 'ubuntu' })).toMatch(/^InvalidAMIID.Malformed/);
    expect(await no({ InstanceType: 'x9.tiny' as 't3.micro' })).toMatch(
      /^InvalidParameterValue: Invalid value 'x9.tiny'/,
    );
    expect(await no({ MinCount: 0 })).toMatch(/^InvalidParameterValue/);
    expect(await no({ MinCount: 2 })).toMatch(/^InvalidParameterValue: MinCount/);
    expect(await no({ UserData: '%%%' })).toBe(
      'InvalidParameterValue: Invalid BASE64 encoding of user data.',
    );
    expect(await no({ UserData: btoa('x'.repeat(16385)) })).toMatch(/limited to 16384 bytes$/);
    expect(await no({ SecurityGroups: ['none'] })).toMatch(/^InvalidGroup.NotFound/);
    expect(await no({ Placement: { AvailabilityZone: 'us-east-1z' } })).toBe(
      'InvalidParameterValue: Invalid availability zone: [us-east-1z]',
    );
    const both = { SubnetId: await subnet(api), NetworkInterfaces: [{ DeviceIndex: 0 }] };
    expect(await no(both)).toBe(
      'InvalidParameterCombination: Network interfaces and an instance-level subnet ID may not be specified on the same request',
    );
    expect(await no({ NetworkInterfaces: [{ DeviceIndex: 1 }] })).toMatch(/device index 0/);
    expect(await no({ NetworkInterfaces: [{}] })).toMatch(/requires a device index/);
    expect(await no({ NetworkInterfaces: [{ DeviceIndex: 0 }, { DeviceIndex: 0 }] })).toMatch(
      /more than once/,
    );
    expect(await no({ NetworkInterfaces: [0, 1, 2].map((DeviceIndex) => ({ DeviceIndex })) })).toMatch(
      /^AttachmentLimitExceeded: Interface count 3 exceeds the limit for t3.micro/,
    );
    expect((await api.call('ec2', 'DescribeInstances', {})).Reservations).toEqual([]);
  });

  it('takes an interface that exists, once, and gives it back', async () => {
    const api = testApi();
    const SubnetId = await subnet(api);
    const { NetworkInterface } = await api.call('ec2', 'CreateNetworkInterface', { SubnetId });
    const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? '';
    const NetworkInterfaces = [{ DeviceIndex: 0, NetworkInterfaceId }];
    const made = await run(api, { NetworkInterfaces });
    expect(made.PrivateIpAddress).toBe(NetworkInterface?.PrivateIpAddress);
    expect(await refused(run(api, { NetworkInterfaces }))).toBe(
      `InvalidNetworkInterface.InUse: Interface: [${NetworkInterfaceId}] in use.`,
    );
    expect(await refused(api.call('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId }))).toBe(
      `InvalidParameterValue: Network interface '${NetworkInterfaceId}' is currently in use.`,
    );
    await api.call('ec2', 'TerminateInstances', { InstanceIds: [made.id] });
    await api.call('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId });
  });
});

describe('states', () => {
  it('follows the host: pending until the guest runs, stopping until it is gone', async () => {
    const api = testApi();
    const { id } = await run(api);
    const state = async () => (await get(api, id))?.State?.Name;
    report(api, []);
    expect(await state()).toBe('pending');
    report(api, [{ id, bootNumber: 1, state: 'running' }]);
    api.observed.takeConsole(id, 'héllo');
    expect(await state()).toBe('running');
    const console = await api.call('ec2', 'GetConsoleOutput', { InstanceId: id });
    expect(Buffer.from(console.Output ?? '', 'base64').toString()).toBe('héllo');
    const stopped = await api.call('ec2', 'StopInstances', { InstanceIds: [id, id] });
    expect(stopped.StoppingInstances).toEqual([
      {
        InstanceId: id,
        PreviousState: { Code: 16, Name: 'running' },
        CurrentState: { Code: 64, Name: 'stopping' },
      },
    ]);
    expect(await state()).toBe('stopping');
    expect(await refused(api.call('ec2', 'StartInstances', { InstanceIds: [id] }))).toMatch(
      /^IncorrectInstanceState/,
    );
    report(api, []);
    expect(await state()).toBe('stopped');
    expect((await get(api, id))?.PublicIpAddress).toBeUndefined();
    expect((await get(api, id))?.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
    const started = await api.call('ec2', 'StartInstances', { InstanceIds: [id] });
    expect(started.StartingInstances?.[0]?.CurrentState?.Name).toBe('pending');
    expect((await get(api, id))?.PublicIpAddress).toMatch(/^198\./);
    report(api, [{ id, bootNumber: 2, state: 'failed', message: 'no memory' }]);
    expect((await get(api, id))?.StateReason).toEqual({
      Code: 'Server.InternalError',
      Message: 'Server.InternalError: no memory',
    });
  });

  it('terminates, drops interfaces and addresses, and forgets after an hour', async () => {
    const api = testApi();
    const { id, eni } = await run(api, { DisableApiTermination: true });
    const { AllocationId } = await api.call('ec2', 'AllocateAddress', {});
    await api.call('ec2', 'AssociateAddress', { AllocationId, InstanceId: id });
    const ids = { InstanceIds: [id] };
    expect(await refused(api.call('ec2', 'TerminateInstances', ids))).toMatch(
      /^OperationNotPermitted: The instance/,
    );
    await api.call('ec2', 'ModifyInstanceAttribute', {
      InstanceId: id,
      DisableApiTermination: { Value: false },
    });
    await api.call('ec2', 'TerminateInstances', ids);
    const gone = await get(api, id);
    expect(gone).toMatchObject({ State: { Name: 'terminated' }, NetworkInterfaces: [] });
    expect(gone?.SubnetId).toBeUndefined();
    expect(
      await refused(api.call('ec2', 'DescribeNetworkInterfaces', { NetworkInterfaceIds: [eni] })),
    ).toMatch(/NotFound/);
    const { Addresses } = await api.call('ec2', 'DescribeAddresses', {});
    expect(Addresses?.[0]?.AssociationId).toBeUndefined();
    expect(await refused(api.call('ec2', 'StartInstances', ids))).toMatch(/^IncorrectInstanceState/);
    api.clock.advance(3_600_000);
    await run(api);
    expect(await refused(get(api, id))).toBe(
      `InvalidInstanceID.NotFound: The instance ID '${id}' does not exist`,
    );
  });

  it('names all unknown ids, and malformed ones', async () => {
    const api = testApi();
    const { id } = await run(api);
    const no = (...InstanceIds: string[]) => refused(api.call('ec2', 'RebootInstances', { InstanceIds }));
    expect(await no('i-11111111', id, 'i-22222222')).toBe(
      "InvalidInstanceID.NotFound: The instance IDs 'i-11111111, i-22222222' do not exist",
    );
    expect(await no('nonsense')).toMatch(/^InvalidInstanceID.Malformed/);
    expect(
      await refused(api.call('ec2', 'StopInstances', { InstanceIds: [id] }, { account: '222222222222' })),
    ).toMatch(/^InvalidInstanceID.NotFound/);
  });
});

it('changes attributes, some only of a stopped instance', async () => {
  const api = testApi();
  const { id: InstanceId } = await run(api, { UserData: btoa('#!/bin/sh\n') });
  const modify = (input: object) => api.call('ec2', 'ModifyInstanceAttribute', { InstanceId, ...input });
  const attribute = (
    Attribute: 'userData' | 'instanceType' | 'sourceDestCheck' | 'disableApiStop' | 'groupSet',
  ) => api.call('ec2', 'DescribeInstanceAttribute', { InstanceId, Attribute });
  expect(await attribute('userData')).toEqual({ InstanceId, UserData: { Value: btoa('#!/bin/sh\n') } });
  await modify({ SourceDestCheck: { Value: false } });
  expect(await attribute('sourceDestCheck')).toEqual({ InstanceId, SourceDestCheck: { Value: false } });
  await modify({ Attribute: 'disableApiStop', Value: 'true' });
  expect(await refused(api.call('ec2', 'StopInstances', { InstanceIds: [InstanceId] }))).toMatch(
    /disableApiStop/,
  );
  await modify({ DisableApiStop: { Value: false } });
  expect(await refused(modify({ InstanceType: { Value: 't3.large' } }))).toBe(
    `IncorrectInstanceState: The instance '${InstanceId}' is not in the 'stopped' state.`,
  );
  await api.call('ec2', 'StopInstances', { InstanceIds: [InstanceId] });
  await modify({ InstanceType: { Value: 't3.large' } });
  await modify({ UserData: { Value: new TextEncoder().encode('hi') } });
  expect(await attribute('instanceType')).toEqual({ InstanceId, InstanceType: { Value: 't3.large' } });
  expect(await attribute('userData')).toEqual({ InstanceId, UserData: { Value: btoa('hi') } });
  expect(await refused(modify({}))).toMatch(/^MissingParameter/);
  expect(await refused(modify({ Kernel: { Value: 'x' } }))).toMatch(/^UnsupportedOperation/);
  const options = { InstanceId, HttpTokens: 'required' as const, HttpPutResponseHopLimit: 2 };
  await api.call('ec2', 'ModifyInstanceMetadataOptions', options);
  expect((await get(api, InstanceId))?.MetadataOptions).toMatchObject({
    HttpTokens: 'required',
    State: 'applied',
  });
  const wrong = { InstanceId, HttpPutResponseHopLimit: 65 };
  expect(await refused(api.call('ec2', 'ModifyInstanceMetadataOptions', wrong))).toMatch(
    /^InvalidParameterValue/,
  );
});

it('attaches and detaches further interfaces', async () => {
  const api = testApi();
  const made = await run(api);
  const { NetworkInterface } = await api.call('ec2', 'CreateNetworkInterface', {
    SubnetId: made.SubnetId ?? '',
  });
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? '';
  const attach = (DeviceIndex: number) =>
    api.call('ec2', 'AttachNetworkInterface', { NetworkInterfaceId, InstanceId: made.id, DeviceIndex });
  expect(await refused(attach(0))).toMatch(/already has an interface attached at device index '0'/);
  const { AttachmentId = '' } = await attach(1);
  expect((await get(api, made.id))?.NetworkInterfaces?.map((each) => each.Attachment?.DeviceIndex)).toEqual([
    0, 1,
  ]);
  expect(await refused(attach(2))).toMatch(/^InvalidNetworkInterface.InUse/);
  const { AllocationId } = await api.call('ec2', 'AllocateAddress', {});
  expect(await refused(api.call('ec2', 'AssociateAddress', { AllocationId, InstanceId: made.id }))).toMatch(
    /^InvalidInstanceID: There are multiple interfaces/,
  );
  const Attachment = { AttachmentId, DeleteOnTermination: true };
  await api.call('ec2', 'ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, Attachment });
  await api.call('ec2', 'DetachNetworkInterface', { AttachmentId });
  expect(await refused(api.call('ec2', 'DetachNetworkInterface', { AttachmentId }))).toMatch(
    /^InvalidAttachmentID/,
  );
  const primary = (await get(api, made.id))?.NetworkInterfaces?.[0]?.Attachment?.AttachmentId ?? '';
  expect(await refused(api.call('ec2', 'DetachNetworkInterface', { AttachmentId: primary }))).toBe(
    'OperationNotPermitted: The network interface at device index 0 and networkCard index 0 cannot be detached.',
  );
});

it('finds instances by filters and pages', async () => {
  const api = testApi();
  const tags = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Name', Value: 'web' }] }];
  const made = await run(api, { TagSpecifications: tags });
  await launch(api, { ...one, MinCount: 6, MaxCount: 6 });
  const find = async (Name: string, Value: string) => {
    const { Reservations = [] } = await api.call('ec2', 'DescribeInstances', {
      Filters: [{ Name, Values: [Value] }],
    });
    return Reservations.flatMap((each) => each.Instances ?? []).length;
  };
  expect(await find('tag:Name', 'web')).toBe(1);
  expect(await find('instance-state-name', 'running')).toBe(7);
  expect(await find('network-interface.network-interface-id', made.eni)).toBe(1);
  expect(await find('network-interface.attachment.device-index', '0')).toBe(7);
  expect(await find('ip-address', (await get(api, made.id))?.PublicIpAddress ?? '')).toBe(1);
  expect(await refused(find('nonsense', ''))).toMatch(/^InvalidFilter/);
  const first = await api.call('ec2', 'DescribeInstances', { MaxResults: 5 });
  expect(first.Reservations?.flatMap((each) => each.Instances ?? [])).toHaveLength(5);
  const rest = await api.call('ec2', 'DescribeInstances', { NextToken: first.NextToken });
  expect(rest.Reservations?.flatMap((each) => each.Instances ?? [])).toHaveLength(2);
  const status = await api.call('ec2', 'DescribeInstanceStatus', { InstanceIds: [made.id] });
  expect(status.InstanceStatuses?.[0]).toMatchObject({ InstanceStatus: { Status: 'ok' } });
});

it('describes types, offerings, credits, and what guests do not have', async () => {
  const api = testApi();
  const { InstanceTypes } = await api.call('ec2', 'DescribeInstanceTypes', { InstanceTypes: ['t3.micro'] });
  expect(InstanceTypes?.[0]).toMatchObject({
    MemoryInfo: { SizeInMiB: 1024 },
    BurstablePerformanceSupported: true,
  });
  expect(
    await refused(api.call('ec2', 'DescribeInstanceTypes', { InstanceTypes: ['a.b' as 't3.micro'] })),
  ).toBe('InvalidInstanceType: The following supplied instance types do not exist: [a.b]');
  const offerings = await api.call('ec2', 'DescribeInstanceTypeOfferings', {
    LocationType: 'availability-zone',
    Filters: [{ Name: 'instance-type', Values: ['t3.micro'] }],
  });
  expect(offerings.InstanceTypeOfferings).toHaveLength(6);
  const { id } = await run(api);
  const credits = await api.call('ec2', 'DescribeInstanceCreditSpecifications', { InstanceIds: [id] });
  expect(credits.InstanceCreditSpecifications).toEqual([{ InstanceId: id, CpuCredits: 'unlimited' }]);
  const volumes = { Filters: [{ Name: 'attachment.instance-id', Values: [id] }] };
  expect(await api.call('ec2', 'DescribeVolumes', volumes)).toEqual({ Volumes: [] });
  expect(await refused(api.call('ec2', 'DescribeKeyPairs', { KeyNames: ['k'] }))).toBe(
    "InvalidKeyPair.NotFound: The key pair 'k' does not exist",
  );
});
