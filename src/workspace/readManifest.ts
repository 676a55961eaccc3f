import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { inputFailure } from '../errors.ts';
import { escapeRegExp } from '../escapeRegExp.ts';
import type { PackageManifest, Workspace } from './project.ts';
import type { Snapshot } from './snapshot.ts';

/** By path and object id: the same manifest in two trees gives the same workspace. */
const workspaces = new Map<string, Workspace>();

/** The workspace in a folder, or null where the folder has no package.json. Rejects where it cannot be read. */
export async function readManifest(snapshot: Snapshot, path: string): Promise<Workspace | null> {
  const file = manifestPath({ path });
  const found = (await unlisted(snapshot, path)) ?? (await listed(snapshot, file));
  if (found === null) return null;
  const key = `${found.oid} ${file}`;
  const known = workspaces.get(key);
  if (known !== undefined) return known;
  const manifestBytes = found.content ?? (await snapshot.readObject(found.oid));
  const packageManifest = parseManifest(manifestBytes.toString('utf8'), file);
  const workspace = { name: packageManifest.name ?? madeUpName(path), path, packageManifest, manifestBytes };
  workspaces.set(key, workspace);
  return workspace;
}

interface FoundManifest {
  oid: string;
  content?: Buffer;
}

/** The manifest in a folder that need not be listed; null: the listing has to say what there is. */
async function unlisted(snapshot: Snapshot, path: string): Promise<FoundManifest | null> {
  // The root is listed anyway.
  const found = path === '' ? null : await snapshot.readIn?.(path, 'package.json');
  // Of a symlink this would be the target.
  return found?.content[0] === openingBrace ? found : null;
}

const openingBrace = 0x7b;

async function listed(snapshot: Snapshot, file: string): Promise<FoundManifest | null> {
  const entry = await snapshot.entry(file);
  if (entry === null || entry.mode === '040000' || entry.mode === '160000') return null;
  if (entry.mode === '120000') throw unfit(file, 'is a symlink');
  return entry;
}

function parseManifest(text: string, file: string): PackageManifest {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw inputFailure({
      reason: 'manifest-unreadable',
      message: `${file} is not valid JSON: ${(error as Error).message}.`,
      hint: 'Mend the file and commit it.',
      at: { file, line: lineOfSyntaxError(text, error as Error) },
      cause: error,
    });
  }
  if (!isMap(value)) throw unfit(file, 'does not hold a JSON object');
  for (const field of ['name', 'version']) {
    if (value[field] !== undefined && typeof value[field] !== 'string')
      throw unfit(file, `has a \`${field}\` that is no text`);
  }
  for (const field of textMaps) checkTexts(value[field], field, file);
  const { workspaces } = value;
  const globs = isMap(workspaces) ? workspaces.packages : workspaces;
  if (Array.isArray(globs)) checkTexts({ ...globs }, 'workspaces', file);
  return value as PackageManifest;
}

const textMaps = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'resolutions',
  'scripts',
] as const;

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkTexts(value: unknown, field: string, file: string): void {
  if (value === undefined || value === null) return;
  if (!isMap(value)) throw unfit(file, `has a \`${field}\` that is no map`);
  for (const key in value)
    if (typeof value[key] !== 'string') throw unfit(file, `has a \`${field}\` whose \`${key}\` is no text`);
}

/** `what` is to follow the file's name. */
function unfit(file: string, what: string) {
  return inputFailure({
    reason: 'manifest-unreadable',
    message: `${file} ${what}.`,
    hint: 'Mend the file and commit it.',
    at: { file, line: 1 },
  });
}

/** V8 names the offset of most syntax errors; at the end of the text it does not. */
function lineOfSyntaxError(text: string, error: Error): number {
  const offset = /position (\d+)/.exec(error.message)?.[1];
  return text.slice(0, offset === undefined ? text.length : Number(offset)).split('\n').length;
}

/** Line of a dependency in a manifest, from 1; the first line where it cannot be told. */
export function lineOfDependency(workspace: Workspace, dependency: string): number {
  const text = workspace.manifestBytes.toString('utf8');
  const offset = text.search(new RegExp(`"${escapeRegExp(dependency)}"\\s*:\\s*"`));
  return offset === -1 ? 1 : text.slice(0, offset).split('\n').length;
}

/** The name that Yarn gives to a workspace without one (`Workspace#computeCandidateName` in @yarnpkg/core). */
function madeUpName(path: string): string {
  const hash = createHash('sha512')
    .update(path === '' ? '.' : path)
    .digest('hex')
    .slice(0, 6);
  const base = path === '' ? 'root-workspace' : (path.split('/').at(-1) ?? 'unnamed-workspace');
  return `${base}-${hash}`;
}

/** The folder that a path after `link:` names, from the root of the repo. */
export function linkedFolder(path: string): string {
  const folder = posix.normalize(path).replace(/\/$/, '');
  return folder === '.' ? '' : folder;
}

/** Path of a workspace's package.json. */
export function manifestPath(workspace: { path: string }): string {
  return workspace.path === '' ? 'package.json' : `${workspace.path}/package.json`;
}
