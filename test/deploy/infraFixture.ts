import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { openInfraRepo } from '../../src/adapters/git/openInfraRepo.ts';
import type { Environment } from '../../src/config/settings.ts';
import type { DeploymentTools } from '../../src/deploy/deploymentRequest.ts';
import type { VersionToLand } from '../../src/deploy/planDeployment.ts';
import type { ShipyarnEvent } from '../../src/report/event.ts';
import { addBareRemote, type TestRepo, testRepo } from '../helpers/testRepo.ts';

export interface InfraFixture {
  /** The bare remote. */
  remote: TestRepo;
  url: string;
  env: NodeJS.ProcessEnv;
  events: ShipyarnEvent[];
  environment(settings?: Partial<Environment>): Environment;
  tools(now?: number): Promise<DeploymentTools>;
  /** A file at the tip of `main`. */
  show(path: string, revision?: string): string;
  log(): string[];
}

/** An infra repo with these files, behind a bare remote. */
export function infraFixture(files: Record<string, string>): InfraFixture {
  const repo = testRepo();
  repo.commit('start', files);
  const remote = addBareRemote(repo);
  const url = `file://${remote.root}`;
  const events: ShipyarnEvent[] = [];
  return {
    remote,
    url,
    env: repo.env,
    events,
    environment: (settings = {}) => ({ name: 'production', repo: url, branch: 'main', ...settings }),
    async tools(now = Date.parse('2030-01-02T03:04:05Z')) {
      const infra = await openInfraRepo({ repo: url, branch: 'main', env: repo.env });
      onTestFinished(() => infra.git.close());
      return {
        repo: infra,
        clock: { now: () => now },
        report: (event) => void events.push(event),
      };
    },
    show: (path, revision = 'main') =>
      execFileSync('git', ['show', `${revision}:${path}`], { cwd: remote.root, env: repo.env }).toString(),
    log: () => remote.git('log', '--format=%s', 'main').split('\n'),
  };
}

export const registry = 'registry.example.com/team';

/** A version of `api` or another service, as a release hands it on. */
export function version(service: string, imageTag: string, digest?: string): VersionToLand {
  return {
    service: `@acme/${service}`,
    repository: `${registry}/${service}`,
    version: imageTag,
    sourceCommit: 'a'.repeat(40),
    digest,
  };
}
