import { Command, Option } from 'clipanion';
import { ShipyarnCommand } from '../baseCommand.ts';

export class ExplainCommand extends ShipyarnCommand {
  static override paths = [['explain']];
  static override usage = Command.Usage({
    category: 'Preview',
    description: 'Show all that speaks for and against a release of one service',
    details: `
      Every reason with its files, packages and the way to them; every commit with what it was read as; every
      changed file that is left out of the image, with the rule. Then, where there is an infra repo, the file and line
      of its tag in each environment and how that place was found. Uncommitted files count unless --committed is given.
    `,
    examples: [
      ['Why is it affected, or not?', 'shipyarn explain api'],
      ['Since a commit', 'shipyarn explain services/api --since origin/main'],
    ],
  });

  private readonly service = Option.String({ required: true });
  private readonly json = Option.Boolean('--json', false, { description: 'Print it as JSON' });
  private readonly since = Option.String('--since', {
    description: 'Compare with this commit, branch or tag instead of the last release',
  });
  private readonly head = Option.String('--head', { description: 'Look at this commit instead of HEAD' });
  private readonly committed = Option.Boolean('--committed', false, {
    description: 'Leave uncommitted and untracked files out',
  });

  private readonly infra = Option.Boolean('--infra', true, {
    description: 'Look into the infra repos (--no-infra stays off the network)',
  });

  protected async run(): Promise<undefined> {
    const [{ explainService }, { explainDeployments }] = await Promise.all([
      import('../../pipeline/explain.ts'),
      import('../../pipeline/explainDeployments.ts'),
    ]);
    const { configPath, since, head } = this;
    const worktree = !this.committed && head === undefined;
    const options = { cwd: this.context.cwd, configPath, since, head, worktree };
    const explanation = await this.withPorts(async (ports) => ({
      ...(await explainService(ports, this.service, options)),
      deployments: this.infra ? await explainDeployments(ports, this.service, options) : null,
    }));
    if (this.json) this.print(JSON.stringify(explanation, null, 2));
    else {
      const [{ renderExplanation }, { renderSites }] = await Promise.all([
        import('../../report/renderExplanation.ts'),
        import('../../report/renderSites.ts'),
      ]);
      this.show(renderExplanation, explanation);
      this.show(renderSites, explanation.deployments ?? []);
    }
  }
}
