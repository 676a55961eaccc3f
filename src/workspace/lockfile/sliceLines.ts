import type { BerryGraph } from './berryGraph.ts';
import type { DependencyScope } from './lockfileSlice.ts';
import { bodyOf } from './workspaceEdges.ts';

/**
 * By descriptor the number of what a slice says of it: the same for the same text, whichever lockfile it is of. Numbers begin
 * with 0 in each run.
 */
export function sliceLines(graph: BerryGraph, scope: DependencyScope): Int32Array {
  const lines = new Int32Array(graph.descriptorCount);
  for (let descriptor = 0; descriptor < lines.length; descriptor += 1) {
    const entry = graph.entryOf(descriptor);
    // The root is in every slice, and with it stands the header.
    const header = graph.workspaceOf(entry)?.path === '' ? graph.lockfile.header : '';
    lines[descriptor] = lineNumber(`${graph.nameOf(descriptor)}\n${header}${bodyOf(graph, entry, scope)}`);
  }
  return lines;
}

const lineNumbers = new Map<string, number>();

export function lineNumber(text: string): number {
  const number = lineNumbers.get(text) ?? lineNumbers.size;
  lineNumbers.set(text, number);
  return number;
}
