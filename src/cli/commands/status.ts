import { Command, Option } from 'clipanion';
import { ShipyarnCommand } from '../baseCommand.ts';

export class StatusCommand extends ShipyarnCommand {
  static override paths = [['status']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'Show which version runs in which environment, since when, and what is ahead of what',
    examples: [
      ['All services', 'shipyarn status'],
      ['For scripts', 'shipyarn status api --json'],
    ],
  });

  private readonly json = Option.Boolean('--json', false, { description: 'Print it as JSON' });
  private readonly services = Option.Rest({ name: 'service' });

  protected async run(): Promise<undefined> {
    const { readStatus } = await import('../../pipeline/status.ts');
    const { configPath } = this;
    const { cwd } = this.context;
    const [status, now] = await this.withPorts(async (ports) => [
      await readStatus(ports, this.services, { cwd, configPath }),
      ports.clock.now(),
    ]);
    if (this.json) return this.print(JSON.stringify(status, null, 2)) as undefined;
    const { renderStatus } = await import('../../report/renderStatus.ts');
    this.show(renderStatus, status, now);
  }
}
