import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { openGit } from '../../src/adapters/git/openGit.ts';
import { detectAffected } from '../../src/changes/detectAffected.ts';
import { detectChanges } from '../../src/changes/detectChanges.ts';
import { loadConfig } from '../../src/config/loadConfig.ts';
import { contextTar } from '../../src/context/contextTar.ts';
import type { Git } from '../../src/ports/git.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { findServices } from '../../src/workspace/findServices.ts';
import { readProject } from '../../src/workspace/readProject.ts';
import { openSnapshot, type Snapshot } from '../../src/workspace/snapshot.ts';
import { seededRandom } from '../support/random.ts';
import { modelRepo } from './modelRepo.ts';
import { commitModel, type Model } from './monorepo.ts';
import { randomEdit } from './randomEdit.ts';
import { checkTheLongWay } from './theLongWay.ts';

/**
 * Makes a history of random edits, reverts among them, and asks at every commit what changed since the one
 * before. The truth is found by building both contexts of each service and comparing their bytes.
 */
export async function checkGeneratedHistory(length: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const repo = modelRepo({ files: { 'schema/a.graphql': 'type A' } });
  const models: Model[] = [structuredClone(repo.model)];
  let model = repo.model;
  let before: ReadonlyMap<string, string> = new Map();
  let compared = 0;
  for (let index = 0; index < length; index += 1) {
    const reverts = models.length > 1 && random() < 0.1;
    if (reverts) model = structuredClone(models.at(-2) as Model);
    const what = reverts ? 'revert' : randomEdit(model, random);
    models.push(structuredClone(model));
    commitModel(repo, `feat: ${what}`, model);
    const git = await openGit({ cwd: repo.root, env: repo.env });
    const state = await readState(git, repo.root);
    const after = await contextDigests(state);
    if (index > 0) {
      await tagAll(
        repo,
        state.services.map(({ name }) => name),
      );
      const tags = await git.history.tags();
      const question = { git, ...state, channel: null, since: 'HEAD~1', tags };
      // First, so that it is not told what the other finds out.
      const names = (await detectAffected(question)).filter((each) => each.affected);
      const changes = await detectChanges(question);
      expect({ seed, index, what, names: names.map(({ service }) => service.name) }).toEqual({
        seed,
        index,
        what,
        names: changes.filter((each) => each.affected).map(({ service }) => service.name),
      });
      await checkTheLongWay(changes, question);
      for (const { service, affected, reasons } of changes) {
        const truth = before.get(service.name) !== after.get(service.name);
        expect({ seed, index, what, service: service.name, affected }).toEqual({
          seed,
          index,
          what,
          service: service.name,
          affected: truth,
        });
        expect({ seed, index, what, hasReasons: reasons.length > 0 }).toEqual({
          seed,
          index,
          what,
          hasReasons: truth,
        });
        compared += 1;
      }
    }
    before = after;
    await git.close();
  }
  return compared;
}

async function readState(git: Git, root: string) {
  const head = await git.history.head();
  const snapshot = openSnapshot(await git.history.treeOf(head.commit), git.objects);
  const configAt = (at: Snapshot) => loadConfig(at, { root, cwd: root });
  const config = await configAt(snapshot);
  const project = await readProject(snapshot);
  return { head, config, configAt, project, services: await findServices(project, config) };
}

/** By service, a digest of its context's tar. */
async function contextDigests({
  project,
  services,
}: Awaited<ReturnType<typeof readState>>): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const service of services) {
    const hash = createHash('sha256');
    for await (const chunk of contextTar(await describeContext(project, service), project.snapshot))
      hash.update(chunk);
    digests.set(service.name, hash.digest('hex'));
  }
  return digests;
}

/** A service without a tag is a first release, whatever it is compared with. */
async function tagAll(repo: { git(...args: string[]): string }, names: readonly string[]): Promise<void> {
  for (const name of names) repo.git('tag', '--force', `${name}@1.0.0`, 'HEAD~1');
}
