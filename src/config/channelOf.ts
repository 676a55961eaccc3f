import { ownValue } from '../ownValue.ts';
import type { Config } from './settings.ts';

/** The prerelease channel of a branch, or null: its releases are stable. */
export function channelOf(config: Config, branch: string | null): string | null {
  return branch === null ? null : (ownValue(config.channels, branch) ?? null);
}
