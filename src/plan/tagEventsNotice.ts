import type { Config } from '../config/settings.ts';
import { forgeLinks } from './changelog/forgeLinks.ts';
import type { ReleasePlan } from './releasePlan.ts';

/** GitHub: "Events will not be created for tags when more than three tags are pushed at once" (docs, event `push`). */
const mostTagsWithEvents = 3;

/**
 * What to say where the release's tags, which go in one push, will start no workflow; null where they do or
 * where the forge makes no such difference. `branch`: the release branch, whose ledger moves in the same push.
 */
export function tagEventsNotice(
  plan: ReleasePlan,
  { config, remoteUrl, branch }: { config: Config; remoteUrl: string | null; branch: string },
): string | null {
  const tags = plan.services.filter(({ gitTag }) => gitTag !== null).length;
  const kind = forgeLinks(remoteUrl, config.file.forge?.kind)?.kind;
  if (kind !== 'github' || tags <= mostTagsWithEvents) return null;
  const instead =
    config.environments.length > 0
      ? "trigger on the infra repo's commit, or read the ledger"
      : 'read the ledger on a schedule';
  return `GitHub sends no events for a push of more than three tags, and this one has ${tags}: workflows on tags will not start; ${instead} refs/shipyarn/${branch} instead`;
}
