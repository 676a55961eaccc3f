import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, TestRunner } from 'vitest';
import { whenFileEnds } from '../support/whenFileEnds.ts';

const ofFile: string[] = [];

whenFileEnds(() => {
  for (const folder of ofFile.splice(0)) remove(folder);
});

/** A temporary Git repository, removed when the test ends. */
export interface TestRepo {
  root: string;
  /** Environment without the machine's Git configuration; names an author. */
  env: NodeJS.ProcessEnv;
  /** Runs `git`; gives what it prints, trimmed. */
  git(...args: string[]): string;
  /** Writes files by path; null removes. */
  write(files: Readonly<Record<string, string | Buffer | null>>): void;
  /** Writes, adds and commits everything; gives the commit's id. Each commit is a minute after the one before. */
  commit(message: string, files?: Readonly<Record<string, string | Buffer | null>>): string;
}

/** A folder that is removed when the test ends; one made outside of a test, when its file has run. */
export function testFolder(): string {
  if (TestRunner.getCurrentTest() === undefined) return fileFolder();
  const folder = newFolder();
  onTestFinished(() => remove(folder));
  return folder;
}

/** A folder that is removed when the test file has run. */
export function fileFolder(): string {
  const folder = newFolder();
  ofFile.push(folder);
  return folder;
}

function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'shipyarn-test-')));
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Of Git for all tests. */
export const gitConfig = join(import.meta.dirname, 'gitconfig');

/** The environment in which tests run Git and shipyarn: nothing of the user's own configuration. */
export function scrubbedEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, SystemRoot } = process.env;
  return {
    PATH,
    ...(TMPDIR !== undefined && { TMPDIR }),
    ...(SystemRoot !== undefined && { SystemRoot }),
    HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: gitConfig,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
}

const init = ['init', '--quiet', '--template=', '--initial-branch=main'];

/** An empty repository on branch `main`. */
export function testRepo(options: { objectFormat?: 'sha1' | 'sha256' } = {}): TestRepo {
  const root = testFolder();
  const repo = openTestRepo(root);
  repo.git(...init, `--object-format=${options.objectFormat ?? 'sha1'}`);
  return repo;
}

/** A clone of a repository or URL, in a folder of its own. */
export function cloneTestRepo(from: string, ...options: string[]): TestRepo {
  const root = testFolder();
  const repo = openTestRepo(root);
  repo.git('clone', '--quiet', ...options, from, '.');
  return repo;
}

/** A bare repository that `repo` calls `origin`, holding all its branches and tags. */
export function addBareRemote(repo: TestRepo): TestRepo {
  const root = testFolder();
  const format = repo.git('rev-parse', '--show-object-format');
  const remote = openTestRepo(root);
  remote.git(...init, '--bare', `--object-format=${format}`);
  appendFileSync(join(root, 'config'), '[uploadpack]\nallowFilter = true\nallowAnySHA1InWant = true\n');
  const fetched = '+refs/heads/*:refs/remotes/origin/*';
  appendFileSync(
    join(repo.root, '.git/config'),
    `[remote "origin"]\nurl = file://${root}\nfetch = ${fetched}\n`,
  );
  repo.git('push', '--quiet', 'origin', 'refs/heads/*:refs/heads/*', 'refs/tags/*:refs/tags/*');
  return remote;
}

function openTestRepo(root: string): TestRepo {
  const env = scrubbedEnvironment();
  let minutes = 0;
  const repo: TestRepo = {
    root,
    env,
    git: (...args) =>
      execFileSync('git', args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
        .toString()
        .trim(),
    write(files) {
      for (const [path, content] of Object.entries(files)) writeTestFile(join(root, path), content);
    },
    commit(message, files = {}) {
      repo.write(files);
      minutes += 1;
      env.GIT_AUTHOR_DATE = env.GIT_COMMITTER_DATE = `@${1_700_000_000 + minutes * 60} +0000`;
      repo.git('add', '--all');
      repo.git('commit', '--quiet', '--allow-empty', '-m', message);
      return repo.git('rev-parse', 'HEAD');
    },
  };
  return repo;
}

function writeTestFile(path: string, content: string | Buffer | null): void {
  if (content === null) {
    rmSync(path, { recursive: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
