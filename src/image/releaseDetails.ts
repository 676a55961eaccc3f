import type { Git } from '../ports/git.ts';
import type { ReleaseDetails } from './releaseImage.ts';

/** What a released image says of itself: a function of the release, so that staging it again gives the same digest. */
export async function releaseDetails(
  git: Git,
  { service, version, commit }: { service: string; version: string; commit: string },
): Promise<ReleaseDetails> {
  const [source, object] = await Promise.all([git.remote.url(), git.objects.read(commit)]);
  const committedAt = /^committer .* (\d+) [+-]\d{4}$/m.exec(object.toString('utf8'))?.[1];
  return { version, revision: commit, createdAt: Number(committedAt ?? 0), title: service, source };
}
