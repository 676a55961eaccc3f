/**
 * Expected failures. One shape for all of them, rendered in one place (report/renderFailure.ts);
 * anything else that is thrown is a bug in shipyarn and shows its stack.
 */

/** Where in a file the cause stands. `line` counts from 1. */
export interface FileLocation {
  file: string;
  line?: number;
}

export interface FailureDetails {
  /** Stable kebab-case name of what went wrong, for scripts and tests: `config-unknown-key`. */
  reason: string;
  /** One sentence: what is wrong, with the names involved. No secrets. */
  message: string;
  /** One sentence: the way out. A command where there is one. */
  hint?: string;
  at?: FileLocation;
  /** Output of the tool that failed, already free of secrets. */
  output?: string;
  cause?: unknown;
}

/** An expected failure. `exitCode` 1: the work failed, run again after mending. 2: the input is wrong. */
export class Failure extends Error {
  readonly exitCode: 1 | 2;
  readonly reason: string;
  readonly hint: string | undefined;
  readonly at: FileLocation | undefined;
  readonly output: string | undefined;

  constructor(exitCode: 1 | 2, details: FailureDetails) {
    super(details.message, { cause: details.cause });
    this.name = 'Failure';
    this.exitCode = exitCode;
    this.reason = details.reason;
    this.hint = details.hint;
    this.at = details.at;
    this.output = details.output;
  }
}

/** The input or the configuration is wrong and nothing was changed: exit status 2. */
export function inputFailure(details: FailureDetails): Failure {
  return new Failure(2, details);
}

/** The work failed (a build, a push, a refusal from outside); a rerun continues: exit status 1. */
export function workFailure(details: FailureDetails): Failure {
  return new Failure(1, details);
}

/** What is made of another state of the project, or the failure where the input was wrong there; others reject. */
export async function orInputFailure<T>(making: Promise<T>): Promise<T | Failure> {
  try {
    return await making;
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) return error;
    throw error;
  }
}

/** The same for those to whom it does not matter what was wrong. */
export async function nullIfWrong<T>(making: Promise<T>): Promise<T | null> {
  const made = await orInputFailure(making);
  return made instanceof Failure ? null : made;
}
