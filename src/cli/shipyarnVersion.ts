import { readFileSync } from 'node:fs';

/** The version in shipyarn's own package.json, which stands one folder above the bundle. */
export function shipyarnVersion(): string {
  const packageManifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return packageManifest.version;
}
