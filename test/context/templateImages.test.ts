import { expect, it } from 'vitest';
import { connectEngine } from '../../src/adapters/docker/connectEngine.ts';
import { contextTar } from '../../src/context/contextTar.ts';
import { buildOnEngine } from '../../src/image/engine/buildOnEngine.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { recorder, requestOf } from '../engine/engineFixture.ts';
import type { TestRepo } from '../helpers/testRepo.ts';
import { baseImage, docker, withService } from '../support/engine.ts';
import { isLong } from '../support/isLong.ts';
import { describeWith } from '../support/parts.ts';
import { projectOf, serviceOf, type YarnVersion, yarnRepo } from '../workspace/yarnRepo.ts';

const server = (greeting: string) => `const { days } = require('@acme/lib');
require('node:http').createServer((_, response) => response.end(JSON.stringify({
  greeting: '${greeting}', days: days(2), uid: process.getuid(), mode: process.env.NODE_ENV, cwd: process.cwd(),
}))).listen(process.env.PORT ?? 8080);
`;

/** A service, a library that is built before it, and a package from the registry. */
function filesFor(yarn: YarnVersion, version: string, linker: string): Record<string, unknown> {
  return {
    'package.json': {
      name: 'acme',
      private: true,
      workspaces: ['packages/*', 'services/*'],
      packageManager: `yarn@${version}`,
      devDependencies: { prettier: '3.6.2', bytes: '3.1.2' },
    },
    ...(yarn === 1 ? {} : { '.yarnrc.yml': `nodeLinker: ${linker}\n` }),
    'packages/lib/package.json': {
      name: '@acme/lib',
      version: '1.0.0',
      main: 'dist/index.js',
      scripts: { build: 'node build.js' },
      dependencies: { ms: '2.1.3' },
      devDependencies: { bytes: '3.1.2' },
    },
    'packages/lib/build.js': `require('bytes'); const fs = require('node:fs');
fs.mkdirSync('dist'); fs.writeFileSync('dist/index.js', "exports.days = (n) => require('ms')(n + ' days');\\n");\n`,
    'services/api/package.json': {
      name: '@acme/api',
      version: '0.1.0',
      scripts: { start: 'node server.js' },
      dependencies: { '@acme/lib': yarn === 1 ? '1.0.0' : 'workspace:*' },
    },
    'services/api/server.js': server('hello'),
  };
}

const shapes: [yarn: YarnVersion, version: string, linker: string][] = [
  [1, '1.22.22', 'node-modules'],
  [2, '2.4.2', 'node-modules'],
  [3, '3.8.7', 'node-modules'],
  [4, '4.17.1', 'node-modules'],
  [4, '4.17.1', 'pnpm'],
  [4, '4.17.1', 'pnp'],
];

/** `npm test` takes the one that most have. */
const tried = isLong ? shapes : shapes.filter(([yarn, , linker]) => yarn === 4 && linker === 'node-modules');

await describeWith(['engine'], 'images from the built-in template', () => {
  it.each(tried)(
    'answer under Yarn %i (%s, %s); a source edit reuses the installs',
    async (yarn, version, linker) => {
      const repo = yarnRepo(yarn, filesFor(yarn, version, linker));
      const reference = `shipyarn-test-template:${yarn}-${linker}`;
      await baseImage();
      try {
        await build(repo, reference);
        await withService(reference, 8080, async (url) => {
          const answer = await (await fetch(url)).json();
          expect(answer).toEqual({
            greeting: 'hello',
            days: 172_800_000,
            uid: 1000,
            mode: 'production',
            cwd: '/app/services/api',
          });
        });

        repo.commit('fix: greet', { 'services/api/server.js': server('good day') });
        const cached = await build(repo, reference);
        expect(cached.filter((step) => /install/.test(step))).toHaveLength(2);
        await withService(reference, 8080, async (url) => {
          expect(await (await fetch(url)).json()).toMatchObject({ greeting: 'good day' });
        });
        expect(await statusAfterTerm(reference)).toBe(143);
      } finally {
        await docker
          .getImage(reference)
          .remove({ force: true })
          .catch(() => undefined);
      }
    },
  );
});

/** Builds on the engine; gives the steps that its progress marks as cached. */
async function build(repo: TestRepo, reference: string): Promise<string[]> {
  const project = await projectOf(repo);
  const contents = await describeContext(project, serviceOf(project, '@acme/api', { base: 'host' }));
  const request = {
    ...requestOf({}, { location: 'oci:/nowhere' }),
    contents,
    contextTar: () => contextTar(contents, project.snapshot),
  };
  const { report, builds } = recorder();
  const { signal } = new AbortController();
  const access = {
    engine: await connectEngine(process.env),
    credentialsFor: async () => null,
    importHostBase: baseImage,
  };
  await buildOnEngine(access, request, { platform: null, reference, signal, report });
  return builds().flatMap(({ state, step }) => (state === 'cached' ? [step] : []));
}

/** Exit status of a container that is asked to end. */
async function statusAfterTerm(image: string): Promise<number> {
  const container = await docker.createContainer({ Image: image });
  try {
    await container.start();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await container.stop({ t: 8 });
    return ((await container.wait()) as { StatusCode: number }).StatusCode;
  } finally {
    await container.remove({ force: true });
  }
}
