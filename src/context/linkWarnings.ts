import { posix } from 'node:path';
import type { ContextContents, ContextEntry } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { readEntry } from './openEntry.ts';

/** A context with a warning for each symlink whose target Git has and the context has not. */
export async function withLinkWarnings(
  contents: ContextContents,
  snapshot: Snapshot,
): Promise<ContextContents> {
  const sources = sourceEntries(contents);
  const links = [...sources].filter(([, entry]) => entry.mode === '120000');
  if (links.length === 0) return contents;
  const present = withFolders(sources.keys());
  const warnings = await Promise.all(
    links.map(async ([path, entry]) => {
      const target = posix.join(posix.dirname(path), await readEntry(entry, snapshot)).replace(/\/$/, '');
      if (present.has(target) || (await snapshot.entry(target)) === null) return [];
      return [
        `${path} leads to ${target}, which is not in the context: name that in \`inputs\`, or leave the link out in .dockerignore.`,
      ];
    }),
  );
  return { ...contents, warnings: [...contents.warnings, ...warnings.flat()] };
}

/** Entries of the source layers by their path in the repo. */
function sourceEntries({ layers, shape, service }: ContextContents): Map<string, ContextEntry> {
  const above = shape === 'service' ? service.path : '';
  return new Map(
    layers
      .filter(({ name }) => name === 'dependencies' || name === 'service')
      .flatMap(({ prefix, entries }) =>
        entries.map((entry) => {
          const inside = prefix === '' ? entry.path : entry.path.slice(prefix.length + 1);
          return [posix.join(above, inside), entry] as const;
        }),
      ),
  );
}

function withFolders(paths: Iterable<string>): Set<string> {
  const found = new Set<string>(['.']);
  for (const path of paths) {
    for (let at = path; at !== '.' && !found.has(at); at = posix.dirname(at)) found.add(at);
  }
  return found;
}
