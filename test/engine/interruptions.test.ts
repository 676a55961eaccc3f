import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connectEngine } from '../../src/adapters/docker/connectEngine.ts';
import { pushImage } from '../../src/image/engine/pushImage.ts';
import type { ShipyarnEvent } from '../../src/report/event.ts';
import { baseImage } from '../support/engine.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { recorder, requestOf, testBuilder } from './engineFixture.ts';
import { startEngineRelay } from './engineRelay.ts';
import { startFakeEngine } from './fakeEngine.ts';

const { signal } = new AbortController();
const request = () =>
  requestOf({ Dockerfile: 'FROM scratch\nCOPY a /a\n', a: 'a' }, { location: '127.0.0.1:1/team' });

await describeWith(['engine', 'registry'], 'a build that does not come to its end', () => {
  /** A report that calls back once the build's own command runs. */
  const whenRunning = (call: () => void) => (event: ShipyarnEvent) => {
    if (event.kind === 'build' && event.state === 'output' && event.text?.includes('it runs')) call();
  };
  /** A command that would run for long, by a number of seconds that nobody else sleeps. */
  async function sleepyRequest(seconds: string) {
    const registry = await startRegistry();
    const files = { Dockerfile: `FROM ${await baseImage()}\nRUN echo it runs && sleep ${seconds}\n` };
    return requestOf(files, { location: `${registry.host}/team` });
  }

  it('is stopped in the engine when interrupted, and leaves no tag', async () => {
    const seconds = `31${Math.floor(Math.random() * 1e6)}`;
    const sleepy = await sleepyRequest(seconds);
    const controller = new AbortController();
    const report = whenRunning(() => controller.abort());
    const attempt = testBuilder().build(sleepy, { signal: controller.signal, report });
    await expect(attempt).rejects.toThrow('aborted');
    await untilGone(`sleep\0${seconds}\0`);
    expect(await sleepy.target.store.getManifest('team/api', sleepy.target.imageTag)).toBeNull();
  });

  it('says that the engine went away', async () => {
    const relay = await startEngineRelay();
    const report = whenRunning(() => relay.stop());
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${relay.port}` };
    const attempt = testBuilder({}, env).build(await sleepyRequest('32'), { signal, report });
    await expect(attempt).rejects.toMatchObject({
      reason: 'engine-gone',
      exitCode: 1,
      message: expect.stringContaining(`@acme/api: the engine at ${env.DOCKER_HOST} went away`),
    });
  });

  it('passes on what was wrong with the context', async () => {
    const broken = {
      ...request(),
      contextTar: () => {
        const tar = request().contextTar();
        tar.once('readable', () => tar.destroy(new Error('services/api/big.bin is not in the repository')));
        return tar;
      },
    };
    await expect(testBuilder().build(broken, { signal, ...recorder() })).rejects.toThrow(
      'services/api/big.bin is not in the repository',
    );
  });
});

describe('engines that behave in their own way', () => {
  const image = { id: 'moby.image.id', aux: { ID: 'sha256:made' } };
  const digest = `sha256:${'4c'.repeat(32)}`;

  it('does not wait for an answer that never ends after the image (29.8)', async () => {
    const engine = await startFakeEngine({ lines: [image], ends: false });
    const attempt = testBuilder({}, engine.env).build(request(), { signal, ...recorder() });
    // The fake engine knows no pushing: it is enough that the build came to an end.
    await expect(attempt).rejects.toMatchObject({ reason: 'registry-unavailable' });
  });

  it('reuses no connection (29.5), and offers secrets, credentials and health', async () => {
    const engine = await startFakeEngine({ lines: [image] });
    await testBuilder({}, engine.env)
      .build(request(), { signal, ...recorder() })
      .catch(() => undefined);
    const build = engine.seen.find(({ path }) => path.startsWith('/build?'));
    expect(build?.headers.connection).toBe('close');
    expect(build?.bytes).toBeGreaterThan(1000);
    const session = engine.seen.find(({ path }) => path === '/session');
    expect(session?.headers['x-docker-expose-session-grpc-method']).toBe(
      '/grpc.health.v1.Health/Check, /moby.buildkit.secrets.v1.Secrets/GetSecret, /moby.filesync.v1.Auth/Credentials',
    );
  });

  it.each([
    ['in words alone (29)', []],
    ['in words and as a value (20.10)', [{ aux: { Tag: '1', Digest: digest, Size: 406 } }]],
  ])('reads the digest of what was pushed where it is told %s', async (_, more) => {
    const words = { status: `1: digest: ${digest} size: 406` };
    const pushed = { id: '9a915bafb1ed', status: 'Pushed', progressDetail: {} };
    const { env } = await startFakeEngine({ lines: [], push: [pushed, words, ...more] });
    const options = { service: '@acme/api', credentials: null, signal };
    expect(await pushImage(await connectEngine(env), '127.0.0.1:1/team/api:1', options)).toBe(digest);
  });

  it('says that the disk is full', async () => {
    const error = 'failed to copy: write /var/lib/docker/tmp/x: no space left on device';
    const engine = await startFakeEngine({ lines: [{ errorDetail: { message: error }, error }] });
    const attempt = testBuilder({}, engine.env).build(request(), { signal, ...recorder() });
    await expect(attempt).rejects.toMatchObject({ reason: 'disk-full', exitCode: 1 });
  });

  it('does not take an answer that breaks off for a built image', async () => {
    const engine = await startFakeEngine({ lines: [{ stream: 'Step 1' }] });
    const attempt = testBuilder({}, engine.env).build(request(), { signal, ...recorder() });
    await expect(attempt).rejects.toMatchObject({ reason: 'engine-gone' });
  });
});

/** Waits until no process of this machine has the words in its command line. */
async function untilGone(words: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    if (!lines.some((line) => line.includes(words))) return;
    if (Date.now() > deadline) throw new Error(`still running: ${words.replaceAll('\0', ' ')}`);
    await wait(100);
  }
}
