import { Command, Option } from 'clipanion';
import { ShipyarnCommand } from '../baseCommand.ts';

export class DoctorCommand extends ShipyarnCommand {
  static override paths = [['doctor']];
  static override usage = Command.Usage({
    category: 'Start',
    description: 'Check what a release from here would need: Git, Yarn, builder, registry, infra repo',
    details: 'Looks and changes nothing. Exit status 1 where something is missing.',
  });

  private readonly json = Option.Boolean('--json', false, { description: 'Print the checks as JSON' });

  protected async run(): Promise<number> {
    const { checkSurroundings } = await import('../../pipeline/checkSurroundings.ts');
    const { configPath } = this;
    const { cwd } = this.context;
    const checks = await this.withPorts((ports) => checkSurroundings(ports, { cwd, configPath }));
    if (this.json) this.print(JSON.stringify(checks, null, 2));
    else {
      const { renderChecks } = await import('../../report/renderChecks.ts');
      this.show(renderChecks, checks);
    }
    return checks.every(({ ok }) => ok) ? 0 : 1;
  }
}
