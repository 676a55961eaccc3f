import type { ContextContents, ContextEntry } from '../workspace/contextContents.ts';

/** Every entry of a context: the Dockerfile, then the layers one after the other. */
export function contextEntries(contents: ContextContents): ContextEntry[] {
  const { path, text } = contents.dockerfile;
  const dockerfile: ContextEntry = { path, mode: '100644', from: { content: () => Buffer.from(text) } };
  return [dockerfile, ...contents.layers.flatMap(({ entries }) => entries)];
}
