import { serviceSettings } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';
import { once } from '../once.ts';
import type { Git } from '../ports/git.ts';
import { readProject } from '../workspace/readProject.ts';
import type { Service } from '../workspace/service.ts';
import { openSnapshot, type Snapshot } from '../workspace/snapshot.ts';
import { changedPaths } from './changedPaths.ts';
import type { LockfileReach } from './lockfileReach.ts';
import type { ManifestEdits } from './manifestEdits.ts';
import { type ChangedTree, isJudged, mayDiffer } from './mayDiffer.ts';
import type { Outline } from './outline.ts';
import type { PlainChanges } from './plainChanges.ts';
import { shapesInstalls } from './plainFiles.ts';
import type { RootEdits } from './rootEdits/rootEdits.ts';
import type { ServiceSide } from './serviceSide.ts';
import { surelyDiffers } from './surelyDiffers.ts';

/** A commit that services are compared with; what it holds is read when it is asked for, once. */
export interface Baseline {
  commit: string;
  /** Paths that differ between it and the head. */
  changed(): Promise<ReadonlySet<string>>;
  /** False where the changed paths alone show that the service is as it was. */
  mayDiffer(service: Service): Promise<boolean>;
  /** True where the changed paths alone show that the service is not as it was. */
  surelyDiffers(service: Service): Promise<boolean>;
  /** The changes, where they say by themselves what they mean for the service. */
  plainChanges(service: Service): Promise<PlainChanges | null>;
  /** Whether the other tree has the same manifests, lockfile and settings of Yarn: most of a side is then shared. */
  installsAlike(): Promise<boolean>;
  /**
   * The service of this name as it was; null where there was no such workspace. Rejects with an input failure
   * where the project was in a state that could not be built.
   */
  side(serviceName: string): Promise<ServiceSide | null>;
  /** The same without a description of its context; null also where that is needed, be it to tell what is wrong. */
  outline(serviceName: string): Promise<Outline | null>;
}

const noLockfileEdits: LockfileReach = {
  workspaces: new Set(),
  edited: [],
  certain: new Set(),
  versions: () => () => ({ packages: [] }),
};
const noManifestEdits: ManifestEdits = {
  harmless: new Set(),
  understood: new Set(),
  plain: new Set(),
  asking: new Set(),
  needing: new Set(),
  certain: new Set(),
  rootDiffers: async () => false,
};
const noRootEdits: RootEdits = {
  understood: new Set(),
  verdict: async () => 'same',
  told: async () => () => [],
};

/** Baselines of one head, by commit, each opened once. `configAt` gives the configuration of another tree. */
export function openBaselines(
  { objects, history }: Pick<Git, 'objects' | 'history'>,
  head: Pick<ChangedTree, 'project' | 'config' | 'services'>,
  configAt: (snapshot: Snapshot) => Promise<Config>,
): (commit: string) => Baseline {
  const headTree = head.project.snapshot.tree;
  const opened = new Map<string, Baseline>();
  const open = (commit: string): Baseline => {
    const snapshot = once(async () => openSnapshot(await history.treeOf(commit), objects));
    const project = once(async () => readProject(await snapshot()));
    const config = once(async () => configAt(await snapshot()));
    const changed = once(async () => new Set(await changedPaths(objects, (await snapshot()).tree, headTree)));
    const lockfileReach = once(async () => {
      if (!(await changed()).has('yarn.lock')) return noLockfileEdits;
      // Only now is what reads it loaded.
      const { reachOfEdits } = await import('./lockfileReach.ts');
      return reachOfEdits(head, await snapshot());
    });
    const manifests = once(async () => {
      const edited = [...(await changed())].filter((path) => /(^|\/)package\.json$/.test(path));
      if (edited.length === 0) return noManifestEdits;
      const { manifestEdits } = await import('./manifestEdits.ts');
      return manifestEdits(head, edited, snapshot);
    });
    const roots = once(async () => {
      if (![...(await changed())].some(isJudged)) return noRootEdits;
      const { rootEdits } = await import('./rootEdits/rootEdits.ts');
      return rootEdits({ ...head, before: snapshot, configBefore: config }, await changed());
    });
    const serviceOf = async (serviceName: string): Promise<Service | null> => {
      const workspace = (await project()).workspaces.get(serviceName);
      if (workspace === undefined) return null;
      const { name, path } = workspace;
      return { name, path, workspace, settings: serviceSettings(await config(), workspace) };
    };
    /** Whether the lockfile had what the manifests asked for, as far as either was edited since. */
    const fits = once(async () => {
      const { fitsLockfile } = await import('./fitsLockfile.ts');
      const before = await project();
      const edited = [...((await lockfileReach())?.edited ?? []), ...(await manifests()).certain];
      const old = edited.flatMap(({ name, path }) =>
        path === '' ? before.root : (before.workspaces.get(name) ?? []),
      );
      return (await Promise.all(old.map((workspace) => fitsLockfile(before, workspace)))).every(Boolean);
    });
    const tree = { ...head, before: snapshot, lockfileReach, manifestEdits: manifests, rootEdits: roots };
    const may = once(async () => mayDiffer({ ...tree, changed: await changed() }));
    const surely = once(async () => surelyDiffers({ ...tree, changed: await changed() }));
    const plain = once(async () => {
      const { plainChanges } = await import('./plainChanges.ts');
      return plainChanges({ ...tree, changed: await changed() });
    });
    return {
      commit,
      changed,
      plainChanges: async (service) => (await plain())(service),
      installsAlike: once(async () => ![...(await changed())].some(shapesInstalls)),
      mayDiffer: async (service) => (await may())(service),
      surelyDiffers: async (service) => (await surely())(service),
      async side(serviceName) {
        const service = await serviceOf(serviceName);
        // Whoever asks for it has loaded it.
        const { openSide } = await import('./serviceSide.ts');
        return service === null ? null : openSide(await project(), service);
      },
      async outline(serviceName) {
        const service = (await fits()) ? await serviceOf(serviceName) : null;
        const { outlineOf } = await import('./outline.ts');
        return service === null ? null : outlineOf(await project(), service);
      },
    };
  };
  return (commit) => {
    const baseline = opened.get(commit) ?? open(commit);
    opened.set(commit, baseline);
    return baseline;
  };
}
