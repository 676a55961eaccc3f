import micromatch from 'micromatch';
import type { Environment } from '../config/settings.ts';

/** Which files of an infra repo belong to an environment. */
export interface FileSelection {
  /** Folders that hold every selected file; `''` is the root. What lies outside is never fetched. */
  folders: readonly string[];
  /** Files named one by one. */
  files: readonly string[];
  matches(path: string): boolean;
  /** For people: what was searched. */
  description: string;
}

/** Spellings of common environments in folder and file names. */
const spellings: readonly (readonly string[])[] = [
  ['production', 'prod', 'prd', 'live'],
  ['staging', 'stage', 'stg'],
  ['development', 'dev'],
];

/**
 * The files to search: those that `paths` names, else all YAML and JSON files. Of files that several environments
 * would share, those whose folder or own name carries the environment's.
 * @param siblings The other environments on the same branch of the same repository.
 */
export function selectFiles(environment: Environment, siblings: readonly Environment[]): FileSelection {
  const selection = byPaths(environment.paths ?? []);
  const same = JSON.stringify(environment.paths ?? []);
  const rivals = siblings.filter(({ paths = [] }) => JSON.stringify(paths) === same);
  if (rivals.length === 0) return selection;
  const isOwn = ownershipByName(
    environment.name,
    rivals.map(({ name }) => name),
  );
  return {
    ...selection,
    files: selection.files.filter(isOwn),
    matches: (path) => selection.matches(path) && isOwn(path),
    description: `${selection.description} with \`${environment.name}\` in their folder's or their own name`,
  };
}

function byPaths(paths: readonly string[]): FileSelection {
  if (paths.length === 0) {
    return { folders: [''], files: [], matches: isDataFile, description: 'all YAML and JSON files' };
  }
  const entries = paths.map((path) => path.replace(/^\.?\/+|\/+$/g, '').replace(/^\.$/, ''));
  const plain = entries.filter((entry) => !isGlob(entry));
  const named = plain.filter(isDataFile);
  const folders = plain.filter((entry) => !isDataFile(entry));
  const globs = entries.filter((entry) => isGlob(entry) && !entry.startsWith('!'));
  const included = [
    ...named.map(escapeGlob),
    ...folders.map((entry) => (entry === '' ? '**' : `${escapeGlob(entry)}/**`)),
    ...globs,
  ].map(matcher);
  const excluded = entries.filter((entry) => entry.startsWith('!')).map((glob) => matcher(glob.slice(1)));
  return {
    folders: [...folders, ...globs.map((glob) => micromatch.scan(glob).base.replace(/^\.$/, ''))],
    files: named,
    matches: (path) =>
      isDataFile(path) && included.some((hits) => hits(path)) && !excluded.some((hits) => hits(path)),
    description: paths.map((path) => `\`${path}\``).join(', '),
  };
}

function matcher(glob: string): (path: string) => boolean {
  return micromatch.matcher(glob, { dot: true });
}

/** The first environment that a path names, folder by folder, is the one that it belongs to. */
function ownershipByName(name: string, rivals: readonly string[]): (path: string) => boolean {
  const own = namesOf(name);
  const theirs = new Set(rivals.flatMap(namesOf));
  return (path) => {
    const tokens = path
      .toLowerCase()
      .split('/')
      .flatMap((part) => [part, ...part.split(/[._-]/)]);
    return own.includes(tokens.find((token) => own.includes(token) || theirs.has(token)) ?? '');
  };
}

function namesOf(environment: string): string[] {
  const name = environment.toLowerCase();
  return [...(spellings.find((same) => same.includes(name)) ?? [name])];
}

function isDataFile(path: string): boolean {
  return /(\.(ya?ml|json)|(^|\/)Kustomization)$/.test(path) && !path.startsWith('.shipyarn/');
}

function isGlob(path: string): boolean {
  return micromatch.scan(path).isGlob || path.startsWith('!');
}

function escapeGlob(path: string): string {
  return path.replace(/[\\*?{}()[\]!+@]/g, '\\$&');
}
