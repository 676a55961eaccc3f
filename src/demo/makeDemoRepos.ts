import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The demo's world: two repositories, each with a bare remote beside it. */
export interface DemoRepos {
  /** Folder that holds everything below. */
  folder: string;
  monorepo: string;
  monorepoRemote: string;
  infra: string;
  infraRemote: string;
}

export interface DemoOptions {
  folder: string;
  /** Where images go, as in the configuration: `localhost:5000/harbour` or `oci:<folder>`. */
  registry: string;
  builder: 'engine' | 'oci';
  /** Path of a Yarn release's JavaScript, to be committed as the repo's own. */
  yarnRelease(version: string): Promise<string>;
  git(cwd: string, args: readonly string[]): Promise<unknown>;
}

/** Stands for the registry in fixtures/demo/infra. */
const registryPlaceholder = 'registry.example/harbour';

/** Makes the demo's monorepo and infra repo, each with one commit that is pushed to its remote. */
export async function makeDemoRepos(options: DemoOptions): Promise<DemoRepos> {
  const { folder, git } = options;
  const fixtures = await fixtureFolder();
  const repos: DemoRepos = {
    folder,
    monorepo: join(folder, 'monorepo'),
    monorepoRemote: join(folder, 'remotes', 'monorepo.git'),
    infra: join(folder, 'infra'),
    infraRemote: join(folder, 'remotes', 'infra.git'),
  };
  await cp(join(fixtures, 'monorepo'), repos.monorepo, { recursive: true });
  await cp(join(fixtures, 'infra'), repos.infra, { recursive: true });
  await addYarnRelease(repos.monorepo, options.yarnRelease);
  await writeFile(join(repos.monorepo, 'shipyarn.yaml'), demoConfig(repos, options));
  await replaceInFiles(repos.infra, registryPlaceholder, imagePrefix(options.registry));
  for (const [work, remote] of [
    [repos.monorepo, repos.monorepoRemote],
    [repos.infra, repos.infraRemote],
  ] as const) {
    await git(folder, ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
    await git(work, ['init', '--quiet', '--initial-branch=main']);
    await git(work, ['remote', 'add', 'origin', remote]);
    await commitAll(git, work, 'chore: begin');
    await git(work, ['push', '--quiet', '--set-upstream', 'origin', 'main']);
  }
  return repos;
}

/** Commits everything in a working directory, as a demo person where Git knows nobody. */
export async function commitAll(git: DemoOptions['git'], cwd: string, message: string): Promise<void> {
  await git(cwd, ['add', '--all']);
  await git(cwd, [
    '-c',
    'user.name=Demo',
    '-c',
    'user.email=demo@localhost',
    '-c',
    'commit.gpgsign=false',
    'commit',
    '--quiet',
    '--message',
    message,
  ]);
}

/** How manifests name the images of a registry; those of a layout folder go by `localhost/` (plan/imageReference.ts). */
function imagePrefix(registry: string): string {
  return registry.startsWith('oci:') ? 'localhost' : registry;
}

function demoConfig(repos: DemoRepos, { registry, builder }: DemoOptions): string {
  return `# One file explains the whole process. Everything else is convention.
services: ["services/*"]
registry: ${registry}
builder: ${builder}
base: host          # a base image made of this machine's own Node
infra:
  repo: ${repos.infraRemote}
  branch: main
  paths: ["apps/**"]
`;
}

async function addYarnRelease(monorepo: string, release: DemoOptions['yarnRelease']): Promise<void> {
  const yarnrc = await readFile(join(monorepo, '.yarnrc.yml'), 'utf8');
  const [, yarnPath = '', version = ''] = /^yarnPath: (.+-(\d.+)\.cjs)$/m.exec(yarnrc) ?? [];
  await mkdir(join(monorepo, '.yarn', 'releases'), { recursive: true });
  await cp(await release(version), join(monorepo, yarnPath));
}

async function replaceInFiles(folder: string, from: string, to: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    if (text.includes(from)) await writeFile(path, text.replaceAll(from, to));
  }
}

/** fixtures/demo stands beside dist/ in the package and beside src/ in the repo. */
async function fixtureFolder(): Promise<string> {
  for (const relative of ['../fixtures/demo', '../../fixtures/demo']) {
    const folder = fileURLToPath(new URL(relative, import.meta.url));
    const found = await readdir(folder).catch(() => null);
    if (found !== null) return folder;
  }
  throw new Error('fixtures/demo is missing from the package');
}
