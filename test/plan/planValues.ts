import { createHash } from 'node:crypto';
import type { InputPart, ServiceChange } from '../../src/changes/serviceChange.ts';
import type { ConfigFile } from '../../src/config/schema.ts';
import type { Config } from '../../src/config/settings.ts';
import { makePlan, type PlanQuestion } from '../../src/plan/makePlan.ts';
import type { PlannedService } from '../../src/plan/releasePlan.ts';
import type { GitCommit } from '../../src/ports/git.ts';

/** Values for tests of planning: what the stages above would hand on. */

export function configWith(file: ConfigFile = {}): Config {
  return {
    file,
    origin: (key) => ({ file: 'shipyarn.yaml', line: key.length }),
    services: null,
    registries: typeof file.registry === 'string' ? [file.registry] : (file.registry ?? []),
    branch: null,
    channels: file.channels ?? {},
    tagFormat: file.tagFormat ?? '{service}@{version}',
    environments: [],
  };
}

/** A commit whose hash follows from its message and `nth`. */
export function commitOf(message: string, nth = 0, rest: Partial<GitCommit> = {}): GitCommit {
  return {
    hash: createHash('sha1').update(`${nth}\0${message}`).digest('hex'),
    parents: ['0'.repeat(40)],
    authorName: 'Jo Doe',
    authorEmail: 'jo@example.com',
    committedAt: '2026-11-20T10:00:00Z',
    message,
    paths: ['services/api/src/index.js'],
    ...rest,
  };
}

export interface ChangeValues extends Partial<Omit<ServiceChange, 'commits' | 'service' | 'lastRelease'>> {
  name?: string;
  manifestVersion?: string;
  image?: string;
  /** Version of the last release; null: there was none. */
  last?: string | null;
  /** Newest first, as Git logs them: messages, commits, or commits with their parts. */
  commits?: readonly (string | GitCommit | { commit: GitCommit; parts: InputPart[] })[];
}

export function changeOf(values: ChangeValues = {}): ServiceChange {
  const {
    name = '@acme/api',
    last = '1.2.0',
    commits = [],
    manifestVersion,
    image = 'api',
    ...rest
  } = values;
  const path = `services/${name.replace(/^.*\//, '')}`;
  const lastRelease =
    last === null
      ? null
      : { gitTag: `${name}@${last}`, version: last, commit: 'a'.repeat(40), identity: null };
  return {
    service: {
      name,
      path,
      settings: { image } as ServiceChange['service']['settings'],
      workspace: {
        name,
        path,
        packageManifest: manifestVersion === undefined ? { name } : { name, version: manifestVersion },
        manifestBytes: Buffer.from('{}'),
      },
    },
    identity: () => `sha256:${'1'.repeat(64)}`,
    lastRelease,
    since: lastRelease,
    affected: true,
    reasons: [],
    commits: commits.map((commit, index) => {
      if (typeof commit === 'string') return { commit: commitOf(commit, index), parts: [{ kind: 'source' }] };
      return 'parts' in commit ? commit : { commit, parts: [{ kind: 'source' }] };
    }),
    takenVersions: new Set(last === null ? [] : [last]),
    contents: () => Promise.reject(new Error('not asked for here')),
    warnings: [],
    ...rest,
  };
}

export async function planOf(
  changes: readonly ServiceChange[],
  file: ConfigFile = {},
  rest: Partial<PlanQuestion> = {},
): Promise<PlannedService[]> {
  const plan = await makePlan({
    head: { commit: 'b'.repeat(40), branch: 'main', dirty: false },
    changes,
    config: configWith(file),
    remoteUrl: 'git@github.com:acme/shop.git',
    now: Date.UTC(2026, 10, 21),
    root: import.meta.dirname,
    ...rest,
  });
  return plan.services;
}

/** The plan of one service. */
export async function planOfOne(
  values: ChangeValues,
  file: ConfigFile = {},
  rest: Partial<PlanQuestion> = {},
): Promise<PlannedService> {
  const [service] = await planOf([changeOf(values)], file, rest);
  if (service === undefined) throw new Error('a plan without services');
  return service;
}
