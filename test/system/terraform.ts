// Terraform in a directory of its own, against a Postern. Needs Terraform and an AWS provider that is here already.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postern, whyNoPackets } from './postern.ts';
import { isInstalled, type Output, run, runWell } from './run.ts';

const providerPath = 'registry.terraform.io/hashicorp/aws';

/** A Terraform CLI configuration that finds the provider without a network; undefined where there is none. */
function cliConfig(): string | undefined {
  const own = [process.env['TF_CLI_CONFIG_FILE'], join(homedir(), '.terraformrc')].find(
    (file) => file !== undefined && existsSync(file),
  );
  if (own !== undefined) return readFileSync(own, 'utf8');
  const places = [
    process.env['TF_PLUGIN_MIRROR'],
    '/opt/tf-plugins',
    '/usr/share/terraform/plugins',
    '/usr/local/share/terraform/plugins',
    join(homedir(), '.terraform.d/plugins'),
  ];
  const mirror = places.find((place) => place !== undefined && existsSync(join(place, providerPath)));
  if (mirror === undefined) return undefined;
  return `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`;
}

const config = cliConfig();
const hasTerraform = await isInstalled(['terraform', 'version']);

/** Undefined where it can run. */
export const whyNoTerraform =
  whyNoPackets ??
  (hasTerraform ? undefined : 'needs terraform in PATH') ??
  (config === undefined
    ? 'needs a mirror of the Terraform provider hashicorp/aws: TF_PLUGIN_MIRROR'
    : undefined);

export class Terraform {
  private readonly directory: string;
  private readonly postern: Postern;

  private constructor(postern: Postern, directory: string) {
    this.postern = postern;
    this.directory = directory;
  }

  /** With a copy of these files, which take the API's address as the variable `endpoint`. */
  static async open(postern: Postern, files: string): Promise<Terraform> {
    const directory = mkdtempSync(join(tmpdir(), 'postern-terraform-'));
    cpSync(files, directory, { recursive: true });
    writeFileSync(join(directory, 'terraformrc'), config ?? '');
    const terraform = new Terraform(postern, directory);
    await terraform.run('init', '-input=false');
    return terraform;
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  run(...words: readonly string[]): Promise<string> {
    return runWell(this.argv(words), { env: this.env(), timeoutMs: 550_000 });
  }

  /** Ends with 2 where something would be changed. */
  plan(): Promise<Output> {
    const argv = this.argv(['plan', '-detailed-exitcode', '-input=false']);
    return run(argv, { env: this.env(), timeoutMs: 120_000 });
  }

  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const told = JSON.parse(await this.run('output', '-json')) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(told).map(([name, { value }]) => [name, value]));
  }

  private argv(words: readonly string[]): readonly string[] {
    return ['terraform', `-chdir=${this.directory}`, ...words, '-no-color'];
  }

  private env() {
    return {
      TF_CLI_CONFIG_FILE: join(this.directory, 'terraformrc'),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      TF_VAR_endpoint: this.postern.endpoint,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_PROFILE: undefined,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }
}
