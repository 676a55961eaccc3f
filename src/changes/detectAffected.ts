import type { Service } from '../workspace/service.ts';
import type { ComparisonQuestion } from './compareService.ts';
import { type ChangesQuestion, openQuestions } from './openQuestions.ts';

/** Which services are affected, as `detectChanges` says it: mostly told without a look at their contexts. */
export async function detectAffected(
  question: ChangesQuestion,
): Promise<{ service: Service; affected: boolean }[]> {
  const { questions } = await openQuestions(question);
  return Promise.all(
    questions.map(async (each) => ({ service: each.service, affected: await isAffected(each) })),
  );
}

/** No context is described, and the code that describes one not loaded, where changed paths give the answer. */
async function isAffected(question: ComparisonQuestion): Promise<boolean> {
  const { service, lastRelease, baseline } = question;
  if (lastRelease !== null && baseline !== null) {
    if (!(await baseline.mayDiffer(service))) return false;
    if (await baseline.surelyDiffers(service)) return true;
  }
  const { compareService } = await import('./compareService.ts');
  return (await compareService(question)).affected;
}
