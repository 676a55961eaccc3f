import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import { Failure, inputFailure, workFailure } from '../../errors.ts';
import type { ReleaseOutcome } from '../../pipeline/release.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Report } from '../../report/event.ts';
import { type RunRecorder, recordRun } from '../../report/runReport.ts';
import { ShipyarnCommand } from '../baseCommand.ts';

export class ReleaseCommand extends ShipyarnCommand {
  static override paths = [['release']];
  static override usage = Command.Usage({
    category: 'Release',
    description: 'Build, version, tag and deploy what changed',
    details: `
      Builds the images of the services that changed since their last release, versions them from their
      conventional commits, tags the commit on the remote, and moves the image tags in the infra repo in one
      commit. It can be killed at any point and run again: the second run does the rest.
    `,
    examples: [
      ['In CI, after a merge', 'shipyarn release'],
      ['See what it would do', 'shipyarn release --dry-run'],
      ['Release now, deploy later', 'shipyarn release --no-deploy'],
      ['Adopt a repo whose images are running already', 'shipyarn release --baseline'],
    ],
  });

  private readonly dryRun = Option.Boolean('--dry-run', false, {
    description: 'Print the plan and change nothing',
  });
  private readonly deploy = Option.Boolean('--deploy', true, {
    description: 'Bump the infra repos of automatic environments (--no-deploy leaves it out)',
  });
  private readonly keepGoing = Option.Boolean('--keep-going', false, {
    description: 'Release what can be built where something cannot; the exit status is 1 then',
  });
  private readonly rebuild = Option.Boolean('--rebuild', false, {
    description: 'Release services that did not change, too: for a newer base image',
  });
  private readonly baseline = Option.Boolean('--baseline', false, {
    description: 'Tag HEAD with a first version of every service that has none, and build nothing',
  });
  private readonly reportFile = Option.String('--report', {
    description: 'File to write everything about this run to, as JSON',
  });
  private readonly json = Option.Boolean('--json', false, { description: 'Print the plan as JSON' });

  private readonly recorder = recordRun((event) => super.report(event));

  protected override get report(): Report {
    return this.recorder.report;
  }

  protected async run(): Promise<number> {
    if (this.baseline && this.rebuild) throw excludeEachOther('--baseline', '--rebuild');
    try {
      const outcome = await this.withPorts((ports, signal) => this.release(ports, signal));
      const exitStatus = outcome.kind !== 'overtaken' && (outcome.failed ?? []).length > 0 ? 1 : 0;
      const { kind, ...rest } = outcome;
      await this.writeReport({ outcome: kind, exitStatus, ...rest });
      await this.printOutcome(outcome, this.json);
      return exitStatus;
    } catch (error) {
      const exitStatus = error instanceof Failure ? error.exitCode : 1;
      await this.writeReport({ outcome: 'failed', exitStatus, error });
      throw error;
    }
  }

  private async release(ports: Ports, signal: AbortSignal): Promise<ReleaseOutcome> {
    const { dryRun, deploy, configPath, keepGoing, rebuild } = this;
    const { cwd } = this.context;
    if (this.baseline) {
      const { releaseBaseline } = await import('../../pipeline/releaseBaseline.ts');
      return releaseBaseline(ports, { cwd, configPath, dryRun });
    }
    const { release } = await import('../../pipeline/release.ts');
    return release(ports, { cwd, configPath, dryRun, deploy, keepGoing, rebuild, signal });
  }

  private async writeReport(ending: Parameters<RunRecorder['finish']>[0]): Promise<void> {
    if (this.reportFile === undefined) return;
    const file = resolve(this.context.cwd, this.reportFile);
    const text = `${JSON.stringify(this.recorder.finish(ending), null, 2)}\n`;
    await writeFile(file, text).catch((cause: Error) => {
      throw workFailure({
        reason: 'report-not-written',
        message: `The report ${this.reportFile} could not be written (${cause.message}).`,
        hint: 'Name a file in a folder that exists. The release itself is not touched by this.',
        cause,
      });
    });
  }
}

function excludeEachOther(one: string, other: string): Failure {
  return inputFailure({
    reason: 'usage',
    message: `${one} and ${other} exclude each other.`,
    hint: 'Take the baseline first; release afterwards.',
  });
}
