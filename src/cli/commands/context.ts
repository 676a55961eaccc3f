import { resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import { inputFailure, workFailure } from '../../errors.ts';
import type { ContextContents } from '../../workspace/contextContents.ts';
import type { Project } from '../../workspace/project.ts';
import { ShipyarnCommand } from '../baseCommand.ts';

export class ContextCommand extends ShipyarnCommand {
  static override paths = [['context']];
  static override usage = Command.Usage({
    category: 'Preview',
    description: 'Show, write or verify the Docker context of a service',
    details: 'Uncommitted and untracked files count unless --commit is given.',
    examples: [
      ['Show its layers', 'shipyarn context api'],
      ['Write it into a folder', 'shipyarn context api --out build/api'],
      ['Build it with any Docker', 'shipyarn context api --tar - | docker build -'],
      ["Let the repo's own Yarn check the lockfile slices", 'shipyarn context api --verify'],
    ],
  });

  private readonly service = Option.String({ required: true });
  private readonly out = Option.String('--out', { description: 'Folder to write the context into' });
  private readonly tar = Option.String('--tar', {
    description: 'File to write it to as a tar, or - for standard output',
  });
  private readonly json = Option.Boolean('--json', false, { description: 'Print digests and sizes as JSON' });
  private readonly verify = Option.Boolean('--verify', false, {
    description: "Compare the lockfile slices with what the repo's own Yarn makes of them",
  });
  private readonly commit = Option.String('--commit', {
    description: 'Commit, tag or branch to take it from',
  });

  protected async run(): Promise<undefined> {
    const { cwd } = this.context;
    const { configPath, commit } = this;
    if (this.tar === '-' && this.json) throw twoOutputs();
    await this.withPorts(async (ports, signal) => {
      const { surveyContext } = await import('../../pipeline/context.ts');
      const { tellWarnings } = await import('../../report/tellWarnings.ts');
      const options = { cwd, configPath, worktree: commit === undefined, head: commit };
      const { project, contents } = await surveyContext(ports, this.service, options);
      tellWarnings(contents, ports.report);
      if (this.verify) await this.verifyContext(project, contents, signal);
      await this.write(project, contents, signal);
      const silent = this.out !== undefined || this.tar !== undefined || this.verify;
      if (this.json || !silent) await this.showContext(project, contents);
    });
  }

  private async write(project: Project, contents: ContextContents, signal: AbortSignal): Promise<void> {
    const { cwd, stdout } = this.context;
    if (this.out !== undefined) {
      const { writeContext } = await import('../../context/writeContext.ts');
      await writeContext(contents, project.snapshot, resolve(cwd, this.out), signal);
    }
    if (this.tar === undefined) return;
    const { writeTar } = await import('../../context/writeTar.ts');
    await writeTar(contents, project.snapshot, this.tar === '-' ? stdout : resolve(cwd, this.tar), signal);
  }

  private async verifyContext(
    project: Project,
    contents: ContextContents,
    signal: AbortSignal,
  ): Promise<void> {
    const { verifySlices } = await import('../../context/verifySlices.ts');
    const { cacheFolder } = await import('../../image/oci/cacheFolder.ts');
    const { renderVerdicts } = await import('../../report/renderContext.ts');
    const { render } = await import('../../report/render.ts');
    const { env, stderr } = this.context;
    const verdicts = await verifySlices(project, contents, { env, signal, cacheFolder: cacheFolder(env) });
    stderr.write(`${render(stderr, renderVerdicts, verdicts)}\n`);
    if (verdicts.some(({ differences }) => differences.length > 0)) throw sliceDiffers(contents);
  }

  private async showContext(project: Project, contents: ContextContents): Promise<void> {
    const { contextDigests } = await import('../../context/contextDigests.ts');
    const digests = await contextDigests(contents, project.snapshot);
    const { service, identity, shape, base, platforms, yarn, builds, runtime, warnings } = contents;
    if (!this.json) {
      const { renderContext } = await import('../../report/renderContext.ts');
      const { name, path } = service;
      return this.show(renderContext, { service: { name, path }, identity, ...digests });
    }
    const { path, origin } = contents.dockerfile;
    const described = {
      shape,
      base,
      platforms,
      yarn,
      builds,
      runtime,
      dockerfile: { path, origin },
      warnings,
    };
    this.print(JSON.stringify({ schema: 1, service, identity, ...digests, ...described }, null, 2));
  }
}

function twoOutputs() {
  return inputFailure({
    reason: 'two-outputs',
    message: '`--json` and `--tar -` would both write to standard output.',
    hint: 'Write the tar to a file: `--tar context.tar`.',
  });
}

function sliceDiffers({ service }: ContextContents) {
  return workFailure({
    reason: 'slice-differs',
    message: `The lockfile slices of ${service.name} are not what the repo's own Yarn makes of them.`,
    hint: 'Run `yarn install`, commit the lockfile and try again; if it stays, this is a bug in shipyarn.',
  });
}
