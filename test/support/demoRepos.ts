import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commitAll, type DemoRepos, makeDemoRepos } from '../../src/demo/makeDemoRepos.ts';
import { output } from './run.ts';
import { madeOnce } from './shared.ts';
import { tempDir } from './tempDir.ts';

const yarnRelease = async () => path.resolve(import.meta.dirname, '../../node_modules/yarn-4/bin/yarn.js');

const git = async (cwd: string, args: readonly string[]) =>
  output('git', args, { cwd, ...(args[0] === 'init' && { env: { GIT_TEMPLATE_DIR: await gitTemplate() } }) });

/** What `git init` begins with: the Yarn release's blob, whose compression takes longer than all the rest. */
function gitTemplate(): Promise<string> {
  return madeOnce('git-template', async (folder) => {
    const repo = await tempDir('git-template');
    await output('git', ['init', '--quiet', '--bare', repo], { cwd: repo });
    const blob = await output('git', ['hash-object', '-w', await yarnRelease()], { cwd: repo });
    for (const name of ['hooks', 'objects/pack']) await mkdir(path.join(folder, name), { recursive: true });
    const pack = path.join(folder, 'objects', 'pack', 'pack');
    await output('git', ['pack-objects', '--quiet', pack], { cwd: repo, input: `${blob}\n` });
  });
}

/** The demo's monorepo and infra repo with their bare remotes, in a folder of their own. */
export interface TestRepos extends DemoRepos {
  git(args: readonly string[], cwd?: string): Promise<string>;
  /** Replaces text in a file of the monorepo, commits and pushes; gives the commit. */
  merge(
    message: string,
    edits: Readonly<Record<string, readonly [from: string, to: string]>>,
  ): Promise<string>;
  /** Tag names on the monorepo's remote, sorted. */
  remoteTags(): Promise<string[]>;
  /** The infra remote's newest commit. */
  infraTip(): Promise<string>;
  /** Changed lines between two infra commits, `file: -old +new`, sorted as Git prints them. */
  infraDiff(from: string, to: string): Promise<string[]>;
}

/** `registry` as in the configuration; `oci:` alone stands for a layout folder beside the repos. */
export async function testRepos(options: {
  registry: string;
  builder: 'engine' | 'oci';
  /** More of shipyarn.yaml, as text. */
  config?: string;
}): Promise<TestRepos> {
  const folder = await tempDir('repos');
  const registry = options.registry === 'oci:' ? `oci:${path.join(folder, 'images')}` : options.registry;
  const repos = await makeDemoRepos({ ...options, registry, folder, yarnRelease, git });
  if (options.config) await appendConfig(repos, options.config);
  return { ...repos, ...actions(repos) };
}

async function appendConfig({ monorepo }: DemoRepos, config: string): Promise<void> {
  const file = path.join(monorepo, 'shipyarn.yaml');
  await writeFile(file, `${await readFile(file, 'utf8')}${config}`);
  await commitAll(git, monorepo, 'chore: configure');
  await git(monorepo, ['push', '--quiet', 'origin', 'main']);
}

function actions(repos: DemoRepos): Omit<TestRepos, keyof DemoRepos> {
  const { monorepo, monorepoRemote, infraRemote } = repos;
  return {
    git: (args, cwd = monorepo) => git(cwd, args),
    async merge(message, edits) {
      for (const [file, [from, to]] of Object.entries(edits)) {
        const target = path.join(monorepo, file);
        const before = await readFile(target, 'utf8');
        if (!before.includes(from)) throw new Error(`${file} does not contain ${from}`);
        await writeFile(target, before.replace(from, to));
      }
      await commitAll(git, monorepo, message);
      await git(monorepo, ['push', '--quiet', 'origin', 'main']);
      return git(monorepo, ['rev-parse', 'HEAD']);
    },
    async remoteTags() {
      const tags = await git(monorepoRemote, ['tag', '--list']);
      return tags.split('\n').filter((tag) => tag !== '');
    },
    infraTip: () => git(infraRemote, ['rev-parse', 'main']),
    async infraDiff(from, to) {
      const diff = await git(infraRemote, ['diff', '--unified=0', '--no-color', from, to]);
      let file = '';
      return diff.split('\n').flatMap((line) => {
        if (line.startsWith('+++ ')) file = line.slice('+++ b/'.length);
        return /^[-+](?![-+])/.test(line) ? [`${file}: ${line}`] : [];
      });
    },
  };
}
