import type { PlannedService } from './releasePlan.ts';

/** The release commit's message. `[skip ci]` is what GitHub, GitLab, Bitbucket and Gitea look for. */
export function releaseCommitMessage(
  services: readonly Pick<PlannedService, 'name' | 'nextVersion'>[],
): string {
  const released = services.flatMap(({ name, nextVersion }) =>
    nextVersion === null ? [] : [`${name} ${nextVersion}`],
  );
  const summary = released.length <= 3 ? released.join(', ') : `${released.length} services`;
  const list = released.length <= 3 ? '' : `\n\n${released.map((line) => `- ${line}`).join('\n')}`;
  return `chore(release): ${summary} [skip ci]${list}\n`;
}

/** Whether a header is that of a release commit: it changes versions and changelogs, which are no change. */
export function isReleaseCommit(header: string): boolean {
  return /^chore\(release\): .* \[skip ci\]$/.test(header);
}
