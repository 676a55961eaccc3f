import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeContext } from '../../src/context/writeContext.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { gitHttpServer } from '../deploy/gitHttpServer.ts';
import { addBareRemote, type TestRepo, testFolder, testRepo } from '../helpers/testRepo.ts';
import { isLong, itLong } from '../support/isLong.ts';
import { reachingNpm, shipyarn } from '../support/run.ts';
import { fakeRegistry, tarball } from './property/fakeRegistry.ts';
import { publishedPackages } from './property/publishedPackages.ts';
import { asText, projectOf, serviceOf, startYarn, type YarnVersion, yarnRepo } from './yarnRepo.ts';

let registry: Awaited<ReturnType<typeof fakeRegistry>>;

beforeAll(async () => {
  registry = await fakeRegistry(publishedPackages);
});
afterAll(() => registry.close());

/** A repository with two services, and the lockfile that a real Yarn writes; it may ask the invented registry. */
async function repoWith(
  yarn: YarnVersion,
  {
    api,
    web,
    root = {},
    ignored = 'node_modules\n.yarn/cache\n',
    settings = '',
  }: {
    api: Record<string, string>;
    web: Record<string, string>;
    root?: object;
    ignored?: string;
    /** Of Yarn 1, beside its registry. */
    settings?: string;
  },
): Promise<TestRepo> {
  const repo = testRepo();
  const service = (name: string, dependencies: object) => ({
    name: `@acme/${name}`,
    version: '1.0.0',
    main: 'index.js',
    dependencies,
  });
  const berry = [
    'nodeLinker: node-modules',
    `npmRegistryServer: "${registry.url}"`,
    'unsafeHttpWhitelist: ["127.0.0.1"]',
    'enableGlobalCache: false',
    ...(yarn === 4 ? ['npmMinimalAgeGate: 0', 'approvedGitRepositories: ["**"]'] : []),
  ];
  repo.write({
    ...asText({
      'package.json': { name: 'acme', private: true, workspaces: ['services/*'], ...root },
      'services/api/package.json': service('api', api),
      'services/web/package.json': service('web', web),
    }),
    ...(yarn === 1
      ? { '.yarnrc': `registry "${registry.url}"\n${settings}` }
      : { '.yarnrc.yml': `${berry.join('\n')}\n` }),
    '.gitignore': `${ignored}.yarn/install-state.gz\n`,
  });
  await startYarn(yarn, repo.root, yarn === 1 ? ['install', '--non-interactive'] : ['install']);
  repo.commit('feat: begin');
  return repo;
}

/** The production layer of the api, installed immutably by the real Yarn; gives its folder and its lockfile. */
async function installed(yarn: YarnVersion, repo: TestRepo, more: readonly string[] = []) {
  const project = await projectOf(repo);
  const contents = await describeContext(project, serviceOf(project, '@acme/api'));
  const out = join(testFolder(), 'context');
  await writeContext(contents, project.snapshot, out);
  const folder = join(out, 'production');
  await startYarn(yarn, folder, [...contents.yarn.install, ...more]);
  return { folder, lockfile: readFileSync(join(folder, 'yarn.lock'), 'utf8') };
}

describe.each(isLong ? ([1, 2, 3, 4] as const) : ([4] as const))(
  'packages from elsewhere under Yarn %i',
  (yarn) => {
    it('come from Git and from archives, as the lockfile says', async () => {
      const library = testRepo();
      const first = library.commit('feat: one', {
        'package.json': '{ "name": "from-git", "version": "1.0.0" }\n',
        'index.js': 'module.exports = 1;\n',
      });
      library.commit('feat: two', { 'index.js': 'module.exports = 2;\n' });
      const server = await gitHttpServer(addBareRemote(library).root, null);
      const address = `git+${server}#${yarn === 1 ? '' : 'commit='}${first}`;
      const repo = await repoWith(yarn, {
        api: { 'from-git': address, dog: `${registry.url}/dog/-/dog-1.0.0.tgz` },
        web: { elk: `${registry.url}/elk/-/elk-1.0.0.tgz`, dog: '^2.0.0' },
      });
      const { folder, lockfile } = await installed(yarn, repo);
      const module = (name: string) => readFileSync(join(folder, 'node_modules', name, 'index.js'), 'utf8');
      expect([module('from-git'), module('dog')]).toEqual([
        'module.exports = 1;\n',
        "module.exports = '1.0.0';\n",
      ]);
      expect(lockfile).toContain(first);
      expect(lockfile).toContain('dog-1.0.0.tgz');
      expect(lockfile).not.toMatch(/elk|dog@\^2/);
    });
  },
);

