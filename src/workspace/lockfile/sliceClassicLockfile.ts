import { posix } from 'node:path';
import satisfies from 'semver/functions/satisfies.js';
import { once } from '../../once.ts';
import { oncePer } from '../../oncePer.ts';
import { sha256 } from '../../sha256.ts';
import type { Project, Workspace } from '../project.ts';
import { linkedFolder } from '../readManifest.ts';
import { lockfileOutOfDate } from './lockfileFailures.ts';
import type { DependencyScope, LocalPackage, LockfileSlice, SliceScope } from './lockfileSlice.ts';
import { type ClassicEntry, type ClassicLockfile, parseClassicLockfile } from './parseClassicLockfile.ts';
import { shownPackage } from './shownPackages.ts';
import { requiredPeers, workspaceDependencies } from './workspaceDependencies.ts';

interface Reached {
  patterns: Set<string>;
  workspaces: Set<Workspace>;
}

/**
 * Prunes a Yarn 1 lockfile to what some workspaces need. Yarn 1 accepts both too much and too little with
 * `--frozen-lockfile` (yarnpkg/yarn#4098), so what is missing is refused here.
 */
export function sliceClassicLockfile(project: Project, scope: SliceScope): LockfileSlice {
  const lockfile = lockfileOf(project);
  const reached = walk(project, lockfile, scope);
  const entries = lockfile.entries.filter((entry) => used(entry, reached).length > 0);
  const workspaces = [...reached.workspaces].map(({ name }) => name).sort();
  const text = () =>
    lockfile.header + entries.map((entry) => `${used(entry, reached).join(', ')}:\n${entry.body}`).join('\n');
  return {
    workspaces,
    versioned: new Set(workspaces),
    digest: () => sha256(text()),
    text,
    packages: once(() => entries.map(({ name, version }) => shownPackage(name, version))),
    localPackages: () => entries.flatMap(localPackages),
    locators: () =>
      entries.map(({ name, version, resolved }) => ({
        name,
        reference: resolved ?? version,
        checksum: null,
      })),
  };
}

const lockfileOf = oncePer(({ lockfile }: Project) => parseClassicLockfile(lockfile));

function walk(project: Project, lockfile: ClassicLockfile, scope: SliceScope): Reached {
  const reached: Reached = { patterns: new Set(), workspaces: new Set() };
  const pending: (Workspace | string)[] = [project.root, ...replacementPatterns(project)];
  for (const name of scope.roots) pending.push(project.workspaces.get(name) ?? project.root);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') {
      if (reached.patterns.has(next)) continue;
      reached.patterns.add(next);
      const entry = lockfile.byPattern.get(next);
      if (entry !== undefined) pending.push(...entryEdges(project, lockfile, entry));
    } else if (!reached.workspaces.has(next)) {
      reached.workspaces.add(next);
      pending.push(...workspaceEdges(project, lockfile, next, scope));
    }
  }
  return reached;
}

function workspaceEdges(
  project: Project,
  lockfile: ClassicLockfile,
  workspace: Workspace,
  scope: SliceScope,
): (Workspace | string)[] {
  const peers = requiredPeers(workspace.packageManifest).flatMap(
    (name) => project.workspaces.get(name) ?? [],
  );
  return [...dependencyEdges(project, lockfile, workspace, scope), ...peers];
}

function dependencyEdges(
  project: Project,
  lockfile: ClassicLockfile,
  folder: Workspace,
  scope: DependencyScope,
): (Workspace | string)[] {
  return [...workspaceDependencies(folder, scope, 'classic')].flatMap(([name, range]) => {
    const found = resolve(project, lockfile, name, fromRoot(folder, range));
    if (found.length === 0 && !range.startsWith('link:')) throw lockfileOutOfDate(folder, name, range);
    return found;
  });
}

/**
 * A path as the lockfile has it: from the root of the repo, whichever workspace names it (`resolveRelative` in
 * Yarn 1's normalize-manifest); what began with `./` still does.
 */
function fromRoot(workspace: Workspace, range: string): string {
  const [, protocol, path] = /^(file:|link:)(?!\/)(.*)$/.exec(range) ?? [];
  if (protocol === undefined || path === undefined) return range;
  const target = posix.join(workspace.path, path).replace(/(.)\/$/, '$1');
  const dotted = /^\.(\/|$)/.test(path) && !/^\.{0,2}\//.test(target) && target !== '.';
  return `${protocol}${dotted ? './' : ''}${target}`;
}

