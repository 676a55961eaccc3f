import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { gitHttpServer } from '../deploy/gitHttpServer.ts';
import { dockerConfig, startPrivateRegistry } from '../engine/privateRegistry.ts';
import { freshCache } from '../oci/ociFixture.ts';
import { testRepos } from '../support/demoRepos.ts';
import { docker } from '../support/engine.ts';
import { shipyarn } from '../support/run.ts';

const canary = (place: string) => `canary-${place}-5d1e7c`;
const places = ['remote', 'infra', 'secret', 'proxy', 'forge', 'npm'];

/**
 * Releases with a canary in every place where a secret can be given, and looks for them in all that the release
 * leaves or shows: layers, configs, labels, Git objects, cache, output and command lines.
 */
export async function expectNoCanaries(builder: 'engine' | 'oci'): Promise<void> {
  const registry = await startPrivateRegistry('writer');
  const prefix = `${registry.host}/harbour`;
  const config = 'secrets: { NPM_TOKEN: { env: MY_NPM_TOKEN } }\n';
  const repos = await testRepos({ registry: prefix, builder, config });
  await repos.merge('build: show what a build can see', {
    'services/web/package.json': ['"node build.js"', '"echo the token is $NPM_TOKEN && node build.js"'],
    'shipyarn.yaml': [
      `repo: ${repos.infraRemote}`,
      `repo: ${await gitHttpServer(repos.infraRemote, canary('infra'))}`,
    ],
  });
  const remote = new URL(await gitHttpServer(repos.monorepoRemote, canary('remote')));
  remote.username = 'ci';
  remote.password = canary('remote');
  await repos.git(['remote', 'set-url', 'origin', remote.href]);
  const cache = await freshCache();
  const env = {
    DOCKER_CONFIG: await dockerConfig([registry]),
    SHIPYARN_CACHE: cache,
    SHIPYARN_INFRA_TOKEN: canary('infra'),
    MY_NPM_TOKEN: canary('secret'),
    YARN_NPM_AUTH_TOKEN: canary('npm'),
    GITHUB_TOKEN: canary('forge'),
    HTTPS_PROXY: `http://me:${canary('proxy')}@127.0.0.1:9`,
    NO_PROXY: '*',
  };
  const run = (args: readonly string[], more = {}) =>
    shipyarn(args, { cwd: repos.monorepo, env: { ...env, ...more } });
  const before = new Set(await readdir('/proc'));
  const released = run(['release', '--timing']);
  const lines = commandLines(released, before);
  const { exitCode, stderr } = await released;
  expect(exitCode, stderr).toBe(0);
  expect(await repos.remoteTags()).toHaveLength(3);

  await repos.merge('fix(api): once more', {
    'services/api/src/server.js': ['berths: 12', 'berths: 13'],
  });
  const outputs = [
    await released,
    await run(['status', '--json']),
    await run(['doctor']),
    // What fails says why, and no more.
    await run(['release'], { DOCKER_CONFIG: '/nonexistent' }),
    await run(['release'], { SHIPYARN_INFRA_TOKEN: `${canary('infra')}-wrong` }),
    await run(['release', '--json'], {
      HTTPS_PROXY: `http://me:${canary('proxy')}@127.0.0.1:9`,
      NO_PROXY: '',
    }),
  ];
  expect(outputs.map((output) => output.exitCode).slice(3, 5)).toEqual([1, 1]);
  const remotes = await Promise.all(
    [repos.monorepoRemote, repos.infraRemote].map((folder) =>
      repos.git(['cat-file', '--batch-all-objects', '--batch'], folder),
    ),
  );
  const looked = {
    output: outputs.flatMap(({ stdout, stderr: said }) => [stdout, said]),
    'command lines': [await lines],
    registry: await textsBelow(registry.folder),
    cache: await textsBelow(cache),
    'Git objects': remotes,
  };
  expect(looked.registry.length).toBeGreaterThan(10);
  const secrets = [...places.map(canary), registry.credentials.password, basic('writer', 'write-pass-2')];
  for (const [place, texts] of Object.entries(looked)) {
    const leaks = secrets.filter((secret) => texts.some((text) => text.includes(secret)));
    expect(leaks, place).toEqual([]);
  }
  const images = await docker.listImages({ filters: { reference: [`${prefix}/*`] } });
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  await Promise.allSettled(names.map((name) => docker.getImage(name).remove({ force: true })));
}

function basic(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}

/**
 * The command lines of all processes begun since `before` (names in /proc), looked at again and again until the work
 * is done.
 */
async function commandLines(work: Promise<unknown>, before: ReadonlySet<string>): Promise<string> {
  const seen = new Set<string>();
  let done = false;
  work
    .finally(() => {
      done = true;
    })
    .catch(() => undefined);
  while (!done) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && !before.has(name));
    for (const pid of pids) seen.add(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect([...seen].some((line) => line.includes('bin.cjs\0release'))).toBe(true);
  return [...seen].join('\n');
}

/** Every file below a folder, layers unpacked; the base's hundred megabytes are left out. */
async function textsBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const texts = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const found = await stat(file).catch(() => null);
      if (!found?.isFile() || found.size > 10_000_000) return [];
      const bytes = await readFile(file);
      const packed = bytes.length > 2 && bytes.readUInt16BE(0) === 0x1f8b;
      return [(packed ? gunzipSync(bytes) : bytes).toString('latin1')];
    }),
  );
  return texts.flat();
}
