import type { Project, Workspace } from '../project.ts';
import { type PackageExtensions, packageExtensions } from './packageExtensions.ts';
import {
  type BerryLockfile,
  field,
  type LockfileEntry,
  type LockfilePackage,
  parseBerryLockfile,
  parsePackage,
} from './parseBerryLockfile.ts';
import { findResolution, readResolutions } from './resolutions.ts';

/** A descriptor of the lockfile by number; its entry and, for a patch, the number of its source. */
export interface BerryGraph {
  lockfile: BerryLockfile;
  descriptorCount: number;
  /** Number of an entry's first descriptor; the others follow. */
  firstDescriptor: Int32Array;
  entryOf(descriptor: number): LockfileEntry;
  packageOf(entry: LockfileEntry): LockfilePackage;
  /** The workspace that an entry stands for, or null: a third-party package. */
  workspaceOf(entry: LockfileEntry): Workspace | null;
  /** The descriptor as numbered, or null where the lockfile does not have it. */
  numberOf(descriptor: string): number | null;
  /** What a dependency of a package resolves through, after resolutions, catalogs, patches and binding. */
  resolve(parent: { name: string; reference: string }, name: string, range: string): number | null;
  /** Descriptors that a third-party package leads to: its dependencies, extensions included. */
  dependenciesOf(entry: LockfileEntry): readonly number[];
  /** The source that a patch is applied to, or -1. */
  patchSourceOf(descriptor: number): number;
}

const graphs = new WeakMap<Project, BerryGraph>();

/** The project's lockfile as a graph; made once for a project. */
export function berryGraph(project: Project): BerryGraph {
  const known = graphs.get(project);
  if (known !== undefined) return known;
  const graph = makeGraph(project);
  graphs.set(project, graph);
  return graph;
}

let lastParsed: { text: string; lockfile: BerryLockfile }[] = [];

/** Two commits mostly have the same lockfile, and a run looks at a few: the last ones are kept. */
function parseOnce(text: string): BerryLockfile {
  const known = lastParsed.find((parsed) => parsed.text === text);
  if (known !== undefined) return known.lockfile;
  const lockfile = parseBerryLockfile(text);
  lastParsed = [{ text, lockfile }, ...lastParsed.slice(0, 3)];
  return lockfile;
}

function makeGraph(project: Project): BerryGraph {
  const lockfile = parseOnce(project.lockfile);
  const { numbers, entries, firstDescriptor } = numberDescriptors(lockfile);
  const packages: (LockfilePackage | undefined)[] = new Array(lockfile.entries.length);
  const edges: (number[] | undefined)[] = new Array(lockfile.entries.length);
  const workspaces: (Workspace | null | undefined)[] = new Array(lockfile.entries.length);
  const numberOf = (descriptor: string) => numbers.get(descriptor) ?? null;
  const packageOf = (entry: LockfileEntry): LockfilePackage => {
    packages[entry.index] ??= parsePackage(entry);
    return packages[entry.index] as LockfilePackage;
  };
  const entryOf = (descriptor: number) => entries[descriptor] as LockfileEntry;
  const resolve = makeResolve(project, numbers);
  const extensions = packageExtensions(project);
  const byPath = new Map([...project.workspaces.values()].map((workspace) => [workspace.path, workspace]));

  return {
    lockfile,
    descriptorCount: entries.length,
    firstDescriptor,
    entryOf,
    packageOf,
    numberOf,
    resolve,
    workspaceOf(entry) {
      let known = workspaces[entry.index];
      if (known === undefined) {
        known = workspaceAt(packageOf(entry).reference, project, byPath);
        workspaces[entry.index] = known;
      }
      return known;
    },
    dependenciesOf(entry) {
      edges[entry.index] ??= dependencyNumbers(entry, packageOf(entry), resolve, extensions);
      return edges[entry.index] as number[];
    },
    patchSourceOf(descriptor) {
      const entry = entryOf(descriptor);
      if (!entry.keyText.includes('@patch:')) return -1;
      const offset = descriptor - (firstDescriptor[entry.index] as number);
      return patchSource(entry.descriptors[offset] as string, numbers, topLocator(project));
    },
  };
}

function workspaceAt(
  reference: string,
  project: Project,
  byPath: ReadonlyMap<string, Workspace>,
): Workspace | null {
  if (!reference.startsWith('workspace:')) return null;
  const path = reference.slice('workspace:'.length);
  return path === '.' ? project.root : (byPath.get(path) ?? null);
}

