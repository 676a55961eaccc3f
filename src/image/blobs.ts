import { Readable } from 'node:stream';
import { Failure, workFailure } from '../errors.ts';
import type { Descriptor, ImageStore } from '../ports/registry.ts';
import { digestOf } from '../sha256.ts';
import { type ImageConfig, type ImageManifest, jsonBytes } from './imageFormat.ts';

const ATTEMPTS = 3;

/** A whole small blob. A damaged download is made again. */
export async function readBlobBytes(store: ImageStore, repository: string, digest: string): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of await store.getBlob(repository, digest)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    } catch (error) {
      const damaged = error instanceof Failure && error.reason === 'registry-damaged';
      if (!damaged || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Uploads a JSON value; gives its descriptor. */
export async function putJsonBlob(
  store: ImageStore,
  repository: string,
  mediaType: string,
  value: unknown,
): Promise<Descriptor> {
  const bytes = jsonBytes(value);
  const digest = digestOf(bytes);
  await store.putBlob(repository, { digest, size: bytes.length, open: () => Readable.from([bytes]) });
  return { mediaType, digest, size: bytes.length };
}

export async function readConfig(
  store: ImageStore,
  repository: string,
  manifest: ImageManifest,
): Promise<ImageConfig> {
  const bytes = await readBlobBytes(store, repository, manifest.config.digest);
  return parseJson<ImageConfig>(bytes, `config ${manifest.config.digest} in ${repository}`);
}

/** Parses what a registry gave; `what` names it in the error's text. */
export function parseJson<T>(bytes: Buffer, what: string): T {
  try {
    return JSON.parse(bytes.toString('utf8')) as T;
  } catch (cause) {
    throw workFailure({ reason: 'image-invalid', message: `The ${what} is not valid JSON.`, cause });
  }
}
