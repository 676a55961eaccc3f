import { loadConfig } from '../config/loadConfig.ts';
import type { Config } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import type { ReleasePlan } from '../plan/releasePlan.ts';
import type { Git } from '../ports/git.ts';
import type { Ports } from '../ports/ports.ts';
import { findServices } from '../workspace/findServices.ts';
import type { Project } from '../workspace/project.ts';
import { readProject } from '../workspace/readProject.ts';
import type { Service } from '../workspace/service.ts';
import { openSnapshot, type Snapshot } from '../workspace/snapshot.ts';

export interface SurveyOptions {
  cwd: string;
  configPath?: string | undefined;
  /** Take uncommitted and untracked files too. */
  worktree: boolean;
  /** Compare with this revision instead of each service's last release. */
  since?: string | undefined;
  /** Look at this revision instead of HEAD; excludes `worktree`. */
  head?: string | undefined;
}

/** One state of the monorepo. */
export interface Survey {
  /** `committedAt`: seconds since 1970. */
  head: ReleasePlan['head'] & { committedAt: number };
  snapshot: Snapshot;
  config: Config;
  project: Project;
  services: readonly Service[];
  /** The configuration of another tree of the same repo. */
  configAt(snapshot: Snapshot): Promise<Config>;
}

/**
 * The stages `config` and `workspace`: what there is, before anything is compared. The commit is read while Git
 * still looks for uncommitted files: mostly there are none.
 */
export async function surveyRepo({ git }: Ports, options: SurveyOptions): Promise<Survey> {
  const configAt = (at: Snapshot) => loadConfig(at, { ...options, root: git.history.root });
  const working = options.worktree ? git.worktree.snapshot() : null;
  working?.catch(() => undefined);
  const { tree, ...head } = await readHead(git, options);
  const committed = stateAt(openSnapshot(tree, git.objects), configAt);
  committed.catch(() => undefined);
  const seen = (await working) ?? { tree, dirty: false };
  const state = seen.tree === tree ? committed : stateAt(openSnapshot(seen.tree, git.objects), configAt);
  return { head: { ...head, dirty: seen.dirty }, ...(await state), configAt };
}

async function stateAt(snapshot: Snapshot, configAt: Survey['configAt']) {
  const reading = readProject(snapshot);
  // A mistake in the configuration is told first, whichever is read first.
  reading.catch(() => undefined);
  const config = await configAt(snapshot);
  const project = await reading;
  return { snapshot, config, project, services: await findServices(project, config) };
}

async function readHead({ history, objects }: Git, { head }: SurveyOptions) {
  const { commit, branch } =
    head === undefined ? await history.head() : { commit: await requireCommit(history, head), branch: null };
  const [tree, content] = await Promise.all([history.treeOf(commit), objects.read(commit)]);
  return { commit, branch, tree, committedAt: committerTime(content) };
}

/** Seconds since 1970, of a raw commit object (git-commit-tree, "Commit Information"). */
function committerTime(content: Buffer): number {
  return Number(/^committer .* (\d+) [+-]\d{4}$/m.exec(content.toString('utf8'))?.[1] ?? 0);
}

async function requireCommit(history: Git['history'], revision: string): Promise<string> {
  const commit = await history.resolveCommit(revision);
  if (commit !== null) return commit;
  throw inputFailure({
    reason: 'unknown-revision',
    message: `\`${revision}\` is no commit of this repository.`,
    hint: 'Give a commit, a tag or a branch that `git rev-parse` knows; fetch it first where it is on the remote.',
  });
}
