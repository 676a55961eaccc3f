import { withLinkWarnings } from '../context/linkWarnings.ts';
import type { Ports } from '../ports/ports.ts';
import { inStage } from '../report/inStage.ts';
import type { ContextContents } from '../workspace/contextContents.ts';
import { describeContext } from '../workspace/describeContext.ts';
import { pickServices } from '../workspace/findServices.ts';
import type { Project } from '../workspace/project.ts';
import { type SurveyOptions, surveyRepo } from './survey.ts';

/** The context of one service, named by its name, unscoped name or folder. */
export async function surveyContext(
  ports: Ports,
  service: string,
  options: SurveyOptions,
): Promise<{ project: Project; contents: ContextContents }> {
  const { project, services } = await inStage(ports, 'workspace', () => surveyRepo(ports, options));
  const [picked] = pickServices(services, [service]);
  if (picked === undefined) throw new Error('pickServices gives a service or rejects');
  const contents = await inStage(ports, 'context', async () =>
    withLinkWarnings(await describeContext(project, picked), project.snapshot),
  );
  return { project, contents };
}
