import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { whenFileEnds } from './whenFileEnds.ts';

const made: string[] = [];

whenFileEnds(async () => {
  await Promise.all(
    made.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })),
  );
});

/** A new empty folder, gone when the test file ends. Its path has no symlinks in it. */
export async function tempDir(name = 'test'): Promise<string> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), `shipyarn-${name}-`));
  made.push(folder);
  return folder;
}
