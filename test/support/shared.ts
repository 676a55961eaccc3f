import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';

const variable = 'SHIPYARN_TEST_SHARED';

/** Of the shared folder, where NODE_EXTRA_CA_CERTS is set: Node's own certificate authorities and those. */
export const authoritiesFile = 'authorities.pem';

/** Vitest's global setup: a folder that the files of one run share, gone when the run ends. */
export default async function makeSharedFolder(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'shipyarn-shared-'));
  process.env[variable] = folder;
  const { NODE_EXTRA_CA_CERTS: more } = process.env;
  if (more !== undefined && more !== '') {
    const known = `${rootCertificates.join('\n')}\n`;
    await writeFile(path.join(folder, authoritiesFile), known + (await readFile(more, 'utf8')));
  }
  return () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** A path in the folder that the test files of this run share. */
export function sharedPath(...names: readonly string[]): string {
  const folder = process.env[variable];
  if (folder === undefined) throw new Error(`${variable} is not set: Vitest's global setup has not run`);
  return path.join(folder, ...names);
}

/** A folder that `make` fills once in a run; nobody changes it afterwards. Files that ask at once get the same one. */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = sharedPath(name);
  if (await exists(folder)) return folder;
  await mkdir(path.dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}-`);
  await make(temporary);
  await rename(temporary, folder).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    await rm(temporary, { recursive: true });
  });
  return folder;
}

/** Work that one file of this run does, while others that ask for it wait; where it fails, the next one tries. */
export async function doneOnce(name: string, work: () => Promise<unknown>): Promise<void> {
  const [begun, done] = [sharedPath(`${name}-begun`), sharedPath(`${name}-done`)];
  while (!(await exists(done))) {
    if (!(await makesFolder(begun))) {
      await wait(50);
      continue;
    }
    try {
      if (!(await exists(done))) await work();
      await makesFolder(done);
    } finally {
      await rm(begun, { recursive: true });
    }
  }
}

/** False: it is there. */
function makesFolder(folder: string): Promise<boolean> {
  return mkdir(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    },
  );
}

function exists(folder: string): Promise<boolean> {
  return realpath(folder).then(
    () => true,
    () => false,
  );
}