function numberDescriptors(lockfile: BerryLockfile) {
  const numbers = new Map<string, number>();
  const entries: LockfileEntry[] = [];
  const firstDescriptor = new Int32Array(lockfile.entries.length);
  for (const entry of lockfile.entries) {
    firstDescriptor[entry.index] = entries.length;
    for (const descriptor of entry.descriptors) {
      numbers.set(descriptor, entries.length);
      entries.push(entry);
    }
  }
  return { numbers, entries, firstDescriptor };
}

type Resolve = BerryGraph['resolve'];

function makeResolve(project: Project, numbers: ReadonlyMap<string, number>): Resolve {
  const rules = readResolutions(project.root.packageManifest.resolutions);
  const builtinPatches = findBuiltinPatches(numbers);
  const top = topLocator(project);

  return (parent, name, range) => {
    const replaceable = rules.get(name);
    const rule = replaceable === undefined ? undefined : findResolution(replaceable, parent, range);
    const asked = rule === undefined ? range : rule.replacement;
    const effective = asked.startsWith('catalog:') ? fromCatalog(project, name, asked) : asked;
    const binder = rule === undefined ? parent : top;
    const patched = builtinPatches.get(name);
    return (
      (patched === undefined ? null : find(patched, name, effective, binder)) ??
      find(numbers, name, effective, binder)
    );
  };
}

function topLocator(project: Project): Locator {
  return { name: project.root.name, reference: 'workspace:.' };
}

interface Locator {
  name: string;
  reference: string;
}

/** A bare range is `npm:` in keys; a relative path is bound to who asks (`structUtils.bindDescriptor`). */
function find(
  numbers: ReadonlyMap<string, number>,
  name: string,
  range: string,
  binder: Locator,
): number | null {
  const npm = range.includes(':') ? undefined : numbers.get(`${name}@npm:${range}`);
  const found = npm ?? numbers.get(`${name}@${range}`);
  if (found !== undefined || range.startsWith('npm:') || range.includes('::')) return found ?? null;
  const locator = encodeURIComponent(`${binder.name}@${binder.reference}`);
  return numbers.get(`${name}@${range}::locator=${locator}`) ?? null;
}

/**
 * By package, `typescript@npm:^5` → its patched descriptor: Yarn's own patches (plugin-compat) apply to every use
 * of a package. Which packages those are, the lockfile tells.
 */
function findBuiltinPatches(
  numbers: ReadonlyMap<string, number>,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const patches = new Map<string, Map<string, number>>();
  for (const [descriptor, number] of numbers) {
    if (!descriptor.includes('builtin<compat/')) continue;
    const [, name = '', encoded = ''] = /^(.[^@]*)@patch:(.+?)#/.exec(descriptor) ?? [];
    const source = decodeURIComponent(encoded);
    const known = patches.get(name) ?? new Map<string, number>();
    // Yarn 2 and 3 leave `npm:` out of the source.
    patches.set(name, known.set(source, number).set(withNpm(source), number));
  }
  return patches;
}

function withNpm(descriptor: string): string {
  const at = descriptor.indexOf('@', 1);
  const range = descriptor.slice(at + 1);
  return range.includes(':') ? descriptor : `${descriptor.slice(0, at)}@npm:${range}`;
}

/** `catalog:` and `catalog:<name>` in a manifest stand for a range in `.yarnrc.yml` (plugin-catalog, Yarn 4.10). */
function fromCatalog(project: Project, name: string, range: string): string {
  if (!range.startsWith('catalog:')) return range;
  const catalog = range.slice('catalog:'.length);
  const { settings } = project;
  return (catalog === '' ? settings.catalog?.[name] : settings.catalogs?.[catalog]?.[name]) ?? range;
}

function dependencyNumbers(
  entry: LockfileEntry,
  found: LockfilePackage,
  resolve: Resolve,
  extensions: PackageExtensions,
): number[] {
  const numbers = found.dependencies.map(([name, range]) => resolve(found, name, range));
  const added = extensions(found.name, () => field(entry.body, 'version') ?? '');
  for (const [name, range] of added) {
    const listed = found.dependencies.some(([known]) => known === name);
    if (!listed) numbers.push(resolve(found, name, range));
  }
  return numbers.filter((number) => number !== null);
}

/** A patch is resolved through its source, whose entry nothing else may refer to. */
function patchSource(descriptor: string, numbers: ReadonlyMap<string, number>, top: Locator): number {
  const [, encoded] = /^.[^@]*@patch:(.+?)#/.exec(descriptor) ?? [];
  if (encoded === undefined) return -1;
  const source = decodeURIComponent(encoded);
  const at = source.indexOf('@', 1);
  return find(numbers, source.slice(0, at), source.slice(at + 1), top) ?? -1;
}
