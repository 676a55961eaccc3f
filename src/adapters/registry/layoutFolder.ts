import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inputFailure, workFailure } from '../../errors.ts';
import type { Descriptor, ImageStore, StoredManifest } from '../../ports/registry.ts';
import { digestOf } from '../../sha256.ts';
import { withFolderLock } from './folderLock.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';

interface LayoutIndex {
  schemaVersion: 2;
  mediaType?: string;
  manifests: Descriptor[];
}

/**
 * Images in a folder, each repository an OCI image layout of its own: `oci:<folder>/<repository>:<tag>` is what
 * skopeo and crane read. Several processes may write at once: blobs land by rename, `index.json` changes under a lock.
 * Source: OCI image specification 1.1, "Image Layout".
 */
export function layoutFolder(folder: string): ImageStore {
  const at = (repository: string) => {
    if (repository.split('/').includes('..')) throw badRepository(repository);
    return join(folder, repository);
  };

  return {
    location: `oci:${folder}`,
    async checkAccess(repository) {
      await explained(folder, () => makeLayout(at(repository)));
    },
    // A folder is near enough.
    preparePush() {},
    async getManifest(repository, reference) {
      const found = await findDescriptor(at(repository), reference);
      if (found === null) return null;
      const bytes = await readOrNull(blobPath(at(repository), found.digest));
      return bytes === null ? null : storedManifest(found, bytes);
    },
    async putManifest(repository, reference, { mediaType, bytes }) {
      const digest = digestOf(bytes);
      await explained(folder, async () => {
        await makeLayout(at(repository));
        await writeWhole(blobPath(at(repository), digest), bytes);
        const descriptor = { mediaType, digest, size: bytes.length };
        await addToIndex(at(repository), descriptor, reference === digest ? null : reference);
      });
      return digest;
    },
    async hasBlob(repository, digest) {
      return (await sizeOf(blobPath(at(repository), digest))) !== null;
    },
    async getBlob(repository, digest) {
      const path = blobPath(at(repository), digest);
      if ((await sizeOf(path)) === null) throw missingBlob(path);
      return createReadStream(path).pipe(verifying(digest));
    },
    async putBlob(repository, blob) {
      const path = blobPath(at(repository), blob.digest);
      if ((await sizeOf(path)) === blob.size) return 'present';
      return explained(folder, async () => {
        await mkdir(dirname(path), { recursive: true });
        if (
          blob.mountFrom !== undefined &&
          (await linkBlob(blobPath(at(blob.mountFrom), blob.digest), path))
        ) {
          return 'mounted';
        }
        await writeBlob(path, blob);
        return 'uploaded';
      });
    },
    async listTags(repository) {
      const index = await readIndex(at(repository));
      return index.manifests.flatMap(({ annotations }) => annotations?.[REF_NAME] ?? []).sort();
    },
  };
}

function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', digest.replace(':', '/'));
}

async function makeLayout(layout: string): Promise<void> {
  await mkdir(join(layout, 'blobs', 'sha256'), { recursive: true });
  const marker = join(layout, 'oci-layout');
  if ((await sizeOf(marker)) === null)
    await writeWhole(marker, Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
}

async function readIndex(layout: string): Promise<LayoutIndex> {
  const bytes = await readOrNull(join(layout, 'index.json'));
  if (bytes === null) return { schemaVersion: 2, manifests: [] };
  try {
    return JSON.parse(bytes.toString('utf8')) as LayoutIndex;
  } catch {
    throw inputFailure({
      reason: 'layout-invalid',
      message: `${join(layout, 'index.json')} is not valid JSON.`,
      hint: 'Remove the folder, or name another one in `registry`.',
      at: { file: join(layout, 'index.json') },
    });
  }
}

/** Puts the descriptor under its tag, which leaves every other image; without one it stands there by digest alone. */
async function addToIndex(layout: string, descriptor: Descriptor, imageTag: string | null): Promise<void> {
  await withFolderLock(join(layout, 'index.json.lock'), async () => {
    const index = await readIndex(layout);
    const isUntagged = (entry: Descriptor) => entry.annotations?.[REF_NAME] === undefined;
    const others = index.manifests.filter((entry) =>
      imageTag === null
        ? !(isUntagged(entry) && entry.digest === descriptor.digest)
        : entry.annotations?.[REF_NAME] !== imageTag,
    );
    const entry = imageTag === null ? descriptor : { ...descriptor, annotations: { [REF_NAME]: imageTag } };
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const next: LayoutIndex = { schemaVersion: 2, mediaType, manifests: [...others, entry] };
    await writeWhole(join(layout, 'index.json'), Buffer.from(`${JSON.stringify(next, null, 2)}\n`));
  });
}

async function findDescriptor(layout: string, reference: string): Promise<Descriptor | null> {
  const index = await readIndex(layout);
  const byTag = index.manifests.find(({ annotations }) => annotations?.[REF_NAME] === reference);
  if (byTag !== undefined) return byTag;
  if (!reference.startsWith('sha256:')) return null;
  const listed = index.manifests.find(({ digest }) => digest === reference);
  // A platform's manifest stands in an index blob, not in index.json; its own media type is in its bytes.
  return listed ?? { mediaType: '', digest: reference, size: 0 };
}

function storedManifest(descriptor: Descriptor, bytes: Buffer): StoredManifest {
  if (digestOf(bytes) !== descriptor.digest) throw damagedBlob(descriptor.digest);
  const mediaType =
    descriptor.mediaType || (JSON.parse(bytes.toString('utf8')) as { mediaType?: string }).mediaType || '';
  return { mediaType, digest: descriptor.digest, bytes };
}

async function linkBlob(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST';
  }
}

async function writeBlob(path: string, blob: Parameters<ImageStore['putBlob']>[1]): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await pipeline(blob.open(), verifying(blob.digest), createWriteStream(temporary, { flags: 'wx' }));
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

function temporaryBeside(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

/** Passes bytes on and fails at the end when they are not the digest's. */
function verifying(digest: string): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(`sha256:${hash.digest('hex')}` === digest ? null : damagedBlob(digest));
    },
  });
}

async function sizeOf(path: string): Promise<number | null> {
  return (await stat(path).catch(() => null))?.size ?? null;
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function explained<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC') throw cannotWrite(folder, 'the disk is full', error);
    if (code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR') throw cannotWrite(folder, code, error);
    throw error;
  }
}

function cannotWrite(folder: string, why: string, cause: unknown) {
  return workFailure({
    reason: 'layout-not-writable',
    message: `The OCI layout ${folder} cannot be written: ${why}.`,
    hint: 'Make room or give the right to write there; images that are already in it are whole.',
    cause,
  });
}

function badRepository(repository: string) {
  return inputFailure({
    reason: 'repository-name-invalid',
    message: `\`${repository}\` is no repository name for an OCI layout: it leads out of the folder.`,
  });
}

function missingBlob(path: string) {
  return workFailure({ reason: 'layer-missing', message: `The OCI layout lacks the blob ${path}.` });
}

function damagedBlob(digest: string) {
  return workFailure({
    reason: 'registry-damaged',
    message: `The blob ${digest} does not have the bytes that its digest names.`,
    hint: 'Remove it and run again.',
  });
}
