import type { Failure } from '../../errors.ts';
import { once } from '../../once.ts';
import { oncePer } from '../../oncePer.ts';
import { ownValue } from '../../ownValue.ts';
import type { Project, Workspace } from '../project.ts';
import { extensionNotInLockfile } from './lockfileFailures.ts';
import { indexOf, type LockfileIndex } from './lockfileIndex.ts';
import { packageExtensions } from './packageExtensions.ts';
import { type BerryLockfile, field, type LockfileEntry, type LockfilePackage } from './parseBerryLockfile.ts';
import { findResolution, readResolutions } from './resolutions.ts';
import { mayHoldLocalPackages, mayLeadToWorkspaces } from './thirdPartyReach.ts';

/** A descriptor of the lockfile by number; its entry and, for a patch, the number of its source. */
export interface BerryGraph {
  lockfile: BerryLockfile;
  descriptorCount: number;
  /** Number of an entry's first descriptor; the others follow. */
  firstDescriptor: Int32Array;
  entryOf(descriptor: number): LockfileEntry;
  packageOf(entry: LockfileEntry): LockfilePackage;
  /** A descriptor as its key in the lockfile says it. */
  nameOf(descriptor: number): string;
  /** Whether a package's files may stand in the repo. */
  isLocal(entry: LockfileEntry): boolean;
  /** Whether there may be such packages; false is certain. */
  mayHoldLocalPackages(): boolean;
  /** Whether a third-party package may have a workspace among its dependencies; false is certain. */
  mayLeadToWorkspaces(): boolean;
  /** The workspace that an entry stands for, or null: a third-party package. */
  workspaceOf(entry: LockfileEntry): Workspace | null;
  /** The descriptor as numbered, or null where the lockfile does not have it. */
  numberOf(descriptor: string): number | null;
  /** What a dependency of a package resolves through, after resolutions, catalogs, patches and binding. */
  resolve(parent: { name: string; reference: string }, name: string, range: string): number | null;
  /** Descriptors that a third-party package leads to: its dependencies, extensions included. */
  dependenciesOf(entry: LockfileEntry): ResolvedDependencies;
  /** Descriptors that extensions add to a package which lists some dependencies already. */
  extensionsOf(
    found: { name: string; reference: string },
    version: () => string,
    isListed: (name: string) => boolean,
  ): ResolvedDependencies;
  /** The source that a patch is applied to, or -1. */
  patchSourceOf(descriptor: number): number;
}

/** What a package needs, as a lockfile resolves it. */
export interface ResolvedDependencies {
  /** Descriptors; without what the lockfile lacks. */
  resolved: readonly number[];
  /** Says what it lacks of the project's own extensions. */
  missing: Failure | null;
}

/** All of them. Rejects where the lockfile lacks one. */
export function complete({ resolved, missing }: ResolvedDependencies): readonly number[] {
  if (missing !== null) throw missing;
  return resolved;
}

const localReference = /^(?:patch|file|portal|link):/;

/** The project's lockfile as a graph; made once for projects of the same structure. */
export const berryGraph: (project: Project) => BerryGraph = oncePer(makeGraph, ({ structure }) => structure);

