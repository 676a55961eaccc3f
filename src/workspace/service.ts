import type { ServiceSettings } from '../config/settings.ts';
import type { Workspace } from './project.ts';

/** A workspace that ships an image. */
export interface Service {
  /** Full name of the workspace: `@acme/api`. */
  name: string;
  /** Its folder. */
  path: string;
  workspace: Workspace;
  settings: ServiceSettings;
}
