import type { DeploymentRequest } from '../deploy/deploymentRequest.ts';
import type { WantedImage } from '../deploy/findTagSites.ts';
import { infraFilesOf } from '../deploy/infraFiles.ts';
import { locateServices, targetFiles } from '../deploy/locateServices.ts';
import { selectFiles } from '../deploy/selectFiles.ts';
import { currentTag } from '../deploy/tagSite.ts';
import { Failure } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { pickServices } from '../workspace/findServices.ts';
import type { Service } from '../workspace/service.ts';
import { infraRequest } from './infra.ts';
import { type SurveyOptions, surveyRepo } from './survey.ts';

/** Where one environment's infra repo names a service's image, and how that was found. */
export interface ExplainedDeployment {
  environment: string;
  image: string;
  /** For people: which files were searched. */
  searched: string;
  files: number;
  sites: { file: string; line: number; imageTag: string; why: string }[];
  /** Templates that name the image: left alone. */
  passedOver: { file: string; line: number }[];
  /** Why the infra repo could not be looked into; null: it could. */
  problem: string | null;
}

/** For each environment, where the tag of a service stands and why that place. */
export async function explainDeployments(
  ports: Ports,
  word: string,
  options: SurveyOptions,
): Promise<ExplainedDeployment[]> {
  const survey = await surveyRepo(ports, options);
  const [service] = pickServices(survey.services, [word]) as [Service];
  return Promise.all(
    survey.config.environments.map((environment) => {
      const request = infraRequest(survey, environment, [], 'release');
      const image = request.catalog?.find((each) => each.service === service.name) as WantedImage;
      return explainIn(ports, request, image);
    }),
  );
}

async function explainIn(
  ports: Ports,
  { environment, siblings }: DeploymentRequest,
  image: WantedImage,
): Promise<ExplainedDeployment> {
  const selection = selectFiles(environment, siblings);
  const searched = {
    environment: environment.name,
    image: image.repository,
    searched: selection.description,
  };
  try {
    const repo = await ports.openInfra(environment);
    const files = await infraFilesOf(repo).read(await repo.fetchTip(), selection, targetFiles(environment));
    const { sites, passedOver } = locateServices(environment, files, [image]);
    return {
      ...searched,
      files: files.length,
      sites: (sites.get(image.service) ?? []).map(({ file, site }) => ({
        file: file.path,
        line: site.scalar.place.line,
        imageTag: currentTag(site),
        why: site.found,
      })),
      passedOver: passedOver.map(({ file, line }) => ({ file, line })),
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...searched, files: 0, sites: [], passedOver: [], problem: error.message };
  }
}
