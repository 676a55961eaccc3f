import { expect } from 'vitest';
import { verifySlices } from '../../src/context/verifySlices.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { outlineDifferences } from '../changes/outlineDifferences.ts';
import { testFolder } from '../helpers/testRepo.ts';
import { serviceOf } from '../workspace/yarnRepo.ts';
import { rhdhProject } from './rhdhProject.ts';

/** Compares the slices of every `step`th workspace with Yarn's own; gives the entries of the largest. */
export async function compareRhdhSlices(step: number): Promise<number> {
  const project = await rhdhProject();
  const options = {
    env: { PATH: process.env.PATH },
    signal: new AbortController().signal,
    cacheFolder: testFolder(),
  };
  const sizes: number[] = [];
  for (const name of [...project.workspaces.keys()].filter((_, index) => index % step === 0)) {
    const service = serviceOf(project, name, { command: ['node', '.'] });
    expect(await outlineDifferences(project, service)).toEqual([]);
    const contents = await describeContext(project, service);
    for (const { layer, entries, differences } of await verifySlices(project, contents, options)) {
      expect(differences, `${name} ${layer}`).toEqual([]);
      sizes.push(entries);
    }
  }
  return Math.max(...sizes);
}
