import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { openGit } from '../../src/adapters/git/openGit.ts';
import { serviceSettings } from '../../src/config/serviceSettings.ts';
import type { Config } from '../../src/config/settings.ts';
import type { ContextContents } from '../../src/workspace/contextContents.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import type { Project } from '../../src/workspace/project.ts';
import { readProject } from '../../src/workspace/readProject.ts';
import type { Service } from '../../src/workspace/service.ts';
import { openSnapshot } from '../../src/workspace/snapshot.ts';
import { fileFolder, type TestRepo, testRepo } from '../helpers/testRepo.ts';
import { sharedPath } from '../support/shared.ts';
import { whenFileEnds } from '../support/whenFileEnds.ts';

export type YarnVersion = 1 | 2 | 3 | 4;

const require = createRequire(import.meta.url);

/** The real Yarn of a major version, as a script for Node. */
export function yarnScript(version: YarnVersion): string {
  return join(dirname(require.resolve(`yarn-${version}/package.json`)), 'bin', 'yarn.js');
}

/** Runs a real Yarn; gives what it prints. Downloads are shared between the tests of a file. */
function runYarn(version: YarnVersion, cwd: string, args: readonly string[]): string {
  const options = yarnOptions(version, cwd);
  return execFileSync(process.execPath, [yarnScript(version), ...args], {
    ...options,
    stdio: 'pipe',
  }).toString();
}

/** The same without holding up this process, which may be the registry that Yarn asks. */
export async function startYarn(version: YarnVersion, cwd: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [yarnScript(version), ...args], yarnOptions(version, cwd));
}

function yarnOptions(version: YarnVersion, cwd: string) {
  const { PATH, NODE_EXTRA_CA_CERTS } = process.env;
  const own = version === 1 ? {} : { YARN_ENABLE_TELEMETRY: '0', YARN_ENABLE_IMMUTABLE_INSTALLS: '0' };
  const env = { PATH, HOME: homeOfFile(), NODE_EXTRA_CA_CERTS, YARN_IGNORE_PATH: '1', ...own };
  return { cwd, env, maxBuffer: 1e8, timeout: 120_000 };
}

let home: string | undefined;

whenFileEnds(() => {
  home = undefined;
});

function homeOfFile(): string {
  home ??= fileFolder();
  return home;
}

/** A repository with these files and the lockfile that a real Yarn writes for them, committed. */
export function yarnRepo(version: YarnVersion, files: Readonly<Record<string, unknown>>): TestRepo {
  const repo = testRepo();
  repo.write(asText(files));
  writeLockfile(version, repo.root, files);
  repo.write({
    '.gitignore': 'node_modules\n.yarn/*\n!.yarn/patches\n!.yarn/plugins\n!.yarn/releases\n.pnp.*\n',
  });
  repo.commit('feat: begin');
  return repo;
}

/** The same files get the lockfile that an earlier test had Yarn write. */
function writeLockfile(version: YarnVersion, root: string, files: Readonly<Record<string, unknown>>): void {
  const key = createHash('sha256').update(String(version));
  for (const [path, content] of Object.entries(asText(files))) key.update(`\0${path}\0`).update(content);
  const kept = sharedPath(`yarn-${key.digest('hex')}.lock`);
  const lockfile = join(root, 'yarn.lock');
  if (existsSync(kept)) {
    copyFileSync(kept, lockfile);
    return;
  }
  if (version === 1) runYarn(1, root, ['install', '--ignore-scripts', '--non-interactive']);
  else runYarn(version, root, ['install', version === 2 ? '--skip-builds' : '--mode=update-lockfile']);
  copyFileSync(lockfile, `${kept}.${process.pid}`);
  renameSync(`${kept}.${process.pid}`, kept);
}

/** Objects become JSON. */
export function asText(files: Readonly<Record<string, unknown>>): Record<string, string | Buffer> {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' || Buffer.isBuffer(content)
        ? content
        : `${JSON.stringify(content, null, 2)}\n`,
    ]),
  );
}

/** The project at a repository's HEAD. */
export async function projectOf(repo: Pick<TestRepo, 'root' | 'env'>): Promise<Project> {
  const git = await openGit({ cwd: repo.root, env: repo.env });
  onTestFinished(() => git.close());
  const { commit } = await git.history.head();
  return readProject(openSnapshot(await git.history.treeOf(commit), git.objects));
}

/** A workspace as a service with the default settings, laid over by `settings`. */
export function serviceOf(
  project: Project,
  name: string,
  settings: Partial<Service['settings']> = {},
): Service {
  const workspace = project.workspaces.get(name);
  if (workspace === undefined) throw new Error(`no workspace ${name}`);
  const defaults = serviceSettings({ file: {} } as Config, workspace);
  return {
    name,
    path: workspace.path,
    workspace,
    settings: { ...defaults, ...settings },
  };
}

/** The context of a service at a repository's HEAD. */
export async function contextOf(
  repo: Pick<TestRepo, 'root' | 'env'>,
  name: string,
  settings: Partial<Service['settings']> = {},
): Promise<ContextContents> {
  const project = await projectOf(repo);
  return describeContext(project, serviceOf(project, name, settings));
}
