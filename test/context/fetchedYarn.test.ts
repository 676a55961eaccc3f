import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { testFolder, testRepo } from '../helpers/testRepo.ts';
import { serve } from '../support/httpServer.ts';
import { shipyarn } from '../support/run.ts';
import { tarball } from '../workspace/property/fakeRegistry.ts';
import { asText } from '../workspace/yarnRepo.ts';

const token = 'canary-of-the-registry-token';

/** A registry that gives a Yarn of its own, which says that it is that, to those with one of the credentials. */
async function yarnRegistry(name: string, file: string, credentials: readonly (string | undefined)[]) {
  const archive = await tarball(
    { name, version: '9.9.9' },
    { [file]: "console.log('the Yarn of this registry');\n" },
  );
  const host = await serve((request, response) => {
    const known = credentials.includes(request.headers.authorization);
    const found = request.url === `/npm/${name}/-/${name.split('/').at(-1)}-9.9.9.tgz`;
    response.writeHead(known ? (found ? 200 : 404) : 401).end(known && found ? archive : undefined);
  });
  return `http://${host}/npm`;
}

/** Runs the script that a context without a committed Yarn release carries. */
async function runScript(files: Record<string, string>, env: Record<string, string>) {
  const repo = testRepo();
  const lockfile = files['.yarnrc.yml'] === undefined ? '# yarn lockfile v1\n' : berryLockfile;
  repo.commit('feat: begin', {
    ...asText({
      'package.json': { name: 'acme', private: true, workspaces: ['api'], packageManager: 'yarn@9.9.9' },
      'api/package.json': { name: 'api', version: '1.0.0', main: 'index.js' },
    }),
    'yarn.lock': lockfile,
    'shipyarn.yaml': 'services: [api]\nbase: host\nsecrets: { NPM_TOKEN: { env: NPM_TOKEN } }\n',
    ...files,
  });
  const out = join(testFolder(), 'context');
  const written = await shipyarn(['context', 'api', '--out', out], { cwd: repo.root });
  expect(written).toMatchObject({ exitCode: 0, stderr: '' });
  const script = join(out, 'production/.shipyarn/yarn.cjs');
  const { PATH } = process.env;
  return promisify(execFile)(process.execPath, [script], {
    env: { PATH, SHIPYARN_YARN_FOLDER: testFolder(), ...env },
  }).catch((error: { stdout: string; stderr: string }) => error);
}

const berryLockfile = `__metadata:
  version: 8
  cacheKey: 10c0

"acme@workspace:.":
  version: 0.0.0-use.local
  resolution: "acme@workspace:."
  languageName: unknown
  linkType: soft

"api@workspace:api":
  version: 0.0.0-use.local
  resolution: "api@workspace:api"
  languageName: unknown
  linkType: soft
`;

it('Yarn itself comes from the registry that the settings name, with the token', async () => {
  const url = await yarnRegistry('@yarnpkg/cli-dist', 'bin/yarn.js', [`Bearer ${token}`]);
  const settings = (...lines: string[]) => ({ '.yarnrc.yml': `${lines.join('\n')}\n` });
  const global = settings(`npmRegistryServer: "${url}"`, `npmAuthToken: "\${NPM_TOKEN}"`);
  const own = settings(
    `npmRegistryServer: "${url}/"`,
    'npmRegistries:',
    `  "${url.replace('http:', '')}":`,
    `    npmAuthToken: "\${NPM_TOKEN}"`,
  );
  for (const files of [global, own])
    expect(await runScript(files, { NPM_TOKEN: token })).toMatchObject({
      stdout: 'the Yarn of this registry\n',
    });
  const refused = await runScript(global, {});
  expect(refused.stderr).toContain(
    `cannot fetch Yarn 9.9.9 from ${url}/@yarnpkg/cli-dist/-/cli-dist-9.9.9.tgz (status 401)`,
  );
});

it('Yarn 1 comes from the registry of .yarnrc or .npmrc, with the token for its host', async () => {
  const url = await yarnRegistry('yarn', 'lib/cli.js', [`Bearer ${token}`]);
  const auth = `${url.replace('http:', '')}/:_authToken=\${NPM_TOKEN}\n`;
  for (const files of [
    { '.npmrc': `registry=${url}/\n${auth}` },
    { '.yarnrc': `registry "${url}"\n`, '.npmrc': auth },
  ])
    expect(await runScript(files, { NPM_TOKEN: token })).toMatchObject({
      stdout: 'the Yarn of this registry\n',
    });
});

it('environment variables of Yarn and Corepack name another, which is not shown the token of the settings', async () => {
  const url = await yarnRegistry('@yarnpkg/cli-dist', 'bin/yarn.js', [undefined, 'Bearer other']);
  const files = { '.yarnrc.yml': `npmRegistryServer: "http://127.0.0.1:1"\nnpmAuthIdent: "\${NPM_TOKEN}"\n` };
  for (const env of [
    { COREPACK_NPM_REGISTRY: `${url}/` },
    { COREPACK_NPM_REGISTRY: url, COREPACK_NPM_TOKEN: 'other' },
  ])
    expect(await runScript(files, { NPM_TOKEN: token, ...env })).toMatchObject({
      stdout: 'the Yarn of this registry\n',
    });
  const yarns = await runScript(
    { '.yarnrc.yml': 'npmRegistryServer: "http://127.0.0.1:1"\n' },
    { YARN_NPM_REGISTRY_SERVER: url },
  );
  expect(yarns).toMatchObject({ stdout: 'the Yarn of this registry\n' });
});
