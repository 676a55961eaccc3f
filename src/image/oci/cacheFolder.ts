import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where this machine keeps what can be had again: fetched Yarn releases, installed dependencies, built workspaces. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  if (env.SHIPYARN_CACHE) return env.SHIPYARN_CACHE;
  return join(env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), '.cache'), 'shipyarn');
}
