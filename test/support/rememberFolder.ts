import { rm } from 'node:fs/promises';
import path from 'node:path';
import { output } from './run.ts';
import { tempDir } from './tempDir.ts';

/** Remembers a folder as it is; what this gives puts it back. */
export async function rememberFolder(folder: string): Promise<() => Promise<void>> {
  const kept = path.join(await tempDir('kept'), 'folder');
  await output('cp', ['-a', folder, kept], { cwd: '/' });
  return async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    await output('cp', ['-a', kept, folder], { cwd: '/' });
  };
}
