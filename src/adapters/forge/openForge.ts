import { inputFailure } from '../../errors.ts';
import type { Forge } from '../../ports/forge.ts';
import { infraTokenVariable } from '../git/infraCredentials.ts';
import { longestSilence } from '../longestSilence.ts';
import { type ForgeSettings, forgeAddress } from './forgeAddress.ts';
import { forgeHttp, forgeToken } from './forgeHttp.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';

export interface OpenForgeOptions {
  /** Address of the Git remote; told apart by its host where `settings` name no kind. */
  remoteUrl: string;
  settings?: ForgeSettings | undefined;
  env: NodeJS.ProcessEnv;
}

const usualVariables: Record<Forge['kind'], readonly string[]> = {
  github: ['GITHUB_TOKEN', 'GH_TOKEN'],
  gitlab: ['GITLAB_TOKEN'],
  gitea: ['GITEA_TOKEN', 'FORGEJO_TOKEN'],
  bitbucket: ['BITBUCKET_TOKEN'],
};

/** The forge that the monorepo lives on; null where it is not known to be one. Rejects with `forge-token-missing`. */
export function openForge(options: OpenForgeOptions): Forge | null {
  return open(options, []);
}

/** The same for an infra repo. The settings are the monorepo's: they count unless the host is plainly of another kind. */
export function openInfraForge(options: OpenForgeOptions): Forge | null {
  const { kind } = forgeAddress(options.remoteUrl) ?? {};
  const other = kind !== undefined && options.settings?.kind !== undefined && kind !== options.settings.kind;
  return open(other ? { ...options, settings: undefined } : options, [infraTokenVariable]);
}

function open(
  { remoteUrl, settings, env }: OpenForgeOptions,
  firstVariables: readonly string[],
): Forge | null {
  const address = forgeAddress(remoteUrl, settings);
  if (address === null) return null;
  const { kind, api, repository } = address;
  const named = settings?.tokenEnv === undefined ? [] : [settings.tokenEnv];
  const variables = [...firstVariables, ...named, ...usualVariables[kind]];
  const token = forgeToken(env, variables);
  const tokenHint = `See that ${repository} exists there and that the token in ${variables.join(' or ')} may write to it.`;
  const limits = { tokenHint, silence: longestSilence(env) };
  if (kind === 'github') {
    const headers = { authorization: `Bearer ${token}`, 'x-github-api-version': '2022-11-28' };
    return github(forgeHttp(api, headers, limits), api, repository);
  }
  if (kind === 'gitlab') return gitlab(forgeHttp(api, { 'private-token': token }, limits), repository);
  if (kind === 'gitea') return gitea(forgeHttp(api, { authorization: `token ${token}` }, limits), repository);
  throw inputFailure({
    reason: 'forge-not-supported',
    message: 'Releases and pull requests on Bitbucket are not supported.',
    hint: 'Let the environment be pushed to: leave `pullRequest` out.',
  });
}
