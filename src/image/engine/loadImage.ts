import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { workFailure } from '../../errors.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Descriptor, ImageStore } from '../../ports/registry.ts';
import { parseJson } from '../blobs.ts';
import { type ImageIndex, type ImageManifest, isIndex, jsonBytes } from '../imageFormat.ts';

/**
 * Gives the engine an image from a store, as `docker load` would; of an index the one for the engine's platform.
 * Source of the archive's form: moby `image/spec/v1.2.md`; layers may be compressed.
 */
export async function loadImage(
  engine: Engine,
  from: { store: ImageStore; repository: string; digest: string },
  reference: string,
): Promise<void> {
  const imageManifest = await imageManifestFor(engine, from);
  const blobs = [imageManifest.config, ...imageManifest.layers];
  const fileOf = ({ digest }: Descriptor) => digest.replace('sha256:', '');
  const list = [
    {
      Config: fileOf(imageManifest.config),
      RepoTags: [reference],
      Layers: imageManifest.layers.map(fileOf),
    },
  ];
  const archive = pack();
  const write = async () => {
    for (const blob of new Map(blobs.map((each) => [each.digest, each])).values()) {
      const entry = archive.entry({ name: fileOf(blob), size: blob.size });
      await pipeline(await from.store.getBlob(from.repository, blob.digest), entry as unknown as Writable);
    }
    archive.entry({ name: 'manifest.json' }, jsonBytes(list));
    archive.finalize();
  };
  write().catch((error) => archive.destroy(error));
  await engine.load(Readable.from(archive));
}

async function imageManifestFor(
  engine: Engine,
  { store, repository, digest }: Parameters<typeof loadImage>[1],
): Promise<ImageManifest> {
  const stored = await store.getManifest(repository, digest);
  if (stored === null) throw new Error(`${repository}@${digest} is not in ${store.location}`);
  if (!isIndex(stored.mediaType)) return parseJson(stored.bytes, `image manifest ${digest}`);
  const { os, architecture } = await engine.describe();
  const { manifests } = parseJson<ImageIndex>(stored.bytes, `index ${digest}`);
  const fitting = manifests.find(
    ({ platform }) => platform?.os === os && platform.architecture === architecture,
  );
  if (fitting !== undefined) {
    return imageManifestFor(engine, { store, repository, digest: fitting.digest });
  }
  throw workFailure({
    reason: 'platform-missing',
    message: `${repository} has no image for the engine's ${os}/${architecture}.`,
    hint: 'Add it to `platforms`.',
  });
}
