import { lastReleases } from '../changes/lastReleases.ts';
import { releaseTags } from '../changes/releaseTags.ts';
import { type TagFormat, tagFormat } from '../changes/tagFormat.ts';
import { inputFailure } from '../errors.ts';
import type { Git } from '../ports/git.ts';
import { type GitTags, joinedTags, listedTags } from '../ports/gitTags.ts';
import type { Ports } from '../ports/ports.ts';
import type { Survey } from './survey.ts';

export interface CloneNeeds {
  survey: Pick<Survey, 'head' | 'config' | 'services'>;
  channel: string | null;
  /** `--since`: its commit has to be there as well. */
  since?: string | undefined;
  /** False: nothing may be fetched; what is missing is a failure that names the command to run. */
  fetch: boolean;
  /** Tags that were asked for beforehand. */
  tags?: Promise<GitTags> | undefined;
}

/** Commits fetched at a time beyond a shallow clone's edge; after the last step all that are left. */
const steps = [100, 1000, null] as const;

/**
 * Gives all tags, and sees that the clone holds the history that a comparison with the last releases needs:
 * it fetches just what is missing, and says so, where the clone is shallow or was made without some tags.
 * A whole clone that has a release tag is left alone, without a look at the network.
 */
export async function completeClone({ git, report }: Ports, needs: CloneNeeds): Promise<GitTags> {
  const [tags, shallow, remote] = await Promise.all([
    needs.tags ?? git.history.tags(),
    git.history.shallowCommits(),
    git.remote.settings(),
  ]);
  const format = tagFormat(needs.survey.config, needs.survey.services);
  const leavesOut = shallow.length > 0 || remote?.leavesOutTags === true;
  // Nothing tells a whole clone of what was never released from one that was fetched without tags.
  const { takenBy } = releaseTags(tags, format);
  const isReleased = ({ name }: { name: string }) => [...takenBy(name)].length > 0;
  const mayLackTags = remote !== null && !needs.survey.services.some(isReleased);
  if (!leavesOut && !mayLackTags) return tags;
  const asGiven = () => isEnough(git, tags, format, needs);
  if (!needs.fetch || remote === null) {
    if (await asGiven()) return tags;
    if (leavesOut) throw incomplete(git, shallow.length > 0);
    report({
      kind: 'warning',
      message: `${noReleaseTags} If the remote has some: \`git fetch --tags ${git.remote.name}\`.`,
    });
    return tags;
  }
  const clone = { git, report, format, needs };
  const all = await withRemoteTags(git, tags).catch(async (error) => {
    if (leavesOut && !(await asGiven())) throw error;
    const consequence = leavesOut ? 'Going by the tags of this clone.' : noReleaseTags;
    report({ kind: 'warning', message: `The remote ${git.remote.name} does not answer. ${consequence}` });
    return tags;
  });
  if (shallow.length > 0) await deepen(clone, all);
  await fetchTags(clone, tags, all);
  return all;
}

const noReleaseTags = 'This clone has no release tags, so every service counts as a first release.';

interface Clone {
  git: Git;
  report: Ports['report'];
  format: TagFormat;
  needs: CloneNeeds;
}

/** Fetches older commits until nothing that is compared lies beyond the edge of the clone. */
async function deepen({ git, report, format, needs }: Clone, tags: GitTags): Promise<void> {
  for (const step of steps) {
    if (await isEnough(git, tags, format, needs)) return;
    const amount = step === null ? 'all older commits' : `${step} older commits`;
    report({
      kind: 'note',
      message: `This clone is shallow and does not reach the last releases: fetching ${amount}.`,
    });
    const depth = step === null ? { unshallow: true } : { deepen: step };
    // A server may give a commit only by the name of a branch.
    await git.remote.fetch([needs.survey.head.commit], depth).catch(() => git.remote.fetch([], depth));
    if ((await git.history.shallowCommits()).length === 0) return;
  }
}

/**
 * Whether tags and history are enough: every service's highest fitting version is part of the history (a higher
 * one that is not may lie on another branch, or beyond the edge), and no commit since then is at the edge.
 */
async function isEnough(
  git: Git,
  tags: GitTags,
  format: TagFormat,
  { survey, channel, since }: CloneNeeds,
): Promise<boolean> {
  const { services, head } = survey;
  const released = releaseTags(tags, format);
  const last = await lastReleases(git, head.commit, released, { services, channel, scheme: null });
  for (const { name } of services) {
    const release = last.get(name);
    if (release === undefined || release.version !== released.highest(name, channel)?.version) return false;
  }
  if (since !== undefined && (await git.history.resolveCommit(since)) === null) return false;
  const edge = new Set(await git.history.shallowCommits());
  if (edge.size === 0) return true;
  const shared = await git.history.commonAncestors([...last.values()].map((release) => release.commit));
  return !(await git.history.log(head.commit, shared)).some(({ hash }) => edge.has(hash));
}

/** The clone's tags and those that only the remote has; their commits may be missing here. */
async function withRemoteTags({ remote }: Git, tags: GitTags): Promise<GitTags> {
  const refs = await remote.listRefs(['refs/tags/']);
  const known = new Set(tags.names);
  const others = [...refs].flatMap(([ref, oid]) => {
    const name = ref.slice('refs/tags/'.length);
    if (ref.endsWith('^{}') || known.has(name)) return [];
    const peeled = refs.get(`${ref}^{}`);
    return [{ name, oid, commit: peeled ?? oid, annotated: peeled !== undefined }];
  });
  return joinedTags(tags, listedTags(others));
}

/** Release tags whose commits are here cost nothing; the others lie on other branches and are known by name. */
async function fetchTags({ git, report, format }: Clone, tags: GitTags, all: GitTags): Promise<void> {
  const here = new Set(tags.names);
  const absent = all.all().filter(({ name }) => !here.has(name) && format.parse(name) !== null);
  const present = await Promise.all(absent.map(({ commit }) => git.history.resolveCommit(commit)));
  const missing = absent.filter((_, index) => present[index] !== null);
  if (missing.length === 0) return;
  report({ kind: 'note', message: `This clone lacks release tags: fetching ${missing.length}.` });
  await git.remote.fetch(missing.map(({ name }) => `refs/tags/${name}:refs/tags/${name}`));
}

function incomplete({ remote }: Git, isShallow: boolean) {
  return inputFailure({
    reason: 'clone-incomplete',
    message: isShallow
      ? 'This clone is shallow, so the last releases cannot be told.'
      : 'This clone was made without all tags, so the last releases cannot be told.',
    hint: `Run \`git fetch ${isShallow ? '--unshallow --tags' : '--tags'} ${remote.name}\`, or leave out --no-fetch.`,
  });
}
