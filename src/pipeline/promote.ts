import { attributeCommits } from '../changes/attributeCommits.ts';
import { lockfileEdits } from '../changes/lockfileEdits.ts';
import { serviceInputs } from '../changes/serviceInputs.ts';
import { openSide } from '../changes/serviceSide.ts';
import type { DeploymentResult } from '../deploy/deploymentRequest.ts';
import type { VersionToLand } from '../deploy/planDeployment.ts';
import { type EnvironmentState, readEnvironment } from '../deploy/readEnvironment.ts';
import { inputFailure } from '../errors.ts';
import type { GitCommit } from '../ports/git.ts';
import type { Ports } from '../ports/ports.ts';
import { pickServices } from '../workspace/findServices.ts';
import type { Service } from '../workspace/service.ts';
import { type DeployOptions, runDeployment } from './deploy.ts';
import { environmentNamed } from './environments.ts';
import { infraRequest } from './infra.ts';
import { type ReleasedVersions, releasedVersions } from './releasedVersions.ts';
import { type Survey, surveyRepo } from './survey.ts';

export interface Promotion extends DeploymentResult {
  from: string;
  /** By service: the commits of the monorepo that this ships, newest first; null where that cannot be told. */
  ships: { service: string; commits: { hash: string; subject: string }[] | null }[];
}

/** Moves the very versions that run in one environment to another, and lists the commits that this ships. */
export async function promote(
  ports: Ports,
  names: { from: string; to: string; services: readonly string[] },
  options: Omit<DeployOptions, 'environment'>,
): Promise<Promotion> {
  const survey = await surveyRepo(ports, { ...options, worktree: false });
  const [from, to] = [environmentNamed(survey.config, names.from), environmentNamed(survey.config, names.to)];
  if (from.name === to.name) throw sameEnvironment(to.name);
  const chosen = pickServices(survey.services, names.services);
  const request = infraRequest(survey, from, [], 'promote');
  const source = await readEnvironment(request, await ports.openInfra(from));
  const released = await releasedVersions(ports, survey);
  const versions = await runningVersions(source, chosen, released);
  if (versions.length === 0) throw nothingRuns(from.name);
  const promotion = {
    ...infraRequest(survey, to, versions, 'promote'),
    ignoreFreeze: options.ignoreFreeze ?? false,
  };
  const result = await runDeployment(ports, survey, promotion, options);
  return { ...result, from: from.name, ships: await shippedCommits(ports, survey, result, released) };
}

async function runningVersions(
  source: EnvironmentState,
  chosen: readonly Service[],
  released: ReleasedVersions,
): Promise<VersionToLand[]> {
  const running = chosen.flatMap((service) => {
    const state = source.services.find((each) => each.service === service.name);
    return state?.version ? [{ service, version: state.version, digest: state.digest }] : [];
  });
  return Promise.all(
    running.map(async ({ service, version, digest }) => {
      const described = await released.describe(service, version);
      // What was verified there is what is pinned there.
      return digest === null ? described : { ...described, digest };
    }),
  );
}

async function shippedCommits(
  { git }: Ports,
  { project, services }: Survey,
  { outcomes }: DeploymentResult,
  released: ReleasedVersions,
): Promise<Promotion['ships']> {
  const edits = lockfileEdits(git);
  const moved = outcomes.filter(({ outcome }) => outcome === 'landed' || outcome === 'proposed');
  return Promise.all(
    moved.map(async ({ service: name, version, from }) => {
      const service = services.find((each) => each.name === name) as Service;
      const commitOf = (wanted: string | null) =>
        released.of(name).find((tag) => tag.version === wanted)?.gitTag.commit;
      const [newer, older] = [commitOf(version), commitOf(from)];
      if (newer === undefined || older === undefined) return { service: name, commits: null };
      const range = await git.history.log(newer, [older]);
      const inputs = await serviceInputs([await openSide(project, service)], edits, { settingsCount: true });
      const attributed = await attributeCommits(range, inputs);
      return { service: name, commits: attributed.map(({ commit }) => shown(commit)) };
    }),
  );
}

function shown({ hash, message }: GitCommit): { hash: string; subject: string } {
  return { hash, subject: message.split('\n')[0] ?? '' };
}

function sameEnvironment(name: string): Error {
  return inputFailure({
    reason: 'same-environment',
    message: `\`${name}\` cannot be promoted to itself.`,
    hint: 'Name two environments: `shipyarn promote staging production`.',
  });
}

function nothingRuns(environment: string): Error {
  return inputFailure({
    reason: 'nothing-runs',
    message: `None of these services has a tag in environment \`${environment}\`.`,
    hint: '`shipyarn status` shows what runs where.',
  });
}
