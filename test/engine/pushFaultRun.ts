import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { Failure } from '../../src/errors.ts';
import type { ImageManifest } from '../../src/image/imageFormat.ts';
import type { ImageStore } from '../../src/ports/registry.ts';
import { allFaults, startFaultProxy } from '../registry/faultProxy.ts';
import { pullWhole } from '../registry/imageTools.ts';
import { docker } from '../support/engine.ts';
import { seededRandom } from '../support/random.ts';
import { startRegistry } from '../support/registry.ts';
import { recorder, requestOf, testBuilder } from './engineFixture.ts';

/** Builds at a time: the engine waits for seconds before it tries an upload again. */
const inFlight = 12;
const repository = 'team/api';

interface Push {
  imageTag: string;
  /** Stands in a file of this image and of no other. */
  marker: string;
  /** Null: it was not reported pushed. */
  digest: string | null;
}

/**
 * Has the engine build and push `pushes` images through a proxy that spoils `rate` of all exchanges. Then, without the
 * proxy: what was reported pulls whole under its digest, and every tag leads to the whole of the image it was given.
 */
export async function pushFaultRun(seed: number, pushes: number, rate: number): Promise<string> {
  const random = seededRandom(seed);
  const pick = () => allFaults[Math.floor(random() * allFaults.length)];
  const registry = await startRegistry();
  const proxy = await startFaultProxy(registry.host, () => (random() < rate ? pick() : undefined));
  const waiting = Array.from({ length: pushes }, (_, n) => n);
  const made: Push[] = [];
  const worker = async () => {
    for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) {
      made.push(await push(`${proxy.host}/team`, `push-${n}`, `${seed} ${n}`));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const direct = openImageStore(registry.host, { env: {}, insecureRegistries: [] });
  for (const each of made) await check(direct, each);
  const tags = await direct.listTags(repository).catch(() => []);
  expect(tags.filter((tag) => !made.some(({ imageTag }) => imageTag === tag))).toEqual([]);
  await registry.stop();
  const faults = [...proxy.struck].map(([fault, count]) => `${fault} ${count}`).join(', ');
  const reported = made.filter(({ digest }) => digest !== null).length;
  expect(reported, 'pushes that came through').toBeGreaterThan(0);
  return `seed ${seed}: ${reported} of ${pushes} pushes reported over ${proxy.seen.length} exchanges (${faults})`;
}

async function push(location: string, imageTag: string, marker: string): Promise<Push> {
  const files = { Dockerfile: 'FROM scratch\nCOPY a /a\nCOPY b /b\n', a: `a ${marker}`, b: `b ${marker}` };
  const request = requestOf(files, { location, imageTag });
  const { signal } = new AbortController();
  try {
    const { digest } = await testBuilder().build(request, { signal, ...recorder() });
    return { imageTag, marker, digest };
  } catch (error) {
    // Too many faults in a row are allowed to fail a push, with a word that people can use.
    expect(error).toBeInstanceOf(Failure);
    return { imageTag, marker, digest: null };
  } finally {
    await docker
      .getImage(`${location}/api:${imageTag}`)
      .remove({ force: true })
      .catch(() => undefined);
  }
}

async function check(direct: ImageStore, { imageTag, marker, digest }: Push): Promise<void> {
  const stored = await direct.getManifest(repository, imageTag);
  if (stored === null) {
    expect(digest, `${imageTag} was reported and is not there`).toBeNull();
    return;
  }
  if (digest !== null) expect(stored.digest).toBe(digest);
  await pullWhole(direct, repository, imageTag);
  const { layers } = JSON.parse(stored.bytes.toString()) as ImageManifest;
  const contents = await Promise.all(
    layers.map(async (layer) => {
      const bytes = Buffer.concat(await (await direct.getBlob(repository, layer.digest)).toArray());
      return gunzipSync(bytes).toString('latin1');
    }),
  );
  expect(contents).toEqual([expect.stringContaining(`a ${marker}`), expect.stringContaining(`b ${marker}`)]);
}
