import { detectChanges } from '../changes/detectChanges.ts';
import type { ServiceChange } from '../changes/serviceChange.ts';
import type { Ports } from '../ports/ports.ts';
import { type ChangesOptions, changesQuestion } from './changesQuestion.ts';
import type { Survey } from './survey.ts';

/** The stage `changes` on top: every service with what changed since its last release. */
export async function surveyChanges(
  ports: Ports,
  survey: Survey,
  options: ChangesOptions,
): Promise<ServiceChange[]> {
  return detectChanges(await changesQuestion(ports, survey, options));
}
