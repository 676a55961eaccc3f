import type { Project } from '../project.ts';
import type { LockfileSlice, SliceScope } from './lockfileSlice.ts';
import { sliceBerryLockfile } from './sliceBerryLockfile.ts';
import { sliceClassicLockfile } from './sliceClassicLockfile.ts';

/** The lockfile pruned to what some workspaces need. The lockfile is parsed once for a project. */
export function sliceLockfile(project: Project, scope: SliceScope): LockfileSlice {
  return project.yarn.family === 'classic'
    ? sliceClassicLockfile(project, scope)
    : sliceBerryLockfile(project, scope);
}
