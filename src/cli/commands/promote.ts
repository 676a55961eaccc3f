import { Command, Option } from 'clipanion';
import { ShipyarnCommand } from '../baseCommand.ts';

export class PromoteCommand extends ShipyarnCommand {
  static override paths = [['promote']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'Move the versions that run in one environment to another',
    details: `
      Exactly the versions (and pinned digests) that the first environment runs go into the second one, in one
      commit, and the commits that this ships are listed by service. Held services stay.
    `,
    examples: [
      ['Everything', 'shipyarn promote staging production'],
      ['See what it would ship', 'shipyarn promote staging production --dry-run'],
      ['One service', 'shipyarn promote staging production api'],
    ],
  });

  private readonly dryRun = Option.Boolean('--dry-run', false, {
    description: 'Print the edits and change nothing',
  });
  private readonly ignoreFreeze = Option.Boolean('--ignore-freeze', false, {
    description: 'Deploy inside a freeze window too',
  });
  private readonly json = Option.Boolean('--json', false, { description: 'Print the outcome as JSON' });
  private readonly from = Option.String({ name: 'from' });
  private readonly to = Option.String({ name: 'to' });
  private readonly services = Option.Rest({ name: 'service' });

  protected async run(): Promise<undefined> {
    const { promote } = await import('../../pipeline/promote.ts');
    const { configPath, from, to, services, dryRun, ignoreFreeze } = this;
    const { cwd } = this.context;
    const promotion = await this.withPorts((ports) =>
      promote(ports, { from, to, services }, { cwd, configPath, dryRun, ignoreFreeze }),
    );
    if (this.json) return this.print(JSON.stringify(promotion, null, 2)) as undefined;
    const { renderPromotion } = await import('../../report/renderDeployment.ts');
    this.show(renderPromotion, promotion, { dryRun });
  }
}
