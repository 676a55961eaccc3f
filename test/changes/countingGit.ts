import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '../helpers/testRepo.ts';
import { output } from '../support/run.ts';

/** An environment whose `git` notes each call before it runs the real one. */
export async function countingGit(): Promise<{ env: { PATH: string }; calls(): string[] }> {
  const folder = testFolder();
  const real = await output('sh', ['-c', 'command -v git'], { cwd: folder });
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "$*" >> ${folder}/calls\nexec ${real} "$@"\n`);
  chmodSync(join(folder, 'git'), 0o755);
  writeFileSync(join(folder, 'calls'), '');
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').split('\n').filter(Boolean);
  return { env: { PATH: `${folder}:${process.env.PATH}` }, calls };
}
