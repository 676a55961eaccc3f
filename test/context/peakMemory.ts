import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addBareRemote, type TestRepo } from '../helpers/testRepo.ts';
import { type RunOptions, run } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';
import { acme } from '../workspace/acme.ts';
import { yarnRepo } from '../workspace/yarnRepo.ts';

/** The service of {@link acme} with one large file, as committed and pushed. `bytes`: its size. */
export function repoWithLargeFile(bytes: number, settings: Readonly<Record<string, string>> = {}): TestRepo {
  const more = Object.entries(settings).map(([key, value]) => `${key}: ${value}\n`);
  const repo = yarnRepo(4, {
    ...acme,
    'shipyarn.yaml': acme['shipyarn.yaml'] + more.join(''),
    'packages/lib/build.js': '',
  });
  repo.commit('feat: a model', { 'services/api/model.bin': Buffer.alloc(bytes, 'a piece of a model\n') });
  addBareRemote(repo);
  return repo;
}

/** Runs the built command line; gives the most memory that it had at a time, in bytes. Linux only. */
export async function peakMemory(
  args: readonly string[],
  { cwd, env }: Pick<RunOptions, 'cwd' | 'env'>,
): Promise<number> {
  const folder = await tempDir('memory');
  const [hook, peak] = [join(folder, 'hook.cjs'), join(folder, 'peak')];
  // What `getrusage` tells counts the process that this one was forked from.
  const report = `fs.writeFileSync(${JSON.stringify(peak)}, fs.readFileSync('/proc/self/status'))`;
  await writeFile(hook, `const fs = require('node:fs');\nprocess.on('exit', () => ${report});\n`);
  const result = await run(
    process.execPath,
    ['--require', hook, join(process.cwd(), 'dist/bin.cjs'), ...args],
    {
      cwd,
      ...(env && { env }),
    },
  );
  if (result.exitCode !== 0) throw new Error(`shipyarn ${args.join(' ')}: ${result.stderr}`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(peak, 'utf8'))?.[1]) * 1024;
}
