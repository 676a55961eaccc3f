import { isScalar, parseDocument } from 'yaml';
import type { Config } from '../config/settings.ts';
import { changelogFiles, type ReadFile } from './changelog/changelogFiles.ts';
import type { PlannedService } from './releasePlan.ts';

/**
 * What the release commit holds (`commit: true`): path in the repo → content of every CHANGELOG.md and of every
 * released service's package.json with its new version. `read` reads at the released commit. Writes nothing.
 */
export async function releaseFiles(
  services: readonly PlannedService[],
  config: Config,
  read: ReadFile,
): Promise<Map<string, string>> {
  const told = services.map(({ name, path, changelog }) => ({
    name,
    path,
    sections: changelog === '' ? [] : [changelog],
  }));
  const files = await changelogFiles(told, config, read);
  for (const { path, nextVersion } of services) {
    const file = `${path}/package.json`;
    const before = nextVersion === null ? null : await read(file);
    if (before === null || nextVersion === null) continue;
    const after = withVersion(before, nextVersion);
    if (after !== before) files.set(file, after);
  }
  return files;
}

/** Changes the bytes of the `version` value and no others; a manifest without one stays as it is. */
function withVersion(packageManifest: string, version: string): string {
  const node = parseDocument(packageManifest).get('version', true);
  if (!isScalar(node) || !node.range) return packageManifest;
  const [start, end] = node.range;
  return packageManifest.slice(0, start) + JSON.stringify(version) + packageManifest.slice(end);
}
