import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { identityScheme } from '../../src/workspace/contents/contextIdentity.ts';
import { finish, shipyarn } from '../measure/command.ts';
import { git } from '../measure/git.ts';
import { chanceOf } from './chance.ts';
import { fastImport, importTags } from './fastImport.ts';
import { type MonorepoHistory, monorepoHistory } from './monorepoHistory.ts';
import { type MonorepoModel, monorepoModel } from './monorepoModel.ts';

export interface MonorepoSize {
  workspaces: number;
  /** npm packages in the lockfile. */
  packages: number;
  /** Commits before the last release of everything. */
  commits: number;
}

export interface Monorepo {
  folder: string;
  size: MonorepoSize;
  model: MonorepoModel;
  history: MonorepoHistory;
  /** The commit of the last release: what peers compare with. */
  base: string;
}

/**
 * A generated monorepo, checked out at `main`, its refs packed as a clone leaves them. The same seed and size give the
 * same commit ids.
 */
export async function makeMonorepo(folder: string, size: MonorepoSize, seed: number): Promise<Monorepo> {
  const chance = chanceOf(seed + size.workspaces);
  const model = monorepoModel(size, chance);
  const history = monorepoHistory(model, size.commits, chance);
  await mkdir(folder, { recursive: true });
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await fastImport(folder, history.commits);
  await git(folder, 'reset', '--quiet', '--hard', 'main');
  await git(folder, 'remote', 'add', 'origin', `file://${path.resolve(folder)}`);
  const [tag] = [...history.versions].map(([name, version]) => `${name}@${version}`);
  const base = await git(folder, 'rev-parse', `${tag}^{commit}`);
  await retagAsReleased(folder, base, history.versions);
  await git(folder, 'pack-refs', '--all');
  return { folder, size, model, history, base };
}

/** Gives the last release's tags the trailers that `shipyarn release` writes, with the identities of that commit. */
async function retagAsReleased(
  folder: string,
  base: string,
  versions: ReadonlyMap<string, string>,
): Promise<void> {
  await git(folder, 'switch', '--quiet', '--detach', base);
  const { stdout } = await finish(shipyarn(['affected', '--committed', '--json'], folder));
  const { services } = JSON.parse(stdout) as { services: { name: string; identity: string }[] };
  const tags = services.map(({ name, identity }) => ({
    tag: `${name}@${versions.get(name)}`,
    commit: base,
    message: `Identity: ${identity}\nIdentity-Scheme: ${identityScheme}\n`,
  }));
  await importTags(folder, tags);
  await git(folder, 'switch', '--quiet', 'main');
}
