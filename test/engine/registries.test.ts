import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dockerCredentials } from '../../src/adapters/registry/dockerCredentials.ts';
import type { Failure } from '../../src/errors.ts';
import type { EngineCredentials } from '../../src/ports/engine.ts';
import { docker, shellBase } from '../support/engine.ts';
import { freePort } from '../support/freePort.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { tempDir } from '../support/tempDir.ts';
import { recorder, requestOf, testBuilder } from './engineFixture.ts';
import { dockerConfig, type PrivateRegistry, startPrivateRegistry } from './privateRegistry.ts';
import { startRefusingRegistry } from './refusingRegistry.ts';

const { signal } = new AbortController();
const made = new Set<string>();

afterAll(async () => {
  await Promise.allSettled([...made].map((reference) => docker.getImage(reference).remove({ force: true })));
});

await describeWith(['engine', 'registry'], 'registries of the engine builder', () => {
  let bases: PrivateRegistry;
  let target: PrivateRegistry;
  let credentialsFor: (host: string) => Promise<EngineCredentials | null>;
  let env: NodeJS.ProcessEnv;
  const asked: string[] = [];

  beforeAll(async () => {
    [bases, target] = await Promise.all([startPrivateRegistry('reader'), startPrivateRegistry('writer')]);
    env = { DOCKER_CONFIG: await dockerConfig([bases, target]) };
    const source = dockerCredentials(env);
    credentialsFor = async (host) => {
      asked.push(host);
      return (await source.forHost(host)).credentials;
    };
    await pushBase();
  });

  /** Puts a base image into the private registry, and takes it from the engine again. */
  async function pushBase(): Promise<void> {
    const request = requestOf(
      { Dockerfile: `FROM ${await shellBase()}\nRUN echo ${Math.random()} > /private-base\n` },
      { service: 'base', location: `${bases.host}/team`, imageTag: '1', env },
    );
    await testBuilder({ credentialsFor }).build(request, { signal, report: recorder().report });
    await docker.getImage(`${bases.host}/team/base:1`).remove({ force: true });
  }

  function requestFor(
    options: Partial<Parameters<typeof requestOf>[1]> = {},
    from = `${bases.host}/team/base:1`,
  ) {
    const request = requestOf(
      { Dockerfile: `FROM ${from}\nCOPY x /x\n`, x: String(Math.random()) },
      { location: `${target.host}/team`, env, ...options },
    );
    made.add(`${request.target.store.location}/api:${request.target.imageTag}`);
    return request;
  }

  it('pulls a base from one private registry and pushes to another, each with its own password', async () => {
    asked.length = 0;
    const request = requestFor();
    const image = await testBuilder({ credentialsFor }).build(request, { signal, ...recorder() });
    expect(await request.target.store.getManifest('team/api', request.target.imageTag)).toMatchObject(image);
    expect(new Set(asked)).toEqual(new Set([bases.host, target.host]));
  });

  it('says that the base cannot be had without credentials', async () => {
    const attempt = testBuilder().build(requestFor(), { signal, ...recorder() });
    await expect(attempt).rejects.toMatchObject({
      reason: 'base-image-denied',
      message: expect.stringContaining(`${bases.host}/team/base:1`),
      at: { file: 'services/api/Dockerfile', line: 1 },
    });
  });

  it('says which base does not exist', async () => {
    const attempt = testBuilder({ credentialsFor }).build(requestFor({}, `${bases.host}/team/base:none`), {
      signal,
      ...recorder(),
    });
    await expect(attempt).rejects.toMatchObject({
      reason: 'base-image-missing',
      message: expect.stringContaining(`${bases.host}/team/base:none`),
    });
  });

  it('says that the push needs a login, and leaves no tag', async () => {
    const request = requestFor();
    const onlyBases = async (host: string) => (host === bases.host ? bases.credentials : null);
    const attempt = testBuilder({ credentialsFor: onlyBases }).build(request, { signal, ...recorder() });
    await expect(attempt).rejects.toMatchObject({
      reason: 'registry-unauthorized',
      hint: expect.stringContaining(`docker login ${target.host}`),
    });
    expect(await request.target.store.getManifest('team/api', request.target.imageTag)).toBeNull();
  });

  it('keeps the password out of the failure when it is wrong', async () => {
    const wrong = async (host: string) =>
      host === target.host ? { username: 'writer', password: 'canary-password' } : bases.credentials;
    const attempt = testBuilder({ credentialsFor: wrong }).build(requestFor(), { signal, ...recorder() });
    const failure = await attempt.catch((error: Error) => error);
    expect(failure).toMatchObject({ reason: 'registry-unauthorized' });
    expect(JSON.stringify([failure, (failure as Error).message])).not.toContain('canary-password');
  });

  it('tries a registry that is down again, then says so', async () => {
    const location = `127.0.0.1:${await freePort()}/team`;
    const attempt = testBuilder({ credentialsFor }).build(requestFor({ location }), {
      signal,
      ...recorder(),
    });
    await expect(attempt).rejects.toMatchObject({ reason: 'registry-unavailable', exitCode: 1 });
  });

  it('names a repository that is none', async () => {
    const attempt = testBuilder({ credentialsFor }).build(requestFor({ service: 'Upper' }), {
      signal,
      ...recorder(),
    });
    await expect(attempt).rejects.toMatchObject({ reason: 'build-refused', exitCode: 1 });
  });

  it.each([
    [403, 'DENIED', 'requested access to the resource is denied', 'registry-forbidden', 'may not push'],
    [
      400,
      'TAG_INVALID',
      'the image tag is immutable and cannot be overwritten',
      'image-tag-immutable',
      'exists',
    ],
    [400, 'DENIED', 'the repository has enabled tag immutability', 'image-tag-immutable', 'exists'],
    [400, 'MANIFEST_INVALID', 'manifest invalid', 'image-manifest-refused', 'refused the image manifest'],
    [500, 'UNKNOWN', 'internal error', 'registry-unavailable', 'could not push'],
    [429, 'TOOMANYREQUESTS', 'slow down', 'registry-unavailable', 'has been asked too much'],
  ])(
    'explains HTTP %i %s (%s) at the manifest',
    async (status, code, message, reason, told) => {
      const host = await startRefusingRegistry(status, code, message);
      const request = requestFor({ location: `${host}/team`, imageTag: `t${status}` }, 'scratch');
      const attempt = testBuilder({ credentialsFor }).build(request, { signal, ...recorder() });
      const { message: failure, hint } = (await attempt.catch((error) => error)) as Failure;
      await expect(attempt).rejects.toMatchObject({ reason, exitCode: 1 });
      expect(failure).toContain(told);
      expect(hint).toBeTruthy();
    },
    240_000,
  );
});

