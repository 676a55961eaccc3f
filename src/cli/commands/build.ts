import { Command, Option } from 'clipanion';
import { styleOf } from '../../report/style.ts';
import { ShipyarnCommand } from '../baseCommand.ts';

export class BuildCommand extends ShipyarnCommand {
  static override paths = [['build']];
  static override usage = Command.Usage({
    category: 'Preview',
    description: 'Build images into the local Docker engine, to try them out',
    details: `
      Builds the affected services, or those named, as \`<image>:local\`. Nothing is pushed and nothing is tagged
      elsewhere. Uncommitted and untracked files count unless --committed is given.
    `,
    examples: [
      ['What changed', 'shipyarn build'],
      ['One service, changed or not', 'shipyarn build api'],
    ],
  });

  private readonly services = Option.Rest({ name: 'service' });
  private readonly json = Option.Boolean('--json', false, { description: 'Print the images as JSON' });
  private readonly committed = Option.Boolean('--committed', false, {
    description: 'Leave uncommitted and untracked files out',
  });
  private readonly keepGoing = Option.Boolean('--keep-going', false, {
    description: 'Build the other services after one failed',
  });

  protected async run(): Promise<undefined> {
    const { buildLocally } = await import('../../pipeline/buildLocally.ts');
    const { services, keepGoing, configPath } = this;
    const { cwd } = this.context;
    const images = await this.withPorts((ports, signal) =>
      buildLocally(ports, { cwd, configPath, services, keepGoing, signal, worktree: !this.committed }),
    );
    if (this.json) return this.print(JSON.stringify(images, null, 2)) as undefined;
    const { renderLocalImages } = await import('../../report/renderLocalImages.ts');
    this.print(renderLocalImages(images, styleOf(this.context.stdout)));
  }
}
