import type { InfraRepo } from '../ports/infraRepo.ts';
import type { DeploymentRequest } from './deploymentRequest.ts';
import { holdsFile, readHolds, writeHolds } from './holds.ts';
import { holdsAfter } from './holdsAfter.ts';
import { infraAuthor } from './infraAuthor.ts';
import type { InfraFiles } from './infraFiles.ts';
import { locateServices, targetFiles } from './locateServices.ts';
import { type DeploymentPlan, planDeployment } from './planDeployment.ts';
import { refuseSharedFiles } from './refuseSharedFiles.ts';
import { selectFiles } from './selectFiles.ts';

/** A plan against one commit of the infra repo. */
export interface PlannedAtTip {
  tip: string;
  plan: DeploymentPlan;
  /** How many files were searched. */
  searched: number;
  /** New texts by path, the holds included; null removes. */
  texts: Map<string, string | null>;
}

/** Plans on the newest commit, which is fetched first. `now` in milliseconds since 1970. */
export async function planAtTip(
  request: DeploymentRequest,
  repo: InfraRepo,
  files: InfraFiles,
  now: number,
  options: { dryRun: boolean },
): Promise<PlannedAtTip> {
  const { environment, versions } = request;
  const selection = selectFiles(environment, request.siblings);
  const tip = await repo.fetchTip();
  const read = await files.read(tip, selection, [...targetFiles(environment), holdsFile]);
  const data = read.filter(({ path }) => path !== holdsFile);
  const holds = readHolds(read.find(({ path }) => path === holdsFile)?.text);
  const located = locateServices(environment, data, versions);
  refuseSharedFiles(located, environment, request.siblings);
  const plan = planDeployment({
    environment,
    versions,
    mode: request.mode,
    located,
    searched: { selection, files: data.length },
    holds,
    now,
    ignoreFreeze: request.ignoreFreeze ?? false,
    dryRun: options.dryRun,
  });
  const texts = new Map<string, string | null>(plan.texts);
  const person = await infraAuthor(request.settings, repo.git.writer);
  const after = holdsAfter(request, holds, plan, { person, now });
  if (JSON.stringify(after) !== JSON.stringify(holds)) texts.set(holdsFile, writeHolds(after));
  return { tip, plan, searched: data.length, texts };
}
