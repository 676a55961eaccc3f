import { oncePer } from '../../oncePer.ts';
import type { BerryGraph } from './berryGraph.ts';
import { field, type LockfileEntry } from './parseBerryLockfile.ts';

/** A third-party package as people are shown it. Equal ones are the same object, whichever lockfile has them. */
export interface ShownPackage {
  /** From 0 on, in this run. */
  readonly number: number;
  readonly name: string;
  /** From elsewhere than the registry with its source. */
  readonly version: string;
}

const byNumber: ShownPackage[] = [];
const byVersion = new Map<string, Map<string, ShownPackage>>();

export function shownPackage(name: string, version: string): ShownPackage {
  const versions = byVersion.get(name) ?? new Map<string, ShownPackage>();
  const known = versions.get(version);
  if (known !== undefined) return known;
  const found = { name, version, number: byNumber.length };
  byNumber.push(found);
  byVersion.set(name, versions.set(version, found));
  return found;
}

export function packageNumbered(number: number): ShownPackage {
  return byNumber[number] as ShownPackage;
}

/** In all versions that a lockfile of this run has. */
export function packagesNamed(name: string): ShownPackage[] {
  return [...(byVersion.get(name)?.values() ?? [])];
}

/** Those of a Yarn 2–4 lockfile, by the index of their entries; null: the entry is a workspace's. */
export const shownPackages = oncePer((graph: BerryGraph): readonly (ShownPackage | null)[] =>
  graph.lockfile.entries.map((entry) => shownEntry(graph, entry)),
);

export function shownIn(graph: BerryGraph, entries: readonly LockfileEntry[]): ShownPackage[] {
  const shown = shownPackages(graph);
  return entries.flatMap(({ index }) => shown[index] ?? []);
}

function shownEntry(graph: BerryGraph, entry: LockfileEntry): ShownPackage | null {
  if (graph.workspaceOf(entry) !== null) return null;
  const { name, reference } = graph.packageOf(entry);
  const version = field(entry.body, 'version') ?? '0.0.0';
  return shownPackage(name, reference.startsWith('npm:') ? version : `${version} (${reference})`);
}

/** Versions of one package in a list, sorted. */
export function versionsIn(list: Iterable<ShownPackage>, packageName: string): string[] {
  const versions = new Set<string>();
  for (const { name, version } of list) if (name === packageName) versions.add(version);
  return [...versions].sort();
}
