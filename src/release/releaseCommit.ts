import type { Config } from '../config/settings.ts';
import { workFailure } from '../errors.ts';
import { decodeText } from '../plan/changelog/decodeText.ts';
import { releaseCommitMessage } from '../plan/releaseCommit.ts';
import { releaseFiles } from '../plan/releaseFiles.ts';
import type { PlannedService } from '../plan/releasePlan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Git, RefUpdate } from '../ports/git.ts';
import { openSnapshot } from '../workspace/snapshot.ts';
import { releaseAuthor } from './claim.ts';
import type { RemoteState } from './remoteState.ts';

/**
 * With `commit: true`, the move of the release branch by one commit that holds the changelogs and versions of
 * the released services; else nothing. The commit stands on the branch's newest commit, which may be ahead of
 * the released one, and the move fails where the branch has moved on. Writes objects, no ref.
 */
export async function releaseCommit(
  git: Git,
  clock: Clock,
  { branch }: RemoteState,
  released: readonly PlannedService[],
  config: Config,
): Promise<RefUpdate[]> {
  if (config.file.commit !== true) return [];
  const tip = await newestCommit(git, branch);
  const baseTree = await git.history.treeOf(tip);
  const snapshot = openSnapshot(baseTree, git.objects);
  const texts = await releaseFiles(released, config, async (path) => {
    const content = await snapshot.read(path);
    return content === null ? null : decodeText(content, path);
  });
  const files = new Map<string, { oid: string }>();
  for (const [path, text] of texts) files.set(path, { oid: await git.writer.writeBlob(Buffer.from(text)) });
  const oid = await git.writer.writeCommit({
    tree: await git.writer.writeTree(baseTree, files),
    parents: [tip],
    message: releaseCommitMessage(released),
    author: await releaseAuthor(git),
    at: Math.floor(clock.now() / 1000),
  });
  return [{ ref: `refs/heads/${branch}`, oid, expected: tip }];
}

/** Asked at the last moment: on a busy branch the tip seen at the start of a release is long passed. */
async function newestCommit(git: Git, branch: string): Promise<string> {
  const ref = `refs/heads/${branch}`;
  const tip = (await git.remote.listRefs([ref])).get(ref);
  if (tip === undefined) throw branchGone(git, branch);
  if ((await git.history.resolveCommit(tip)) === null) await git.remote.fetch([tip]);
  return tip;
}

function branchGone({ remote }: Git, branch: string): Error {
  return workFailure({
    reason: 'branch-gone',
    message: `The branch ${branch} is no longer on ${remote.name}.`,
    hint: 'Push it again, or set `branch` in shipyarn.yaml; nothing was tagged.',
  });
}
