import { beforeAll, expect, it } from 'vitest';
import { baseImage, docker, hasContainerdStore, shellBase } from '../support/engine.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { recorder, requestOf, testBuilder } from './engineFixture.ts';

const never = new AbortController().signal;

await describeWith(['engine', 'registry'], 'the engine builder', () => {
  let registry: TestRegistry;
  let base: string;
  beforeAll(async () => {
    [registry, base] = await Promise.all([startRegistry(), shellBase()]);
  });
  const location = () => `${registry.host}/team`;
  const build = (request: ReturnType<typeof requestOf>, parts = {}) => {
    const { builds, report } = recorder();
    return testBuilder(parts)
      .build(request, { signal: never, report })
      .then(
        (image) => ({ image, builds: builds() }),
        (failure) => ({ failure, builds: builds() }),
      ) as Promise<{
      image: { digest: string; mediaType: string };
      failure: never;
      builds: ReturnType<typeof builds>;
    }>;
  };

  /** Whether other engines find the build's cache in the image. */
  async function carriesCache({
    target: { store, repository, imageTag },
  }: ReturnType<typeof requestOf>): Promise<boolean> {
    const stored = await store.getManifest(repository, imageTag);
    const { config } = JSON.parse(stored?.bytes.toString() ?? '');
    const text = Buffer.concat(await (await store.getBlob(repository, config.digest)).toArray()).toString();
    return text.includes('"moby.buildkit.cache.v0"');
  }

  it('pushes what it built and tells each step, the cached ones marked', async () => {
    const marker = String(Math.random());
    const files = {
      Dockerfile: `FROM ${base}\nWORKDIR /app\nCOPY message.txt .\nRUN cat message.txt && echo ran\nCMD ["cat","message.txt"]\n`,
      'message.txt': marker,
    };
    const request = requestOf(files, { location: location() });
    const first = await build(request);
    expect(first.failure).toBeUndefined();
    const stored = await request.target.store.getManifest('team/api', request.target.imageTag);
    expect(stored).toMatchObject(first.image);
    const run = first.builds.find(({ step, state }) => /RUN cat/.test(step) && state === 'done');
    expect(run?.milliseconds).toBeGreaterThan(0);
    expect(first.builds.some(({ state, text }) => state === 'output' && text?.includes(marker))).toBe(true);

    const second = await build(request);
    expect(second.image.digest).toBe(first.image.digest);
    expect(second.builds.filter(({ state }) => state === 'cached').map(({ step }) => step)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('RUN cat'),
        expect.stringContaining('COPY message.txt'),
      ]),
    );
    await docker.getImage(`${location()}/api:${request.target.imageTag}`).remove();
  });

  it('builds nothing anew because another commit has another time', async () => {
    const Dockerfile = `FROM ${base}\nWORKDIR /app\nRUN echo ${Math.random()} > ran\nCOPY a a\n`;
    const first = requestOf({ Dockerfile, a: 'one' }, { location: location() });
    const second = requestOf({ Dockerfile, a: 'two' }, { location: location() });
    await build(first);
    const { builds } = await build({ ...second, createdAt: first.createdAt + 60 });
    const cached = builds.filter(({ state }) => state === 'cached').map(({ step }) => step);
    expect(cached).toContainEqual(expect.stringContaining('RUN echo'));
    for (const { target } of [first, second]) {
      await docker.getImage(`${location()}/api:${target.imageTag}`).remove();
    }
  });

  it('shows the failing step with its line, its last output and the service', async () => {
    const files = {
      Dockerfile: `FROM ${base} AS build\n# comment\nWORKDIR /app\nRUN echo one \\\n  two\nRUN echo "boom $((6*7))" && exit 3\n\nFROM ${base}\nCOPY --from=build /app /app\n`,
    };
    const request = requestOf(files, { location: location() });
    const { failure } = await build(request);
    expect(failure).toMatchObject({
      reason: 'build-failed',
      exitCode: 1,
      at: { file: 'services/api/Dockerfile', line: 6 },
      output: expect.stringContaining('boom 42'),
      message: expect.stringMatching(/^@acme\/api: .*exit code 3\.$/),
    });
    expect(await request.target.store.getManifest('team/api', request.target.imageTag)).toBeNull();
  });

  it("refuses this machine's Node as a base for another platform", async () => {
    const platforms = ['linux/amd64', 'linux/arm64'];
    const request = requestOf(
      { Dockerfile: `FROM ${await baseImage()}\n` },
      { location: location(), base: 'host', platforms },
    );
    expect((await build(request)).failure).toMatchObject({ reason: 'base-image-platform', exitCode: 2 });
  });

  it('shows the line of a Dockerfile that cannot be read', async () => {
    const files = { Dockerfile: `FROM ${base}\n\nRUNN echo\n` };
    const { failure } = await build(requestOf(files, { location: location() }));
    expect(failure).toMatchObject({ exitCode: 1, at: { file: 'services/api/Dockerfile', line: 3 } });
  });

  it('serves secrets in a session and keeps them out of what it tells', async () => {
    const value = Buffer.from(`canary-${Math.random()}`);
    const files = {
      Dockerfile: `FROM ${base}\nRUN --mount=type=secret,id=token test "$(cat /run/secrets/token | head -c 7 2>/dev/null || cat /run/secrets/token)" != "" && cat /run/secrets/token && exit 1\n`,
    };
    const request = requestOf(files, { location: location(), secrets: [{ id: 'token', value }] });
    const { failure, builds } = await build(request);
    expect(failure).toMatchObject({ reason: 'build-failed', output: expect.stringContaining('***') });
    expect(JSON.stringify([failure, builds])).not.toContain(value.toString());
  });

  it("asks for the last release's cache, and leaves one, only where the engine has not built that itself", async () => {
    const files = { Dockerfile: `FROM ${base}\nCOPY a /a\n`, a: String(Math.random()) };
    const own = requestOf(files, { location: location(), imageTag: 'own' });
    await build(own);
    expect(await carriesCache(own)).toBe(true);
    const lastBuild = `${location()}/api:own`;
    const cacheFrom = [lastBuild, `${location()}/api:missing`];
    const again = requestOf({ ...files, a: 'b' }, { location: location(), cacheFrom, lastBuild });
    const importing = ({ step }: { step: string }) => step.startsWith('importing cache manifest');
    expect((await build(again)).builds.some(importing)).toBe(false);
    expect(await carriesCache(again)).toBe(false);
    await docker.getImage(lastBuild).remove();
    const foreign = requestOf({ ...files, a: 'c' }, { location: location(), cacheFrom, lastBuild });
    const { builds, failure } = await build(foreign);
    expect(failure).toBeUndefined();
    expect(builds.some(importing)).toBe(true);
    expect(await carriesCache(foreign)).toBe(true);
    expect(builds.some(({ state }) => state === 'failed')).toBe(false);
    for (const request of [again, foreign]) {
      await docker.getImage(`${location()}/api:${request.target.imageTag}`).remove();
    }
  });

  it('looks a base up anew when asked to', async () => {
    const moving = `${location()}/moving:1`;
    const pushMoving = async (a: string) => {
      const request = requestOf(
        { Dockerfile: 'FROM scratch\nCOPY a /a\n', a },
        { service: 'moving', imageTag: '1', location: location() },
      );
      await build(request);
    };
    await pushMoving('one');
    await docker.getImage(moving).tag({ repo: `${location()}/kept`, tag: '1' });
    await pushMoving('two');
    // The engine is left with the older one, as where someone else pushed the newer.
    await docker.getImage(`${location()}/kept:1`).tag({ repo: `${location()}/moving`, tag: '1' });
    const files = { Dockerfile: `FROM ${moving}\nCOPY b /b\n`, b: String(Math.random()) };
    const layerOf = async (image: string) => (await docker.getImage(image).inspect()).RootFS.Layers?.[0];
    const baseOf = async (refreshBase: boolean) => {
      const request = requestOf(files, {
        location: location(),
        refreshBase,
        imageTag: `fresh-${refreshBase}`,
      });
      await build(request);
      const name = `${location()}/api:${request.target.imageTag}`;
      const layer = await layerOf(name);
      await docker.getImage(name).remove();
      return layer;
    };
    const older = await layerOf(moving);
    const withoutAsking = await baseOf(false);
    const asked = await baseOf(true);
    expect(asked).not.toBe(older);
    // With the containerd store BuildKit looks every base up, and takes its own where no registry answers.
    expect(withoutAsking).toBe((await hasContainerdStore()) ? asked : older);
    for (const name of ['kept', 'moving']) await docker.getImage(`${location()}/${name}:1`).remove();
  });

  it('names the other builders where no engine answers', async () => {
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    await expect(testBuilder({}, env).check()).rejects.toMatchObject({
      reason: 'no-engine',
      message: expect.stringContaining('unix:///nowhere/docker.sock (DOCKER_HOST says so)'),
      hint: expect.stringMatching(/builder: oci.*builder: buildx/),
    });
  });
});
