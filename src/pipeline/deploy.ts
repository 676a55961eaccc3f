import type { DeploymentRequest, DeploymentResult, DeploymentTools } from '../deploy/deploymentRequest.ts';
import { deployToEnvironment, previewDeployment } from '../deploy/deployToEnvironment.ts';
import type { VersionToLand } from '../deploy/planDeployment.ts';
import { inputFailure } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { pickServices } from '../workspace/findServices.ts';
import type { Service } from '../workspace/service.ts';
import { chosenEnvironment } from './environments.ts';
import { infraRequest, infraTools } from './infra.ts';
import { type ReleasedVersions, releasedVersions } from './releasedVersions.ts';
import { type Survey, type SurveyOptions, surveyRepo } from './survey.ts';

export interface DeployOptions extends Pick<SurveyOptions, 'cwd' | 'configPath'> {
  environment?: string | undefined;
  /** Show what would change, and change nothing. */
  dryRun: boolean;
  /** Deploy inside a freeze window too. */
  ignoreFreeze?: boolean;
}

/**
 * Puts chosen releases into an environment and lifts their holds; without words, the newest release of every
 * service, and holds stay.
 * @param words `api`, `@acme/api@1.2.0`, `services/api`.
 */
export async function deployVersions(
  ports: Ports,
  words: readonly string[],
  options: DeployOptions,
): Promise<DeploymentResult> {
  const survey = await surveyRepo(ports, { ...options, worktree: false });
  const environment = chosenEnvironment(survey.config, options.environment);
  const versions = await chosenVersions(survey, await releasedVersions(ports, survey), words);
  const mode = words.length === 0 ? 'promote' : 'deploy';
  const request = {
    ...infraRequest(survey, environment, versions, mode),
    ignoreFreeze: options.ignoreFreeze ?? false,
  };
  if (mode === 'deploy') await refuseOlder(request, await infraTools(ports, survey.config, environment));
  return runDeployment(ports, survey, request, options);
}

/** What was asked for by name and cannot be done is an error; a release would pass over it. */
async function refuseOlder(request: DeploymentRequest, tools: DeploymentTools): Promise<void> {
  const { outcomes, environment } = await previewDeployment(request, tools);
  const older = outcomes.find(({ outcome }) => outcome === 'older');
  if (older === undefined) return;
  throw inputFailure({
    reason: 'older-version',
    message: `${environment} runs ${older.service} ${older.from}, which is newer than ${older.version}.`,
    hint: `Go back with \`shipyarn rollback ${older.service} --env ${environment} --to ${older.version}\`.`,
  });
}

/** Deploys, or says what a deployment would change. */
export async function runDeployment(
  ports: Ports,
  { config }: Pick<Survey, 'config'>,
  request: DeploymentRequest,
  { dryRun }: Pick<DeployOptions, 'dryRun'>,
): Promise<DeploymentResult> {
  const tools = await infraTools(ports, config, request.environment);
  return dryRun ? previewDeployment(request, tools) : deployToEnvironment(request, tools);
}

async function chosenVersions(
  { services }: Survey,
  released: ReleasedVersions,
  words: readonly string[],
): Promise<VersionToLand[]> {
  if (words.length === 0) {
    const known = services.filter(({ name }) => released.of(name).length > 0);
    return Promise.all(known.map((service) => released.newest(service)));
  }
  return Promise.all(
    words.map((word) => {
      const at = word.lastIndexOf('@');
      const [name, version] = at > 0 ? [word.slice(0, at), word.slice(at + 1)] : [word, undefined];
      const [service] = pickServices(services, [name]) as [Service];
      return version === undefined ? released.newest(service) : released.find(service, version);
    }),
  );
}
