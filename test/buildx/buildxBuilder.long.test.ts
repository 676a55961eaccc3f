import { beforeAll, expect, it } from 'vitest';
import { buildxCommand } from '../../src/adapters/docker/buildxCommand.ts';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { buildxBuilder } from '../../src/image/buildx/buildxBuilder.ts';
import { rankBuilders } from '../../src/image/buildx/rankBuilders.ts';
import { recorder, requestOf, testBuilder } from '../engine/engineFixture.ts';
import { startRefusingRegistry } from '../engine/refusingRegistry.ts';
import { baseImage, docker } from '../support/engine.ts';
import { freePort } from '../support/freePort.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { tempDir } from '../support/tempDir.ts';
import { buildxConfig, startBuildkitd } from './buildkitd.ts';

const { signal } = new AbortController();

await describeWith(['buildx', 'engine'], "a builder of buildx's driver `docker`", () => {
  it.each([
    [429, 'TOOMANYREQUESTS', 'slow down', 'registry-unavailable'],
    [409, 'DENIED', 'the tag exists and cannot be overwritten', 'image-tag-immutable'],
    [400, 'MANIFEST_INVALID', 'manifest invalid', 'image-manifest-refused'],
  ])(
    'says that the registry answered %i %s (%s), with the way out',
    async (status, code, message, reason) => {
      const host = await startRefusingRegistry(status, code, message);
      const builder = buildxBuilder({
        buildx: buildxCommand({ ...process.env, BUILDX_CONFIG: await tempDir('buildx') }),
        builders: [],
        isPlain: () => true,
        openLayout: (folder) => openImageStore(`oci:${folder}`, { env: {}, insecureRegistries: [] }),
      });
      const files = { Dockerfile: 'FROM scratch\nCOPY a /a\n', a: String(status) };
      const request = requestOf(files, { location: `${host}/team` });
      const attempt = builder.build(request, { signal, ...recorder() });
      await expect(attempt).rejects.toMatchObject({ reason, hint: expect.any(String), at: undefined });
    },
  );
});

