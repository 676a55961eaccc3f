import type { FileEntry } from '../../ports/git.ts';
import type { Closure } from '../closure.ts';
import type { ContextEntry } from '../contextContents.ts';
import type { PackageManifest, Project, Workspace } from '../project.ts';
import { manifestPath } from '../readManifest.ts';
import type { Service } from '../service.ts';
import { compareBytes } from '../snapshot.ts';
import { checkTokens, checkVariablesAreSecrets } from './checkTokens.ts';
import { type ContextPart, filesPart, writtenPart } from './contextPart.ts';
import { installManifest, type ManifestScope, manifestJson, sourceManifest } from './installManifest.ts';
import { installScriptFiles } from './installScriptFiles.ts';
import { installScripts } from './installScripts.ts';
import { namedFiles } from './rootFiles.ts';
import { checkFiles } from './sourceFiles.ts';
import { packedManifests, yarnFiles } from './yarnFiles.ts';
import { yarnSettingsPart } from './yarnSettings.ts';

/**
 * All that an immutable install of a closure reads: normalised manifests, the lockfile slice, Yarn's own files, and
 * what install scripts call. Nothing else in it changes with a version, a description, a script or a source file.
 */
export async function installParts(
  project: Project,
  closure: Closure,
  service: Service,
): Promise<ContextPart[]> {
  const { slice } = closure;
  const files = await yarnFiles(project, slice);
  const variables = await checkTokens(project.snapshot, files);
  checkVariablesAreSecrets(variables, Object.keys(service.settings.secrets));
  const committed = new Set(files.map(({ path }) => path));
  const members = membersOf(project, closure).filter((workspace) => !committed.has(manifestPath(workspace)));
  const called = await calledFiles(project, closure, service);
  return [
    ...members.map((workspace) => installManifestPart(project, closure, workspace)),
    writtenPart('yarn.lock', () => Buffer.from(slice.text()), slice.digest()),
    ...(await yarnSettingsPart(project)),
    filesPart(files),
    ...(called.length === 0 ? [] : [filesPart(called)]),
    ...(await packedManifests(project, slice, committed)),
  ];
}

function membersOf(project: Project, { slice }: Closure): Workspace[] {
  return slice.workspaces.map((name) => project.workspaces.get(name) ?? project.root);
}

/** What install scripts of a closure's workspaces run and read, and what `installFiles` adds to it. */
async function calledFiles(project: Project, closure: Closure, service: Service): Promise<FileEntry[]> {
  const { snapshot } = project;
  const found = await Promise.all(
    membersOf(project, closure).map((workspace) =>
      installScriptFiles(snapshot, workspace, scriptsOf(project, closure, workspace).scripts),
    ),
  );
  const named = await namedFiles(snapshot, service.settings.installFiles, 'installFiles');
  const files = new Map([...found.flat(), ...named].map((file) => [file.path, file]));
  const sorted = [...files.values()].sort((a, b) => compareBytes(a.path, b.path));
  await checkFiles(snapshot, sorted);
  return sorted;
}

function scriptsOf(project: Project, closure: Closure, workspace: Workspace) {
  return installScripts(workspace, project.root, manifestScope(project, closure, workspace));
}

/** Sentences for people: install scripts that an install of a closure goes without. */
export function installWarnings(project: Project, closure: Closure): string[] {
  return membersOf(project, closure).flatMap((workspace) => scriptsOf(project, closure, workspace).warnings);
}

/** How a workspace's manifest is normalised in a closure. Never on Classic: it then takes a public package of that name. */
function manifestScope(project: Project, closure: Closure, workspace: Workspace): ManifestScope {
  const { family } = project.yarn;
  const { development, ignored } = closure.scope;
  const keepVersion = family === 'classic' || closure.slice.versioned.has(workspace.name);
  return { development, ignored, family, keepVersion };
}

function installManifestPart(project: Project, closure: Closure, workspace: Workspace): ContextPart {
  const { scripts } = scriptsOf(project, closure, workspace);
  const scope = manifestScope(project, closure, workspace);
  return manifestPart(workspace, scope, (form) => installManifest(workspace, form, scripts));
}

/** A manifest beside its sources. */
export function sourceManifestPart(project: Project, closure: Closure, workspace: Workspace): ContextPart {
  const scope = manifestScope(project, closure, workspace);
  return manifestPart(workspace, scope, (form) => sourceManifest(workspace, form));
}

/** A version never counts for identity. */
function manifestPart(
  workspace: Workspace,
  scope: ManifestScope,
  write: (scope: ManifestScope) => PackageManifest,
): ContextPart {
  const path = manifestPath(workspace);
  const content = () => Buffer.from(manifestJson(write(scope)));
  const part = writtenPart(path, content, manifestJson(write({ ...scope, keepVersion: false })));
  if (!scope.keepVersion) return part;
  const entry: ContextEntry = { path, mode: '100644', from: { content }, outsideIdentity: true };
  return { ...part, entries: () => [entry] };
}
