import type { ServiceChange } from '../changes/serviceChange.ts';
import { type TagFormat, tagFormat } from '../changes/tagFormat.ts';
import { channelOf } from '../config/channelOf.ts';
import type { Config } from '../config/settings.ts';
import { bumpOfChange, highest, lowest, type WhatBump } from './bump.ts';
import type { Preset } from './changelog/writerOptions.ts';
import { type CountedCommit, commitCounter, releaseAsOf } from './countedCommits.ts';
import { imageReference } from './imageReference.ts';
import { effectiveBump, nextVersion } from './nextVersion.ts';
import { planWarnings } from './planWarnings.ts';
import { checkedReleaseAs } from './releaseAs.ts';
import type { Bump, PlannedService, ReleasePlan } from './releasePlan.ts';
import { withGroups } from './withGroups.ts';

export interface PlanQuestion {
  head: ReleasePlan['head'];
  changes: readonly ServiceChange[];
  config: Config;
  /** Address of the monorepo's remote, for links; null: no links. */
  remoteUrl: string | null;
  /** Milliseconds since 1970: the date of the changelogs. */
  now: number;
  /** Root of the monorepo on disk: presets other than the default are looked up from there. */
  root: string;
  /** Prerelease channel; absent: the one that `channels` gives for the branch. */
  channel?: string | null;
  /** Names of workspaces by folder, for headings of changelogs; a folder stands for itself where absent. */
  workspaceNames?: ReadonlyMap<string, string>;
  /** False leaves `changelog` empty and loads nothing that only changelogs need. Default true. */
  changelogs?: boolean;
}

/**
 * The release plan: per service its bump, next version, tag, image and changelog. A function of values; the
 * only thing it loads is the changelog preset. `deployments` is null: they are planned from the infra repo.
 * Throws input failures for versions and names that cannot be (see checkedReleaseAs, imageReference).
 */
export async function makePlan(question: PlanQuestion): Promise<ReleasePlan> {
  const { head, config } = question;
  const changes = withGroups(question.changes, config);
  const channel = question.channel === undefined ? channelOf(config, head.branch) : question.channel;
  const preset = await ownPreset(question);
  const countedCommits = commitCounter(config, preset?.parser);
  const counted = changes.map((change) => ({ change, commits: countedCommits(change.commits) }));
  const format = tagFormat(
    config,
    changes.map(({ service }) => service),
  );
  const services = counted.map(({ change, commits }) =>
    planService(change, commits, { config, channel, format, whatBump: preset?.whatBump }),
  );
  if (question.changelogs !== false) {
    const { writeChangelogs } = await import('./changelog/writeChangelogs.ts');
    await writeChangelogs(services, counted, question);
  }
  return { schema: 1, head, services, deployments: null };
}

/** Only a preset of the user's own may read messages differently and ask for other bumps. */
async function ownPreset({ config, root }: PlanQuestion): Promise<Preset | undefined> {
  const name = config.file.changelog?.preset;
  if (name === undefined || name === 'conventionalcommits') return undefined;
  const { loadPreset } = await import('./changelog/loadPreset.ts');
  return loadPreset(config, { root, links: null });
}

interface PlanRules {
  config: Config;
  channel: string | null;
  format: TagFormat;
  whatBump: WhatBump | undefined;
}

function planService(
  change: ServiceChange,
  commits: readonly CountedCommit[],
  { config, channel, format, whatBump }: PlanRules,
): PlannedService {
  const { service, lastRelease, affected } = change;
  const wanted = bumpOfCommits(commits, config, whatBump);
  const version = affected ? versionOf(change, commits, wanted, channel) : null;
  return {
    name: service.name,
    path: service.path,
    affected,
    // What people look at does not show it, and it takes long.
    get identity() {
      return change.identity();
    },
    since: change.since,
    reasons: [...change.reasons],
    commits: commits.flatMap(({ parsed }) =>
      parsed.changes.map(({ type, scope, subject, breaking }) => ({
        hash: parsed.commit.hash,
        type,
        scope,
        subject,
        breaking: breaking.length > 0,
      })),
    ),
    bump: affected ? effectiveBump(lastRelease?.version ?? null, wanted) : 'none',
    currentVersion: lastRelease?.version ?? null,
    nextVersion: version,
    gitTag: version === null ? null : format.format(service.name, version),
    image: version === null ? null : imageReference(change, version, config),
    changelog: '',
    warnings: planWarnings(change, commits, wanted),
  };
}

/** The highest bump that the commits ask for; a library's counts as `dependencyBump` says. */
function bumpOfCommits(
  commits: readonly CountedCommit[],
  config: Config,
  whatBump: WhatBump | undefined,
): Bump {
  const ceiling: Bump = config.file.dependencyBump === 'patch' ? 'patch' : 'major';
  return commits.reduce<Bump>((bump, { parsed, library }) => {
    const asked = parsed.changes
      .map((change) => bumpOfChange(change, config.file.bumps, whatBump))
      .reduce(highest, 'none');
    return highest(bump, library === null ? asked : lowest(asked, ceiling));
  }, 'none');
}

function versionOf(
  change: ServiceChange,
  commits: readonly CountedCommit[],
  bump: Bump,
  channel: string | null,
): string {
  const { service, lastRelease } = change;
  const currentVersion = lastRelease?.version ?? null;
  const asked = releaseAsOf(service, commits);
  if (asked !== null) {
    return checkedReleaseAs(asked, { name: service.name, currentVersion, taken: change.takenVersions });
  }
  return nextVersion({
    last: currentVersion,
    manifestVersion: service.workspace.packageManifest.version ?? null,
    bump,
    channel,
    taken: change.takenVersions,
  });
}
