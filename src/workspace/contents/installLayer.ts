import type { Closure } from '../closure.ts';
import type { ContextEntry } from '../contextContents.ts';
import type { Project, Workspace } from '../project.ts';
import { manifestPath } from '../readManifest.ts';
import { checkTokens, checkVariablesAreSecrets } from './checkTokens.ts';
import { type ContextPart, filesPart, writtenPart } from './contextPart.ts';
import { installManifest, type ManifestScope, manifestJson, sourceManifest } from './installManifest.ts';
import { packedManifests, yarnFiles } from './yarnFiles.ts';

/**
 * All that an immutable install of a closure reads: normalised manifests, the lockfile slice, and Yarn's own
 * files. Nothing in it changes with a version, a description, a script or a source file.
 */
export async function installParts(
  project: Project,
  closure: Closure,
  secrets: readonly string[],
): Promise<ContextPart[]> {
  const { slice } = closure;
  const files = await yarnFiles(project, slice);
  checkVariablesAreSecrets(await checkTokens(project.snapshot, files), secrets);
  const committed = new Set(files.map(({ path }) => path));
  const members = slice.workspaces.map((name) => project.workspaces.get(name) ?? project.root);
  const manifests = members
    .filter((workspace) => !committed.has(manifestPath(workspace)))
    .map((workspace) => manifestPart(workspace, manifestScope(project, closure, workspace), 'install'));
  const lockfile = writtenPart('yarn.lock', () => Buffer.from(slice.text()), slice.digest());
  return [...manifests, lockfile, filesPart(files), ...(await packedManifests(project, slice, committed))];
}

/** How a workspace's manifest is normalised in a closure. Never on Classic: it then takes a public package of that name. */
export function manifestScope(project: Project, closure: Closure, workspace: Workspace): ManifestScope {
  const { family } = project.yarn;
  const { development, ignored } = closure.scope;
  const keepVersion = family === 'classic' || closure.slice.versioned.has(workspace.name);
  return { development, ignored, family, keepVersion };
}

/** A manifest as the install layer (`install`) or the sources (`source`) have it; a version never counts for identity. */
export function manifestPart(
  workspace: Workspace,
  scope: ManifestScope,
  form: 'install' | 'source',
): ContextPart {
  const write = form === 'install' ? installManifest : sourceManifest;
  const path = manifestPath(workspace);
  const content = () => Buffer.from(manifestJson(write(workspace, scope)));
  const neutral = manifestJson(write(workspace, { ...scope, keepVersion: false }));
  const part = writtenPart(path, content, neutral);
  if (!scope.keepVersion) return part;
  const entry: ContextEntry = { path, mode: '100644', from: { content }, outsideIdentity: true };
  return { ...part, entries: () => [entry] };
}
