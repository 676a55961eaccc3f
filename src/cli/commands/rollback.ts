import { Command, Option } from 'clipanion';
import { ShipyarnCommand } from '../baseCommand.ts';

export class RollbackCommand extends ShipyarnCommand {
  static override paths = [['rollback']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'Bring a service back to the version before, and hold it there',
    details: `
      Later releases pass over a held service until \`shipyarn deploy <service>\` puts another version there, or
      \`--release\` lifts the hold. Holds stand in .shipyarn/holds.yaml of the infra repo. Freeze windows do not
      keep a rollback back.
    `,
    examples: [
      ['The version before', 'shipyarn rollback api --env production --reason "500s on /login"'],
      ['A version of your choice', 'shipyarn rollback api --env production --to 1.3.2'],
      ['Let releases bump it again', 'shipyarn rollback api --env production --release'],
    ],
  });

  private readonly environment = Option.String('--env', {
    description: 'Environment; default: the only one',
  });
  private readonly to = Option.String('--to', {
    description: 'Version to go back to; default: the one before',
  });
  private readonly reason = Option.String('--reason', { description: 'Why, for whoever meets the hold' });
  private readonly release = Option.Boolean('--release', false, {
    description: 'Lift the hold and leave the version as it is',
  });
  private readonly dryRun = Option.Boolean('--dry-run', false, {
    description: 'Print the edits and change nothing',
  });
  private readonly json = Option.Boolean('--json', false, { description: 'Print the outcome as JSON' });
  private readonly service = Option.String({ name: 'service' });

  protected async run(): Promise<undefined> {
    if (this.release) return this.liftHold();
    const { rollback } = await import('../../pipeline/rollback.ts');
    const { configPath, environment, to, reason, dryRun } = this;
    const { cwd } = this.context;
    const result = await this.withPorts((ports) =>
      rollback(ports, this.service, { cwd, configPath, environment, to, reason, dryRun }),
    );
    await this.printDeployment(result, { json: this.json, dryRun });
  }

  private async liftHold(): Promise<undefined> {
    const { liftHold } = await import('../../pipeline/rollback.ts');
    const { configPath, environment, dryRun } = this;
    const { cwd } = this.context;
    const result = await this.withPorts((ports) =>
      liftHold(ports, this.service, { cwd, configPath, environment, dryRun }),
    );
    if (this.json) return this.print(JSON.stringify(result, null, 2)) as undefined;
    const { renderLiftedHold } = await import('../../report/renderDeployment.ts');
    this.show(renderLiftedHold, result);
  }
}
