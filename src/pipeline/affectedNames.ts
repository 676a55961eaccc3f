import { detectAffected } from '../changes/detectAffected.ts';
import { channelOf } from '../config/channelOf.ts';
import { groupCauses } from '../plan/withGroups.ts';
import type { Ports } from '../ports/ports.ts';
import { inStage } from '../report/inStage.ts';
import { changesQuestion } from './changesQuestion.ts';
import { type SurveyOptions, surveyRepo } from './survey.ts';

/** Names of the services that `previewPlan` calls affected, without what else a plan says of them. */
export async function affectedNames(
  ports: Ports,
  options: SurveyOptions & { fetch?: boolean },
): Promise<string[]> {
  const tags = ports.git.history.tags();
  tags.catch(() => undefined);
  const survey = await inStage(ports, 'workspace', () => surveyRepo(ports, options));
  const channel = channelOf(survey.config, survey.head.branch);
  const changes = await inStage(ports, 'changes', () =>
    changesQuestion(ports, survey, { ...options, channel, tags }).then(detectAffected),
  );
  const causes = groupCauses(changes, survey.config);
  return changes.filter((change) => change.affected || causes.has(change)).map(({ service }) => service.name);
}
