import { Command, Option } from 'clipanion';
import { ShipyarnCommand } from '../baseCommand.ts';

export class DeployCommand extends ShipyarnCommand {
  static override paths = [['deploy']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'Put released versions into an environment',
    details: `
      Moves the image tags in the infra repo in one commit, and lifts the holds of the services it names.
      Without services: the newest release of each; holds stay. An older version never replaces a newer one:
      that is what rollback is for.
    `,
    examples: [
      ['The newest release of one service', 'shipyarn deploy api --env staging'],
      ['Chosen versions', 'shipyarn deploy api@1.4.0 web@2.0.1 --env production'],
    ],
  });

  private readonly environment = Option.String('--env', {
    description: 'Environment; default: the only one',
  });
  private readonly dryRun = Option.Boolean('--dry-run', false, {
    description: 'Print the edits and change nothing',
  });
  private readonly ignoreFreeze = Option.Boolean('--ignore-freeze', false, {
    description: 'Deploy inside a freeze window too',
  });
  private readonly json = Option.Boolean('--json', false, { description: 'Print the outcome as JSON' });
  private readonly services = Option.Rest({ name: 'service[@version]' });

  protected async run(): Promise<undefined> {
    const { deployVersions } = await import('../../pipeline/deploy.ts');
    const { configPath, environment, dryRun, ignoreFreeze } = this;
    const { cwd } = this.context;
    const result = await this.withPorts((ports) =>
      deployVersions(ports, this.services, { cwd, configPath, environment, dryRun, ignoreFreeze }),
    );
    await this.printDeployment(result, { json: this.json, dryRun });
  }
}
