import { tagFormat } from '../changes/tagFormat.ts';
import type { Ports } from '../ports/ports.ts';
import { lookAtRemote, type RemoteState } from '../release/remoteState.ts';
import type { Survey } from './survey.ts';

/** The remote as a release of this state of the monorepo sees it; rejects as `lookAtRemote` does. */
export function lookAtRelease({ git }: Ports, { config, head, services }: Survey): Promise<RemoteState> {
  return lookAtRemote(git, config, head, tagFormat(config, services));
}
