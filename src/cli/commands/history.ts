import { Command, Option } from 'clipanion';
import { inputFailure } from '../../errors.ts';
import { ShipyarnCommand } from '../baseCommand.ts';

export class HistoryCommand extends ShipyarnCommand {
  static override paths = [['history']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'Show who deployed what, when, from which source commit, and what was rolled back',
    details: `
      Read from the trailers of the infra repo's commits alone: what people changed there by hand is not listed,
      but for a git revert of a deployment.
    `,
    examples: [
      ['The last 20 deployments', 'shipyarn history'],
      ['One service in production', 'shipyarn history api --env production'],
    ],
  });

  private readonly environment = Option.String('--env', { description: 'Only this environment' });
  private readonly limit = Option.String('--limit', '20', {
    description: 'Newest deployments to show, or all',
  });
  private readonly json = Option.Boolean('--json', false, { description: 'Print them as JSON' });
  private readonly services = Option.Rest({ name: 'service' });

  protected async run(): Promise<undefined> {
    const { deploymentHistory } = await import('../../pipeline/deploymentHistory.ts');
    const { configPath, environment } = this;
    const { cwd } = this.context;
    const limit = parseLimit(this.limit);
    const deployments = await this.withPorts((ports) =>
      deploymentHistory(ports, this.services, { cwd, configPath, environment, limit }),
    );
    if (this.json) return this.print(JSON.stringify(deployments, null, 2)) as undefined;
    const { renderHistory } = await import('../../report/renderStatus.ts');
    this.show(renderHistory, deployments);
  }
}

function parseLimit(text: string): number | null {
  if (text === 'all') return null;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw inputFailure({
    reason: 'usage',
    message: `\`--limit ${text}\` is no number.`,
    hint: 'Give a number from 1, or `all`.',
  });
}
