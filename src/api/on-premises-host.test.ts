import { describe, expect, it } from 'vitest';
import { quotas } from '../catalog/quotas.ts';
import type { OnPremisesHost } from '../model/on-premises-host.ts';
import { SeededPrng } from '../std/prng.ts';
import { onPremisesHostCommands } from './on-premises-host.ts';
import { refused, testApi } from './testing.ts';

async function open() {
  const { store, observed, clock, call } = testApi();
  const commands = onPremisesHostCommands({ store, observed, clock, prng: new SeededPrng(1) });
  const run = async (route: string, body: unknown) => commands[route]?.(body);
  const customerGateway = async (IpAddress: string) => {
    const made = await call('ec2', 'CreateCustomerGateway', { Type: 'ipsec.1', IpAddress });
    return made.CustomerGateway?.CustomerGatewayId ?? '';
  };
  const cgw = await customerGateway('203.0.113.20');
  return {
    store,
    call,
    cgw,
    other: await customerGateway('203.0.113.21'),
    add: (name: unknown, address: unknown, customerGatewayId: unknown = cgw, serves?: unknown) =>
      run('POST /_postern/on-premises/add', { name, address, customerGatewayId, serves }),
    remove: (name: unknown) => run('POST /_postern/on-premises/remove', { name }),
    list: () => run('POST /_postern/on-premises/list', {}),
  };
}

describe('postern on-premises', () => {
  it('adds, lists and removes hosts behind a customer gateway, in its account and Region', async () => {
    const { add, list, remove, call, cgw } = await open();
    await add('Files.Corp.Example.', '192.168.10.5', cgw, [{ port: 443, text: 'hello' }]);
    const printer = (await add('printer', '10.0.0.9')) as OnPremisesHost;
    expect(await list()).toMatchObject([
      {
        ...{ id: 'files.corp.example', address: '192.168.10.5', customerGatewayId: cgw, number: 1 },
        ...{ ownerId: '111111111111', region: 'us-east-1', serves: [{ port: 443, text: 'hello' }] },
      },
      { id: 'printer', serves: [], number: 2 },
    ]);
    const inUse = call('ec2', 'DeleteCustomerGateway', { CustomerGatewayId: cgw });
    expect(await refused(inUse)).toMatch(/^IncorrectState/);
    await remove('printer');
    const again = (await add('printer', '10.0.0.9')) as OnPremisesHost;
    expect(again.bootNumber).toBeGreaterThan(printer.bootNumber);
    expect(again.number).toBe(2);
  });

  it('keeps names apart, and addresses in one network', async () => {
    const { add, remove, other } = await open();
    await add('files', '192.168.10.5');
    expect(await refused(add('files', '192.168.10.6'))).toMatch(/^AlreadyExists: .*name/);
    expect(await refused(add('more', '192.168.10.5'))).toMatch(/^AlreadyExists: .*address/);
    await add('more', '192.168.10.5', other);
    expect(await refused(remove('nobody'))).toMatch(/^NotFound/);
  });

  it.each([
    [{}],
    [''],
    ['no dots'],
    ['../../etc'],
    ['-a'],
    ['1.2.3.4'],
    ['localhost'],
    ['internet'],
    ['on-premises'],
    ['services'],
    ['i-0123456789abcdef0'],
    ['vpce-svc-0123456789abcdef0'],
    ['s3.us-east-1.amazonaws.com'],
    ['ip-10-0-0-1.ec2.internal'],
  ])('refuses the name %j', async (name) => {
    const { add } = await open();
    expect(await refused(add(name, '192.168.10.5'))).toMatch(/^InvalidParameterValue: .*parameter name/);
  });

  it.each([
    '',
    '127.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '240.0.64.1',
    '192.168.1.256',
    '2001:db8::1',
    '198.18.0.7',
  ])('refuses the address %j', async (address) => {
    const { add } = await open();
    expect(await refused(add('files', address))).toMatch(/^InvalidParameterValue: .*parameter address/);
  });

  it('refuses a network that is not there, bad ports, and more hosts than a quota', async () => {
    const { add, cgw } = await open();
    expect(await refused(add('files', '192.168.10.5', 'cgw-0'))).toMatch(/customer-gateway is invalid/);
    expect(await refused(add('files', '192.168.10.5', cgw, [{ port: 0 }]))).toMatch(/parameter serve/);
    for (let i = 0; i < quotas.onPremisesHosts; i++) await add(`h${i}`, `192.168.${i >> 8}.${i & 255}`);
    expect(await refused(add('one-more', '192.169.0.1'))).toMatch(/^LimitExceeded/);
  });
});
