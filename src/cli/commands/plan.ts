import { Command, Option } from 'clipanion';
import { ShipyarnCommand } from '../baseCommand.ts';

export class PlanCommand extends ShipyarnCommand {
  static override paths = [['plan']];
  static override usage = Command.Usage({
    category: 'Preview',
    description: 'Print what a release of this commit would do, infra edits included',
    examples: [
      ['For people', 'shipyarn plan'],
      ['For scripts', 'shipyarn plan --json'],
      ['For any buildx builder', 'shipyarn plan --bake --contexts build > build/bake.json'],
    ],
  });

  private readonly json = Option.Boolean('--json', false, { description: 'Print the plan as JSON' });
  private readonly bake = Option.Boolean('--bake', false, {
    description: 'Print the images to build as a bake file for docker buildx',
  });
  private readonly contexts = Option.String('--contexts', {
    description: 'With --bake: folder to write the contexts into',
  });

  protected async run(): Promise<undefined> {
    if (this.bake) return this.printBakeFile();
    const { release } = await import('../../pipeline/release.ts');
    const { configPath } = this;
    const { cwd } = this.context;
    const outcome = await this.withPorts((ports, signal) =>
      release(ports, { cwd, configPath, dryRun: true, deploy: true, signal }),
    );
    await this.printOutcome(outcome, this.json);
  }

  private async printBakeFile(): Promise<undefined> {
    const { bakePlan } = await import('../../pipeline/bakePlan.ts');
    const { configPath, contexts = null } = this;
    const { cwd } = this.context;
    const file = await this.withPorts((ports) => bakePlan(ports, { cwd, configPath, contexts }));
    this.print(JSON.stringify(file, null, 2));
  }
}
