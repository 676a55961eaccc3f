import { once } from '../../once.ts';
import { oncePer } from '../../oncePer.ts';
import type { FileEntry } from '../../ports/git.ts';
import type { Closure } from '../closure.ts';
import type { ContextPart } from '../contextContents.ts';
import { keptByScope } from '../lockfile/keptByScope.ts';
import type { PackageManifest, Project, Workspace } from '../project.ts';
import { manifestPath } from '../readManifest.ts';
import type { Service } from '../service.ts';
import { compareBytes } from '../snapshot.ts';
import { checkTokens, checkVariablesAreSecrets } from './checkTokens.ts';
import { filesPart, writtenPart } from './contextPart.ts';
import { installManifest, type ManifestScope, manifestJson, sourceManifest } from './installManifest.ts';
import { installScriptFiles } from './installScriptFiles.ts';
import { hasInstallScripts, installScripts } from './installScripts.ts';
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
  const called = await calledFiles(project, closure, service);
  return [
    ...writtenParts(project, closure, committed),
    ...(await yarnSettingsPart(project)),
    committedPart(files),
    ...(called.length === 0 ? [] : [filesPart(called)]),
    ...(await packedManifests(project, slice, committed)),
  ];
}

/** Most closures have the same list. */
const committedPart = oncePer((files: readonly FileEntry[]) => filesPart(files));

/** Kept with the closure, by those of its manifests that are written: the other side of a comparison has the same. */
const writtenIn = oncePer((_: Closure) => new Map<string, readonly ContextPart[]>());

/** Manifests and lockfile as shipyarn writes them. */
function writtenParts(
  project: Project,
  closure: Closure,
  committed: ReadonlySet<string>,
): readonly ContextPart[] {
  const { slice } = closure;
  const members = membersOf(project, closure).filter((workspace) => !committed.has(manifestPath(workspace)));
  const known = writtenIn(closure);
  const key = members.map(({ path }) => path).join('\n');
  const parts = known.get(key) ?? [
    ...members.map((workspace) => installManifestPart(project, closure, workspace)),
    writtenPart(
      'yarn.lock',
      () => Buffer.from(slice.text()),
      () => slice.digest(),
    ),
  ];
  known.set(key, parts);
  return parts;
}

function membersOf(project: Project, { slice }: Closure): Workspace[] {
  return slice.workspaces.map((name) => project.workspaces.get(name) ?? project.root);
}

/** What install scripts of a closure's workspaces run and read, and what `installFiles` adds to it. */
async function calledFiles(project: Project, closure: Closure, service: Service): Promise<FileEntry[]> {
  const { snapshot } = project;
  const found = await Promise.all(
    membersOf(project, closure)
      .filter(hasInstallScripts)
      .map((workspace) =>
        installScriptFiles(snapshot, workspace, scriptsOf(project, closure, workspace).scripts),
      ),
  );
  const named = await namedFiles(snapshot, service.settings.installFiles, 'installFiles');
  const files = new Map([...found.flat(), ...named].map((file) => [file.path, file]));
  const sorted = [...files.values()].sort((a, b) => compareBytes(a.path, b.path));
  await checkFiles(snapshot, sorted);
  return sorted;
}

/** What a workspace is in a scope: many services ship the same libraries. */
interface KnownInScope {
  scripts?: ReturnType<typeof installScripts>;
  parts: Map<string, ContextPart>;
}

/** For the root, whose manifest says which install scripts may run: the same one in two commits mostly. */
const knownWorkspaces = keptByScope(() => new Map<Workspace, Map<string, KnownInScope>>());

function knownInScope({ root }: Project, workspace: Workspace, scope: ManifestScope): KnownInScope {
  const known = knownWorkspaces(root, scope);
  const forms = known.get(workspace) ?? new Map<string, KnownInScope>();
  known.set(workspace, forms);
  const form = `${scope.family} ${scope.keepVersion}`;
  const found = forms.get(form) ?? { parts: new Map() };
  forms.set(form, found);
  return found;
}

const noScripts: ReturnType<typeof installScripts> = { scripts: {}, warnings: [] };

function scriptsOf(project: Project, closure: Closure, workspace: Workspace) {
  if (!hasInstallScripts(workspace)) return noScripts;
  const scope = manifestScope(project, closure, workspace);
  const inScope = knownInScope(project, workspace, scope);
  inScope.scripts ??= installScripts(workspace, project.root, scope);
  return inScope.scripts;
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
  return manifestPart(project, closure, workspace, 'install', (scope) =>
    installManifest(workspace, scope, scripts),
  );
}

/** A manifest beside its sources. */
export function sourceManifestPart(project: Project, closure: Closure, workspace: Workspace): ContextPart {
  return manifestPart(project, closure, workspace, 'source', (scope) => sourceManifest(workspace, scope));
}

/** A version never counts for identity. */
function manifestPart(
  project: Project,
  closure: Closure,
  workspace: Workspace,
  form: 'install' | 'source',
  write: (scope: ManifestScope) => PackageManifest,
): ContextPart {
  const scope = manifestScope(project, closure, workspace);
  const { parts } = knownInScope(project, workspace, scope);
  const part = parts.get(form) ?? writeManifest(manifestPath(workspace), scope, write);
  parts.set(form, part);
  return part;
}

function writeManifest(
  path: string,
  scope: ManifestScope,
  write: (scope: ManifestScope) => PackageManifest,
): ContextPart {
  const content = () => Buffer.from(manifestJson(write(scope)));
  const identity = once(() => manifestJson(write({ ...scope, keepVersion: false })));
  return writtenPart(path, content, identity);
}