function makeGraph(project: Project): BerryGraph {
  const index = indexOf(project.lockfile);
  const { lockfile, numbers, packageOf } = index;
  const edges: (ResolvedDependencies | undefined)[] = new Array(lockfile.entries.length);
  const workspaces: (Workspace | null | undefined)[] = new Array(lockfile.entries.length);
  const resolve = makeResolve(project, index);
  const extensionsOf = makeExtensionsOf(project, resolve);
  const byPath = new Map([...project.workspaces.values()].map((workspace) => [workspace.path, workspace]));
  const patchSources = findPatchSources(index, topLocator(project));

  return {
    lockfile,
    descriptorCount: index.entryOf.length,
    firstDescriptor: index.firstDescriptor,
    entryOf: (descriptor) => index.entryOf[descriptor] as LockfileEntry,
    packageOf,
    nameOf(descriptor) {
      const entry = index.entryOf[descriptor] as LockfileEntry;
      return entry.descriptors[descriptor - (index.firstDescriptor[entry.index] as number)] as string;
    },
    isLocal: (entry) => localReference.test(packageOf(entry).reference),
    mayHoldLocalPackages: once(() => mayHoldLocalPackages(project.lockfile)),
    mayLeadToWorkspaces: once(() => mayLeadToWorkspaces(project, lockfile)),
    numberOf: (descriptor) => numbers.get(descriptor) ?? null,
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
      let known = edges[entry.index];
      if (known === undefined) {
        known = dependencyNumbers(entry, packageOf(entry), resolve, extensionsOf);
        edges[entry.index] = known;
      }
      return known;
    },
    extensionsOf,
    patchSourceOf: (descriptor) => (patchSources.size === 0 ? -1 : (patchSources.get(descriptor) ?? -1)),
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

type Resolve = BerryGraph['resolve'];

function makeResolve(project: Project, { numbers, builtinPatches }: LockfileIndex): Resolve {
  const rules = readResolutions(project.root.packageManifest.resolutions);
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

/** `catalog:` and `catalog:<name>` in a manifest stand for a range in `.yarnrc.yml` (plugin-catalog, Yarn 4.10). */
function fromCatalog(project: Project, name: string, range: string): string {
  if (!range.startsWith('catalog:')) return range;
  const catalog = range.slice('catalog:'.length);
  const { settings } = project;
  return ownValue(catalog === '' ? settings.catalog : ownValue(settings.catalogs, catalog), name) ?? range;
}

function dependencyNumbers(
  entry: LockfileEntry,
  found: LockfilePackage,
  resolve: Resolve,
  extensionsOf: BerryGraph['extensionsOf'],
): ResolvedDependencies {
  const numbers = found.dependencies.map(([name, range]) => resolve(found, name, range));
  const isListed = (name: string) => found.dependencies.some(([known]) => known === name);
  const added = extensionsOf(found, () => field(entry.body, 'version') ?? '', isListed);
  return { ...added, resolved: [...numbers.filter((number) => number !== null), ...added.resolved] };
}

function makeExtensionsOf(project: Project, resolve: Resolve): BerryGraph['extensionsOf'] {
  const extensions = packageExtensions(project);
  return (found, version, isListed) => {
    const added = extensions(found.name, version)
      .filter(({ name }) => !isListed(name))
      .map((dependency) => ({
        ...dependency,
        number: resolve(found, dependency.name, dependency.range),
      }));
    const numbers = new Map(added.flatMap(({ name, number }) => (number === null ? [] : [[name, number]])));
    const missing = added.find(({ own, name }) => own && !numbers.has(name));
    return {
      resolved: added.flatMap(({ number }) => number ?? []),
      missing: missing === undefined ? null : extensionNotInLockfile(project, found.name, missing),
    };
  };
}

/** By patched descriptor the source, through which it is resolved and to whose entry nothing else may refer. */
function findPatchSources(
  { lockfile, numbers, firstDescriptor }: LockfileIndex,
  top: Locator,
): Map<number, number> {
  const sources = new Map<number, number>();
  for (const { keyText, descriptors, index } of lockfile.entries) {
    if (!keyText.includes('@patch:')) continue;
    for (const [offset, descriptor] of descriptors.entries()) {
      const [, encoded] = /^.[^@]*@patch:(.+?)#/.exec(descriptor) ?? [];
      if (encoded === undefined) continue;
      const source = decodeURIComponent(encoded);
      const at = source.indexOf('@', 1);
      const found = find(numbers, source.slice(0, at), source.slice(at + 1), top);
      if (found !== null) sources.set((firstDescriptor[index] as number) + offset, found);
    }
  }
  return sources;
}
