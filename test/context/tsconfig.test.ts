import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type TestRepo, testFolder } from '../helpers/testRepo.ts';
import { shipyarn } from '../support/run.ts';
import { acme } from '../workspace/acme.ts';
import { yarnRepo } from '../workspace/yarnRepo.ts';

const files = {
  ...acme,
  'services/api/tsconfig.json':
    '{ "extends": ["./tsconfig.own.json", "../../tsconfig.base", "@tsconfig/node20/tsconfig.json"] }\n',
  'services/api/tsconfig.own.json': '{}\n',
  'tsconfig.base.json':
    '{\n  // "extends": "./tsconfig.old.json",\n  "extends": "./config/tsconfig.strict.json",\n}\n',
  'config/tsconfig.strict.json': '{}\n',
  'packages/lib/tsconfig.build.json': '{ "extends": "../../tsconfig.lib.json" }\n',
  'tsconfig.lib.json': '{}\n',
  'tsconfig.old.json': '{}\n',
  'tsconfig.json': '{}\n',
  '@tsconfig/node20/tsconfig.json': '{}\n',
};

async function identityOf({ root: cwd }: TestRepo): Promise<string> {
  const { stdout } = await shipyarn(['context', 'api', '--json'], { cwd });
  return JSON.parse(stdout).identity;
}

it('the files that a tsconfig extends go into the service layer, whole chains and lists, and into the identity', async () => {
  const repo = yarnRepo(4, files);
  const out = join(testFolder(), 'context');
  const written = await shipyarn(['context', 'api', '--out', out], { cwd: repo.root });
  expect(written).toMatchObject({ exitCode: 0, stderr: '' });
  const found = readdirSync(out, { recursive: true }).filter((path) =>
    /tsconfig[^/]*\.json$/.test(String(path)),
  );
  expect(found.sort()).toEqual([
    'dependencies/packages/lib/tsconfig.build.json',
    'service/config/tsconfig.strict.json',
    'service/services/api/tsconfig.json',
    'service/services/api/tsconfig.own.json',
    'service/tsconfig.base.json',
    'service/tsconfig.lib.json',
  ]);

  const identity = await identityOf(repo);
  for (const path of ['tsconfig.base.json', 'config/tsconfig.strict.json', 'tsconfig.lib.json'] as const) {
    repo.write({ [path]: `${files[path]}\n` });
    expect(await identityOf(repo), path).not.toBe(identity);
    repo.write({ [path]: files[path] });
  }
  repo.commit('build: tsconfigs that nothing extends', {
    'tsconfig.json': '{ "files": [] }\n',
    'tsconfig.old.json': '{ "files": [] }\n',
    '@tsconfig/node20/tsconfig.json': '{ "files": [] }\n',
  });
  expect(await identityOf(repo)).toBe(identity);
});

it('a tsconfig anywhere in the sources starts a chain, unless it stays out itself', async () => {
  const repo = yarnRepo(4, {
    ...acme,
    '.dockerignore': '**/test\n',
    'services/api/src/tsconfig.json': '{ "extends": "../../../tsconfig.base.json" }\n',
    'services/api/test/tsconfig.json': '{ "extends": "../../../tsconfig.test.json" }\n',
    'tsconfig.base.json': '{ "compilerOptions": {} }\n',
    'tsconfig.test.json': '{ "compilerOptions": {} }\n',
  });
  const out = join(testFolder(), 'context');
  await shipyarn(['context', 'api', '--out', out], { cwd: repo.root });
  expect(readdirSync(join(out, 'service')).filter((name) => name.startsWith('tsconfig'))).toEqual([
    'tsconfig.base.json',
  ]);

  repo.git('tag', '@acme/api@1.0.0');
  const affected = async () => (await shipyarn(['affected', '--names'], { cwd: repo.root })).stdout;
  repo.commit('fix: another base', { 'tsconfig.base.json': '{ "compilerOptions": { "strict": true } }\n' });
  expect(await affected()).toContain('@acme/api');
  repo.git('tag', '@acme/api@1.0.1');
  repo.commit('fix: empty base', { 'tsconfig.base.json': '{}\n' });
  expect(await affected()).toContain('@acme/api');
  repo.git('tag', '@acme/api@1.0.2');
  repo.commit('test: another base', { 'tsconfig.test.json': '{}\n', 'data.json': '{ "a": 1 }\n' });
  expect(await affected()).not.toContain('@acme/api');
});
