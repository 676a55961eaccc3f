import micromatch from 'micromatch';
import { inputFailure } from '../../errors.ts';
import type { FileEntry } from '../../ports/git.ts';
import type { Project, Workspace } from '../project.ts';
import { manifestPath } from '../readManifest.ts';
import type { CopySource } from './copySources.ts';
import type { IgnoreRules } from './ignoreRules.ts';
import { fileOrFolder } from './rootFiles.ts';
import { archiveFolder } from './zeroInstall.ts';

/** What a Dockerfile's sources are looked up in. */
interface Surroundings {
  project: Project;
  /** Workspaces whose files are in the context already. */
  members: readonly Workspace[];
  rules: IgnoreRules;
  /** The Dockerfile, for errors. */
  dockerfile: string;
  /** Paths below which shipyarn itself writes. */
  written: readonly string[];
}

/**
 * Files that a Dockerfile copies and that no workspace of the closure holds. Of a folder above workspaces only what
 * belongs to no other workspace; of the whole context nothing more than is in it. Package archives come with the slice.
 * Rejects where a source is missing.
 */
export async function copiedFiles(
  sources: readonly CopySource[],
  surroundings: Surroundings,
): Promise<FileEntry[]> {
  const found = new Map<string, FileEntry>();
  for (const source of sources) {
    if (source.path === '') continue;
    for (const file of await filesOf(source, surroundings)) found.set(file.path, file);
  }
  return [...found.values()];
}

async function filesOf(source: CopySource, surroundings: Surroundings): Promise<FileEntry[]> {
  const { project, members, rules, written } = surroundings;
  const { base, glob } = micromatch.scan(source.path);
  const candidates =
    glob === ''
      ? await fileOrFolder(project.snapshot, source.path)
      : matching(await project.snapshot.files(base), source.path);
  const own = members.map(({ path }) => path);
  const inContext =
    written.some((path) => covers(source.path, path) || source.path.startsWith(`${path}/`)) ||
    own.some((folder) => folder !== '' && covers(source.path, folder)) ||
    members.some((workspace) => covers(source.path, manifestPath(workspace)));
  const archives = await archiveFolder(project);
  const kept = candidates.filter(
    ({ path }) => !rules.ignores(path) && (archives === null || !path.startsWith(`${archives}/`)),
  );
  if (kept.length === 0 && !inContext) throw missing(source, candidates.length > 0, surroundings.dockerfile);
  const foreign = [...project.workspaces.values()].filter((workspace) => !members.includes(workspace));
  const asked = foreign.some(({ path }) => `${source.path}/`.startsWith(`${path}/`));
  return kept.filter(
    ({ path }) =>
      !own.some((folder) => folder !== '' && path.startsWith(`${folder}/`)) &&
      (asked || !foreign.some((workspace) => path.startsWith(`${workspace.path}/`))),
  );
}

/** Go's `filepath.Match` over whole paths; a folder that matches stands for what is below it. */
function matching(files: readonly FileEntry[], pattern: string): FileEntry[] {
  return files.filter(({ path }) => covers(pattern, path));
}

/** Whether a source takes a path: it is the path, a folder above it, or a pattern for either. */
export function covers(source: string, path: string): boolean {
  const depth = source.split('/').length;
  const top = path.split('/').slice(0, depth).join('/');
  return top === source || micromatch.isMatch(top, source, { dot: true });
}

function missing(source: CopySource, ignored: boolean, file: string) {
  return inputFailure({
    reason: 'copy-source-missing',
    message: ignored
      ? `${file} copies ${source.path}, which is left out by .dockerignore or \`ignore\`.`
      : `${file} copies ${source.path}, which is not committed.`,
    hint: ignored
      ? 'Let it in with `!` in .dockerignore, or do not copy it.'
      : 'Correct the path, or commit the file.',
    at: { file, line: source.line },
  });
}
