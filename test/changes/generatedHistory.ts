import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { openGit } from '../../src/adapters/git/openGit.ts';
import { loadConfig } from '../../src/config/loadConfig.ts';
import { contextTar } from '../../src/context/contextTar.ts';
import type { Git } from '../../src/ports/git.ts';
import type { ContextContents } from '../../src/workspace/contextContents.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { findServices } from '../../src/workspace/findServices.ts';
import { readProject } from '../../src/workspace/readProject.ts';
import { openSnapshot, type Snapshot } from '../../src/workspace/snapshot.ts';
import { seededRandom } from '../support/random.ts';
import { modelRepo } from './modelRepo.ts';
import { commitModel, type Model } from './monorepo.ts';
import { randomEdits } from './randomEdit.ts';
import { changesByEveryWay } from './theLongWay.ts';

/**
 * Makes a history of random edits, reverts among them, and asks at every commit what changed since the one
 * before. The truth is found by building both contexts of each service and comparing their bytes.
 */
export async function checkGeneratedHistory(length: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const repo = modelRepo({ files: { 'schema/a.graphql': 'type A' } });
  const models: Model[] = [structuredClone(repo.model)];
  let model = repo.model;
  let before: ReadonlyMap<string, Built> = new Map();
  let compared = 0;
  for (let index = 0; index < length; index += 1) {
    const reverts = models.length > 1 && random() < 0.1;
    if (reverts) model = structuredClone(models.at(-2) as Model);
    const what = reverts ? 'revert' : randomEdits(model, random);
    models.push(structuredClone(model));
    commitModel(repo, `feat: ${what}`, model);
    const git = await openGit({ cwd: repo.root, env: repo.env });
    const state = await readState(git, repo.root);
    const after = await buildContexts(state);
    if (index > 0) {
      await tagAll(
        repo,
        state.services.map(({ name }) => name),
      );
      const tags = await git.history.tags();
      const question = { git, ...state, channel: null, since: 'HEAD~1', tags };
      const changes = await atStep({ seed, index, what }, () => changesByEveryWay(question));
      for (const { service, affected, reasons } of changes) {
        const [old, young] = [before.get(service.name), after.get(service.name)];
        const truth = old?.digest !== young?.digest;
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
        const told = reasons.find(({ kind }) => kind === 'lockfile')?.packages ?? [];
        expect({ seed, index, what, told: told.map(({ name, from, to }) => ({ name, from, to })) }).toEqual({
          seed,
          index,
          what,
          told: old === undefined || young === undefined ? [] : differing(old.packages, young.packages),
        });
        compared += 1;
      }
    }
    before = after;
    await git.close();
  }
  return compared;
}

/** A failed expectation says where in the history it failed. */
async function atStep<T>(step: Record<string, unknown>, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Error) error.message = `${JSON.stringify(step)}: ${error.message}`;
    throw error;
  }
}

async function readState(git: Git, root: string) {
  const head = await git.history.head();
  const snapshot = openSnapshot(await git.history.treeOf(head.commit), git.objects);
  const configAt = (at: Snapshot) => loadConfig(at, { root, cwd: root });
  const config = await configAt(snapshot);
  const project = await readProject(snapshot);
  return { head, config, configAt, project, services: await findServices(project, config) };
}

interface Built {
  /** Of the context's tar. */
  digest: string;
  /** Third-party packages in its lockfiles: versions by name. */
  packages: ReadonlyMap<string, string>;
}

/** The contexts by service. */
async function buildContexts({
  project,
  services,
}: Awaited<ReturnType<typeof readState>>): Promise<Map<string, Built>> {
  const built = new Map<string, Built>();
  for (const service of services) {
    const hash = createHash('sha256');
    const contents = await describeContext(project, service);
    for await (const chunk of contextTar(contents, project.snapshot)) hash.update(chunk);
    built.set(service.name, { digest: hash.digest('hex'), packages: packagesIn(contents) });
  }
  return built;
}

/** Read from the texts of the lockfiles in a context. */
function packagesIn({ layers }: ContextContents): Map<string, string> {
  const versions = new Map<string, Set<string>>();
  for (const layer of layers) {
    const from = layer.entry('yarn.lock')?.from;
    if (from === undefined || 'oid' in from) continue;
    const entry = /\n {2}version: (.+)\n {2}resolution: "(.[^@]*)@(?!workspace:)(.+)"/g;
    for (const [, version = '', name = '', reference = ''] of from.content().toString().matchAll(entry)) {
      const shown = reference.startsWith('npm:') ? version : `${version} (${reference})`;
      versions.set(name, (versions.get(name) ?? new Set()).add(shown));
    }
  }
  return new Map([...versions].map(([name, found]) => [name, [...found].sort().join(', ')]));
}

function differing(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const both = names.map((name) => ({ name, from: before.get(name) ?? null, to: after.get(name) ?? null }));
  return both.filter(({ from, to }) => from !== to);
}

/** A service without a tag is a first release, whatever it is compared with. */
async function tagAll(repo: { git(...args: string[]): string }, names: readonly string[]): Promise<void> {
  for (const name of names) repo.git('tag', '--force', `${name}@1.0.0`, 'HEAD~1');
}
