import { posix } from 'node:path';
import type { InfraFile } from './infraFiles.ts';
import type { LocatedSite } from './locateServices.ts';
import { readYaml } from './readYaml.ts';
import type { YamlTree } from './yamlTree.ts';

const kustomizationFile = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;

/**
 * Leaves out the tags in manifests that a Kustomization replaces anyway: where its `images` has the service,
 * the base's own tag is a placeholder.
 */
export function dropOverridden(sites: readonly LocatedSite[], files: readonly InfraFile[]): LocatedSite[] {
  const overlays = sites.filter(
    ({ file, site }) => kustomizationFile.test(file.path) && site.role !== 'reference',
  );
  if (overlays.length === 0) return [...sites];
  const overridden = new Set(overlays.flatMap(({ file }) => [...resourcesOf(file, files)]));
  return sites.filter(({ file, site }) => site.role !== 'reference' || !overridden.has(file.path));
}

/** Paths of the manifests that a Kustomization takes in, its bases' included. */
function resourcesOf(start: InfraFile, files: readonly InfraFile[]): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const queue = [start];
  for (const kustomization of queue) {
    for (const resource of listed(kustomization.text)) {
      const path = posix.join(posix.dirname(kustomization.path), resource);
      const inFolder = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
      const below = inFolder.map((name) => byPath.get(posix.join(path, name))).find((file) => file);
      if (below && !seen.has(below.path)) queue.push(below);
      seen.add(below?.path ?? path);
    }
  }
  return seen;
}

function listed(text: string): string[] {
  const reading = readYaml(text);
  const [tree] = 'problem' in reading ? [] : reading.trees;
  return ['resources', 'bases', 'components'].flatMap((key) => strings(tree, key));
}

function strings(tree: YamlTree | undefined, key: string): string[] {
  const list = tree?.kind === 'map' ? tree.entries.get(key) : undefined;
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
}
