import { Command, Option } from 'clipanion';
import { styleOf } from '../../report/style.ts';
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
    const { cwd, stdout } = this.context;
    const checks = await this.withPorts((ports) => checkSurroundings(ports, { cwd, configPath }));
    const style = styleOf(stdout);
    if (this.json) this.print(JSON.stringify(checks, null, 2));
    else {
      for (const { what, detail, ok, hint } of checks) {
        this.print(`${ok ? style.green('✓') : style.red('✗')} ${style.bold(what)}  ${detail}`);
        if (hint !== undefined) this.print(`  ${style.cyan('→')} ${hint}`);
      }
    }
    return checks.every(({ ok }) => ok) ? 0 : 1;
  }
}
