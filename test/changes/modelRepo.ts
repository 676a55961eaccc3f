import { expect } from 'vitest';
import { openGit } from '../../src/adapters/git/openGit.ts';
import { identifyServices } from '../../src/changes/identifyServices.ts';
import type { LastRelease, ServiceChange, ServiceIdentity } from '../../src/changes/serviceChange.ts';
import { formatTagMessage } from '../../src/changes/tagTrailers.ts';
import { loadConfig } from '../../src/config/loadConfig.ts';
import type { Git } from '../../src/ports/git.ts';
import { identityScheme } from '../../src/workspace/contents/contextIdentity.ts';
import { findServices } from '../../src/workspace/findServices.ts';
import { readProject } from '../../src/workspace/readProject.ts';
import { openSnapshot, type Snapshot } from '../../src/workspace/snapshot.ts';
import { type TestRepo, testRepo } from '../helpers/testRepo.ts';
import { commitModel, exampleModel, type Model } from './monorepo.ts';
import { changesByEveryWay } from './theLongWay.ts';

/** A repository whose commits are edits of one model. */
export interface ModelRepo extends TestRepo {
  model: Model;
  /** Edits the model and commits it. */
  edit(message: string, change: (model: Model) => void): string;
  /** Tags services at HEAD as a release would. */
  release(tags: Record<string, string>): Promise<void>;
  changes(options?: { since?: string; channel?: string }): Promise<Map<string, ServiceChange>>;
}

/** What a test's model has beside the example's. */
interface Additions {
  files?: Record<string, string>;
  edit?: (model: Model) => void;
}

/** The example model, committed, and every service released as 1.0.0. */
export async function releasedModelRepo(additions: Additions = {}): Promise<ModelRepo> {
  const repo = modelRepo(additions);
  await repo.release({ api: '1.0.0', web: '1.0.0', worker: '1.0.0' });
  return repo;
}

/** The example model in one commit, nothing released. */
export function modelRepo({ files = {}, edit = () => {} }: Additions = {}): ModelRepo {
  const repo = testRepo();
  const model = exampleModel();
  Object.assign(model.files, files);
  edit(model);
  commitModel(repo, 'feat: begin', model);
  const changes: ModelRepo['changes'] = async (options = {}) => {
    const found = await detect(repo, options);
    return new Map(found.map((change) => [change.service.name.replace('@acme/', ''), change]));
  };
  return {
    ...repo,
    model,
    edit(message, change) {
      change(model);
      return commitModel(repo, message, model);
    },
    async release(tags) {
      const found = await changes();
      for (const [name, version] of Object.entries(tags)) {
        const identity = found.get(name)?.identity() ?? '';
        const message = formatTagMessage('notes', { identity, scheme: identityScheme });
        repo.git('tag', '-a', '-m', message, `@acme/${name}@${version}`);
      }
    },
    changes,
  };
}

/** Unscoped names of the affected services, in order. */
export function affectedNames(changes: ReadonlyMap<string, ServiceChange>): string[] {
  return [...changes].filter(([, { affected }]) => affected).map(([name]) => name);
}

async function detect(
  repo: TestRepo,
  options: { since?: string; channel?: string },
): Promise<ServiceChange[]> {
  const git = await openGit({ cwd: repo.root, env: repo.env });
  try {
    return await detectWith(git, repo, options);
  } finally {
    await git.close();
  }
}

async function detectWith(
  git: Git,
  repo: TestRepo,
  { channel = null, since }: { since?: string; channel?: string | null },
): Promise<ServiceChange[]> {
  const head = await git.history.head();
  const snapshot = openSnapshot(await git.history.treeOf(head.commit), git.objects);
  const configAt = (at: Snapshot) => loadConfig(at, { root: repo.root, cwd: repo.root });
  const config = await configAt(snapshot);
  const project = await readProject(snapshot);
  const services = await findServices(project, config);
  const tags = await git.history.tags();
  const asked = { git, head, config, project, services, tags, configAt, channel };
  const question = { ...asked, since };
  const changes = await changesByEveryWay(question);
  await checkIdentities(changes, asked);
  return changes;
}

/** Those who do not ask what changed are told the same. */
async function checkIdentities(
  changes: readonly ServiceChange[],
  question: Parameters<typeof identifyServices>[0],
): Promise<void> {
  const told = new Map<string, LastRelease>();
  const identified = await identifyServices(question, ({ name }, release) => void told.set(name, release));
  const facts = ({ service, identity, lastRelease }: ServiceIdentity) => [
    service.name,
    identity(),
    lastRelease,
  ];
  expect(identified.map(facts)).toEqual(changes.map(facts));
  for (const { service, lastRelease } of changes) expect(told.get(service.name) ?? null).toEqual(lastRelease);
}
