import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dockerCredentials } from '../../src/adapters/registry/dockerCredentials.ts';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { tempDir } from '../support/tempDir.ts';
import { makeImage, pullWhole, pushImage } from './imageTools.ts';
import { startScripted, storeAt } from './scriptedRegistry.ts';

const PASSWORD = 'open sesame';
/** bcrypt of {@link PASSWORD}. */
const HTPASSWD = 'ali:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n';

async function dockerConfig(config: unknown): Promise<NodeJS.ProcessEnv> {
  const folder = await tempDir('docker-config');
  await writeFile(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return { ...process.env, DOCKER_CONFIG: folder };
}

const auth = (username: string, password: string) => ({
  auth: Buffer.from(`${username}:${password}`).toString('base64'),
});

describe("Docker's config.json", () => {
  test('each host has its own credentials and no other', async () => {
    const env = await dockerConfig({
      auths: {
        'registry.example.com:5000': auth('me', 'a:b'),
        'https://index.docker.io/v1/': auth('hub', 'password'),
        'https://ghcr.io': { identitytoken: 'refresh' },
      },
    });
    const source = dockerCredentials(env);
    const of = async (host: string) => (await source.forHost(host)).credentials;
    expect(await of('registry.example.com:5000')).toEqual({ username: 'me', password: 'a:b' });
    expect(await of('registry.example.com')).toBeNull();
    expect(await of('docker.io')).toEqual({ username: 'hub', password: 'password' });
    expect(await of('ghcr.io')).toEqual({ identityToken: 'refresh' });
  });

  test('credential helpers are asked, by host first', async () => {
    const bin = await tempDir('bin');
    await mkdir(bin, { recursive: true });
    const helper = join(bin, 'docker-credential-safe');
    await writeFile(
      helper,
      '#!/bin/sh\nread -r host\n[ "$host" = ecr.example.com ] || { echo "credentials not found in native keychain"; exit 1; }\nprintf \'{"ServerURL":"%s","Username":"AWS","Secret":"from-helper"}\' "$host"\n',
    );
    await chmod(helper, 0o755);
    const env = await dockerConfig({
      credHelpers: { 'ecr.example.com': 'safe', 'gone.example.com': 'missing' },
      credsStore: 'safe',
      auths: { 'inline.example.com': auth('me', 'inline') },
    });
    const source = dockerCredentials({ ...env, PATH: `${bin}:${process.env.PATH}` });
    expect(await source.forHost('ecr.example.com')).toMatchObject({
      credentials: { username: 'AWS', password: 'from-helper' },
    });
    expect(await source.forHost('inline.example.com')).toMatchObject({ credentials: { password: 'inline' } });
    expect(await source.forHost('gone.example.com')).toEqual({
      credentials: null,
      problem: '`docker-credential-missing` could not be run.',
    });
  });

  test('broken JSON is an input failure that shows none of it', async () => {
    const env = await dockerConfig('{ "auths": { "x": { "auth": "c2VjcmV0');
    const asked = dockerCredentials(env).forHost('x');
    await expect(asked).rejects.toMatchObject({ exitCode: 2, reason: 'docker-config-invalid' });
    await expect(asked).rejects.not.toThrow(/c2VjcmV0/);
  });

  test('none at all is nobody logged in', async () => {
    const env = { DOCKER_CONFIG: join(await tempDir('empty'), 'nothing') };
    expect(await dockerCredentials(env).forHost('x')).toEqual({ credentials: null });
  });
});

await describeWith(['registry'], 'a registry with passwords', () => {
  test('the right password pushes and pulls; a wrong one and none are told apart', async () => {
    const htpasswd = join(await tempDir('htpasswd'), 'htpasswd');
    await writeFile(htpasswd, HTPASSWD);
    const registry = await startRegistry({
      config: { auth: { htpasswd: { realm: 'test', path: htpasswd } } },
    });
    const open = (env: NodeJS.ProcessEnv) => openImageStore(registry.host, { env, insecureRegistries: [] });
    const image = makeImage([Buffer.alloc(40_000, 'layer')], 'with a password');

    const allowed = open(await dockerConfig({ auths: { [registry.host]: auth('ali', PASSWORD) } }));
    await allowed.checkAccess('team/api');
    await pushImage(allowed, 'team/api', image, '1.0.0');
    expect(await pullWhole(allowed, 'team/api', '1.0.0')).toBe(image.digest);

    const wrong = open(await dockerConfig({ auths: { [registry.host]: auth('ali', 'guess') } }));
    const refused = wrong.checkAccess('team/api');
    await expect(refused).rejects.toMatchObject({ reason: 'registry-unauthorized' });
    await expect(refused).rejects.not.toThrow(/guess/);
    await expect(open(await dockerConfig({})).checkAccess('team/api')).rejects.toThrow(/No credentials/);
  });
});

describe('bearer tokens', () => {
  /** Token service and registry in one, as the distribution project documents them. */
  async function startTokenRegistry(lifetime: number) {
    let issued = 0;
    const registry = await startScripted((request, response) => {
      const url = new URL(request.url ?? '', 'http://here');
      if (url.pathname === '/token') {
        issued++;
        response.end(JSON.stringify({ token: `token-${issued}`, expires_in: lifetime }));
        return;
      }
      if (request.headers.authorization !== `Bearer token-${issued}` || issued === 0) {
        const realm = `http://${request.headers.host}/token`;
        response.writeHead(401, {
          'www-authenticate': `Bearer realm="${realm}",service="registry",scope="ignored"`,
        });
        return response.end();
      }
      response.writeHead(404).end();
    });
    return { ...registry, revoke: () => issued++ };
  }

  const credentials = { forHost: async () => ({ credentials: { username: 'me', password: 'secret' } }) };

  test('one token serves all requests of its scope; the password goes to the token service only', async () => {
    const registry = await startTokenRegistry(300);
    const store = storeAt(registry.host, credentials);
    for (const imageTag of ['a', 'b', 'c']) expect(await store.getManifest('team/api', imageTag)).toBeNull();
    const tokens = registry.seen.filter((line) => line.startsWith('GET /token'));
    expect(tokens).toEqual(['GET /token?service=registry&scope=repository%3Ateam%2Fapi%3Apull']);
    const basic = registry.seen.filter((_line, n) => registry.authorizations[n]?.startsWith('Basic'));
    expect(basic).toEqual(tokens);
  });

  test('a token that expired on the way is fetched again', async () => {
    const registry = await startTokenRegistry(300);
    const store = storeAt(registry.host, credentials);
    await store.getManifest('team/api', 'a');
    registry.revoke();
    expect(await store.getManifest('team/api', 'b')).toBeNull();
  });

  test('an identity token is exchanged for an access token', async () => {
    const registry = await startScripted((request, response) => {
      if (request.url === '/token') return response.end('{"access_token":"fresh"}');
      if (request.headers.authorization === 'Bearer fresh') return response.writeHead(404).end();
      const realm = `http://${request.headers.host}/token`;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="s"` }).end();
    });
    const source = { forHost: async () => ({ credentials: { identityToken: 'refresh' } }) };
    expect(await storeAt(registry.host, source).getManifest('team/api', 'a')).toBeNull();
    expect(registry.seen).toContain('POST /token');
  });
});
