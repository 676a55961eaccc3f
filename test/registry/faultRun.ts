import { expect } from 'vitest';
import { httpRegistry } from '../../src/adapters/registry/httpRegistry.ts';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { registryHost } from '../../src/adapters/registry/registryHost.ts';
import { Failure } from '../../src/errors.ts';
import { copyImage } from '../../src/image/copyImage.ts';
import { publishReleaseImage, stageReleaseImage } from '../../src/image/releaseImage.ts';
import type { ImageStore } from '../../src/ports/registry.ts';
import { seededRandom } from '../support/random.ts';
import { startRegistry } from '../support/registry.ts';
import { allFaults, startFaultProxy } from './faultProxy.ts';
import { type MadeImage, makeImage, pullWhole, pushImage } from './imageTools.ts';

/** `tag` was to point to `digest`; `reported`: the call that was to make it so came back without an error. */
interface PromisedTag {
  repository: string;
  tag: string;
  digest: string;
  reported: boolean;
}

/**
 * Pushes, releases and copies `pushes` images through a proxy that spoils `rate` of all exchanges. Then, without the
 * proxy: what was reported pulls whole and has its digest, and every tag in the registry points to what it was given.
 */
export async function faultRun(seed: number, pushes: number, rate: number): Promise<string> {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
  const registry = await startRegistry();
  const proxy = await startFaultProxy(registry.host, () => (random() < rate ? pick(allFaults) : undefined));
  const store = httpRegistry(proxy.host, registryHost(proxy.host, []), {
    credentials: { forHost: async () => ({ credentials: null }) },
    retry: { attempts: 6, firstDelay: 1, longestDelay: 20 },
    idle: 5_000,
  });
  const layers = Array.from({ length: 12 }, () => bytesOf(random, 1 + Math.floor(random() * 60_000)));
  const made: PromisedTag[] = [];
  const one = async (n: number) => {
    const image = makeImage([pick(layers), pick(layers), bytesOf(random, 3000)], `image ${n}`);
    await pushAndRelease(store, `team/service-${n % 4}`, image, n, made);
  };
  for (let n = 0; n < pushes; n += 4) await Promise.all([n, n + 1, n + 2, n + 3].map(one));
  await checkAll(openImageStore(registry.host, { env: {}, insecureRegistries: [] }), made);
  await registry.stop();
  const faults = [...proxy.struck].map(([fault, count]) => `${fault} ${count}`).join(', ');
  const reported = made.filter((promise) => promise.reported).length;
  return `seed ${seed}: ${reported} of ${made.length} tags reported set over ${proxy.seen.length} exchanges (${faults})`;
}

async function pushAndRelease(
  store: ImageStore,
  repository: string,
  image: MadeImage,
  n: number,
  made: PromisedTag[],
): Promise<void> {
  const attempt = async (promised: Omit<PromisedTag, 'reported'>, work: () => Promise<unknown>) => {
    const entry = { ...promised, reported: false };
    made.push(entry);
    await work();
    entry.reported = true;
  };
  try {
    await attempt({ repository, tag: `identity-${n}`, digest: image.digest }, () =>
      pushImage(store, repository, image, `identity-${n}`),
    );
    const details = { version: `1.0.${n}`, revision: 'c'.repeat(40), createdAt: 1_700_000_000 };
    const released = await stageReleaseImage(store, repository, image.digest, details);
    await attempt({ repository, tag: `1.0.${n}`, digest: released }, () =>
      publishReleaseImage(store, repository, released, `1.0.${n}`),
    );
    const copy = { repository: `mirror/${n % 3}`, tag: `copy-${n}`, digest: released };
    await attempt(copy, () =>
      copyImage({ store, repository }, released, { store, repository: copy.repository }, copy.tag),
    );
  } catch (error) {
    // Too many faults in a row are allowed to fail a push, with a word that people can use.
    expect(error).toBeInstanceOf(Failure);
  }
}

async function checkAll(direct: ImageStore, made: readonly PromisedTag[]): Promise<void> {
  for (const { repository, tag, digest, reported } of made) {
    const stored = await direct.getManifest(repository, tag);
    if (stored === null) {
      expect(reported, `${repository}:${tag} was reported and is not there`).toBe(false);
      continue;
    }
    expect(stored.digest, `${repository}:${tag}`).toBe(digest);
    expect(await pullWhole(direct, repository, tag)).toBe(digest);
  }
  const promised = new Set(made.map(({ repository, tag }) => `${repository}:${tag}`));
  for (const repository of new Set(made.map((promise) => promise.repository))) {
    for (const tag of await direct.listTags(repository)) expect(promised).toContain(`${repository}:${tag}`);
  }
}

function bytesOf(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}
