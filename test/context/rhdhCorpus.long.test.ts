import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeContext } from '../../src/context/writeContext.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { testFolder } from '../helpers/testRepo.ts';
import { describeWith } from '../support/parts.ts';
import { run } from '../support/run.ts';
import { serviceOf } from '../workspace/yarnRepo.ts';
import { compareRhdhSlices } from './rhdhCorpus.ts';
import { rhdhProject } from './rhdhProject.ts';

await describeWith(['corpora'], 'slices of a living Yarn 4 monorepo', () => {
  it("equal Yarn's own, for every workspace", async () => {
    expect(await compareRhdhSlices(1)).toBeGreaterThan(2000);
  });

  it('pass the check of an immutable install, for every workspace; the smallest is installed', async () => {
    const project = await rhdhProject();
    let smallest = { folder: '', size: Number.POSITIVE_INFINITY };
    for (const name of project.workspaces.keys()) {
      const contents = await describeContext(project, serviceOf(project, name, { command: ['node', '.'] }));
      const out = join(testFolder(), 'context');
      await writeContext(contents, project.snapshot, out);
      for (const { prefix } of contents.layers.filter(({ name: layer }) => /^[mp]/.test(layer))) {
        const folder = join(out, prefix);
        // The check comes before the first download, which fails here.
        const { stdout } = await installImmutably(folder, { YARN_ENABLE_NETWORK: '0' });
        expect(stdout, `${name} ${prefix}`).toContain('Fetch step');
        expect(stdout, `${name} ${prefix}`).not.toContain('YN0028');
        const lockfile = readFileSync(join(folder, 'yarn.lock'), 'utf8');
        const size = lockfile.length;
        if (lockfile.includes('@npm:') && size < smallest.size) smallest = { folder, size };
      }
    }
    const { exitCode, stdout } = await installImmutably(smallest.folder, {});
    expect(exitCode, stdout).toBe(0);
    expect(existsSync(join(smallest.folder, 'node_modules/.yarn-state.yml'))).toBe(true);
  });
});

function installImmutably(cwd: string, env: Readonly<Record<string, string>>) {
  const yarn = '.yarn/releases/yarn-4.17.1.cjs';
  return run(process.execPath, [yarn, 'install', '--immutable', '--mode=skip-build'], {
    cwd,
    env: { ...env, YARN_ENABLE_TELEMETRY: '0' },
  });
}