describe.each(isLong ? ([2, 3, 4] as const) : ([4] as const))('committed archives under Yarn %i', (yarn) => {
  it('come along where the slice needs them, and install without a network', async () => {
    const repo = await repoWith(yarn, {
      api: { jay: '1.0.0' },
      web: { elk: '2.0.0', native: '*' },
      ignored: 'node_modules\n',
    });
    const all = readdirSync(join(repo.root, '.yarn/cache'));
    expect(all.some((name) => name.startsWith('elk-'))).toBe(true);
    const settings = readFileSync(join(repo.root, '.yarnrc.yml'), 'utf8');
    repo.commit('build: offline', { '.yarnrc.yml': `${settings}enableNetwork: false\n` });
    const { folder, lockfile } = await installed(yarn, repo, ['--immutable-cache']);
    const archives = readdirSync(join(folder, '.yarn/cache')).filter((name) => name.endsWith('.zip'));
    const inSlice = [...lockfile.matchAll(/^ {2}resolution: "(.*)@npm:([\d.]+)"/gm)].map(
      ([, name = '', version]) => `${name.replace('/', '-')}-npm-${version}`,
    );
    expect(archives.map((name) => name.replace(/-[0-9a-f]{10}-[^-]+\.zip$/, '')).sort()).toEqual(
      inSlice.sort(),
    );
    expect(archives.length).toBeLessThan(all.length - 1);
    expect(readdirSync(join(folder, 'node_modules'))).toContain('jay');

    const own = 'FROM scratch\nCOPY package.json yarn.lock .yarnrc.yml ./\nCOPY .yarn .yarn\n';
    repo.commit('build: a Dockerfile', { 'services/api/Dockerfile': own });
    const project = await projectOf(repo);
    const { layers } = await describeContext(project, serviceOf(project, '@acme/api'));
    const paths = layers.flatMap(({ entries }) => entries.map(({ path }) => path));
    const copied = paths.filter((path) => path.startsWith('.yarn/cache/')).map((path) => path.slice(12));
    expect(copied.sort()).toEqual(archives.sort());
  });
});

itLong(
  'an offline mirror under Yarn 1 gives the archives of the slice and no others, which an install without a network is content with',
  async () => {
    const library = testRepo();
    const commit = library.commit('feat: one', {
      'package.json': '{ "name": "from-git", "version": "1.0.0" }\n',
    });
    const server = await gitHttpServer(addBareRemote(library).root, null);
    const repo = await repoWith(1, {
      api: { dog: '1.0.0', '@babel/parser': '*', 'from-git': `git+${server}#${commit}` },
      web: { native: '*' },
      settings: 'yarn-offline-mirror "./mirror"\n',
    });
    const all = readdirSync(join(repo.root, 'mirror'));
    const { folder, lockfile } = await installed(1, repo, ['--offline']);
    const inSlice = [...lockfile.matchAll(/^ {2}resolved "(.*)"$/gm)].map(([, address = '']) =>
      address
        .replace(/^.*\/(@babel)\/parser\/-\//, '$1-')
        .replace(/^.*\/([^/]+\.git)#/, '$1-')
        .replace(/^.*\/|#.*/g, ''),
    );
    expect(readdirSync(join(folder, 'mirror')).sort()).toEqual(inSlice.sort());
    expect(inSlice).toEqual(expect.arrayContaining(['@babel-parser-7.0.0.tgz', `infra.git-${commit}`]));
    expect(all.length).toBeGreaterThan(inSlice.length);
    expect(readdirSync(join(folder, 'node_modules'))).toEqual(expect.arrayContaining(['dog', 'from-git']));
  },
);

describe('resolutions under Yarn 1', () => {
  it('stay in a slice that does not need them, for Yarn resolves them in any case', async () => {
    const repo = await repoWith(1, {
      api: { dog: '1.0.0' },
      web: { jay: '2.x' },
      root: { resolutions: { 'jay/bee': '1.0.0' } },
    });
    expect((await installed(1, repo)).lockfile).toContain('\nbee@1.0.0:\n');
  });
});

itLong('paths under Yarn 1 stand in the lockfile from the root, whichever workspace names them', async () => {
  const local = (name: string) => ({ name, version: '1.0.0' });
  const repo = yarnRepo(1, {
    'package.json': {
      name: 'acme',
      private: true,
      workspaces: ['services/*'],
      dependencies: { top: 'file:./vendor/top' },
    },
    'services/api/package.json': {
      ...local('@acme/api'),
      main: 'index.js',
      dependencies: {
        folder: 'file:../../vendor/folder',
        archive: 'file:../../vendor/archive.tgz',
        near: 'file:./near',
        linked: 'link:../../vendor/linked',
      },
    },
    'services/api/near/package.json': local('near'),
    'vendor/top/package.json': local('top'),
    'vendor/folder/package.json': local('folder'),
    'vendor/folder/index.js': '1;\n',
    'vendor/linked/package.json': local('linked'),
    'shipyarn.yaml': 'services: ["services/*"]\nbase: host\n',
    'vendor/archive.tgz': await tarball(local('archive')),
  });
  const { folder } = await installed(1, repo);
  const modules = readdirSync(join(folder, 'node_modules'));
  expect(modules).toEqual(expect.arrayContaining(['archive', 'folder', 'linked', 'near', 'top']));
  expect(readdirSync(join(folder, 'node_modules/folder'))).toContain('index.js');
  const options = { cwd: repo.root, env: reachingNpm };
  expect(await shipyarn(['context', 'services/api', '--verify'], options)).toMatchObject({ exitCode: 0 });
});
