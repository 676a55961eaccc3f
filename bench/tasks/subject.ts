import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Monorepo } from '../inputs/makeMonorepo.ts';
import { finish, shipyarn } from '../measure/command.ts';
import { git } from '../measure/git.ts';

/** A monorepo that previews are measured on. */
export interface Subject {
  folder: string;
  /** The commit that peers compare with. */
  base: string;
  services: readonly { name: string; path: string }[];
  /** What the right answers are; null: nobody generated this repo, and answers are not judged. */
  truth: Monorepo | null;
}

export function generated(monorepo: Monorepo): Subject {
  const { folder, base, model } = monorepo;
  return { folder, base, services: model.services, truth: monorepo };
}

/** A clone of somebody's own repo, for peers write into it; everything is compared with the commit before its last. */
export async function cloned(repository: string, scratch: string): Promise<Subject> {
  const folder = path.join(scratch, path.basename(path.resolve(repository)));
  await git(scratch, 'clone', '--quiet', path.resolve(repository), folder);
  // turbo answers nothing without; its settings make no difference to what is asked here.
  await writeFile(path.join(folder, 'turbo.json'), '{ "tasks": {} }\n', { flag: 'wx' }).catch(
    () => undefined,
  );
  const base = await git(folder, 'rev-parse', 'HEAD~1');
  const { stdout } = await finish(shipyarn(['affected', '--committed', '--json', '--since', base], folder));
  const plan = JSON.parse(stdout) as { services: { name: string; path: string; affected: boolean }[] };
  // What the last commit changed comes first: tasks on one service take that.
  const services = plan.services.sort((a, b) => Number(b.affected) - Number(a.affected));
  return { folder, base, services, truth: null };
}
