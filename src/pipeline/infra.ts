import type { Config, Environment } from '../config/settings.ts';
import { type DeploymentRequest, type DeploymentTools, siblingsOf } from '../deploy/deploymentRequest.ts';
import type { WantedImage } from '../deploy/findTagSites.ts';
import type { DeploymentMode, VersionToLand } from '../deploy/planDeployment.ts';
import { repositoryOf } from '../plan/imageReference.ts';
import type { Ports } from '../ports/ports.ts';
import type { Survey } from './survey.ts';

/** What a deployment to one environment works with. */
export async function infraTools(
  ports: Ports,
  config: Config,
  environment: Environment,
): Promise<DeploymentTools> {
  const { clock, report } = ports;
  const repo = await ports.openInfra(environment);
  return { repo, clock, report, openForge: () => ports.openInfraForge(environment, config) };
}

/** A deployment of these versions to one environment, with what the configuration says of it. */
export function infraRequest(
  survey: Pick<Survey, 'config' | 'services'>,
  environment: Environment,
  versions: readonly VersionToLand[],
  mode: DeploymentMode,
): DeploymentRequest {
  const { config } = survey;
  return {
    environment,
    siblings: siblingsOf(config, environment),
    versions,
    mode,
    settings: config.file.infra,
    catalog: imagesOf(survey),
  };
}

/** Every service and its image. */
function imagesOf({ config, services }: Pick<Survey, 'config' | 'services'>): WantedImage[] {
  return services.map((service) => ({ service: service.name, repository: repositoryOf(service, config) }));
}
