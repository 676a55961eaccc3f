import type { Forge } from '../../ports/forge.ts';

export interface ForgeAddress {
  kind: Forge['kind'];
  /** Base of the REST API without a slash at its end. */
  api: string;
  /** `owner/repo`; on GitLab also `group/subgroup/repo`. */
  repository: string;
}

export interface ForgeSettings {
  kind?: Forge['kind'] | undefined;
  api?: string | undefined;
  tokenEnv?: string | undefined;
}

/** Which forge a remote lives on and how its API is reached; null where neither address nor settings tell. */
export function forgeAddress(remoteUrl: string, settings: ForgeSettings = {}): ForgeAddress | null {
  const { host, path } = parseRemoteUrl(remoteUrl);
  const kind = settings.kind ?? kindOf(host);
  if (kind === null || path === '') return null;
  const api = settings.api ?? (host === '' ? null : defaultApi(kind, host));
  return api === null ? null : { kind, api: api.replace(/\/+$/, ''), repository: path };
}

/** `https://host/owner/repo.git`, `ssh://git@host:22/…`, `git@host:owner/repo.git`; a folder's last two names. */
function parseRemoteUrl(url: string): { host: string; path: string } {
  const trimmed = (path: string) => path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  const short = /^(?:[^@/]+@)?([^/:]+):(?!\/\/)(.+)$/.exec(url);
  if (short) return { host: short[1] ?? '', path: trimmed(short[2] ?? '') };
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && /^(https?|ssh|git):$/.test(parsed.protocol)) {
    const web = /^https?:$/.test(parsed.protocol);
    return { host: web ? parsed.host : parsed.hostname, path: trimmed(decodeURIComponent(parsed.pathname)) };
  }
  return {
    host: '',
    path: trimmed(parsed?.pathname ?? url)
      .split('/')
      .slice(-2)
      .join('/'),
  };
}

function kindOf(host: string): Forge['kind'] | null {
  if (/(^|\.)github\./.test(host)) return 'github';
  if (/(^|\.)gitlab\./.test(host)) return 'gitlab';
  if (/(^|\.)bitbucket\./.test(host)) return 'bitbucket';
  return /(^|\.)(gitea|forgejo|codeberg)\./.test(host) ? 'gitea' : null;
}

function defaultApi(kind: Forge['kind'], host: string): string {
  if (kind === 'github') return host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`;
  if (kind === 'bitbucket') return 'https://api.bitbucket.org/2.0';
  return `https://${host}/api/${kind === 'gitlab' ? 'v4' : 'v1'}`;
}
