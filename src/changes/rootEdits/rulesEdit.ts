import { nullIfWrong } from '../../errors.ts';
import { dockerfileOf } from '../../workspace/contents/dockerfileOf.ts';
import { readIgnoreRules } from '../../workspace/contents/ignoreRules.ts';
import type { Project, Workspace } from '../../workspace/project.ts';
import { areFilesAlone } from '../doubtfulPaths.ts';
import { ruleReasons } from '../editReasons.ts';
import { isPlainFile } from '../plainFiles.ts';
import { isReached, type Reached, reachedBy } from '../reached.ts';
import { sourcesByWorkspace } from '../sourcesByWorkspace.ts';
import { certainDependents } from '../workspaceDependents.ts';
import { workspaceOwner } from '../workspaceOwner.ts';
import type { SettingsEdit } from './settingsEdit.ts';
import type { Judge, Told, Trees } from './verdict.ts';

/** All workspaces are looked through for each pair of rules: where services have many of their own, one by one is sooner done. */
const mostRules = 4;

/** Ignore rules, in the configuration and `.dockerignore`: whether they leave a file out of one tree's image alone. */
export async function rulesEdit(
  { project, before }: Trees,
  changed: ReadonlySet<string>,
  { serviceBefore }: SettingsEdit,
): Promise<Judge> {
  const [old, { snapshot }] = [await before(), project];
  const known = new Map<string, Promise<Sifted>>();
  return async (service) => {
    const { kind, origin } = await dockerfileOf(project, service);
    const was = await nullIfWrong(readIgnoreRules(old, serviceBefore(service), origin));
    const is = await readIgnoreRules(snapshot, service, origin);
    if (was?.key === is.key) return 'same';
    const key = `${was?.key}\n\n${is.key}`;
    // What a Dockerfile of the service's own copies from elsewhere is sifted, too.
    const asksAll = was === null || kind === 'own' || (known.size === mostRules && !known.has(key));
    if (asksAll) return 'unsure';
    const isSifted = (path: string) => was.ignores(path) !== is.ignores(path);
    const sifted = known.get(key) ?? sift(project, changed, isSifted, is.ignores);
    known.set(key, sifted);
    const { reached, certain, told } = await sifted;
    if (!isReached(service, reached)) return 'same';
    const { inputs, installFiles } = service.settings;
    // What they name may be in the image, whatever the rules say.
    if (!certain.has(service.workspace) || inputs.length > 0) return 'unsure';
    return told !== null && kind === 'template' && installFiles.length === 0 ? told : 'differs';
  };
}

/** Whom files reach that rules leave out of one tree alone. */
interface Sifted {
  reached: Reached;
  /** Workspaces that certainly have such a file, or need one that has. */
  certain: ReadonlySet<Workspace>;
  /** Null: one of them may be in an image for another reason, or lead to others. */
  told: Told | null;
}

async function sift(
  project: Project,
  changed: ReadonlySet<string>,
  isSifted: (path: string) => boolean,
  isLeftOut: (path: string) => boolean,
): Promise<Sifted> {
  const owner = workspaceOwner(project);
  const workspaces = [...project.workspaces.values()];
  const files = await Promise.all(workspaces.map(({ path }) => project.snapshot.files(path)));
  const sifted = files.flat().filter(({ path }) => isSifted(path));
  const paths = [...sifted.map(({ path }) => path), ...[...changed].filter(isSifted)];
  const untouched = sifted.filter(
    ({ path, mode }) => mode.startsWith('100') && isPlainFile(path) && !changed.has(path),
  );
  const sources = sourcesByWorkspace(
    project,
    untouched.map(({ path }) => path),
  );
  const isTold = untouched.length === paths.length && (await areFilesAlone(project, paths));
  return {
    reached: reachedBy(project, new Set(paths.flatMap((path) => owner(path) ?? []))),
    certain: certainDependents(project, sources.keys()),
    told: isTold ? tellSifted(sources, isLeftOut) : null,
  };
}

function tellSifted(
  sources: ReadonlyMap<Workspace, readonly string[]>,
  isLeftOut: (path: string) => boolean,
): Told {
  const byFolder = new Map(
    [...sources].map(([{ path }, files]) => [
      path,
      { went: files.filter(isLeftOut), came: files.filter((file) => !isLeftOut(file)) },
    ]),
  );
  return ({ folders }) => {
    const found = [...folders].flatMap((folder) => byFolder.get(folder) ?? []);
    return ruleReasons(
      found.flatMap(({ came }) => came),
      found.flatMap(({ went }) => went),
    );
  };
}
