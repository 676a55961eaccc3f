import validRange from 'semver/ranges/valid.js';
import type { PackageManifest, Workspace } from '../project.ts';
import { entryDiffers, lockfileOutOfDate } from './lockfileFailures.ts';
import { section } from './parseBerryLockfile.ts';

/** Fields that a lockfile entry repeats of a manifest in the repo, beside its dependencies. */
const fields = ['peerDependencies', 'dependenciesMeta', 'peerDependenciesMeta', 'bin'] as const;
type Field = (typeof fields)[number];

/**
 * Refuses an entry that says other things of a folder than the manifest in it: an immutable install would change the
 * lockfile (`Manifest#load`, `Manifest#exportTo` in @yarnpkg/core). Dependencies are looked at elsewhere.
 */
export function checkFields(workspace: Workspace, body: string): void {
  for (const field of fields) {
    const isListed = body.includes(`\n  ${field}:\n`);
    const wanted = read[field](workspace.packageManifest, workspace.name);
    if (wanted.size === 0 && !isListed) continue;
    const listed = isListed ? recorded[field](body) : new Map<string, string>();
    const names = [...wanted.keys(), ...listed.keys()];
    const differing = names.find((name) => !same(wanted.get(name), listed.get(name)));
    if (differing !== undefined) throw entryDiffers(workspace, field, differing);
  }
}

/** Refuses an entry of a `portal:` or `file:` folder whose dependencies are not those of the manifest in it. */
export function checkDependencies(
  folder: Workspace,
  listed: readonly (readonly [name: string, range: string])[],
): void {
  const { dependencies, optionalDependencies } = folder.packageManifest;
  const wanted = new Map(Object.entries({ ...dependencies, ...optionalDependencies }));
  const known = new Map(listed);
  for (const [name, range] of wanted) {
    const bound = known.get(name);
    if (bound !== range && bound !== `npm:${range}`) throw lockfileOutOfDate(folder, name, range);
  }
  const extra = listed.find(([name]) => !wanted.has(name));
  if (extra !== undefined) throw entryDiffers(folder, 'dependencies', extra[0]);
}

/** A range that Yarn cannot read stands in the lockfile as `*`. */
function same(wanted: string | undefined, listed: string | undefined): boolean {
  if (wanted === undefined || listed === undefined) return wanted === listed;
  return wanted === listed || (listed === '*' && validRange(wanted) === null);
}

/** What a manifest says, flat: `ms` → `^2.0.0`, `ms built` → `false`. */
const read: Readonly<Record<Field, (manifest: PackageManifest, name: string) => Map<string, string>>> = {
  peerDependencies: ({ peerDependencies }) => new Map(Object.entries(peerDependencies ?? {})),
  dependenciesMeta: ({ dependenciesMeta, optionalDependencies }) =>
    new Map([
      ...flags(dependenciesMeta, ['built', 'optional', 'unplugged']),
      ...Object.keys(optionalDependencies ?? {}).map((name) => [`${name} optional`, 'true'] as const),
    ]),
  peerDependenciesMeta: ({ peerDependenciesMeta }) => new Map(flags(peerDependenciesMeta, ['optional'])),
  bin: ({ bin }, name) => {
    const commands = typeof bin === 'string' ? { [name]: bin } : ((bin ?? {}) as Record<string, unknown>);
    return new Map(
      Object.entries(commands).flatMap(([command, path]) =>
        typeof path === 'string' && path.trim() !== ''
          ? [[command.replace(/^@[^/]+\//, ''), path.replaceAll('\\', '/')] as const]
          : [],
      ),
    );
  },
};

function flags(meta: unknown, names: readonly string[]): [string, string][] {
  const objects = Object.entries((meta ?? {}) as Record<string, Record<string, unknown> | null>);
  return objects.flatMap(([key, values]) =>
    names.flatMap((name): [string, string][] =>
      typeof values?.[name] === 'boolean' ? [[`${key} ${name}`, String(values[name])]] : [],
    ),
  );
}

const recorded: Readonly<Record<Field, (body: string) => Map<string, string>>> = {
  peerDependencies: (body) => new Map(section(body, 'peerDependencies')),
  dependenciesMeta: (body) => nested(body, 'dependenciesMeta'),
  peerDependenciesMeta: (body) => nested(body, 'peerDependenciesMeta'),
  bin: (body) => new Map(section(body, 'bin')),
};

/** A section of two levels: lines of four blanks name a package, those of six a flag. */
function nested(body: string, name: string): Map<string, string> {
  const found = new Map<string, string>();
  let key = '';
  for (const [line, value] of section(body, name)) {
    if (!line.startsWith('  ')) key = line;
    else found.set(`${key} ${line.trim()}`, value);
  }
  return found;
}
