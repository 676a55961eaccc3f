import semver from 'semver';
import type { DeploymentRequest, DeploymentResult } from '../deploy/deploymentRequest.ts';
import { versionBefore } from '../deploy/deployments.ts';
import { readDeployments } from '../deploy/readDeployments.ts';
import { readEnvironment, type ServiceState } from '../deploy/readEnvironment.ts';
import { inputFailure } from '../errors.ts';
import type { InfraRepo } from '../ports/infraRepo.ts';
import type { Ports } from '../ports/ports.ts';
import { pickServices } from '../workspace/findServices.ts';
import type { Service } from '../workspace/service.ts';
import { type DeployOptions, runDeployment } from './deploy.ts';
import { chosenEnvironment } from './environments.ts';
import { infraRequest } from './infra.ts';
import { releasedVersions } from './releasedVersions.ts';
import { surveyRepo } from './survey.ts';

export interface RollbackOptions extends Omit<DeployOptions, 'ignoreFreeze'> {
  /** Version to go back to; default: the one before. */
  to?: string | undefined;
  reason?: string | undefined;
}

/** Brings a service back to the version before, or to a named one, and holds it there. */
export async function rollback(
  ports: Ports,
  word: string,
  options: RollbackOptions,
): Promise<DeploymentResult> {
  const survey = await surveyRepo(ports, { ...options, worktree: false });
  const environment = chosenEnvironment(survey.config, options.environment);
  const [service] = pickServices(survey.services, [word]) as [Service];
  const request = infraRequest(survey, environment, [], 'rollback');
  const repo = await ports.openInfra(environment);
  const running = await runningNow(request, repo, service.name);
  const version = options.to ?? (await previousVersion(request, repo, running));
  if (options.to !== undefined && isNewer(version, running.version))
    throw notBack(service.name, version, running);
  const released = await releasedVersions(ports, survey);
  const target = await released.describe(service, version);
  const order = { ...request, versions: [target], reason: options.reason };
  return runDeployment(ports, survey, order, options);
}

/** Lifts the hold on a service and leaves its version as it is. */
export async function liftHold(
  ports: Ports,
  word: string,
  options: Omit<RollbackOptions, 'to' | 'reason'>,
): Promise<{ service: string; environment: string; held: boolean }> {
  const survey = await surveyRepo(ports, { ...options, worktree: false });
  const environment = chosenEnvironment(survey.config, options.environment);
  const [service] = pickServices(survey.services, [word]) as [Service];
  const request = infraRequest(survey, environment, [], 'rollback');
  const state = await stateOf(request, await ports.openInfra(environment), service.name);
  const held = state.hold !== null;
  // A hold is shipyarn's own note: lifting it needs no review.
  const direct = { ...request, environment: { ...environment, pullRequest: false }, lift: [service.name] };
  if (held && !options.dryRun) await runDeployment(ports, survey, direct, options);
  return { service: service.name, environment: environment.name, held };
}

async function stateOf(request: DeploymentRequest, repo: InfraRepo, service: string): Promise<ServiceState> {
  const catalog = (request.catalog ?? []).filter((image) => image.service === service);
  const { services } = await readEnvironment({ ...request, catalog }, repo);
  return services[0] as ServiceState;
}

async function runningNow(
  request: DeploymentRequest,
  repo: InfraRepo,
  service: string,
): Promise<ServiceState & { version: string }> {
  const state = await stateOf(request, repo, service);
  if (state.version !== null) return { ...state, version: state.version };
  throw inputFailure({
    reason: 'nothing-runs',
    message: `${service} has no tag in environment \`${request.environment.name}\`.`,
    hint: '`shipyarn status` shows what runs where; `shipyarn explain` where its tag was looked for.',
  });
}

/** By the trailers of the infra commits; before the first of them, by the file as it was. */
async function previousVersion(
  request: DeploymentRequest,
  repo: InfraRepo,
  running: ServiceState & { version: string },
): Promise<string> {
  const { environment } = request;
  const before = (known: Parameters<typeof versionBefore>[0]) =>
    versionBefore(known, environment.name, running.service, running.version);
  const deployments = await readDeployments(repo, (known) => before(known) !== null);
  const version = before(deployments) ?? (await versionBeforeFirst(request, repo, running, deployments));
  if (version !== null) return version;
  throw inputFailure({
    reason: 'nothing-before',
    message: `Nothing is known to have run before ${running.service} ${running.version} in environment \`${environment.name}\`.`,
    hint: 'Name the version to go back to: `--to 1.2.3`.',
  });
}

async function versionBeforeFirst(
  request: DeploymentRequest,
  repo: InfraRepo,
  running: ServiceState & { version: string },
  deployments: Awaited<ReturnType<typeof readDeployments>>,
): Promise<string | null> {
  const first = deployments.findLast(
    ({ environment, service }) => environment === request.environment.name && service === running.service,
  );
  if (first === undefined) return null;
  const [parent] = await parentsOf(repo, first.commit);
  if (parent === undefined) return null;
  const catalog = (request.catalog ?? []).filter(({ service }) => service === running.service);
  const { services } = await readEnvironment({ ...request, catalog }, repo, parent);
  const version = services[0]?.version ?? null;
  return version === running.version ? null : version;
}

async function parentsOf({ git }: InfraRepo, commit: string): Promise<string[]> {
  const text = (await git.objects.read(commit)).toString('latin1');
  return [...text.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, oid]) => oid as string);
}

function isNewer(version: string, than: string): boolean {
  const [a, b] = [semver.parse(version), semver.parse(than)];
  return a !== null && b !== null && semver.gt(a, b);
}

function notBack(service: string, version: string, running: ServiceState): Error {
  return inputFailure({
    reason: 'not-a-rollback',
    message: `${service} runs ${running.version}, and ${version} is newer.`,
    hint: `Go forward with \`shipyarn deploy ${service}@${version}\`.`,
  });
}
