import { identityScheme } from '../workspace/contents/contextIdentity.ts';
import type { Service } from '../workspace/service.ts';
import type { ComparisonQuestion } from './compareService.ts';
import { recordedIdentity } from './lastReleases.ts';
import { type ChangesQuestion, openQuestions } from './openQuestions.ts';
import type { LastRelease } from './serviceChange.ts';

/** Which services are affected, as `detectChanges` says it: mostly told without a look at their contexts. */
export async function detectAffected(
  question: ChangesQuestion,
): Promise<{ service: Service; affected: boolean }[]> {
  const { questions } = await openQuestions({ ...question, identities: false }, { records: false });
  return Promise.all(
    questions.map(async (each) => ({ service: each.service, affected: await isAffected(each, question) })),
  );
}

/** No context is described, and the code that describes one not loaded, where changed paths give the answer. */
async function isAffected(comparison: ComparisonQuestion, question: ChangesQuestion): Promise<boolean> {
  const { service, lastRelease, baseline } = comparison;
  if (lastRelease !== null && baseline !== null) {
    if (!(await baseline.mayDiffer(service))) return false;
    if (await baseline.surelyDiffers(service)) return true;
  }
  const { compareService } = await import('./compareService.ts');
  const identified = lastRelease === null ? null : await withIdentity(lastRelease, question);
  return (await compareService({ ...comparison, lastRelease: identified })).affected;
}

async function withIdentity(release: LastRelease, { git, tags }: ChangesQuestion): Promise<LastRelease> {
  const tag = tags.get(release.gitTag);
  const identity = tag === undefined ? null : await recordedIdentity(git, tag, identityScheme);
  return { ...release, identity };
}
