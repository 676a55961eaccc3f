import { Command, Option } from 'clipanion';
import type { PreviewOptions } from '../../pipeline/plan.ts';
import type { SurveyOptions } from '../../pipeline/survey.ts';
import { ShipyarnCommand } from '../baseCommand.ts';

export class AffectedCommand extends ShipyarnCommand {
  static override paths = [['affected']];
  static override usage = Command.Usage({
    category: 'Preview',
    description: 'Show which services changed since their last release, and why',
    details: `
      Uncommitted and untracked files count unless --committed or --head is given. A whole clone with release tags is
      read without any network; a shallow or partial one, or one without tags, fetches just what is missing, unless
      --no-fetch is given.
    `,
    examples: [
      ['For people', 'shipyarn affected'],
      ['For scripts: one name a line', 'shipyarn affected --names'],
      ['What a pull request changes', 'shipyarn affected --since origin/main --markdown'],
      ['Between any two commits', 'shipyarn affected --since v1 --head v2 --json'],
    ],
  });

  private readonly json = Option.Boolean('--json', false, { description: 'Print the plan as JSON' });
  private readonly names = Option.Boolean('--names', false, {
    description: 'Print the names of affected services, one a line',
  });
  private readonly markdown = Option.Boolean('--markdown', false, {
    description: 'Print Markdown for a pull request',
  });
  private readonly since = Option.String('--since', {
    description: 'Compare with this commit, branch or tag instead of the last releases',
  });
  private readonly head = Option.String('--head', { description: 'Look at this commit instead of HEAD' });
  private readonly committed = Option.Boolean('--committed', false, {
    description: 'Leave uncommitted and untracked files out',
  });
  private readonly fetch = Option.Boolean('--fetch', true, {
    description: 'Fetch the tags and commits that an incomplete clone lacks (the default)',
  });

  protected async run(): Promise<undefined> {
    const { configPath, since, head, fetch } = this;
    // A partial clone would fetch what is read, one object at a time.
    if (!fetch)
      this.context.env = { ...this.context.env, GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' };
    const { cwd } = this.context;
    const worktree = !this.committed && head === undefined;
    const options = { cwd, configPath, since, head, worktree, fetch, brief: !this.json };
    if (this.names) await this.printNames(options);
    else await this.printPlan(options);
  }

  private async printNames(options: SurveyOptions): Promise<void> {
    const names = await this.withPorts(async (ports) => {
      const { affectedNames } = await import('../../pipeline/affectedNames.ts');
      return affectedNames(ports, options);
    });
    if (names.length > 0) this.print(names.join('\n'));
  }

  private async printPlan(options: PreviewOptions): Promise<void> {
    const plan = await this.withPorts(async (ports) => {
      const { previewPlan } = await import('../../pipeline/plan.ts');
      return previewPlan(ports, options);
    });
    if (this.markdown) {
      const { renderPlanMarkdown } = await import('../../report/renderPlanMarkdown.ts');
      this.show(renderPlanMarkdown, plan);
    } else {
      await this.printOutcome({ kind: 'planned', plan }, this.json);
    }
  }
}
