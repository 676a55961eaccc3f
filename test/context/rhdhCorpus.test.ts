import { expect, it } from 'vitest';
import { verifySlices } from '../../src/context/verifySlices.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { testFolder } from '../helpers/testRepo.ts';
import { describeWith } from '../support/parts.ts';
import { serviceOf } from '../workspace/yarnRepo.ts';
import { rhdhProject } from './rhdhProject.ts';

await describeWith(['corpora'], 'a living Yarn 4 monorepo of 3,315 lockfile entries', () => {
  it("has slices equal to Yarn's own, for every workspace", { timeout: 600_000 }, async () => {
    const project = await rhdhProject();
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
