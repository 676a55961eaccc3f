import { oncePer } from '../../oncePer.ts';
import type { FileEntry } from '../../ports/git.ts';
import type { Closure } from '../closure.ts';
import type { ContextLayer, ContextPart } from '../contextContents.ts';
import type { Project, Workspace } from '../project.ts';
import type { Service } from '../service.ts';
import { compareBytes, type Snapshot } from '../snapshot.ts';
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
  const below = await workspaceParts(project, closure, dependencies, rules);
  const own = await workspaceParts(project, closure, [service.workspace], rules);
  const root = await rootPart(project, service, closure, { rules, parts: [...below, ...own] });
  const layers = below.length === 0 ? [] : [contextLayer('dependencies', prefixes.dependencies, below)];
  return [...layers, contextLayer('service', prefixes.service, [...own, root, ...more])];
}

/** Manifests and files of workspaces. */
export async function workspaceParts(
  project: Project,
  closure: Closure,
  workspaces: readonly Workspace[],
  rules: IgnoreRules,
): Promise<ContextPart[]> {
  const files = await Promise.all(workspaces.map((workspace) => sourcePart(project, workspace, rules)));
  return files.flatMap((part, index) => [
    sourceManifestPart(project, closure, workspaces[index] as Workspace),
    part,
  ]);
}

type PartsByRules = Map<IgnoreRules['key'], Map<Workspace, Promise<ContextPart>>>;
const partsIn = oncePer((_: Snapshot): PartsByRules => new Map());

/** A workspace's files under some rules: many services of a commit ask for the same. */
function sourcePart(project: Project, workspace: Workspace, rules: IgnoreRules): Promise<ContextPart> {
  const byRules = partsIn(project.snapshot);
  const parts = byRules.get(rules.key) ?? new Map<Workspace, Promise<ContextPart>>();
  byRules.set(rules.key, parts);
  const known = parts.get(workspace);
  if (known !== undefined) return known;
  const part = equalPart(project, workspace, rules);
  parts.set(workspace, part);
  // What is missing now may have been fetched when it is asked for again.
  part.catch(() => parts.delete(workspace));
  return part;
}

const equalParts = new Map<string, ContextPart>();

/** The same part for equal folders, whichever commit asks. */
async function equalPart(project: Project, workspace: Workspace, rules: IgnoreRules): Promise<ContextPart> {
  const folder = await project.snapshot.entry(workspace.path);
  const key = [folder?.oid, workspace.path, ...nestedFolders(project, workspace), rules.key].join('\n');
  const known = equalParts.get(key);
  if (known !== undefined) return known;
  const below = workspace.path === '' ? '' : `${workspace.path}/`;
  const part = filesPart(await sourceFiles(project, workspace, rules), below);
  equalParts.set(key, part);
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
  const starts = parts.map(tsconfigsIn).filter((paths) => paths.length > 0);
  const chains = await Promise.all(starts.map((paths) => tsconfigChain(snapshot, paths)));
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

/** Many services share the parts of a library: each is looked through once. */
const tsconfigsIn = oncePer((part: ContextPart) =>
  part.entries().flatMap(({ path }) => (isTsconfig(path) ? path : [])),
);

function insideAny(folders: readonly string[]): (path: string) => boolean {
  const prefixes = folders.map((folder) => `${folder}/`);
  return (path) => prefixes.some((prefix) => path.startsWith(prefix));
}
