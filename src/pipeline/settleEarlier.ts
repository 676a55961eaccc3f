import { Failure } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { unpublished, withProgress } from '../release/ledger.ts';
import { publishReleases } from '../release/publishReleases.ts';
import type { RemoteState } from '../release/remoteState.ts';
import { inStage } from '../report/inStage.ts';
import type { Survey } from './survey.ts';

/**
 * Publishes what earlier runs have claimed and not published, before a new claim takes its place in the ledger.
 * `resumed`: the release of this very commit stood half-done. A release whose image is gone for good blocks no
 * newer one: that is a warning, and where nothing newer comes, finishing it fails.
 */
export async function settleEarlier(
  ports: Ports,
  survey: Survey,
  remote: RemoteState,
  { rebuild = false }: { rebuild?: boolean },
): Promise<{ remote: RemoteState; resumed: boolean }> {
  const { ledger, oid } = remote.ledger;
  if (unpublished(ledger).length === 0) return { remote, resumed: false };
  const { published, failures } = await inStage(ports, 'release', () =>
    publishReleases(ports, survey.config, survey.head, ledger),
  );
  for (const failure of failures) {
    if (!(failure instanceof Failure) || failure.reason !== 'image-gone') throw failure;
    if (!rebuild) ports.report({ kind: 'warning', message: failure.message });
  }
  const settled = withProgress(ledger, { published, landed: {} });
  return {
    remote: { ...remote, ledger: { oid, ledger: settled } },
    resumed: failures.length === 0 && ledger.commit === survey.head.commit,
  };
}
