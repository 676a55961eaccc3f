import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { verifySlices } from '../../src/context/verifySlices.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { testFolder, testRepo } from '../helpers/testRepo.ts';
import { describeWith } from '../support/parts.ts';
import { projectOf, serviceOf, yarnScript } from '../workspace/yarnRepo.ts';

const corpus = '../shared/corpora/yarn-berry/rhdh';

await describeWith(['corpora'], 'a living Yarn 4 monorepo of 3,315 lockfile entries', () => {
  it("has slices equal to Yarn's own, for every workspace", { timeout: 600_000 }, async () => {
    const repo = testRepo();
    cpSync(corpus, repo.root, { recursive: true });
    const release = join(repo.root, '.yarn/releases/yarn-4.17.1.cjs');
    repo.git('config', 'core.fileMode', 'false');
    mkdirSync(dirname(release), { recursive: true });
    cpSync(yarnScript(4), release);
    repo.commit('feat: begin');
    const project = await projectOf(repo);
    const options = {
      env: { PATH: process.env.PATH },
      signal: new AbortController().signal,
      cacheFolder: testFolder(),
    };
    const sizes: number[] = [];
    for (const name of project.workspaces.keys()) {
      const service = serviceOf(project, name, { command: ['node', '.'] });
      const contents = await describeContext(project, service);
      for (const { layer, entries, differences } of await verifySlices(project, contents, options)) {
        expect(differences, `${name} ${layer}`).toEqual([]);
        sizes.push(entries);
      }
    }
    expect(Math.max(...sizes)).toBeGreaterThan(2000);
  });
});
