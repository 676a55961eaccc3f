import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { workFailure } from '../../errors.ts';
import { readText } from './readText.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

/** Stores an object and gives its id. */
export type StoreObject = (
  type: 'blob' | 'tree' | 'commit' | 'tag',
  body: Buffer | string,
) => Promise<string>;

/**
 * Stores objects as `git hash-object -w` does, each as a loose file of its own, without a Git process for each.
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
 */
export function objectStore({ objects, commonDirectory }: RepositoryPaths): StoreObject {
  let algorithm: ReturnType<typeof hashAlgorithm> | undefined;
  return async (type, body) => {
    algorithm ??= hashAlgorithm(commonDirectory);
    const bytes = Buffer.from(body);
    const content = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
    const oid = createHash(algorithm).update(content).digest('hex');
    await storeFile(join(objects, oid.slice(0, 2)), oid.slice(2), content).catch((cause) => {
      throw notStored(objects, cause);
    });
    return oid;
  };
}

/** @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-extensionsobjectFormat */
function hashAlgorithm(commonDirectory: string): 'sha1' | 'sha256' {
  const config = readText(join(commonDirectory, 'config')) ?? '';
  return /^\s*objectformat\s*=\s*"?sha256/im.test(config) ? 'sha256' : 'sha1';
}

/** Under its name it is whole or not at all, whoever else writes it. */
async function storeFile(folder: string, name: string, content: Buffer): Promise<void> {
  const file = join(folder, name);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await mkdir(folder, { recursive: true });
  // Git's own name for what it is about to store: `git gc` sweeps what a killed run leaves.
  const temporary = join(folder, `tmp_obj_${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, await promisify(deflate)(content), { mode: 0o444 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function notStored(objects: string, cause: NodeJS.ErrnoException): Error {
  const full = cause.code === 'ENOSPC' || cause.code === 'EDQUOT';
  return workFailure({
    reason: full ? 'disk-full' : 'git-not-stored',
    message: `Could not store a Git object in ${objects}: ${full ? 'the disk is full' : cause.message}.`,
    hint: full
      ? 'Make room, then run again: it continues.'
      : 'See that this folder can be written to, then run again.',
    cause,
  });
}
