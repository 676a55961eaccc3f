import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { workFailure } from '../../src/errors.ts';
import { buildImages } from '../../src/image/buildImages.ts';
import type { Builder } from '../../src/ports/builder.ts';
import { recorder, requestOf } from './engineFixture.ts';

/** A builder without a machine behind it: what is tested here is the order of builds alone. */
function countingBuilder(failing: readonly string[] = []) {
  const started: string[] = [];
  let running = 0;
  let most = 0;
  const builder: Builder = {
    name: 'engine',
    check: async () => {},
    close: async () => {},
    async build({ contents: { service } }, { signal }) {
      started.push(service.name);
      most = Math.max(most, ++running);
      await wait(failing.includes(service.name) ? 5 : 20, undefined, { signal }).finally(() => {
        running -= 1;
      });
      if (failing.includes(service.name)) {
        throw workFailure({
          reason: 'build-failed',
          message: `${service.name}: broken.`,
          output: 'last words',
        });
      }
      return { digest: `sha256:${service.name}`, mediaType: 'm' };
    },
  };
  return { builder, started, most: () => most };
}

const requests = ['a', 'b', 'c', 'd', 'e'].map((service) =>
  requestOf({ Dockerfile: 'FROM scratch' }, { service, location: 'oci:/nowhere' }),
);
const { signal } = new AbortController();

describe('buildImages', () => {
  it('builds at most as many at a time as it is told', async () => {
    const { builder, most } = countingBuilder();
    const built = await buildImages(builder, requests, { ...recorder(), signal, parallel: 2 });
    expect(most()).toBe(2);
    expect([...built.keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('lets running builds end after one failed, and begins no others', async () => {
    const { builder, started } = countingBuilder(['a']);
    const { events, report } = recorder();
    const attempt = buildImages(builder, requests, { signal, report, parallel: 2 });
    await expect(attempt).rejects.toMatchObject({ message: 'a: broken.', exitCode: 1 });
    expect(started).toEqual(['a', 'b']);
    expect(events).toMatchObject([{ kind: 'effect', effect: 'image-built', service: 'b' }]);
  });

  it('goes on with the others when told to keep going, and lists what failed', async () => {
    const { builder, started } = countingBuilder(['a', 'd']);
    const attempt = buildImages(builder, requests, { ...recorder(), signal, parallel: 2, keepGoing: true });
    await expect(attempt).rejects.toMatchObject({
      reason: 'builds-failed',
      message: '2 of 5 images could not be built: a, d.',
      output: 'a: broken.\n  last words\n\nd: broken.\n  last words',
      hint: expect.stringContaining('the other 3 are kept'),
    });
    expect(started.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('stops when interrupted, and says so', async () => {
    const { builder, started } = countingBuilder();
    const controller = new AbortController();
    const attempt = buildImages(builder, requests, { ...recorder(), signal: controller.signal, parallel: 2 });
    controller.abort();
    await expect(attempt).rejects.toMatchObject({ reason: 'interrupted', exitCode: 1 });
    expect(started).toEqual(['a', 'b']);
  });
});
