// An internet-facing load balancer by Terraform: apply, no further change, a host of the internet fetches the page by the
// balancer's name and by its Elastic IP, destroy. Needs Terraform and an AWS provider that is here already.
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accounts, Postern, postern as command } from './postern.ts';
import { runWell, until } from './run.ts';
import { Terraform, whyNoTerraform as reason } from './terraform.ts';

const www = 'www.example.com';

describe('aws_lb that is not internal', { timeout: 600_000 }, () => {
  let postern: Postern;
  let terraform: Terraform;

  beforeAll(async () => {
    if (reason !== undefined) return;
    postern = await Postern.start();
    await runWell(command('internet', 'add', '--state', postern.state.path, www, '203.0.113.10'));
    terraform = await Terraform.open(postern, join(import.meta.dirname, 'internet-facing'));
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

  it('is reached from the internet, by its name and by its Elastic IP', async () => {
    const { name, elastic_ip: address, instance } = await terraform.outputs();
    for (const host of [name, address]) {
      const page = await until(`the page arrives from ${host}`, async () => {
        const fetchIt = ['curl', '-sS', '--max-time', '2', `http://${host}/`];
        const { code, stdout } = await postern.exec(www, fetchIt);
        return code === 0 && stdout;
      });
      expect(page).toContain(`Hello from ${instance}`);
    }
  });

  it('destroy gives the addresses back', async () => {
    await terraform.run('destroy', '-auto-approve', '-input=false');
    const account = accounts.consumer;
    expect((await postern.aws(account, 'ec2', 'DescribeAddresses', {})).Addresses).toEqual([]);
    expect((await postern.aws(account, 'ec2', 'DescribeNetworkInterfaces', {})).NetworkInterfaces).toEqual(
      [],
    );
  });
});