/** A folder has no `resolved`: its path is in the pattern. */
function localPackages({ name, patterns, resolved, dependencies }: ClassicEntry): LocalPackage[] {
  const references = [resolved ?? '', ...patterns.map((pattern) => pattern.slice(name.length + 1))];
  const local = references.find((reference) => /^(file|link):/.test(reference));
  return local === undefined ? [] : [{ name, reference: local, dependencies, body: null }];
}

function entryEdges(
  project: Project,
  lockfile: ClassicLockfile,
  entry: ClassicEntry,
): (Workspace | string)[] {
  const listed = entry.dependencies.flatMap(([name, range]) => resolve(project, lockfile, name, range));
  return [...listed, ...linkEdges(project, lockfile, entry)];
}

/** What the manifest of a linked folder asks for: Yarn 1 reads it at every install (its link-resolver). */
function linkEdges(
  project: Project,
  lockfile: ClassicLockfile,
  { name, patterns }: ClassicEntry,
): (Workspace | string)[] {
  return patterns.flatMap((pattern) => {
    const [, path] = /^link:(.*)$/.exec(pattern.slice(name.length + 1)) ?? [];
    const folder = path === undefined ? undefined : project.linked.get(linkedFolder(path));
    if (folder === undefined || folder.path === '') return [];
    const scope = { development: false, ignored: () => false };
    return dependencyEdges(project, lockfile, folder, scope);
  });
}

/**
 * A workspace where its version fits the range, else the lockfile's pattern. With `resolutions`, patterns of
 * a package are kept by name: Yarn 1 files them under the replacement or the range, depending on its history.
 */
function resolve(
  project: Project,
  lockfile: ClassicLockfile,
  name: string,
  range: string,
): (Workspace | string)[] {
  const workspace = project.workspaces.get(name);
  if (workspace !== undefined && fits(workspace, range)) return [workspace];
  const pattern = `${name}@${range}`;
  const replaced = replacements(project, name).map((replacement) => `${name}@${replacement}`);
  return [pattern, ...replaced].filter((candidate) => lockfile.byPattern.has(candidate));
}

function fits(workspace: Workspace, range: string): boolean {
  const version = workspace.packageManifest.version ?? '0.0.0';
  return range === '' || range === '*' || satisfies(version, range, { loose: true });
}

/** Yarn 1 resolves every replacement, whether or not somebody needs the package (`fetchRequestFromCwd` in its install). */
function replacementPatterns({ root: { packageManifest } }: Project): string[] {
  return Object.entries(packageManifest.resolutions ?? {}).map(([pattern, replacement]) => {
    const [, name = pattern] = /((?:@[^/]+\/)?[^/]+)$/.exec(pattern) ?? [];
    return `${name}@${replacement}`;
  });
}

function replacements(project: Project, name: string): string[] {
  return Object.entries(project.root.packageManifest.resolutions ?? {}).flatMap(([pattern, replacement]) =>
    pattern === name || pattern.endsWith(`/${name}`) ? [replacement] : [],
  );
}

function used(entry: ClassicEntry, reached: Reached): string[] {
  return entry.quotedPatterns.filter((_, index) => reached.patterns.has(entry.patterns[index] ?? ''));
}

/**
 * How a third-party package of a slice is reached, by the shortest way: names from a workspace to the package; null where it
 * is not in the slice.
 */
export function wayInClassicSlice(project: Project, scope: SliceScope, packageName: string): string[] | null {
  const lockfile = lockfileOf(project);
  const starts = [...scope.roots.flatMap((name) => project.workspaces.get(name) ?? []), project.root];
  const queue: { at: Workspace | string; trail: string[] }[] = starts.map((at) => ({ at, trail: [] }));
  const seen = new Set<Workspace | string>(starts);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { at } = next;
    const entry = typeof at === 'string' ? lockfile.byPattern.get(at) : undefined;
    const trail = [...next.trail, typeof at === 'string' ? (entry?.name ?? at) : at.name];
    if (entry?.name === packageName) return trail;
    const edges =
      typeof at !== 'string'
        ? workspaceEdges(project, lockfile, at, scope)
        : entry === undefined
          ? []
          : entryEdges(project, lockfile, entry);
    for (const edge of edges) {
      if (seen.has(edge)) continue;
      seen.add(edge);
      queue.push({ at: edge, trail });
    }
  }
  return null;
}
