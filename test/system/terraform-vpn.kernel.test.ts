// A VPN by Terraform: apply, no further change, a host on premises fetches the page, destroy, and nothing of it is left.
// Needs Terraform and an AWS provider that is here already.
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accounts, Postern, postern as command } from './postern.ts';
import { runWell, until } from './run.ts';
import { Terraform, whyNoTerraform as reason } from './terraform.ts';

const files = 'files.corp.example';

describe('aws_vpn_connection', { timeout: 600_000 }, () => {
  let postern: Postern;
  let terraform: Terraform;

  beforeAll(async () => {
    if (reason !== undefined) return;
    postern = await Postern.start();
    terraform = await Terraform.open(postern, join(import.meta.dirname, 'vpn'));
  }, 120_000);
  afterAll(async () => {
    await postern?.stop();
    terraform?.close();
  });
  beforeEach((context) => context.skip(reason !== undefined, reason ?? 'needs Terraform'));

  it('apply makes it, a plan afterwards has nothing to change', async () => {
    await terraform.run('apply', '-auto-approve', '-input=false');
    const { code, stdout, stderr } = await terraform.plan();
    expect(code, stdout + stderr).toBe(0);
    const { tunnel1 } = await terraform.outputs();
    expect(tunnel1).toEqual([expect.stringMatching(/^198\.19\./), '169.254.33.2', '64600']);
  });

  it('a host on premises fetches the page', async () => {
    const { customer_gateway: gateway } = await terraform.outputs();
    const onPremises = (...words: readonly string[]) =>
      runWell(command('on-premises', ...words, '--state', postern.state.path));
    await onPremises('add', files, '192.168.10.5', '--customer-gateway', String(gateway));
    const page = await until('the page arrives', async () => {
      const { code, stdout } = await postern.exec(files, [
        'curl',
        '-sS',
        '--max-time',
        '2',
        'http://10.0.1.10/',
      ]);
      return code === 0 && stdout;
    });
    expect(page).toContain('Hello from i-');
    await onPremises('remove', files);
  });

  it('destroy leaves nothing of it', async () => {
    await terraform.run('destroy', '-auto-approve', '-input=false');
    const account = accounts.consumer;
    const left = await Promise.all([
      postern.aws(account, 'ec2', 'DescribeCustomerGateways', {}),
      postern.aws(account, 'ec2', 'DescribeVpnGateways', {}),
      postern.aws(account, 'ec2', 'DescribeVpnConnections', {}),
    ]);
    expect(left).toMatchObject([{ CustomerGateways: [] }, { VpnGateways: [] }, { VpnConnections: [] }]);
    await postern.settled();
    expect((await postern.inside(['ls', '/run/netns'])).trim()).toBe('');
  });
});
