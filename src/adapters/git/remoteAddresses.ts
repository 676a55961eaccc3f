import { homedir } from 'node:os';
import { join } from 'node:path';
import type { GitSurroundings, RunGit } from './gitProcess.ts';
import { readText } from './readText.ts';
import { remoteValues } from './remoteValues.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

export interface RemoteAddress {
  /** As the configuration has it. */
  configured: string;
  /** What Git makes of it (`url.<base>.insteadOf`) and goes to. */
  used: string;
}

export interface RemoteAddresses {
  fetch: readonly RemoteAddress[];
  push: readonly RemoteAddress[];
}

interface Surroundings extends Pick<GitSurroundings, 'env'> {
  paths: RepositoryPaths;
  git: RunGit;
  name: string;
}

/**
 * Where Git goes for a remote, as far as an address may carry credentials. In a clone whose files show none, no
 * process is started, and there are no addresses.
 */
export async function remoteAddresses({ paths, git, name, env }: Surroundings): Promise<RemoteAddresses> {
  const values = await remoteValues(paths, git, name);
  const all = (key: string) => values.filter(([known]) => known === key).map(([, value]) => value);
  const urls = all('url');
  const pushUrls = all('pushurl');
  const fetch = urls.slice(0, 1);
  const push = pushUrls.length > 0 ? pushUrls : urls;
  const carry = [...fetch, ...push].some((address) => /^https?:\/\/[^/]*@/i.test(address));
  if (!carry && !mayBeRewritten(paths, env)) return { fetch: [], push: [] };
  const used = await usedAddresses(git, name);
  return { fetch: paired(fetch, used.fetch), push: paired(push, used.push) };
}

/** Whether an address may be another one by the time Git uses it; said too often rather than not. */
function mayBeRewritten({ commonDirectory }: RepositoryPaths, env: NodeJS.ProcessEnv): boolean {
  const variables = Object.keys(env).filter((name) => /^GIT_CONFIG_(KEY_\d+|PARAMETERS)$/.test(name));
  if (variables.some((name) => rewriting.test(env[name] ?? ''))) return true;
  return [join(commonDirectory, 'config'), ...userFiles(env)].some((file) => {
    try {
      return rewriting.test(readText(file) ?? '');
    } catch {
      return true;
    }
  });
}

const rewriting = /insteadof|include|worktreeconfig/i;

/** @see https://git-scm.com/docs/git-config#FILES */
function userFiles(env: NodeJS.ProcessEnv): string[] {
  const home = env.HOME ?? homedir();
  const own = [join(env.XDG_CONFIG_HOME || join(home, '.config'), 'git/config'), join(home, '.gitconfig')];
  const global = env.GIT_CONFIG_GLOBAL === undefined ? own : [env.GIT_CONFIG_GLOBAL];
  return [...global, env.GIT_CONFIG_SYSTEM ?? '/etc/gitconfig'].filter((file) => file !== '');
}

async function usedAddresses(git: RunGit, name: string): Promise<{ fetch: string[]; push: string[] }> {
  const { stdout } = await git(['remote', '--verbose'], { what: `read the addresses of the remote ${name}` });
  const lines = stdout.toString().split('\n');
  const of = (use: string) =>
    lines.flatMap((line) => {
      const [, remote, address, purpose] = /^([^\t]+)\t(.*) \((fetch|push)\)/.exec(line) ?? [];
      return remote === name && purpose === use && address !== undefined ? [address] : [];
    });
  return { fetch: of('fetch'), push: of('push') };
}

/** Both lists have one order. Where they tell of different numbers, nothing is known of any rewriting. */
function paired(configured: readonly string[], used: readonly string[]): RemoteAddress[] {
  const known = used.length === configured.length ? used : configured;
  return configured.map((address, index) => ({ configured: address, used: known[index] ?? address }));
}
