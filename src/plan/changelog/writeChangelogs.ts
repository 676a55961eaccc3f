import semver from 'semver';
import type { ServiceChange } from '../../changes/serviceChange.ts';
import type { CountedCommit } from '../countedCommits.ts';
import type { PlanQuestion } from '../makePlan.ts';
import type { PlannedService } from '../releasePlan.ts';
import type { ChangelogSection } from './changelogSection.ts';
import { forgeLinks } from './forgeLinks.ts';
import { loadPreset } from './loadPreset.ts';
import { renderChangelogs } from './renderChangelogs.ts';

/** Fills in the changelog of every service that is to be released. */
export async function writeChangelogs(
  services: readonly PlannedService[],
  counted: readonly { change: ServiceChange; commits: readonly CountedCommit[] }[],
  question: Pick<PlanQuestion, 'config' | 'remoteUrl' | 'root' | 'now' | 'workspaceNames'>,
): Promise<void> {
  const { config, remoteUrl, root } = question;
  const released = services.flatMap((service, index) => {
    const source = counted[index];
    return service.nextVersion === null || source === undefined ? [] : [{ service, source }];
  });
  if (released.length === 0) return;
  const links = forgeLinks(remoteUrl, config.file.forge?.kind);
  const preset = await loadPreset(config, { root, links });
  const texts = await renderChangelogs(
    released.map(({ service, source }) => nextSection(service, source, question)),
    { preset, links, authors: config.file.changelog?.authors ?? false },
  );
  for (const [index, { service }] of released.entries()) service.changelog = texts[index] ?? '';
}

function nextSection(
  service: PlannedService,
  { change, commits }: { change: ServiceChange; commits: readonly CountedCommit[] },
  { now, workspaceNames }: Pick<PlanQuestion, 'now' | 'workspaceNames'>,
): ChangelogSection {
  return {
    version: service.nextVersion,
    date: new Date(now).toISOString().slice(0, 10),
    gitTag: service.gitTag,
    previousTag: change.lastRelease?.gitTag ?? null,
    commits: commits
      .filter(({ release }) => release === null)
      .map(({ parsed, library }) => ({
        parsed,
        library: library === null ? null : (workspaceNames?.get(library) ?? library),
      })),
    merged: [...new Set(commits.flatMap(({ release }) => release ?? []))].sort(semver.rcompare),
    packages: service.reasons.flatMap(({ kind, packages }) => (kind === 'lockfile' ? (packages ?? []) : [])),
  };
}
