import { Command, Option } from 'clipanion';
import { ShipyarnCommand } from '../baseCommand.ts';

export class BuildCommand extends ShipyarnCommand {
  static override paths = [['build']];
  static override usage = Command.Usage({
    category: 'Preview',
    description:
      'Build images into the local Docker engine, to try them out, or push them for a pull request',
    details: `
      Builds the affected services, or those named, as \`<image>:local\`. Nothing is pushed and nothing is tagged
      elsewhere. Uncommitted and untracked files count unless --committed is given.

      With --push the images of HEAD's commit go to the registry by their identity, and not into the engine; what is
      there already is not built. No version, no Git tag, no deployment. After the merge a release finds them there
      where \`reuseFrom: pull-requests\` is set.
    `,
    examples: [
      ['What changed', 'shipyarn build'],
      ['One service, changed or not', 'shipyarn build api'],
      ['In a pull request', 'shipyarn build --push'],
    ],
  });

  private readonly services = Option.Rest({ name: 'service' });
  private readonly json = Option.Boolean('--json', false, { description: 'Print the images as JSON' });
  private readonly committed = Option.Boolean('--committed', false, {
    description: 'Leave uncommitted and untracked files out',
  });
  private readonly push = Option.Boolean('--push', false, {
    description: 'Push the images of the commit by their identity instead',
  });
  private readonly keepGoing = Option.Boolean('--keep-going', false, {
    description: 'Build the other services after one failed',
  });

  protected async run(): Promise<undefined> {
    if (this.push) return this.pushBuilds();
    const { buildLocally } = await import('../../pipeline/buildLocally.ts');
    const { services, keepGoing, configPath } = this;
    const { cwd } = this.context;
    const images = await this.withPorts((ports, signal) =>
      buildLocally(ports, { cwd, configPath, services, keepGoing, signal, worktree: !this.committed }),
    );
    if (this.json) return this.print(JSON.stringify(images, null, 2)) as undefined;
    const { renderLocalImages } = await import('../../report/renderLocalImages.ts');
    this.show(renderLocalImages, images);
  }

  private async pushBuilds(): Promise<undefined> {
    const { pushBuilds } = await import('../../pipeline/pushBuilds.ts');
    const { services, keepGoing, configPath } = this;
    const { cwd } = this.context;
    const pushed = await this.withPorts((ports, signal) =>
      pushBuilds(ports, { cwd, configPath, services, keepGoing, signal }),
    );
    if (this.json) return this.print(JSON.stringify(pushed, null, 2)) as undefined;
    const { renderPushedBuilds } = await import('../../report/renderPushedBuilds.ts');
    this.show(renderPushedBuilds, pushed);
  }
}
