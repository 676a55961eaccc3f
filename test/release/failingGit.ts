import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { output } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

/**
 * What befalls a call to a remote: the connection fails before anything was said, or when all was done and only the
 * answer is lost; the remote refuses; nobody ever answers, before or after it was done.
 */
export type GitFault = 'lost-before' | 'lost-after' | 'refused' | 'silent-before' | 'silent-after';

/** A `git` that is found first and hands everything to the real one, but for one call that goes to a remote. */
export interface FailingGit {
  /** PATH for the command under test. */
  readonly path: string;
  /** The n-th call to a remote fails, from 1; 0: none. */
  arm(failAt: number, fault: GitFault): Promise<void>;
  /** Calls to remotes since it was armed. */
  calls(): Promise<number>;
}

export async function failingGit(): Promise<FailingGit> {
  const folder = await tempDir('git');
  const real = await output('/bin/sh', ['-c', 'command -v git'], { cwd: folder });
  const [count, plan] = [path.join(folder, 'count'), path.join(folder, 'plan')];
  const file = path.join(folder, 'git');
  await writeFile(
    file,
    `#!/bin/bash
remote=
for word in "$@"; do case "$word" in ls-remote|fetch|push) remote=1; break;; esac; done
[ -z "$remote" ] && exec ${real} "$@"
printf x >> ${count}
read -r at fault < ${plan}
[ "$(stat -c %s ${count})" = "$at" ] || exec ${real} "$@"
case "$fault" in *-after) ${real} "$@" > /dev/null 2>&1;; esac
case "$fault" in
  silent-*) sleep 600 > /dev/null 2>&1;;
  refused) echo 'remote: Permission to harbour/monorepo denied to ci.' >&2;;
  *) echo 'fatal: unable to access the remote: Connection reset by peer' >&2;;
esac
exit 128
`,
  );
  await chmod(file, 0o755);
  return {
    path: `${folder}:${process.env.PATH}`,
    async arm(failAt, fault) {
      await writeFile(count, '');
      await writeFile(plan, `${failAt} ${fault}\n`);
    },
    calls: async () => (await readFile(count)).length,
  };
}
