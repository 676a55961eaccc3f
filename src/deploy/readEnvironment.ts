import type { InfraRepo } from '../ports/infraRepo.ts';
import type { DeploymentRequest } from './deploymentRequest.ts';
import { type Hold, holdsFile, readHolds } from './holds.ts';
import { infraFilesOf } from './infraFiles.ts';
import { type LocatedSite, locateServices, targetFiles } from './locateServices.ts';
import { runningVersion } from './planDeployment.ts';
import { selectFiles } from './selectFiles.ts';
import { currentDigest } from './tagSite.ts';

/** What the infra repo says about a service in one environment. */
export interface ServiceState {
  service: string;
  /** Null: it is not deployed there, or its tag is empty. */
  version: string | null;
  /** The digest that the tag is pinned to, or null. */
  digest: string | null;
  hold: Hold | null;
  sites: readonly LocatedSite[];
}

export interface EnvironmentState {
  environment: string;
  /** The infra commit that was read. */
  commit: string;
  services: ServiceState[];
}

/** What an environment runs, by the infra repo's newest commit, or by `commit`. */
export async function readEnvironment(
  { environment, siblings, catalog = [] }: Pick<DeploymentRequest, 'environment' | 'siblings' | 'catalog'>,
  repo: InfraRepo,
  commit?: string,
): Promise<EnvironmentState> {
  const tip = commit ?? (await repo.fetchTip());
  const selection = selectFiles(environment, siblings);
  const read = await infraFilesOf(repo).read(tip, selection, [...targetFiles(environment), holdsFile]);
  const files = read.filter(({ path }) => path !== holdsFile);
  const holds = readHolds(read.find(({ path }) => path === holdsFile)?.text);
  const { sites } = locateServices(environment, files, catalog);
  const services = catalog.map(({ service }) => {
    const located = sites.get(service) ?? [];
    const pinned = located.map(({ site }) => currentDigest(site)).find((digest) => digest !== null);
    const hold = holds.find((each) => each.service === service && each.environment === environment.name);
    return {
      service,
      version: runningVersion(located),
      digest: pinned ?? null,
      hold: hold ?? null,
      sites: located,
    };
  });
  return { environment: environment.name, commit: tip, services };
}
