import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testRepo } from '../helpers/testRepo.ts';
import { projectOf, yarnScript } from '../workspace/yarnRepo.ts';

/** The corpus of a living Yarn 4 monorepo, committed with the Yarn release that it names. */
export async function rhdhProject() {
  const repo = testRepo();
  cpSync('../shared/corpora/yarn-berry/rhdh', repo.root, { recursive: true });
  const release = join(repo.root, '.yarn/releases/yarn-4.17.1.cjs');
  repo.git('config', 'core.fileMode', 'false');
  mkdirSync(dirname(release), { recursive: true });
  cpSync(yarnScript(4), release);
  repo.commit('feat: begin');
  return projectOf(repo);
}
