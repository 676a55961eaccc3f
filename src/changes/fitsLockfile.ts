import { Failure } from '../errors.ts';
import type { Project, Workspace } from '../workspace/project.ts';

/**
 * Whether the lockfile has what a manifest asks for; false under Yarn Classic, where that is not looked into. Whoever
 * describes a context says what does not fit, where that matters.
 */
export async function fitsLockfile(project: Project, workspace: Workspace): Promise<boolean> {
  if (project.yarn.family === 'classic') return false;
  // Loads what reads lockfiles only for this.
  const [{ berryGraph }, { workspaceEdges }] = await Promise.all([
    import('../workspace/lockfile/berryGraph.ts'),
    import('../workspace/lockfile/workspaceEdges.ts'),
  ]);
  try {
    workspaceEdges(project, berryGraph(project), workspace, everyDependency);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

const everyDependency = { roots: [], development: true, ignored: () => false };
