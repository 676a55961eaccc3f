import type { ServiceIdentity } from '../changes/serviceChange.ts';
import { contextTar } from '../context/contextTar.ts';
import { withLinkWarnings } from '../context/linkWarnings.ts';
import { openEntry } from '../context/openEntry.ts';
import type { BuildRequest } from '../ports/builder.ts';
import type { Ports } from '../ports/ports.ts';
import { tellWarnings } from '../report/tellWarnings.ts';
import type { ContextEntry } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { buildSecrets } from './buildSecrets.ts';

/** The state of the monorepo that images are built from. */
export interface BuildSources {
  /** `committedAt`: seconds since 1970. */
  head: { commit: string; committedAt: number };
  snapshot: Snapshot;
}

/** What a builder needs to know of a service, wherever its image goes. Rejects where a secret cannot be read. */
export async function buildRequest(
  { env, git, report }: Pick<Ports, 'env' | 'git' | 'report'>,
  { head, snapshot }: BuildSources,
  change: ServiceIdentity,
): Promise<Omit<BuildRequest, 'target'>> {
  const [contents, secrets] = await Promise.all([
    change.contents().then((described) => withLinkWarnings(described, snapshot)),
    buildSecrets(change.service.settings, { env, root: git.history.root }),
  ]);
  tellWarnings(contents, report);
  return {
    contents,
    contextTar: () => contextTar(contents, snapshot),
    openEntry: (entry: ContextEntry) => openEntry(entry, snapshot),
    secrets,
    createdAt: head.committedAt,
  };
}
