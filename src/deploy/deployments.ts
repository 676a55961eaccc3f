import semver from 'semver';
import type { GitCommit } from '../ports/git.ts';
import { parseDeploymentMessage } from './deploymentMessage.ts';

/** One service that one infra commit brought to a version, as the commits themselves tell. */
export interface Deployment {
  /** The infra commit. */
  commit: string;
  /** ISO 8601. */
  at: string;
  by: { name: string; email: string };
  environment: string;
  service: string;
  version: string;
  sourceCommit: string | null;
  /** `rollback`: by `shipyarn rollback`; `revert`: a person's `git revert`. */
  kind: 'deploy' | 'rollback' | 'revert';
  /** Version that this one left for an older one; null: none, or not known. */
  left: string | null;
  /** True where a later one went back behind it. */
  rolledBack: boolean;
}

/** Deployments in commits of an infra repo, newest first as the commits are. Only those with trailers count. */
export function deploymentsIn(commits: readonly GitCommit[]): Deployment[] {
  const oldestFirst: Deployment[] = [];
  const running = new Map<string, string[]>();
  for (const commit of [...commits].reverse()) {
    for (const made of [...deployedBy(commit), ...revertedBy(commit, oldestFirst, running)]) {
      const key = `${made.environment}\0${made.service}`;
      const before = running.get(key) ?? [];
      running.set(key, stackAfter(before, made));
      const last = before.at(-1) ?? null;
      const back = made.kind !== 'deploy' || (last !== null && isOlder(made.version, last));
      if (back) markRolledBack(oldestFirst, made);
      oldestFirst.push({ ...made, left: made.left ?? (back ? last : null) });
    }
  }
  return oldestFirst.reverse();
}

/**
 * The version that a service ran before `running` in an environment, by its deployments (newest first): what was
 * rolled back does not count. Null: nothing is known before it.
 */
export function versionBefore(
  deployments: readonly Deployment[],
  environment: string,
  service: string,
  running: string | null,
): string | null {
  const own = deployments.filter((each) => each.environment === environment && each.service === service);
  const stack = own.reduceRight<string[]>(stackAfter, []);
  const at = running === null ? -1 : stack.lastIndexOf(running);
  return (at === -1 ? stack.at(-1) : stack[at - 1]) ?? null;
}

/** Versions that were good when they were left, oldest first: going back takes off what is above. */
function stackAfter(
  stack: readonly string[],
  { version, kind }: Pick<Deployment, 'version' | 'kind'>,
): string[] {
  const at = stack.lastIndexOf(version);
  const last = stack.at(-1);
  if (last === version) return [...stack];
  const back = kind !== 'deploy' || (last !== undefined && isOlder(version, last));
  if (!back) return [...stack, version];
  if (at !== -1) return stack.slice(0, at + 1);
  return [...stack.filter((each) => isOlder(each, version)), version];
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [semver.parse(version), semver.parse(than)];
  return a !== null && b !== null && semver.lt(a, b);
}

function deployedBy(commit: GitCommit): Deployment[] {
  const message = parseDeploymentMessage(commit.message);
  if (message === null) return [];
  const { environment, rollbackOf = null } = message;
  return message.services.map(({ service, version, sourceCommit }) => ({
    ...stampOf(commit),
    environment,
    service,
    version,
    sourceCommit,
    kind: rollbackOf === null ? 'deploy' : 'rollback',
    left: rollbackOf,
    rolledBack: false,
  }));
}

/** `git revert` of a deployment brings its services back to what they ran before. */
function revertedBy(
  commit: GitCommit,
  known: readonly Deployment[],
  running: ReadonlyMap<string, readonly string[]>,
): Deployment[] {
  const reverted = /This reverts commit ([0-9a-f]{7,64})/.exec(commit.message)?.[1];
  if (reverted === undefined || parseDeploymentMessage(commit.message) !== null) return [];
  return known
    .filter((each) => each.commit.startsWith(reverted))
    .flatMap(({ environment, service, version: left }) => {
      const stack = running.get(`${environment}\0${service}`) ?? [];
      const version = stack[stack.lastIndexOf(left) - 1];
      if (version === undefined) return [];
      const sourceCommit =
        known.findLast((each) => each.service === service && each.version === version)?.sourceCommit ?? null;
      return [
        {
          ...stampOf(commit),
          environment,
          service,
          version,
          sourceCommit,
          kind: 'revert' as const,
          left,
          rolledBack: false,
        },
      ];
    });
}

function stampOf({ hash, committedAt, authorName, authorEmail }: GitCommit) {
  return { commit: hash, at: committedAt, by: { name: authorName, email: authorEmail } };
}

function markRolledBack(known: Deployment[], { environment, service, version, left }: Deployment): void {
  const same = known.filter((each) => each.environment === environment && each.service === service);
  const index = same.findLastIndex((each) => each.version === version && !each.rolledBack);
  for (const passed of same.slice(index + 1)) {
    if (left === null || passed.version === left || isOlder(version, passed.version))
      passed.rolledBack = true;
  }
}
