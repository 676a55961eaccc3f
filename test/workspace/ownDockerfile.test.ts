import { describe, expect, it } from 'vitest';
import type { ContextContents } from '../../src/workspace/contextContents.ts';
import { acme } from './acme.ts';
import { contextOf, yarnRepo } from './yarnRepo.ts';

const dockerfile = `ARG CONFIG=config/prod.json
FROM node:20 AS build
COPY package.json yarn.lock tsconfig*.json ./
# a comment
COPY packages packages
COPY --chown=node services/api/ \\
  services/api/
COPY --from=build /x /y
COPY \${CONFIG} ./config.json
COPY ["scripts/start.sh", "/start.sh"]
ADD https://example.com/file /file
COPY <<EOT /heredoc
COPY not/a/source /x
EOT
`;

const files = {
  ...acme,
  'services/api/Dockerfile': dockerfile,
  'tsconfig.json': '{}',
  'config/prod.json': '{}',
  'scripts/start.sh': '#!/bin/sh\n',
  'scripts/other.sh': '#!/bin/sh\n',
  'packages/shared.json': '{}',
};

const pathsIn = ({ layers, dockerfile: { path } }: ContextContents) =>
  [path, ...layers.flatMap(({ entries }) => entries.map((entry) => entry.path))]
    .filter((entry) => !entry.startsWith('.shipyarn/'))
    .sort();

describe("a service's own Dockerfile", () => {
  it('gets the closure in the shape of the repo, and what it copies beside it', async () => {
    const contents = await contextOf(yarnRepo(4, files), '@acme/api');
    expect(contents.shape).toBe('root');
    expect(contents.dockerfile.path).toBe('services/api/Dockerfile');
    expect(pathsIn(contents)).toEqual([
      '.yarnrc.yml',
      'config/prod.json',
      'package.json',
      'packages/lib/index.js',
      'packages/lib/package.json',
      'packages/other/package.json',
      'packages/shared.json',
      'scripts/start.sh',
      'services/api/Dockerfile',
      'services/api/package.json',
      'services/api/server.js',
      'tsconfig.json',
      'yarn.lock',
    ]);
    const offered = contents.layers.map(({ prefix }) => prefix);
    expect(offered).toEqual(expect.arrayContaining(['.shipyarn/manifests', '.shipyarn/production']));
  });

  it("may ask for the service's folder alone", async () => {
    const own = { 'services/api/Dockerfile': 'FROM node:20\nCOPY server.js ./\n' };
    const contents = await contextOf(yarnRepo(4, { ...acme, ...own }), '@acme/api', { context: 'service' });
    expect(pathsIn(contents)).toEqual(['Dockerfile', 'package.json', 'server.js']);
  });

  it('is refused where it copies what is not there, or what is left out', async () => {
    const repo = yarnRepo(4, files);
    repo.commit('fix: copy', { 'services/api/Dockerfile': 'FROM node:20\n\nCOPY nothing.txt ./\n' });
    await expect(contextOf(repo, '@acme/api')).rejects.toMatchObject({
      reason: 'copy-source-missing',
      exitCode: 2,
      at: { file: 'services/api/Dockerfile', line: 3 },
    });
    const inside = 'FROM node:20\nCOPY services/api/dist services/api/dist\n';
    repo.commit('fix: copy', { 'services/api/Dockerfile': inside });
    await expect(contextOf(repo, '@acme/api')).rejects.toThrow('copies services/api/dist, which is not');
    repo.commit('fix: copy', { 'services/api/Dockerfile': 'FROM node:20\nCOPY yarn.lock ./\n' });
    await expect(contextOf(repo, '@acme/api', { context: 'service' })).rejects.toThrow(
      'copies services/api/yarn.lock, which is not',
    );
    repo.commit('fix: ignore', { 'services/api/Dockerfile': dockerfile, '.dockerignore': 'scripts\n' });
    await expect(contextOf(repo, '@acme/api')).rejects.toThrow('scripts/start.sh, which is left out by');
  });
});
