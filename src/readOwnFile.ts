import { readFileSync } from 'node:fs';

/** A file of shipyarn's own package, by its name beside package.json: wherever this code stands, bundled or not. */
export function readOwnFile(name: string): string {
  return readAbove(name, new URL('.', import.meta.url));
}

function readAbove(name: string, folder: URL): string {
  try {
    return readFileSync(new URL(name, folder), 'utf8');
  } catch (error) {
    if (folder.pathname === '/') throw error;
    return readAbove(name, new URL('..', folder));
  }
}
