import { attributeCommits } from '../changes/attributeCommits.ts';
import { commitsSince } from '../changes/commitsSince.ts';
import { type LockfileEdits, lockfileEdits } from '../changes/lockfileEdits.ts';
import { fittingTags, type ReleaseTag, type ReleaseTags, releaseTags } from '../changes/releaseTags.ts';
import type { AttributedCommit } from '../changes/serviceChange.ts';
import { serviceInputs } from '../changes/serviceInputs.ts';
import { openSide } from '../changes/serviceSide.ts';
import { tagFormat } from '../changes/tagFormat.ts';
import { channelOf } from '../config/channelOf.ts';
import { inputFailure } from '../errors.ts';
import type { ChangelogSection } from '../plan/changelog/changelogSection.ts';
import { openChangelogWriter } from '../plan/changelog/changelogWriter.ts';
import { historySections, type NotedRelease } from '../plan/changelog/historySections.ts';
import { pastNotes } from '../plan/changelog/pastNotes.ts';
import type { GitCommit } from '../ports/git.ts';
import type { Ports } from '../ports/ports.ts';
import type { Service } from '../workspace/service.ts';
import type { Survey } from './survey.ts';

/** A part of the history. Both ends are revisions, or versions of each service. */
export interface HistoryRange {
  /** Left out itself, with all it descends from; absent: from the beginning. */
  from?: string | undefined;
  /** Absent: HEAD. */
  to?: string | undefined;
}

/** The two ends for one service, as commits. */
interface Ends {
  from: string | null;
  to: string;
}

/**
 * The sections of each service's past releases between two ends, newest first; what no release contains comes
 * first where `upcoming` does not tell it already. One walk through the history however many services there
 * are. Throws an input failure for an end that is no commit.
 */
export async function pastSections(
  ports: Ports,
  survey: Survey,
  services: readonly Service[],
  range: HistoryRange,
  upcoming: ReadonlyMap<string, string>,
): Promise<Map<string, string[]>> {
  const { git } = ports;
  const tags = releaseTags(await git.history.tags(), tagFormat(survey.config, survey.services));
  const remoteUrl = await git.remote.url().catch(() => null);
  const writer = await openChangelogWriter(survey.config, { root: git.history.root, remoteUrl });
  const names = new Map([...survey.project.workspaces.values()].map(({ path, name }) => [path, name]));
  const commits = await walk(ports, survey, services, tags, range);
  const edits = lockfileEdits(git);
  const sections = new Map<string, (string | ChangelogSection)[]>();
  for (const service of services) {
    const known = tags.of(service.name);
    const { ends, inRange } = commits(service);
    const history = {
      range: inRange,
      releases: await notedReleases(ports, survey, known),
      attributed: () => attribute(survey, service, inRange, edits),
      cut: ends.from !== null && !known.some(({ gitTag }) => gitTag.commit === ends.from),
    };
    const options = {
      count: writer.count,
      libraryName: (folder: string) => names.get(folder) ?? folder,
      withUnreleased: !upcoming.has(service.name),
    };
    sections.set(service.name, await historySections(history, options));
  }
  return rendered(sections, writer.render);
}

/** The commits of each service's range, newest first. */
async function walk(
  ports: Ports,
  survey: Survey,
  services: readonly Service[],
  tags: ReleaseTags,
  range: HistoryRange,
): Promise<(service: Service) => { ends: Ends; inRange: readonly GitCommit[] }> {
  const ends = new Map<string, Ends>();
  for (const { name } of services) {
    const resolve = (word: string) => resolveEnd(ports, word, name, tags.of(name));
    ends.set(name, {
      from: range.from === undefined ? null : await resolve(range.from),
      to: range.to === undefined ? survey.head.commit : await resolve(range.to),
    });
  }
  const walks = new Map<string, Awaited<ReturnType<typeof commitsSince>>>();
  for (const to of new Set([...ends.values()].map((each) => each.to))) {
    const starts = [...ends.values()].filter((each) => each.to === to).map(({ from }) => from);
    walks.set(to, await commitsSince(ports.git, to, starts));
  }
  return ({ name }) => {
    const own = ends.get(name) as Ends;
    return { ends: own, inRange: walks.get(own.to)?.(own.from) ?? [] };
  };
}

async function resolveEnd(
  { git }: Ports,
  word: string,
  service: string,
  tags: readonly ReleaseTag[],
): Promise<string> {
  const release = tags.find(({ version }) => version === word);
  const commit = release?.gitTag.commit ?? (await git.history.resolveCommit(word));
  if (commit !== null) return commit;
  throw inputFailure({
    reason: 'unknown-revision',
    message: `\`${word}\` is neither a commit of this repository nor a version of ${service}.`,
    hint: `Give a commit, a branch, a tag, or one of its versions: ${
      tags
        .slice(0, 3)
        .map(({ version }) => version)
        .join(', ') || 'none yet'
    }.`,
  });
}

/** Stable releases, and on a channel that channel's; each with what its tag says. */
async function notedReleases(
  { git }: Ports,
  { config, head }: Survey,
  tags: readonly ReleaseTag[],
): Promise<NotedRelease[]> {
  const fitting = fittingTags(tags, channelOf(config, head.branch));
  return Promise.all(
    fitting.map(async ({ version, gitTag }) => ({
      version,
      gitTag: gitTag.name,
      commit: gitTag.commit,
      notes: gitTag.annotated ? pastNotes(await git.objects.read(gitTag.oid)) : null,
    })),
  );
}

/** By what the service is made of today: what an old release was made of else stands in its tag. */
async function attribute(
  { project }: Survey,
  service: Service,
  commits: readonly GitCommit[],
  edits: LockfileEdits,
): Promise<AttributedCommit[]> {
  return attributeCommits(
    commits,
    await serviceInputs([await openSide(project, service)], edits, { settingsCount: false }),
  );
}

/** All sections that are not text yet, rendered in one pass. */
async function rendered(
  sections: ReadonlyMap<string, readonly (string | ChangelogSection)[]>,
  render: (sections: readonly ChangelogSection[]) => Promise<string[]>,
): Promise<Map<string, string[]>> {
  const open = [...sections.values()].flat().filter((section) => typeof section !== 'string');
  const texts = await render(open);
  const textOf = new Map(open.map((section, index) => [section, texts[index] ?? '']));
  return new Map(
    [...sections].map(([name, own]) => [
      name,
      own.map((section) => (typeof section === 'string' ? section : (textOf.get(section) ?? ''))),
    ]),
  );
}