await describeWith(['engine'], 'an immutable tag that another run pushed first', () => {
  const standing = JSON.stringify({ schemaVersion: 2, config: {}, layers: [] });
  const build = async (refreshBase: boolean) => {
    const message = 'the image tag is immutable and cannot be overwritten';
    const host = await startRefusingRegistry(400, 'TAG_INVALID', message, standing);
    const request = requestOf(
      { Dockerfile: 'FROM scratch\nCOPY a /a\n', a: 'a' },
      { location: `${host}/team`, refreshBase },
    );
    made.add(`${request.target.store.location}/api:${request.target.imageTag}`);
    return testBuilder().build(request, { signal, ...recorder() });
  };

  it('serves as well', async () => {
    const digest = `sha256:${createHash('sha256').update(standing).digest('hex')}`;
    expect(await build(false)).toMatchObject({ digest });
  });

  it('does not where the base was to be looked up anew', async () => {
    await expect(build(true)).rejects.toMatchObject({ reason: 'image-tag-immutable' });
  });
});

await describeWith(['engine', 'registry'], 'stores of the engine builder', () => {
  it('puts the image into an OCI layout folder, and takes its name from the engine again', async () => {
    const folder = await tempDir('layout');
    const request = requestOf(
      {
        Dockerfile: `FROM ${await shellBase()}\nCOPY a b /app/\nRUN cp /app/a /app/c\nCOPY a b /app/\n`,
        a: 'first',
        b: 'second',
      },
      { location: `oci:${folder}` },
    );
    const image = await testBuilder().build(request, { signal, ...recorder() });
    const { store, repository, imageTag } = request.target;
    const stored = await store.getManifest(repository, imageTag);
    expect(stored).toMatchObject(image);
    const { layers, config } = JSON.parse(stored?.bytes.toString() ?? '');
    expect(layers).toHaveLength(4);
    for (const blob of [...layers, config]) expect(await store.hasBlob(repository, blob.digest)).toBe(true);
    await expect(docker.getImage(`shipyarn.invalid/api:${imageTag}`).inspect()).rejects.toThrow('404');
  });

  it('joins several platforms under one tag', async () => {
    const registry = await startRegistry();
    const request = requestOf(
      { Dockerfile: 'FROM scratch\nCOPY a /a\n', a: String(Math.random()) },
      { location: `${registry.host}/team`, platforms: ['linux/amd64', 'linux/arm64'] },
    );
    for (const suffix of ['linux-amd64', 'linux-arm64'])
      made.add(`${registry.host}/team/api:${request.target.imageTag}-${suffix}`);
    const image = await testBuilder().build(request, { signal, ...recorder() });
    const stored = await request.target.store.getManifest('team/api', request.target.imageTag);
    expect(stored).toMatchObject(image);
    const { manifests } = JSON.parse(stored?.bytes.toString() ?? '');
    expect(manifests.map(({ platform }: { platform: object }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ]);
  });
});
