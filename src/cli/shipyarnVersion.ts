import { readOwnFile } from '../readOwnFile.ts';

/** The version in shipyarn's own package.json. */
export function shipyarnVersion(): string {
  return JSON.parse(readOwnFile('package.json')).version;
}
