import { once } from '../once.ts';
import type { BerryGraph } from '../workspace/lockfile/berryGraph.ts';
import { componentSearch } from '../workspace/lockfile/componentSearch.ts';
import { keptByScope } from '../workspace/lockfile/keptByScope.ts';
import type { DependencyScope } from '../workspace/lockfile/lockfileSlice.ts';
import { shownPackages } from '../workspace/lockfile/shownPackages.ts';
import { sliceLines } from '../workspace/lockfile/sliceLines.ts';
import { anchorIn, anchorOf } from '../workspace/lockfile/workspaceEdges.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import { BitRows, rowsUpTo } from './bitRows.ts';
import { lockfileDependents } from './lockfileDependents.ts';

/** The slices of a scope, each of which begins with one workspace and the root. */
export interface SliceHolders {
  /** By number of a shown package the members whose slices have it. */
  shown(): BitRows;
  /** The same by number of a line. */
  lines(): BitRows;
}

const known = keptByScope((): { made?: SliceHolders } => ({}));

/** All slices of a scope at once: what leads to a package is in no slice without it. */
export function sliceHolders(project: Project, graph: BerryGraph, scope: DependencyScope): SliceHolders {
  const kept = known(graph, scope);
  kept.made ??= findHolders(project, graph, scope);
  return kept.made;
}

function findHolders(project: Project, graph: BerryGraph, scope: DependencyScope): SliceHolders {
  const { edgesOf } = lockfileDependents(project, graph, scope);
  const root = anchorOf(graph, project.root);
  const starts = new Map<number, number>();
  for (const workspace of project.workspaces.values()) {
    const anchor = anchorIn(graph, workspace);
    if (anchor !== null) starts.set(anchor, memberNumber(workspace));
  }
  const { groups, groupOf } = groupsFrom([root, ...starts.keys()], graph.descriptorCount, edgesOf);
  // More may come to be known while another tree is looked at.
  const memberCount = members.size;
  const leading = new BitRows(groups.length, memberCount);
  leading.fill(groupOf[root] as number);
  for (const [start, member] of starts) leading.add(groupOf[start] as number, member);
  // Groups that others lead to come before these.
  for (let group = groups.length - 1; group >= 0; group -= 1) {
    for (const descriptor of groups[group] ?? []) {
      for (const next of edgesOf(descriptor)) leading.addAll(groupOf[next] as number, leading, group);
    }
  }
  /** By a number that descriptors have, -1 for none. */
  const rowsBy = (numbers: Int32Array) => {
    const rows = rowsUpTo(numbers, memberCount);
    for (const [descriptor, number] of numbers.entries()) {
      const group = groupOf[descriptor] as number;
      if (group !== -1 && number !== -1) rows.addAll(number, leading, group);
    }
    return rows;
  };
  return {
    shown: once(() => rowsBy(shownNumbers(graph))),
    lines: once(() => rowsBy(sliceLines(graph, scope))),
  };
}

/** By descriptor the number of the third-party package, or -1. */
function shownNumbers(graph: BerryGraph): Int32Array {
  const shown = shownPackages(graph);
  const numbers = new Int32Array(graph.descriptorCount);
  for (let descriptor = 0; descriptor < numbers.length; descriptor += 1)
    numbers[descriptor] = shown[graph.entryOf(descriptor).index]?.number ?? -1;
  return numbers;
}

const members = new Map<string, number>();

/** From 0 on in this run: the same for workspaces of the same name, whichever tree they are in. */
export function memberNumber({ name }: Workspace): number {
  const number = members.get(name) ?? members.size;
  members.set(name, number);
  return number;
}

/** The descriptors that some lead to, in groups of those that lead to each other; by descriptor its group, or -1. */
function groupsFrom(
  starts: readonly number[],
  count: number,
  edgesOf: (descriptor: number) => readonly number[],
): { groups: readonly (readonly number[])[]; groupOf: Int32Array } {
  const groups: (readonly number[])[] = [];
  const groupOf = new Int32Array(count).fill(-1);
  const search = componentSearch(count, edgesOf);
  const add = (group: readonly number[]) => {
    for (const descriptor of group) groupOf[descriptor] = groups.length;
    groups.push(group);
  };
  for (const start of starts) search(start, add);
  return { groups, groupOf };
}
