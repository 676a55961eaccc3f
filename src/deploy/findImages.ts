import { parseImageReference } from './imageReference.ts';
import type { TagSite } from './tagSite.ts';
import {
  effectiveEntries,
  everyTree,
  lookUp,
  lookUpText,
  type YamlMap,
  type YamlScalar,
  type YamlTree,
} from './yamlTree.ts';

/**
 * Every image that the documents of one file name, whose ever it is: Helm values, Kustomize `images`, plain
 * manifests, Argo CD's `parameters`, `valuesObject`, `values: |` and `kustomize.images`.
 * Sources: Helm's and Bitnami's chart conventions; https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/;
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml.
 */
export function findImages(documents: readonly YamlTree[]): TagSite[] {
  return documents.flatMap((document) => {
    const sites = [...everyTree(document)].flatMap((tree) => imagesIn(tree, globalRegistry(document)));
    return firstOfEachPath(sites.filter(({ scalar }) => scalar.place.line > 0));
  });
}

/** Two conventions may read one value alike: a Kustomize entry's `newTag` also stands beside a name. */
function firstOfEachPath(sites: readonly TagSite[]): TagSite[] {
  const seen = new Set<string>();
  return sites.filter(({ scalar, images, role }) => {
    const key = JSON.stringify([scalar.path, role, images]);
    return !seen.has(key) && seen.add(key);
  });
}

function imagesIn(tree: YamlTree, registry: string | undefined): TagSite[] {
  if (tree.kind === 'scalar') return [];
  const key = tree.path.at(-1);
  // What is merged in counts where it is merged to: there it may stand beside another name.
  if (key === '<<') return [];
  if (tree.kind === 'map') return [...tagsBesideNames(tree, registry), ...references(tree)];
  if (typeof key !== 'string') return [];
  const maps = tree.items.filter((item) => item.kind === 'map');
  if (key === 'parameters') return parametersOf(maps, registry);
  if (!/images$/i.test(key)) return [];
  const entries = maps.flatMap(kustomizeEntry);
  return [...entries, ...tree.items.flatMap((item) => referenceSite(item, key))];
}

/** Bitnami's convention: one registry for all images of a chart. */
function globalRegistry(document: YamlTree): string | undefined {
  if (document.kind !== 'map') return undefined;
  const global = lookUp(document, 'global');
  return (
    (global?.kind === 'map' ? lookUpText(global, 'imageRegistry') : undefined) ??
    lookUpText(document, 'imageRegistry')
  );
}

/** `repository` + `tag` and their relatives: `image` + `tag`, `imageRepository` + `imageTag`, `name` + `tag`. */
function tagsBesideNames(map: YamlMap, registry: string | undefined): TagSite[] {
  return [...effectiveEntries(map)].flatMap(([key, tag]) => {
    const prefix = /^(.*?)tag$/i.exec(key)?.[1];
    if (prefix === undefined || tag.kind !== 'scalar') return [];
    return besideName((name) => lookUp(map, name), prefix, tag, registry);
  });
}

/** Names that may stand where a tag's key has `tag`: `imageTag` goes with `imageRepository`. */
function besideName(
  sibling: (key: string) => YamlTree | undefined,
  prefix: string,
  tag: YamlScalar,
  registry: string | undefined,
): TagSite[] {
  const text = (names: readonly string[]) => {
    for (const name of names) {
      const found = sibling(name);
      if (found?.kind === 'scalar' && typeof found.value === 'string' && found.value !== '') return found;
    }
    return undefined;
  };
  const trimmed = prefix.replace(/[._-]$/, '');
  const withPrefix = (...names: string[]) =>
    names.flatMap((name) => (prefix === '' ? [name] : [prefix + name, prefix + capitalised(name)]));
  const repository = text([...withPrefix('repository', 'repo', 'image', 'name'), trimmed || 'image']);
  if (repository === undefined || parseImageReference(repository.text)?.imageTag !== null) return [];
  const ownRegistry = text(withPrefix('registry'))?.text;
  const images = spellings(repository.text, ownRegistry, registry);
  const found = `\`${keyOf(tag)}\` beside \`${keyOf(repository)}: ${repository.text}\``;
  const digest = sibling(prefix === '' ? 'digest' : `${prefix}digest`);
  const separate = digest?.kind === 'scalar';
  return [
    { role: 'tag', images, scalar: tag, found },
    ...(separate
      ? [{ role: 'digest' as const, images, scalar: digest, found: `digest beside ${found}` }]
      : []),
  ];
}

function spellings(repository: string, own: string | undefined, global: string | undefined): string[] {
  const registries = own === undefined ? [global] : [own, global];
  const joined = registries.flatMap((registry) =>
    registry === undefined ? [] : [`${registry.replace(/\/$/, '')}/${repository}`],
  );
  return own === undefined ? [...joined, repository] : joined;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function keyOf(scalar: YamlScalar): string {
  return String(scalar.path.at(-1));
}

/** `image: repository:tag`, under any key that ends in `image`; containers and everything shaped like them. */
function references(map: YamlMap): TagSite[] {
  return [...effectiveEntries(map)].flatMap(([key, tree]) =>
    /image$|^repository$/i.test(key) ? referenceSite(tree, key) : [],
  );
}

function referenceSite(tree: YamlTree, key: string): TagSite[] {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return [];
  const reference = parseImageReference(tree.text);
  if (reference === null) return [];
  if (reference.imageTag === null && reference.digest === null) return [];
  return [
    {
      role: 'reference',
      images: [reference.repository],
      scalar: tree,
      found: `\`${key}\` names ${reference.repository}`,
    },
  ];
}

/** An entry of a Kustomization's `images`: `newName` is what runs, `name` what is looked for. */
function kustomizeEntry(map: YamlMap): TagSite[] {
  const name = lookUpText(map, 'newName') ?? lookUpText(map, 'name');
  if (name === undefined) return [];
  const site = (key: string, role: TagSite['role']): TagSite[] => {
    const scalar = lookUp(map, key);
    return scalar?.kind === 'scalar'
      ? [{ role, images: [name], scalar, found: `Kustomize \`images\` entry for ${name}` }]
      : [];
  };
  return [...site('newTag', 'tag'), ...site('digest', 'digest')];
}

/** `helm.parameters`: `{name: image.tag, value}` beside `{name: image.repository, value}`. */
function parametersOf(maps: readonly YamlMap[], registry: string | undefined): TagSite[] {
  const values = new Map<string, YamlTree>();
  for (const map of maps) {
    const [name, value] = [lookUpText(map, 'name'), lookUp(map, 'value')];
    if (name !== undefined && value !== undefined) values.set(name, value);
  }
  return [...values].flatMap(([name, value]) => {
    if (value.kind !== 'scalar') return [];
    const prefix = /^(.*?)tag$/i.exec(name)?.[1];
    if (prefix === undefined) return /image$/i.test(name) ? referenceSite(value, name) : [];
    return besideName((key) => values.get(key), prefix, value, registry);
  });
}
