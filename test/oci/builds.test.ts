import { beforeAll, describe, expect, test } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import type { ImageStore } from '../../src/ports/registry.ts';
import type { TestRepo } from '../helpers/testRepo.ts';
import { tempDir } from '../support/tempDir.ts';
import { imageFiles, readImageConfig } from './imageFiles.ts';
import { apiFiles, apiRepo, buildService, freshCache, type OciBuild, stepsOf } from './ociFixture.ts';

/** The library is built from a source that its package does not run, and the service from the library's result. */
const builtFiles = {
  'packages/lib/package.json': {
    ...apiFiles['packages/lib/package.json'],
    main: 'dist/index.js',
    scripts: { build: 'node build.js' },
    devDependencies: { 'is-even': '1.0.0' },
  },
  'packages/lib/build.js':
    "require('is-even'); const fs = require('fs'); fs.mkdirSync('dist', { recursive: true }); fs.writeFileSync('dist/index.js', fs.readFileSync('index.js'));\n",
  'services/api/package.json': {
    ...apiFiles['services/api/package.json'],
    scripts: { start: 'node server.js', build: 'node build.js' },
  },
  'services/api/build.js':
    "const fs = require('fs'); fs.writeFileSync('built.txt', require('@acme/lib').greet('build') + process.cwd().endsWith('services/api'));\n",
};

const layout = async () =>
  openImageStore(`oci:${await tempDir('layout')}`, { env: {}, insecureRegistries: [] });

describe('build scripts', () => {
  let repo: TestRepo;
  let store: ImageStore;
  let cacheFolder: string;
  let first: Promise<OciBuild> | undefined;
  beforeAll(async () => {
    repo = apiRepo(4, builtFiles);
    store = await layout();
    cacheFolder = await freshCache();
  });

  /** With nothing kept from before; several cases go on from it. */
  const firstBuild = () => {
    first ??= buildService(repo, { store, cacheFolder });
    return first;
  };

  test('run on this machine in the order of the workspaces, with what only the build needs', async () => {
    const { built, events } = await firstBuild();
    expect(stepsOf(events).filter((step) => step.startsWith('build'))).toEqual([
      'build @acme/lib: started',
      'build @acme/api: started',
    ]);
    const files = await imageFiles(store, 'team/api', built.digest, 'app/');
    expect(files.get('app/services/api/built.txt')).toBe('hello build, 172800000true');
    expect([...files.keys()]).toContain('app/packages/lib/dist/index.js');
    expect([...files.keys()].filter((path) => path.includes('is-even'))).toEqual([]);
    expect([...files.keys()].filter((path) => path.includes('is-odd')).length).toBeGreaterThan(0);
  });

  test('are not run again for the same sources, nor are their dependencies installed again', async () => {
    const { built } = await firstBuild();
    const again = await buildService(repo, { store, cacheFolder });
    expect(stepsOf(again.events)).toEqual([
      'build @acme/lib: cached',
      'build @acme/api: cached',
      'install production dependencies: cached',
    ]);
    expect(again.built.digest).toBe(built.digest);
    repo.commit('fix: edit', { 'packages/lib/index.js': "exports.greet = () => 'edited ';\n" });
    const edited = await buildService(repo, { store, cacheFolder });
    expect(outputOf(edited.events)).not.toMatch(/Link step|Fetch step/);
    const files = await imageFiles(store, 'team/api', edited.built.digest, 'app/');
    expect(files.get('app/services/api/built.txt')).toBe('edited true');
    repo.commit('revert', { 'packages/lib/index.js': apiFiles['packages/lib/index.js'] });
    const reverted = await buildService(repo, { store, cacheFolder: await freshCache() });
    expect(reverted.built.digest).toBe(built.digest);
  });

  test('that fail are one error with their output, and nothing is tagged', async () => {
    const failing = {
      ...builtFiles,
      'services/api/build.js': "console.log('the reason'); process.exit(3);\n",
    };
    const untagged = await layout();
    const build = buildService(apiRepo(4, failing), { store: untagged, cacheFolder: await freshCache() });
    await expect(build).rejects.toMatchObject({
      exitCode: 1,
      message: 'Could not build @acme/api: the command exited with status 3.',
      output: expect.stringContaining('the reason'),
    });
    expect(await untagged.listTags('team/api')).toEqual([]);
  });
});

function outputOf(events: Awaited<ReturnType<typeof buildService>>['events']): string {
  return events.map((event) => (event.kind === 'build' ? (event.text ?? '') : '')).join('\n');
}

describe('a Dockerfile of the repo', () => {
  const noted = { ...apiFiles['services/api/package.json'], dependencies: {} };
  const plain = [
    'FROM host',
    'ARG FOLDER=/srv/app',
    'ENV FOLDER=$FOLDER GREETING="hello  world"',
    'WORKDIR $FOLDER',
    '# Files of the closure, by name and by pattern.',
    'COPY --chown=1000:1000 services/api/*.js ./',
    'COPY packages/lib lib/',
    'COPY package.json /etc/root.json',
    'EXPOSE 8080',
    'USER 1000',
    'CMD ["node", "server.js"]',
  ];

  test('without anything to run is carried out', async () => {
    const store = await layout();
    const repo = apiRepo(4, {
      'services/api/package.json': { ...noted, dependencies: { '@acme/lib': '1.2.3' } },
      'services/api/Dockerfile': plain.join('\n'),
    });
    const { built } = await buildService(repo, { store, cacheFolder: await freshCache() });
    const files = await imageFiles(store, 'team/api', built.digest, '');
    expect(files.get('srv/app/server.js')).toBe(apiFiles['services/api/server.js']);
    expect(files.get('srv/app/lib/index.js')).toBe(apiFiles['packages/lib/index.js']);
    expect(JSON.parse(files.get('etc/root.json') ?? '')).toMatchObject({ name: 'acme' });
    const { config } = await readImageConfig(store, 'team/api', built.digest);
    expect(config).toMatchObject({
      WorkingDir: '/srv/app',
      User: '1000',
      Cmd: ['node', 'server.js'],
      ExposedPorts: { '8080/tcp': {} },
    });
    expect(config?.Env).toContain('GREETING=hello  world');
    expect(config?.Env).toContain('FOLDER=/srv/app');
    const again = await buildService(repo, { store, cacheFolder: await freshCache() });
    expect(again.built.digest).toBe(built.digest);
  });

  test.each([
    ['RUN yarn install', 'RUN'],
    ['COPY --from=build /app /app', 'COPY with --from=build'],
    ['FROM host AS second', 'a second FROM'],
    ['ADD https://example.com/x /x', 'ADD'],
  ])('with `%s` is refused with its line and the way out', async (line, what) => {
    const repo = apiRepo(4, {
      'services/api/Dockerfile': ['FROM host', '', line, 'CMD ["node"]'].join('\n'),
    });
    const build = buildService(repo, { store: await layout(), cacheFolder: await freshCache() });
    await expect(build).rejects.toMatchObject({
      exitCode: 2,
      reason: 'dockerfile-needs-engine',
      message: expect.stringContaining(`cannot carry out ${what}:`),
      at: { file: 'services/api/Dockerfile', line: 3 },
      hint: expect.stringContaining('builder: engine'),
    });
  });

  test('as a template has to be run', async () => {
    const repo = apiRepo(4, { 'Dockerfile.template': 'FROM node:20-slim\nRUN yarn install\nCMD ["node"]\n' });
    const build = buildService(repo, { store: await layout(), cacheFolder: await freshCache() });
    await expect(build).rejects.toMatchObject({ exitCode: 2, reason: 'dockerfile-needs-engine' });
  });
});
