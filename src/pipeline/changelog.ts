import { channelOf } from '../config/channelOf.ts';
import type { Ports } from '../ports/ports.ts';
import { pickServices } from '../workspace/findServices.ts';
import type { Service } from '../workspace/service.ts';
import { type HistoryRange, pastSections } from './pastSections.ts';
import { planChanges } from './plan.ts';
import { type Survey, surveyRepo } from './survey.ts';
import { surveyChanges } from './surveyChanges.ts';

export interface ChangelogOptions {
  cwd: string;
  configPath?: string | undefined;
  /** Services by name, unscoped name or folder; none: all. */
  words: readonly string[];
  /** Part of the history to tell; null: only what the next release would say. */
  range: HistoryRange | null;
}

/** What is told of one service. */
export interface ServiceChangelog {
  name: string;
  path: string;
  /** Markdown, each with its heading, newest first; empty: nothing to tell. */
  sections: string[];
}

/**
 * What the next release of each service would say, or a part of its history: up to HEAD that ends with the next
 * release. Uncommitted files are left out. Writes nothing.
 */
export async function readChangelogs(
  ports: Ports,
  { words, range, ...options }: ChangelogOptions,
): Promise<{ changelogs: ServiceChangelog[]; survey: Survey }> {
  const survey = await surveyRepo(ports, { ...options, worktree: false });
  const services = pickServices(survey.services, words);
  const toHead = range === null || range.to === undefined;
  const next = toHead ? await nextChangelogs(ports, survey, services) : new Map<string, string>();
  const past =
    range === null ? new Map<string, string[]>() : await pastSections(ports, survey, services, range, next);
  const changelogs = services.map(({ name, path }) => ({
    name,
    path,
    sections: [next.get(name) ?? '', ...(past.get(name) ?? [])].filter((text) => text !== ''),
  }));
  return { changelogs, survey };
}

/** By service what its next release would say; services without one are absent. */
async function nextChangelogs(
  ports: Ports,
  survey: Survey,
  services: readonly Service[],
): Promise<Map<string, string>> {
  const { config, head } = survey;
  const channel = channelOf(config, head.branch);
  // Groups tie services together; without them one service can be asked for alone.
  const asked = config.file.groups === undefined ? services : survey.services;
  const changes = await surveyChanges(ports, { ...survey, services: asked }, { channel, identities: false });
  const plan = await planChanges(ports, survey, changes, { channel });
  return new Map(
    plan.services.flatMap(({ name, changelog }) => (changelog === '' ? [] : [[name, changelog] as const])),
  );
}
