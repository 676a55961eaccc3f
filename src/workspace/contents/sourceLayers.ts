import type { FileEntry } from '../../ports/git.ts';
import type { Closure } from '../closure.ts';
import type { ContextLayer, ContextPart } from '../contextContents.ts';
import type { Project, Workspace } from '../project.ts';
import type { Service } from '../service.ts';
import { compareBytes } from '../snapshot.ts';
import { contextLayer } from './contextLayer.ts';
import { filesPart } from './contextPart.ts';
import type { IgnoreRules } from './ignoreRules.ts';
import { sourceManifestPart } from './installLayer.ts';
import { fileOrFolder, namedFiles } from './rootFiles.ts';
import { checkFiles, nestedFolders, sourceFiles } from './sourceFiles.ts';
import { isTsconfig, tsconfigChain } from './tsconfigChain.ts';
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
  const root = await rootPart(project, service, closure, { rules, parts: [...parts.flat(), ...own] });
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

const sourceParts = new Map<string, Promise<ContextPart>>();

/** A workspace's files under some rules; made once for equal folders, whichever service or commit asks. */
async function sourcePart(project: Project, workspace: Workspace, rules: IgnoreRules): Promise<ContextPart> {
  const folder = await project.snapshot.entry(workspace.path);
  const key = [folder?.oid, workspace.path, ...nestedFolders(project, workspace), rules.key].join('\n');
  const known = sourceParts.get(key);
  if (known !== undefined) return known;
  const below = workspace.path === '' ? '' : `${workspace.path}/`;
  const part = sourceFiles(project, workspace, rules).then((files) => filesPart(files, below));
  sourceParts.set(key, part);
  // What is missing now may have been fetched when it is asked for again.
  part.catch(() => sourceParts.delete(key));
  return part;
}

/** Files from outside the workspaces, and those inside that another workspace's folder or a rule keeps back from them. */
async function rootPart(
  project: Project,
  service: Service,
  { workspaces, slice }: Closure,
  { rules, parts }: { rules: IgnoreRules; parts: readonly ContextPart[] },
): Promise<ContextPart> {
  const { snapshot } = project;
  const chains = await Promise.all(parts.map((part) => tsconfigChain(snapshot, tsconfigsIn(part))));
  const linked = await Promise.all(linkedPaths(slice).map((path) => fileOrFolder(snapshot, path)));
  const inputs = await namedFiles(snapshot, service.settings.inputs, 'inputs');
  const isInside = insideAny(workspaces.map(({ path }) => path));
  const isPresent = (path: string) => parts.some((part) => part.entry(path) !== undefined);
  const unasked = [...chains.flat(), ...linked.flat()].filter(
    ({ path }) => !isInside(path) || !rules.ignores(path),
  );
  const files = new Map<string, FileEntry>(
    [...inputs, ...unasked]
      .filter(({ path }) => !isInside(path) || !isPresent(path))
      .map((file) => [file.path, file]),
  );
  const sorted = [...files.values()].sort((a, b) => compareBytes(a.path, b.path));
  await checkFiles(snapshot, sorted);
  return filesPart(sorted);
}

const tsconfigs = new WeakMap<ContextPart, readonly string[]>();

/** Many services share the parts of a library: each is looked through once. */
function tsconfigsIn(part: ContextPart): readonly string[] {
  const found = tsconfigs.get(part) ?? part.entries().flatMap(({ path }) => (isTsconfig(path) ? path : []));
  tsconfigs.set(part, found);
  return found;
}

function insideAny(folders: readonly string[]): (path: string) => boolean {
  const prefixes = folders.map((folder) => `${folder}/`);
  return (path) => prefixes.some((prefix) => path.startsWith(prefix));
}
