import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { type BaseContext, Command, Option } from 'clipanion';
import type { DeploymentResult } from '../deploy/deploymentRequest.ts';
import { Failure, inputFailure } from '../errors.ts';
import type { ReleaseOutcome } from '../pipeline/release.ts';
import type { Ports } from '../ports/ports.ts';
import { asFailure } from '../report/asFailure.ts';
import type { Report } from '../report/event.ts';
import { type Renderer, render } from '../report/render.ts';
import { renderFailure } from '../report/renderFailure.ts';
import type { StageTiming } from '../report/stageTiming.ts';
import { terminalReport } from '../report/terminalReport.ts';
import { withInterruption } from './withInterruption.ts';

/** What a command takes from its surroundings; tests pass their own. */
export interface CliContext extends BaseContext {
  cwd: string;
  env: NodeJS.ProcessEnv & BaseContext['env'];
  stdout: Writable;
  stderr: Writable;
  /** Ends the process at once, with an exit status. */
  end(exitStatus: number): void;
}

/**
 * What all commands share: `--cwd` and `--config`, progress on standard error, failures as one message.
 * A command overrides `run` and gives the exit status; nothing means 0.
 */
export abstract class ShipyarnCommand extends Command<CliContext> {
  protected readonly folder = Option.String('--cwd', {
    description: 'Run as if started in this folder',
  });
  protected readonly configPath = Option.String('--config', {
    description: 'Configuration to use instead of shipyarn.yaml',
  });

  protected readonly timing = Option.Boolean('--timing', false, {
    description: 'Say on standard error where the time went, by stage',
  });
  private timed: StageTiming | undefined;

  /** Prints progress to standard error; standard output is for results. */
  protected get report(): Report {
    return this.timed?.report ?? terminalReport(this.context.stderr);
  }

  protected abstract run(): Promise<number | undefined>;

  override async execute(): Promise<number> {
    try {
      if (this.folder !== undefined) this.context.cwd = existingFolder(this.context.cwd, this.folder);
      if (this.timing) await this.startTiming();
      return (await this.run()) ?? 0;
    } catch (thrown) {
      const error = asFailure(thrown);
      this.context.stderr.write(renderFailure(error, this.context.stderr));
      return error instanceof Failure ? error.exitCode : 1;
    } finally {
      if (this.timed !== undefined) this.context.stderr.write(this.timed.lines(performance.now()));
    }
  }

  private async startTiming(): Promise<void> {
    const { stageTiming } = await import('../report/stageTiming.ts');
    this.timed = stageTiming(terminalReport(this.context.stderr), performance.now());
  }

  /**
   * Opens the ports for `use` and closes them whatever happens. SIGINT and SIGTERM abort the signal. What `use` imports
   * loads while Git reads already.
   */
  protected async withPorts<T>(use: (ports: Ports, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { openPorts } = await import('../wiring.ts');
    const { cwd, env } = this.context;
    const ports = await openPorts({ cwd, env, report: this.report });
    try {
      return await withInterruption((signal) => use(ports, signal), this.context.end);
    } finally {
      await ports.close();
    }
  }

  /** A plan, or why there is none, for people or as JSON. */
  protected async printOutcome(outcome: ReleaseOutcome, asJson: boolean): Promise<void> {
    if (asJson) {
      const overtaken = { schema: 1, overtakenBy: 'by' in outcome ? outcome.by : null, services: [] };
      this.print(JSON.stringify(outcome.kind === 'overtaken' ? overtaken : outcome.plan, null, 2));
    } else if (outcome.kind === 'overtaken') {
      this.print(`Overtaken: ${outcome.by.slice(0, 10)} is released already, and contains this commit.`);
    } else {
      const { renderPlan } = await import('../report/renderPlan.ts');
      if (outcome.kind === 'skipped') {
        this.print('HEAD says `[skip release]`: its changes go with the next release.');
      }
      const done = outcome.kind === 'released';
      this.show(renderPlan, outcome.plan, { done });
    }
  }

  /** What a deployment did, for people or as JSON. */
  protected async printDeployment(
    result: DeploymentResult,
    { json, dryRun }: { json: boolean; dryRun: boolean },
  ): Promise<void> {
    if (json) return this.print(JSON.stringify(result, null, 2));
    const { renderDeployment } = await import('../report/renderDeployment.ts');
    this.show(renderDeployment, result, { dryRun });
  }

  /** Prints a value for people. */
  protected show<T, Options extends unknown[]>(
    renderer: Renderer<T, Options>,
    value: T,
    ...options: Options
  ): void {
    this.print(render(this.context.stdout, renderer, value, ...options));
  }

  /** Prints text as it is: data, or words of our own. */
  protected print(text: string): void {
    this.context.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }
}

function existingFolder(cwd: string, folder: string): string {
  const path = resolve(cwd, folder);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw inputFailure({
    reason: 'cwd-missing',
    message: `--cwd ${folder} is no folder.`,
    hint: 'Give the folder of the monorepo.',
    at: { file: folder },
  });
}
