import type { ChangesQuestion } from '../changes/openQuestions.ts';
import type { GitTags } from '../ports/gitTags.ts';
import type { Ports } from '../ports/ports.ts';
import { completeClone } from './completeClone.ts';
import type { Survey, SurveyOptions } from './survey.ts';

export interface ChangesOptions extends Pick<SurveyOptions, 'since'> {
  channel: string | null;
  /** False: an incomplete clone is a failure rather than completed. Default true. */
  fetch?: boolean;
  /** As in ChangesQuestion. */
  thorough?: boolean;
  /** As in ChangesQuestion. */
  identities?: boolean;
  /** Tags that were asked for beforehand. */
  tags?: Promise<GitTags>;
}

/** What the stage `changes` is asked, with all tags: what an incomplete clone lacks for it is fetched. */
export async function changesQuestion(
  ports: Ports,
  survey: Survey,
  { channel, since, thorough, identities, tags: known, fetch = true }: ChangesOptions,
): Promise<ChangesQuestion> {
  const tags = await completeClone(ports, { survey, channel, since, fetch, tags: known });
  return { git: ports.git, ...survey, tags, channel, since, thorough, identities };
}