await describeWith(['buildx', 'buildkitd', 'registry', 'engine'], 'the buildx builder', () => {
  let registry: TestRegistry;
  let env: NodeJS.ProcessEnv;
  /** A base that the daemon can pull. */
  let base: string;

  beforeAll(async () => {
    registry = await startRegistry();
    const { address } = await startBuildkitd([registry.host]);
    const dead = `tcp://127.0.0.1:${await freePort()}`;
    env = { ...process.env, ALIVE: address, BUILDX_CONFIG: await buildxConfig({ alive: address, dead }) };
    base = await pushBase();
  }, 120_000);

  /** Another builder, `fresh`, which has no cache. */
  async function startFresh(): Promise<void> {
    const { address } = await startBuildkitd([registry.host]);
    const dead = 'tcp://127.0.0.1:1';
    env.BUILDX_CONFIG = await buildxConfig({ alive: env.ALIVE ?? '', dead, fresh: address });
  }

  async function pushBase(): Promise<string> {
    const request = requestOf(
      { Dockerfile: `FROM ${await baseImage()}\nENV BASE=1\n` },
      { service: 'base', location: `${registry.host}/team`, imageTag: '1' },
    );
    await testBuilder().build(request, { signal, ...recorder() });
    const reference = `${registry.host}/team/base:1`;
    await docker.getImage(reference).remove({ force: true });
    return reference;
  }

  const builderWith = (builders: readonly string[], seconds = '') =>
    buildxBuilder({
      buildx: buildxCommand({ ...env, SHIPYARN_TIMEOUT: seconds }),
      builders,
      isPlain: (host) => host.startsWith('127.0.0.1'),
      openLayout: (folder) => openImageStore(`oci:${folder}`, { env, insecureRegistries: [] }),
    });

  const location = () => `${registry.host}/team`;

  it('builds on the builder named and pushes, cached the second time', async () => {
    const files = { Dockerfile: `FROM ${base}\nCOPY a /a\nRUN cat /a\n`, a: String(Math.random()) };
    const request = requestOf(files, { location: location() });
    const first = recorder();
    const image = await builderWith(['alive']).build(request, { signal, ...first });
    const { store, repository, imageTag } = request.target;
    expect(await store.getManifest(repository, imageTag)).toMatchObject(image);
    expect(image.mediaType).not.toContain('index');
    const output = first.builds().filter(({ state }) => state === 'output');
    expect(output.some(({ text }) => text?.includes(files.a))).toBe(true);
    const second = recorder();
    expect(await builderWith(['alive']).build(request, { signal, ...second })).toEqual(image);
    const cached = second.builds().filter(({ state }) => state === 'cached');
    expect(cached.map(({ step }) => step)).toContainEqual(expect.stringContaining('RUN cat /a'));
  }, 90_000);

  it('builds nothing anew because another commit has another time', async () => {
    const Dockerfile = `FROM ${base}\nWORKDIR /app\nRUN echo ${Math.random()} > ran\nCOPY a a\n`;
    const first = requestOf({ Dockerfile, a: 'one' }, { location: location() });
    const second = requestOf({ Dockerfile, a: 'two' }, { location: location() });
    await builderWith(['alive']).build(first, { signal, ...recorder() });
    const { builds, report } = recorder();
    await builderWith(['alive']).build({ ...second, createdAt: first.createdAt + 60 }, { signal, report });
    expect(builds().map(({ step, state }) => `${state} ${step}`)).toContainEqual(
      expect.stringMatching(/^cached .*RUN echo/),
    );
  }, 90_000);

  it("takes the last release's layers on a builder that has no cache", async () => {
    const ran = String(Math.random());
    const Dockerfile = `FROM ${base}\nRUN echo ${ran} > /ran\nCOPY a /a\n`;
    const first = requestOf({ Dockerfile, a: 'one' }, { location: location(), imageTag: 'last' });
    await builderWith(['alive']).build(first, { signal, ...recorder() });
    await startFresh();
    const cacheFrom = [`${registry.host}/team/api:gone`, `${registry.host}/team/api:last`];
    const second = requestOf({ Dockerfile, a: 'two' }, { location: location(), cacheFrom });
    const { builds, report } = recorder();
    await builderWith(['fresh']).build(second, { signal, report });
    const steps = builds().filter(({ step }) => step.includes('RUN echo'));
    expect(steps.map(({ state }) => state)).toContain('cached');
    expect(builds().some(({ state }) => state === 'failed')).toBe(false);
  }, 90_000);

  it('leaves the layers of every stage in the registry, for a builder that has no cache', async () => {
    const ran = String(Math.random());
    const Dockerfile = `FROM ${base} AS build\nRUN echo ${ran} > /ran\nCOPY a /a\nFROM scratch\nCOPY --from=build /a /a\n`;
    const cacheTo = `${location()}/api:cache`;
    const first = requestOf({ Dockerfile, a: 'one' }, { location: location(), cacheTo });
    await builderWith(['alive']).build(first, { signal, ...recorder() });
    await startFresh();
    const second = requestOf(
      { Dockerfile, a: 'two' },
      { location: location(), cacheTo, cacheFrom: [cacheTo] },
    );
    const { builds, report } = recorder();
    await builderWith(['fresh']).build(second, { signal, report });
    const steps = builds().filter(({ step }) => step.includes('RUN echo'));
    expect(steps.map(({ state }) => state)).toContain('cached');
  }, 90_000);

  it('sees an edit that changes neither size nor time of a file', async () => {
    const digests = new Set<string>();
    for (const a of ['one', 'two']) {
      const request = requestOf({ Dockerfile: 'FROM scratch\nCOPY a /a\n', a }, { location: location() });
      digests.add((await builderWith(['alive']).build(request, { signal, ...recorder() })).digest);
    }
    expect(digests.size).toBe(2);
  });

  it('goes to the next builder where the favourite cannot be reached', async () => {
    const service = ['a', 'b', 'c', 'd', 'e', 'f'].find(
      (name) => rankBuilders(name, ['alive', 'dead'])[0] === 'dead',
    );
    const files = { Dockerfile: 'FROM scratch\nCOPY a /a\n', a: 'a' };
    const request = requestOf(files, { location: location(), service: service ?? '' });
    const { events, report } = recorder();
    const image = await builderWith(['alive', 'dead']).build(request, { signal, report });
    expect(image.digest).toMatch(/^sha256:/);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'warning', message: expect.stringContaining('The builder dead') }),
    );
  }, 90_000);

  it('waits for a step that is silent for longer than builders may be', async () => {
    const files = { Dockerfile: `FROM ${base}\nRUN sleep 4 && echo ${Math.random()}\n` };
    const request = requestOf(files, { location: location() });
    const { digest } = await builderWith(['alive'], '1').build(request, { signal, ...recorder() });
    expect(digest).toMatch(/^sha256:/);
  }, 90_000);

  it('leaves a builder that hangs in the middle of a build', async () => {
    const { address, hang } = await startBuildkitd([registry.host]);
    env.BUILDX_CONFIG = await buildxConfig({ alive: env.ALIVE ?? '', hung: address });
    const service = ['a', 'b', 'c', 'd'].find((name) => rankBuilders(name, ['alive', 'hung'])[0] === 'hung');
    const files = { Dockerfile: `FROM ${base}\nRUN sleep 4 && echo ${Math.random()}\n` };
    const request = requestOf(files, { location: location(), service: service ?? '' });
    const { events, report } = recorder();
    const image = await builderWith(['alive', 'hung'], '2').build(request, {
      signal,
      report(event) {
        report(event);
        if (event.kind === 'build' && event.step.includes('RUN sleep')) hang();
      },
    });
    expect(image.digest).toMatch(/^sha256:/);
    const warnings = events.filter(({ kind }) => kind === 'warning');
    expect(warnings).toMatchObject([
      { message: expect.stringMatching(/^The builder hung .*no sign of life for 2 s/) },
    ]);
  }, 90_000);

  it('says that no builder could be reached', async () => {
    const request = requestOf({ Dockerfile: 'FROM scratch\nCOPY a /a\n', a: 'a' }, { location: location() });
    const attempt = builderWith(['nobody']).build(request, { signal, ...recorder() });
    await expect(attempt).rejects.toMatchObject({
      reason: 'no-builder-reached',
      exitCode: 1,
      output: 'nobody: no builder "nobody" found',
    });
  });

  it('shows the failing step, and tries no other builder for it', async () => {
    const files = { Dockerfile: `FROM ${base}\nCOPY Dockerfile /\nRUN echo boom $((6*7)) && exit 3\n` };
    const request = requestOf(files, { location: location() });
    const { events, report } = recorder();
    const attempt = builderWith(['alive']).build(request, { signal, report });
    await expect(attempt).rejects.toMatchObject({
      reason: 'build-failed',
      at: { file: 'services/api/Dockerfile', line: 3 },
      output: expect.stringContaining('boom 42'),
      message: expect.stringContaining('exit code 3.'),
    });
    expect(events.some(({ kind }) => kind === 'warning')).toBe(false);
  });

  it('hands on secrets without telling them, and takes build arguments as they are', async () => {
    const value = Buffer.from(`canary-${Math.random()}`);
    const check =
      'RUN --mount=type=secret,id=token cat /run/secrets/token && test "$A" = \'x $\'"{HOME}" && exit 1';
    const files = { Dockerfile: `FROM ${base}\nARG A\n${check}\n` };
    const request = requestOf(files, {
      location: location(),
      secrets: [{ id: 'token', value }],
      buildArguments: { A: 'x $' + '{HOME}' },
    });
    const { events, report } = recorder();
    const failure = await builderWith(['alive'])
      .build(request, { signal, report })
      .catch((error) => error);
    expect(failure).toMatchObject({ reason: 'build-failed', output: expect.stringContaining('***') });
    expect(failure.message).toContain('exit code 1.');
    expect(JSON.stringify([failure, failure.message, events])).not.toContain(value.toString());
  });

  it('says that the registry could not be pushed to', async () => {
    const nowhere = `127.0.0.1:${await freePort()}/team`;
    const request = requestOf({ Dockerfile: 'FROM scratch\nCOPY a /a\n', a: 'a' }, { location: nowhere });
    const attempt = builderWith(['alive']).build(request, { signal, ...recorder() });
    await expect(attempt).rejects.toMatchObject({ reason: 'registry-unavailable', exitCode: 1 });
  }, 90_000);

  it('makes one index of several platforms', async () => {
    const files = { Dockerfile: 'FROM scratch\nCOPY a /a\n', a: String(Math.random()) };
    const platforms = ['linux/amd64', 'linux/arm64'];
    const request = requestOf(files, { location: location(), platforms });
    const image = await builderWith(['alive']).build(request, { signal, ...recorder() });
    expect(image.mediaType).toContain('index');
    const stored = await request.target.store.getManifest('team/api', image.digest);
    const { manifests } = JSON.parse(stored?.bytes.toString() ?? '');
    expect(manifests).toHaveLength(2);
  });

  it('brings the image into an OCI layout folder', async () => {
    const files = { Dockerfile: 'FROM scratch\nCOPY a /a\n', a: 'a' };
    const request = requestOf(files, { location: `oci:${await tempDir('layout')}` });
    const image = await builderWith(['alive']).build(request, { signal, ...recorder() });
    const { store, repository, imageTag } = request.target;
    expect(await store.getManifest(repository, imageTag)).toMatchObject(image);
  });

  it('stops when interrupted, and leaves no tag', async () => {
    const files = { Dockerfile: `FROM ${base}\nRUN echo it runs && sleep 300\n` };
    const request = requestOf(files, { location: location() });
    const controller = new AbortController();
    const attempt = builderWith(['alive']).build(request, {
      signal: controller.signal,
      report(event) {
        if (event.kind === 'build' && event.state === 'output') controller.abort();
      },
    });
    await expect(attempt).rejects.toThrow('aborted');
    const { store, repository, imageTag } = request.target;
    expect(await store.getManifest(repository, imageTag)).toBeNull();
  });

  it('refuses a base that stands on this machine alone', async () => {
    const request = requestOf({ Dockerfile: 'FROM x' }, { location: location(), base: 'host' });
    const attempt = builderWith(['alive']).build(request, { signal, ...recorder() });
    await expect(attempt).rejects.toMatchObject({ reason: 'buildx-host-base', exitCode: 2 });
  });
});
