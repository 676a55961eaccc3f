import type { TagFormat } from '../changes/tagFormat.ts';
import { type Failure, inputFailure } from '../errors.ts';
import type { Git } from '../ports/git.ts';
import { type GitTag, type GitTags, joinedTags, listedTags } from '../ports/gitTags.ts';

interface RemoteRefs {
  /** Newest commits of the release branches. */
  tips: readonly string[];
  /** All tags of the remote, among other refs. */
  refs: ReadonlyMap<string, string>;
  localTags: GitTags;
  format: TagFormat;
}

/** No more refspecs on one command line. */
const tagsAtOnce = 1_000;

/**
 * Brings the release branches' commits and the tags; to a shallow clone the tags come later, with the history that
 * they need. Tags that are here stay as they are: release tags that differ from the remote's are an input
 * failure, for versions and changes are told from them. Gives the tags that are here now.
 */
export async function fetchFromRemote(
  git: Git,
  { tips, refs, localTags, format }: RemoteRefs,
): Promise<GitTags> {
  const remoteTags = new Map(
    [...refs].flatMap(([ref, oid]) =>
      ref.startsWith('refs/tags/') && !ref.endsWith('^{}') ? [[ref.slice('refs/tags/'.length), oid]] : [],
    ),
  );
  for (const { name, oid } of localTags.all()) {
    if (remoteTags.get(name) === oid || format.parse(name) === null) continue;
    throw tagDiffers(git, name, remoteTags.has(name));
  }
  const known = new Set(localTags.names);
  const isShallow = (await git.history.shallowCommits()).length > 0;
  const missing = isShallow ? [] : [...remoteTags.keys()].filter((name) => !known.has(name));
  const unknown = await Promise.all(
    [...new Set(tips)].map(async (tip) => ((await git.history.resolveCommit(tip)) === null ? [tip] : [])),
  );
  const wanted = [...unknown.flat(), ...missing.map((name) => `refs/tags/${name}:refs/tags/${name}`)];
  for (let from = 0; from < wanted.length; from += tagsAtOnce) {
    await git.remote.fetch(wanted.slice(from, from + tagsAtOnce));
  }
  return joinedTags(localTags, listedTags(missing.map((name) => toTag(name, refs))));
}

function toTag(name: string, refs: ReadonlyMap<string, string>): GitTag {
  const oid = refs.get(`refs/tags/${name}`) as string;
  const peeled = refs.get(`refs/tags/${name}^{}`);
  return { name, oid, commit: peeled ?? oid, annotated: peeled !== undefined };
}

function tagDiffers({ remote }: Git, gitTag: string, there: boolean): Failure {
  return inputFailure({
    reason: 'tag-differs',
    message: there
      ? `The tag ${gitTag} points elsewhere here than on ${remote.name}.`
      : `The tag ${gitTag} is here but not on ${remote.name}.`,
    hint: there
      ? `Take the remote's: \`git fetch --force ${remote.name} refs/tags/${gitTag}:refs/tags/${gitTag}\`.`
      : `Push it if it is a release (\`git push ${remote.name} refs/tags/${gitTag}\`), else delete it: \`git tag -d ${gitTag}\`.`,
  });
}
