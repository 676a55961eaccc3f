import type { GitCommit } from '../ports/git.ts';
import type { AttributedCommit, InputPart } from './serviceChange.ts';

/** What one service is made of, as far as commits are concerned. */
export interface ServiceInputs {
  /** Those of a commit's paths that may be a part of the service, in their order. */
  among(paths: readonly string[]): readonly string[];
  /** The part of the service that a path in the repo is or was; null: none. */
  partOf(path: string): InputPart | null;
  /** Whether a commit that touched `yarn.lock` changed what the service takes from it. */
  lockfileTouched(commit: GitCommit): Promise<boolean>;
}

/** The commits that touched a service, in their order, each with the parts that it touched. */
export async function attributeCommits(
  commits: readonly GitCommit[],
  inputs: ServiceInputs,
): Promise<AttributedCommit[]> {
  const attributed = await Promise.all(
    commits.map(async (commit) => ({ commit, parts: await touchedParts(commit, inputs) })),
  );
  return attributed.filter(({ parts }) => parts.length > 0);
}

async function touchedParts(commit: GitCommit, inputs: ServiceInputs): Promise<InputPart[]> {
  const parts = new Map<string, InputPart>();
  for (const path of inputs.among(commit.paths)) {
    const part = inputs.partOf(path);
    if (part === null) continue;
    const key = `${part.kind} ${part.workspace ?? ''}`;
    if (parts.has(key) || (part.kind === 'lockfile' && !(await inputs.lockfileTouched(commit)))) continue;
    parts.set(key, part);
  }
  return [...parts.values()];
}
