import type { Config } from '../../config/settings.ts';
import type { Project } from '../../workspace/project.ts';
import type { Service } from '../../workspace/service.ts';
import type { Snapshot } from '../../workspace/snapshot.ts';
import type { Reason } from '../reason.ts';
import type { ServiceView } from '../serviceView.ts';

/**
 * What the edit of a file in the root means for one service's image: it is the `same`; it certainly `differs`; only a
 * comparison tells (`unsure`); or it differs, and why can be told without one.
 */
type Verdict = 'same' | 'differs' | 'unsure' | Told;

/** The reasons that an edit is for a service as it is now, beside the edited file where the image holds it. */
export type Told = (service: ServiceView) => Reason[];

export type Judge = (service: Service) => Promise<Verdict>;

/** Both trees. */
export interface Trees {
  project: Project;
  config: Config;
  before(): Promise<Snapshot>;
  configBefore(): Promise<Config>;
}
