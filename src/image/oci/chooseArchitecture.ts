import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Platform } from '../imageFormat.ts';
import { nodeArchitecture } from './hostPlatform.ts';

/**
 * Has one install choose packages for a platform other than this machine's: `supportedArchitectures` of `.yarnrc.yml`,
 * which no environment variable can set. Gives back a function that restores the file's own bytes.
 */
export async function chooseArchitecture(folder: string, platform: Platform): Promise<() => Promise<void>> {
  const file = join(folder, '.yarnrc.yml');
  const original = await readFile(file).catch(() => null);
  const { parseDocument } = await import('yaml');
  const settings = parseDocument(original?.toString('utf8') ?? '');
  const supported = { os: [platform.os], cpu: [nodeArchitecture(platform)], libc: ['glibc', 'musl'] };
  settings.set('supportedArchitectures', supported);
  await writeFile(file, settings.toString());
  return () => (original === null ? rm(file) : writeFile(file, original));
}
