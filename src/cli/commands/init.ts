import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'clipanion';
import { ShipyarnCommand } from '../baseCommand.ts';

export class InitCommand extends ShipyarnCommand {
  static override paths = [['init']];
  static override usage = Command.Usage({
    category: 'Start',
    description: 'Write a shipyarn.yaml from what the monorepo shows',
    details: 'An existing shipyarn.yaml is left as it is.',
    examples: [
      ['Propose', 'shipyarn init --dry-run'],
      ['Write', 'shipyarn init --registry registry.example.com/team --infra git@github.com:acme/infra.git'],
    ],
  });

  private readonly registry = Option.String('--registry', { description: 'Registry and namespace' });
  private readonly infra = Option.String('--infra', { description: 'URL of the infra repo' });
  private readonly dryRun = Option.Boolean('--dry-run', false, { description: 'Print it and write nothing' });

  protected async run(): Promise<undefined> {
    const { proposeConfig } = await import('../../pipeline/proposeConfig.ts');
    const { registry, infra } = this;
    const { root, text } = await this.withPorts((ports) => proposeConfig(ports, { registry, infra }));
    if (this.dryRun) return this.print(text) as undefined;
    const path = join(root, 'shipyarn.yaml');
    await writeFile(path, text, { flag: 'wx' });
    this.print(`Wrote ${path}. Look at it, then: shipyarn affected`);
    return undefined;
  }
}
