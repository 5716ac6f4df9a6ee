import { describe, expect, it } from 'vitest';
import { capturePlace } from './capture.ts';
import { nothingApplied, refused, testApi } from './testing.ts';

async function withInstance() {
  const { call, store, observed } = testApi();
  const capture = async (id: string) => capturePlace({ store, observed }, { id });
  const { Instances } = await call('ec2', 'RunInstances', {
    ...{ ImageId: 'ami-0ba5e000000000001', MinCount: 1, MaxCount: 1 },
  });
  const instance = Instances?.[0];
  const eni = instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '';
  const start = () => observed.update({ ...nothingApplied, holderPid: 7, agentPid: 8 });
  return { call, capture, start, instance, id: instance?.InstanceId ?? '', eni };
}

describe('where a capture is made', () => {
  it('is the router’s end of the link of an instance’s or NAT gateway’s interface', async () => {
    const { call, capture, start, instance, id, eni } = await withInstance();
    start();
    const place = {
      networkInterfaceId: eni,
      address: instance?.PrivateIpAddress,
      namespace: instance?.VpcId,
    };
    expect(await capture(id)).toEqual({ ...place, index: 1001, holderPid: 7 });
    expect(await capture(eni)).toEqual(await capture(id));
    const input = { SubnetId: instance?.SubnetId, ConnectivityType: 'private' } as const;
    const { NatGateway } = await call('ec2', 'CreateNatGateway', input);
    expect(await capture(NatGateway?.NatGatewayId ?? '')).toMatchObject({ index: 1002 });
  });

  it('is the whole router for an interface without a device', async () => {
    const { call, capture, start, instance } = await withInstance();
    start();
    const { VpcEndpoint } = await call('ec2', 'CreateVpcEndpoint', {
      ...{ VpcId: instance?.VpcId, VpcEndpointType: 'Interface', SubnetIds: [instance?.SubnetId ?? ''] },
      ServiceName: 'com.amazonaws.us-east-1.sqs',
    });
    expect(await capture(VpcEndpoint?.NetworkInterfaceIds?.[0] ?? '')).toMatchObject({ index: 0 });
    expect(await refused(capture(VpcEndpoint?.VpcEndpointId ?? ''))).toMatch(/^InvalidParameterValue/);
  });

  it('is nowhere for what does not run, is not there, or where no agent is', async () => {
    const { call, capture, start, id, eni } = await withInstance();
    expect(await refused(capture(id))).toMatch(/^UnsupportedOperation/);
    start();
    await call('ec2', 'StopInstances', { InstanceIds: [id] });
    expect(await refused(capture(eni))).toMatch(/^IncorrectState/);
    await call('ec2', 'TerminateInstances', { InstanceIds: [id] });
    expect(await refused(capture(id))).toMatch(/^IncorrectState/);
    expect(await refused(capture('i-0123456789abcdef0'))).toMatch(/^InvalidInstanceID.NotFound/);
    expect(await refused(capture('eni-0123456789abcdef0'))).toMatch(/^InvalidNetworkInterfaceID.NotFound/);
  });
});
