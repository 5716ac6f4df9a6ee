// Secrets Manager as SDKs see it, over HTTP: versions and their labels, deletion and its window, who may read what, and
// that what was answered is there after a restart.
import { describe, expect, it } from 'vitest';
import { account, stranger, TestService } from '../testing.ts';
import { SecretsManager } from './secrets-manager.ts';

const secrets = new TestService('secretsmanager', (file, clock) => new SecretsManager(file, clock));
const { door } = secrets;
const dayMs = 24 * 3600 * 1000;

interface Output {
  readonly ARN: string;
  readonly VersionId: string;
  readonly SecretString?: string;
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[]>>;
  readonly SecretList?: readonly { readonly Name: string }[];
  readonly NextToken?: string;
  readonly DeletionDate?: number;
  readonly DeletedDate?: number;
}

const call = (operation: string, input: object, as = account, region = 'us-east-1') =>
  door.call<Output>('secretsmanager', `secretsmanager.${operation}`, input, { as, region });

let tokens = 0;
const token = () => `00000000-0000-0000-0000-${String(++tokens).padStart(12, '0')}`;
const create = (Name: string, more: object = { SecretString: 'first' }) =>
  call('CreateSecret', { Name, ClientRequestToken: token(), ...more });
const put = (SecretId: string, SecretString: string, more: object = {}) =>
  call('PutSecretValue', { SecretId, SecretString, ClientRequestToken: token(), ...more });
const read = async (SecretId: string, more: object = {}) =>
  (await call('GetSecretValue', { SecretId, ...more })).SecretString;
const stages = async (SecretId: string) => (await call('DescribeSecret', { SecretId })).VersionIdsToStages;

describe('a secret', () => {
  it('is found by its name, its ARN and its ARN without the added part', async () => {
    const { ARN, VersionId } = await create('db/password');
    expect(ARN).toMatch(
      new RegExp(`^arn:aws:secretsmanager:us-east-1:${account}:secret:db/password-[A-Za-z0-9]{6}$`),
    );
    const got = await call('GetSecretValue', { SecretId: ARN });
    expect(got).toMatchObject({
      Name: 'db/password',
      VersionId,
      SecretString: 'first',
      VersionStages: ['AWSCURRENT'],
    });
    expect(await read('db/password')).toBe('first');
    expect(await read(ARN.slice(0, -7))).toBe('first');
    expect(await call('GetSecretValue', { SecretId: ARN }, account, 'eu-west-1')).toMatch(
      /^ResourceNotFound/,
    );
    expect(await call('GetSecretValue', { SecretId: 'db/password' }, stranger)).toMatch(/^ResourceNotFound/);
  });

  it('is made once with one token, and once by its name', async () => {
    const first = { Name: 'once', SecretString: 'a', ClientRequestToken: token() };
    const made = await call('CreateSecret', first);
    expect(await call('CreateSecret', first)).toEqual(made);
    expect(await create('once', { SecretString: 'a' })).toBe(
      'ResourceExistsException: The operation failed because the secret once already exists.',
    );
  });

  it('holds bytes too', async () => {
    await create('bytes', { SecretBinary: 'AAEC' });
    expect(await call('GetSecretValue', { SecretId: 'bytes' })).toMatchObject({ SecretBinary: 'AAEC' });
  });

  it('is described, tagged and listed in pages', async () => {
    await create('listed-1', { Description: 'one', Tags: [{ Key: 'a', Value: '1' }] });
    await create('listed-2');
    await call('TagResource', { SecretId: 'listed-1', Tags: [{ Key: 'b', Value: '2' }] });
    await call('UntagResource', { SecretId: 'listed-1', TagKeys: ['a'] });
    const described = { Name: 'listed-1', Description: 'one', Tags: [{ Key: 'b', Value: '2' }] };
    expect(await call('DescribeSecret', { SecretId: 'listed-1' })).toMatchObject(described);
    const Filters = [{ Key: 'name', Values: ['listed-'] }];
    const first = await call('ListSecrets', { Filters, MaxResults: 1 });
    expect(first.SecretList?.map(({ Name }) => Name)).toEqual(['listed-1']);
    const second = await call('ListSecrets', { Filters, MaxResults: 1, NextToken: first.NextToken });
    expect([second.SecretList?.map(({ Name }) => Name), second.NextToken]).toEqual([['listed-2'], undefined]);
    const byTag = await call('ListSecrets', { Filters: [{ Key: 'tag-key', Values: ['b'] }] });
    expect(byTag.SecretList?.map(({ Name }) => Name)).toEqual(['listed-1']);
  });
});

