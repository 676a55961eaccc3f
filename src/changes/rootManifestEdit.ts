import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { installManifest, type ManifestScope } from '../workspace/contents/installManifest.ts';
import { globMatcher } from '../workspace/globMatcher.ts';
import { hasBuildScript } from '../workspace/hasBuildScript.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import { fitsLockfile } from './fitsLockfile.ts';

/** Whether an install of a service certainly reads another root manifest than before. */
export type RootManifestEdit = (service: Service) => Promise<boolean>;

/** Every image has an install for production; one for development as well where the service builds. */
export async function rootManifestEdit(project: Project, old: Workspace): Promise<RootManifestEdit> {
  if (!(await fitsLockfile(project, project.root))) return async () => false;
  const isOther = (scope: Pick<ManifestScope, 'development' | 'ignored'>) => {
    const [before, after] = [old, project.root].map((root) =>
      JSON.stringify(installManifest(root, { ...scope, family: 'berry', keepVersion: false }, {})),
    );
    return before !== after;
  };
  const everywhere = isOther({ development: false, ignored: () => true });
  const inBuilds = new Map<ManifestScope['ignored'], boolean>();
  return async (service) => {
    if (everywhere) return true;
    const { kind } = await dockerfileOf(project, service);
    const builds = kind === 'own' || hasBuildScript(service.workspace);
    if (!builds) return false;
    const ignored = globMatcher(service.settings.ignoreDependencies);
    const differs = inBuilds.get(ignored) ?? isOther({ development: true, ignored });
    inBuilds.set(ignored, differs);
    return differs;
  };
}
