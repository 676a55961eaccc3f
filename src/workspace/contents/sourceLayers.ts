import type { FileEntry } from '../../ports/git.ts';
import type { Closure } from '../closure.ts';
import type { ContextLayer } from '../contextContents.ts';
import type { Project, Workspace } from '../project.ts';
import type { Service } from '../service.ts';
import { compareBytes } from '../snapshot.ts';
import { contextLayer } from './contextLayer.ts';
import { type ContextPart, filesPart } from './contextPart.ts';
import type { IgnoreRules } from './ignoreRules.ts';
import { sourceManifestPart } from './installLayer.ts';
import { fileOrFolder, namedFiles } from './rootFiles.ts';
import { checkFiles, sourceFiles } from './sourceFiles.ts';
import { tsconfigChain } from './tsconfigChain.ts';
import { linkedPaths } from './yarnFiles.ts';

/** Dependency workspaces in one layer; in the other the service, with files from outside the workspaces. */
export async function sourceLayers(
  project: Project,
  service: Service,
  closure: Closure,
  options: {
    rules: IgnoreRules;
    prefixes: { dependencies: string; service: string };
    more?: readonly ContextPart[];
  },
): Promise<ContextLayer[]> {
  const { rules, prefixes, more = [] } = options;
  const dependencies = closure.workspaces.filter((workspace) => workspace !== service.workspace);
  const parts = await Promise.all(
    dependencies.map((workspace) => workspaceParts(project, closure, workspace, rules)),
  );
  const own = await workspaceParts(project, closure, service.workspace, rules);
  const root = await rootPart(project, service, closure);
  const below = parts.length === 0 ? [] : [contextLayer('dependencies', prefixes.dependencies, parts.flat())];
  return [...below, contextLayer('service', prefixes.service, [...own, root, ...more])];
}

/** A workspace's files and its manifest. */
export async function workspaceParts(
  project: Project,
  closure: Closure,
  workspace: Workspace,
  rules: IgnoreRules,
): Promise<ContextPart[]> {
  const files = await sourcePart(project, workspace, rules);
  return [sourceManifestPart(project, closure, workspace), files];
}

const sourceParts = new WeakMap<object, Map<string, Promise<ContextPart>>>();

/** A workspace's files under some rules; made once for equal folders, whichever service or commit asks. */
async function sourcePart(project: Project, workspace: Workspace, rules: IgnoreRules): Promise<ContextPart> {
  const known = sourceParts.get(project.structure) ?? new Map<string, Promise<ContextPart>>();
  sourceParts.set(project.structure, known);
  const folder = await project.snapshot.entry(workspace.path);
  const key = `${folder?.oid} ${rules.key} ${workspace.path}`;
  const part = known.get(key) ?? sourceFiles(project, workspace, rules).then(filesPart);
  known.set(key, part);
  return part;
}

async function rootPart(project: Project, service: Service, closure: Closure): Promise<ContextPart> {
  const { snapshot } = project;
  const chains = await Promise.all(closure.workspaces.map((workspace) => tsconfigChain(snapshot, workspace)));
  const linked = await Promise.all(linkedPaths(closure.slice).map((path) => fileOrFolder(snapshot, path)));
  const inside = closure.workspaces.map(({ path }) => `${path}/`);
  const files = new Map<string, FileEntry>(
    [...(await namedFiles(snapshot, service.settings.inputs, 'inputs')), ...chains.flat(), ...linked.flat()]
      .filter(({ path }) => !inside.some((folder) => path.startsWith(folder)))
      .map((file) => [file.path, file]),
  );
  const sorted = [...files.values()].sort((a, b) => compareBytes(a.path, b.path));
  await checkFiles(snapshot, sorted);
  return filesPart(sorted);
}