describe('versions', () => {
  it('leave AWSPREVIOUS behind', async () => {
    const { VersionId: one } = await create('turned');
    const { VersionId: two } = await put('turned', 'second');
    expect(await stages('turned')).toEqual({ [one]: ['AWSPREVIOUS'], [two]: ['AWSCURRENT'] });
    const { VersionId: three } = await call('UpdateSecret', {
      SecretId: 'turned',
      SecretString: 'third',
      ClientRequestToken: token(),
    });
    expect(await stages('turned')).toEqual({ [two]: ['AWSPREVIOUS'], [three]: ['AWSCURRENT'] });
    expect(await read('turned')).toBe('third');
    expect(await read('turned', { VersionStage: 'AWSPREVIOUS' })).toBe('second');
    expect(await read('turned', { VersionId: one })).toBe('first');
  });

  it('are written once with one token', async () => {
    await create('tokens');
    const same = { ClientRequestToken: token() };
    const written = await put('tokens', 'a', same);
    expect(await put('tokens', 'a', same)).toEqual(written);
    expect(await put('tokens', 'b', same)).toMatch(
      /^ResourceExistsException: You can't use ClientRequestToken/,
    );
    expect(await read('tokens')).toBe('a');
  });

  it('wait under a label of their own, and are turned by it', async () => {
    const { VersionId: one } = await create('pending');
    const { VersionId: two } = await put('pending', 'new', { VersionStages: ['AWSPENDING'] });
    expect(await read('pending')).toBe('first');
    const move = { SecretId: 'pending', VersionStage: 'AWSCURRENT', MoveToVersionId: two };
    expect(await call('UpdateSecretVersionStage', move)).toMatch(/RemoveFromVersionId can't be empty/);
    await call('UpdateSecretVersionStage', { ...move, RemoveFromVersionId: one });
    expect(await stages('pending')).toEqual({ [one]: ['AWSPREVIOUS'], [two]: ['AWSPENDING', 'AWSCURRENT'] });
  });
});

describe('deletion', () => {
  it('waits, can be taken back, and then happens', async () => {
    await create('leaving');
    const { DeletionDate } = await call('DeleteSecret', { SecretId: 'leaving', RecoveryWindowInDays: 7 });
    expect((await call('DescribeSecret', { SecretId: 'leaving' })).DeletedDate).toBe(DeletionDate);
    expect(await call('GetSecretValue', { SecretId: 'leaving' })).toBe(
      "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.",
    );
    expect(await create('leaving')).toMatch(/already scheduled for deletion/);
    await call('RestoreSecret', { SecretId: 'leaving' });
    expect(await read('leaving')).toBe('first');
    await call('DeleteSecret', { SecretId: 'leaving', RecoveryWindowInDays: 7 });
    secrets.ahead = 7 * dayMs + 1;
    expect(await call('DescribeSecret', { SecretId: 'leaving' })).toMatch(/^ResourceNotFoundException/);
    expect(await create('leaving')).toHaveProperty('ARN');
  });

  it('happens at once where that is asked for', async () => {
    const { ARN } = await create('forced');
    await call('DeleteSecret', { SecretId: 'forced', ForceDeleteWithoutRecovery: true });
    expect(await call('GetSecretValue', { SecretId: 'forced' })).toBe(
      "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    );
    const again = await call('DeleteSecret', { SecretId: 'forced', ForceDeleteWithoutRecovery: true });
    expect(again).toHaveProperty('DeletionDate');
    expect((await create('forced')).ARN).not.toBe(ARN);
  });
});

describe('a resource policy', () => {
  it('lets another account in, and is what a denial speaks of', async () => {
    const { ARN } = await create('shared');
    const action = 'secretsmanager:GetSecretValue';
    expect(await call('GetSecretValue', { SecretId: ARN }, stranger)).toBe(
      `AccessDeniedException: User: arn:aws:iam::${stranger}:root is not authorized to perform: ${action} on resource: ${ARN} because no resource-based policy allows the ${action} action`,
    );
    const statement = { Effect: 'Allow', Principal: '*', Action: action, Resource: '*' };
    const policy = (more: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: { ...statement, ...more } });
    const set = (ResourcePolicy: string, more: object = {}) =>
      call('PutResourcePolicy', { SecretId: 'shared', ResourcePolicy, ...more });
    expect(await set('{}')).toMatch(/^MalformedPolicyDocumentException/);
    expect(await set(policy({}), { BlockPublicPolicy: true })).toMatch(/^PublicPolicyException/);
    await set(policy({}));
    expect(await call('GetSecretValue', { SecretId: ARN }, stranger)).toHaveProperty('SecretString', 'first');
    await set(policy({ Effect: 'Deny' }));
    expect(await call('GetSecretValue', { SecretId: 'shared' })).toContain(
      `on resource: ${ARN} with an explicit deny in a resource-based policy`,
    );
    expect(await call('GetResourcePolicy', { SecretId: 'shared' })).toHaveProperty('ResourcePolicy');
    await call('DeleteResourcePolicy', { SecretId: 'shared' });
    expect(await read('shared')).toBe('first');
  });
});

it.each([
  ['CreateSecret', { Name: 'a b', SecretString: 'x' }, /^ValidationException: Invalid name\./],
  ['CreateSecret', { SecretString: 'x' }, /^ValidationException: .*'name'/],
  [
    'CreateSecret',
    { Name: 'both', SecretString: 'x', SecretBinary: 'AA==' },
    /^InvalidParameterException: You can't/,
  ],
  [
    'CreateSecret',
    { Name: 'large', SecretString: 'x'.repeat(65_537) },
    /'secretString' .*less than or equal to 65536/,
  ],
  [
    'CreateSecret',
    { Name: 'none', ClientRequestToken: null },
    /^InvalidRequestException: You must provide a Client/,
  ],
  [
    'GetSecretValue',
    { SecretId: 'nowhere' },
    /^ResourceNotFoundException: Secrets Manager can't find the specified/,
  ],
  [
    'GetSecretValue',
    { SecretId: 'empty' },
    /can't find the specified secret value for staging label: AWSCURRENT/,
  ],
  ['GetSecretValue', { SecretId: 7 }, /^SerializationException/],
  ['PutSecretValue', { SecretId: 'empty' }, /must provide either SecretString or SecretBinary/],
  ['DeleteSecret', { SecretId: 'empty', RecoveryWindowInDays: 6 }, /between 7 and 30 days/],
  [
    'ListSecrets',
    { Filters: [{ Key: 'all', Values: ['x'] }] },
    /^InvalidParameterException: .*not supported here/,
  ],
  ['RotateSecret', { SecretId: 'empty' }, /^UnknownOperationException/],
])('refuses %s %o', async (operation, input, gives) => {
  await create('empty', {});
  expect(await call(operation, { ClientRequestToken: token(), ...input })).toMatch(gives);
});

it('wants a signature', async () => {
  expect(await call('ListSecrets', {}, '')).toMatch(/^MissingAuthenticationTokenException/);
});

it('has after a restart what it answered', async () => {
  const { ARN } = await create('lasting');
  await put('lasting', 'kept');
  secrets.restart();
  expect(await read(ARN)).toBe('kept');
});
