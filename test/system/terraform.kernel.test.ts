// The example for Terraform, as its page says to run it: apply, no further change, the page is fetched through the
// endpoint, destroy, and nothing of it is left. Needs Terraform and an AWS provider that is here already.
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accounts, Postern } from './postern.ts';
import { until } from './run.ts';
import { Terraform, whyNoTerraform as reason } from './terraform.ts';

const example = join(dirname(dirname(import.meta.dirname)), 'examples/terraform/privatelink');

describe('examples/terraform/privatelink', { timeout: 600_000 }, () => {
  let postern: Postern;
  let terraform: Terraform;
  let before: readonly Record<string, unknown>[];

  beforeAll(async () => {
    if (reason !== undefined) return;
    postern = await Postern.start();
    before = await described();
    terraform = await Terraform.open(postern, example);
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
  });

  it('the client fetches the server’s page by the endpoint’s DNS name', async () => {
    const outputs = await terraform.outputs();
    const value = (name: string) => String(outputs[name] ?? '');
    expect(outputs['reachable']).toBe(true);
    const page = await until('the page arrives', async () => {
      const url = `http://${value('endpoint')}/`;
      const fetchIt = `fetch(${JSON.stringify(url)}).then((r) => r.text()).then((t) => process.stdout.write(t))`;
      const { code, stdout } = await postern.exec(value('client'), [process.execPath, '-e', fetchIt]);
      return code === 0 && stdout;
    });
    expect(page).toContain(`Hello from ${value('server')}`);
  });

  it('destroy leaves nothing of it', async () => {
    await terraform.run('destroy', '-auto-approve', '-input=false');
    expect(await described()).toEqual(before);
    await postern.settled();
    expect((await postern.inside(['ls', '/run/netns'])).trim()).toBe('');
  });

  /** All that both accounts have; a terminated instance is none. */
  function described(): Promise<readonly Record<string, unknown>[]> {
    return Promise.all(Object.values(accounts).map(describedOf));
  }

  async function describedOf(account: string): Promise<Record<string, unknown>> {
    const ec2 = await Promise.all([
      postern.aws(account, 'ec2', 'DescribeVpcs', {}),
      postern.aws(account, 'ec2', 'DescribeSubnets', {}),
      postern.aws(account, 'ec2', 'DescribeRouteTables', {}),
      postern.aws(account, 'ec2', 'DescribeInternetGateways', {}),
      postern.aws(account, 'ec2', 'DescribeSecurityGroups', {}),
      postern.aws(account, 'ec2', 'DescribeSecurityGroupRules', {}),
      postern.aws(account, 'ec2', 'DescribeNetworkAcls', {}),
      postern.aws(account, 'ec2', 'DescribeNetworkInterfaces', {}),
      postern.aws(account, 'ec2', 'DescribeVpcEndpoints', {}),
      postern.aws(account, 'ec2', 'DescribeVpcEndpointServiceConfigurations', {}),
      postern.aws(account, 'ec2', 'DescribeVpcEndpointConnections', {}),
      postern.aws(account, 'ec2', 'DescribeNetworkInsightsPaths', {}),
      postern.aws(account, 'ec2', 'DescribeNetworkInsightsAnalyses', {}),
      postern.aws(account, 'elbv2', 'DescribeLoadBalancers', {}),
      postern.aws(account, 'elbv2', 'DescribeTargetGroups', {}),
    ]);
    const { Reservations = [] } = await postern.aws(account, 'ec2', 'DescribeInstances', {});
    const alive = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
      ({ State }) => State?.Name !== 'terminated',
    );
    return Object.assign({}, ...ec2, { Instances: alive, $metadata: undefined }) as Record<string, unknown>;
  }
});
