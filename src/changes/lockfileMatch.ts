import { groupedBy } from '../groupedBy.ts';
import { once } from '../once.ts';
import { field, type LockfileEntry } from '../workspace/lockfile/parseBerryLockfile.ts';

/** Another version of a lockfile: no two of its entries have the same body, which names the package. */
export interface OtherLockfile {
  /** Bodies, without the line break at the end, by key as it stands there. */
  byKey: ReadonlyMap<string, string>;
  byDescriptor(): ReadonlyMap<string, string>;
}

/** Null: it has another header. */
export function readOther(text: string, header: string): OtherLockfile | null {
  const unix = text.replaceAll('\r\n', '\n');
  if (!unix.startsWith(header)) return null;
  const byKey = new Map(
    unix
      .slice(header.length)
      .split('\n\n')
      .map((block) => keyAndBody(block.trimEnd())),
  );
  return { byKey, byDescriptor: once(() => bodiesByDescriptor(byKey)) };
}

function bodiesByDescriptor(byKey: OtherLockfile['byKey']): Map<string, string> {
  const bodies = new Map<string, string>();
  for (const [key, body] of byKey) {
    // `"ms@npm:^2.0.0, ms@npm:^2.1.0":` is asked for in two ways.
    const descriptors = key.replace(/^(\? )?"?|"?\n?:$/g, '').split(', ');
    for (const descriptor of descriptors) bodies.set(descriptor, body);
  }
  return bodies;
}

function keyAndBody(block: string): [string, string] {
  const end = block.indexOf('\n  ');
  return [block.slice(0, end), block.slice(end + 1)];
}

/** The bodies that what asks for an entry led to; none where nothing asked for it so. */
export function bodiesBefore({ descriptors }: LockfileEntry, { byDescriptor }: OtherLockfile): Set<string> {
  return new Set(descriptors.flatMap((descriptor) => byDescriptor().get(descriptor) ?? []));
}

/**
 * The entries of a lockfile, each with the body that it had in the other version: what is asked for as it was, and what
 * only is by its name. Null where they do not stand one for one.
 */
export function matchedBodies(
  entries: readonly LockfileEntry[],
  other: OtherLockfile,
): ReadonlyMap<LockfileEntry, string> | null {
  const matched = new Map<LockfileEntry, string>();
  const left: LockfileEntry[] = [];
  for (const entry of entries) {
    const [body, ...others] = bodiesBefore(entry, other);
    if (others.length > 0) return null;
    if (body === undefined) left.push(entry);
    else matched.set(entry, body);
  }
  const used = new Set(matched.values());
  if (used.size < matched.size) return null;
  const gone = [...other.byKey.values()].filter((body) => !used.has(body));
  const goneByName = groupedBy(gone, packageName);
  if (gone.length !== left.length || goneByName.size < gone.length) return null;
  for (const entry of left) {
    const [body] = goneByName.get(packageName(entry.body)) ?? [];
    if (body === undefined || used.has(body)) return null;
    used.add(body);
    matched.set(entry, body);
  }
  return matched;
}

function packageName(body: string): string {
  return field(`${body}\n`, 'resolution')?.replace(/(?<=.)@.*/s, '') ?? '';
}
