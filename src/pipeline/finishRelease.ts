import { setTimeout as sleep } from 'node:timers/promises';
import { workFailure } from '../errors.ts';
import type { PlannedDeployment } from '../plan/releasePlan.ts';
import type { Ports } from '../ports/ports.ts';
import { releaseAuthor } from '../release/claim.ts';
import { ledgerRef, type Progress, withProgress } from '../release/ledger.ts';
import { currentLedger, isSameLedger, pushLedger, type StoredLedger } from '../release/ledgerStore.ts';
import { publishReleases } from '../release/publishReleases.ts';
import { inStage } from '../report/inStage.ts';
import { landDeployments } from './deployments.ts';
import type { Survey } from './survey.ts';

/**
 * Makes true what the ledger says was claimed and is not done yet: version tags and forge releases, then infra.
 * Driven by the ledger alone, so a run after a crash, or beside another run, does exactly the rest. What was done
 * is noted, too, where something failed.
 * @param options.ledger The ledger as this run has just seen it; default: it is asked for.
 */
export async function finishRelease(
  ports: Ports,
  survey: Survey,
  branch: string,
  options: { deploy: boolean; claimed?: ReadonlySet<string>; ledger?: StoredLedger },
): Promise<PlannedDeployment[] | null> {
  const seen = options.ledger ?? (await currentLedger(ports.git, branch));
  const { ledger } = seen;
  const { published, failures } = await inStage(ports, 'release', () =>
    publishReleases(ports, survey.config, survey.head, ledger),
  );
  const { claimed = new Set<string>() } = options;
  const landing =
    options.deploy && failures.length === 0
      ? await inStage(ports, 'deploy', () => landDeployments(ports, survey, { ledger, published, claimed }))
      : null;
  await noteProgress(ports, branch, seen, { published, landed: landing?.landed ?? {} });
  const [failure] = [...failures, ...(landing?.failures ?? [])];
  if (failure !== undefined) throw failure;
  return landing?.deployments ?? null;
}

/** Others may note at the same time: what they wrote is read again and kept. */
async function noteProgress(
  ports: Ports,
  branch: string,
  seen: StoredLedger,
  progress: Progress,
): Promise<void> {
  let stored = seen;
  for (let attempt = 1; attempt <= 50; attempt++) {
    const ledger = withProgress(stored.ledger, progress);
    if (isSameLedger(ledger, stored.ledger)) return;
    const author = await releaseAuthor(ports.git);
    const next = { ledger, message: 'note what has landed\n', author };
    const result = await pushLedger(ports.git, branch, stored, next, [], ports.clock);
    if (result.ok) return ports.report({ kind: 'effect', effect: 'ledger-noted', detail: ledgerRef(branch) });
    if (result.why === 'refused') throw notNoted(branch, result.output);
    await sleep(Math.random() * 200);
    stored = await currentLedger(ports.git, branch);
  }
  throw notNoted(branch, 'Others moved it each time.');
}

function notNoted(branch: string, output: string): Error {
  return workFailure({
    reason: 'ledger-not-noted',
    message: `${ledgerRef(branch)} could not be moved.`,
    hint: 'Run again: what is released and deployed already is found, and noted.',
    output,
  });
}
