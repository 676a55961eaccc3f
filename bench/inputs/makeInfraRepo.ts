import { mkdir } from 'node:fs/promises';
import { git } from '../measure/git.ts';
import { chanceOf } from './chance.ts';
import { fastImport, type ImportedCommit } from './fastImport.ts';
import { valuesFile } from './makeShipWorld.ts';

export interface InfraSize {
  files: number;
  commits: number;
}

/** Where the bench's own service stands among the others. */
export const targetFile = 'apps/team-0/svc-0/values.yaml';

/** A bare infra repo: `size.files` values files in folders of twenty, and commits that each moved one tag. */
export async function makeInfraRepo(
  folder: string,
  size: InfraSize,
  { repository, seed }: { repository: string; seed: number },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await git(folder, 'init', '--quiet', '--bare', '--initial-branch=main');
  for (const [key, value] of [
    ['uploadpack.allowFilter', 'true'],
    ['uploadpack.allowAnySHA1InWant', 'true'],
    ['gc.auto', '0'],
  ] as const)
    await git(folder, 'config', key, value);
  await fastImport(folder, infraCommits(size, repository, seed));
}

function* infraCommits(
  { files, commits }: InfraSize,
  repository: string,
  seed: number,
): Generator<ImportedCommit> {
  const chance = chanceOf(seed);
  const paths = Array.from(
    { length: files },
    (_, index) => `apps/team-${Math.floor(index / 20)}/svc-${index}/values.yaml`,
  );
  const image = (index: number) => (index === 0 ? repository : `registry.example.com/other/svc-${index}`);
  const all = paths.map((path, index) => [path, valuesFile(image(index))] as const);
  yield { branch: 'main', message: 'chore: begin', files: new Map(all) };
  for (let number = 1; number < commits; number++) {
    const index = 1 + chance.below(files - 1);
    const path = paths[index] as string;
    yield {
      branch: 'main',
      message: `deploy(production): svc-${index} 1.${number}.0`,
      files: new Map([[path, valuesFile(image(index), `1.${number}.0`)]]),
    };
  }
}
