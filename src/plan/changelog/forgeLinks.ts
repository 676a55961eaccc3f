import type { ConfigFile } from '../../config/schema.ts';

type ForgeKind = NonNullable<NonNullable<ConfigFile['forge']>['kind']>;

/** How a forge's pages are addressed, in the placeholders of conventional-changelog's presets. */
export interface ForgeLinks {
  kind: ForgeKind;
  /** `https://github.com` */
  host: string;
  /** `acme`, or `group/subgroup`. */
  owner: string;
  repository: string;
  commitUrlFormat: string;
  compareUrlFormat: string;
  issueUrlFormat: string;
  userUrlFormat: string;
}

const project = '{{host}}/{{owner}}/{{repository}}';

/** Paths below a project: the forges' own web routes. Bitbucket compares the newer with the older. */
const routes: Readonly<Record<ForgeKind, { commit: string; compare: string; issue: string }>> = {
  github: {
    commit: '/commit/{{hash}}',
    compare: '/compare/{{previousTag}}...{{currentTag}}',
    issue: '/issues/{{id}}',
  },
  gitlab: {
    commit: '/-/commit/{{hash}}',
    compare: '/-/compare/{{previousTag}}...{{currentTag}}',
    issue: '/-/issues/{{id}}',
  },
  gitea: {
    commit: '/commit/{{hash}}',
    compare: '/compare/{{previousTag}}...{{currentTag}}',
    issue: '/issues/{{id}}',
  },
  bitbucket: {
    commit: '/commits/{{hash}}',
    compare: '/branches/compare/{{currentTag}}%0D{{previousTag}}',
    issue: '/issues/{{id}}',
  },
};

/** @public scripts/compiledTemplates.mjs */
export const forgeKinds = Object.keys(routes);

/** Hosts that serve SSH beside their web address. */
const webHosts: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'altssh.bitbucket.org': 'bitbucket.org',
};

/**
 * The links of a remote's forge, or null where the address tells no forge (a folder, an unknown host without
 * `forge.kind`). Understands https, ssh and scp-like addresses; credentials and SSH ports are left out.
 */
export function forgeLinks(remoteUrl: string | null, configured?: ForgeKind): ForgeLinks | null {
  const address = remoteUrl === null ? null : webAddress(remoteUrl);
  if (address === null) return null;
  const kind = configured ?? kindOf(address.host);
  const path = address.path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  const slash = path.lastIndexOf('/');
  if (kind === null || slash === -1) return null;
  return {
    kind,
    host: `${address.scheme}://${address.host}`,
    owner: path.slice(0, slash),
    repository: path.slice(slash + 1),
    commitUrlFormat: project + routes[kind].commit,
    compareUrlFormat: project + routes[kind].compare,
    issueUrlFormat: project + routes[kind].issue,
    userUrlFormat: '{{host}}/{{user}}',
  };
}

function webAddress(remoteUrl: string): { scheme: string; host: string; path: string } | null {
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/.exec(remoteUrl);
  if (scp !== null) return { scheme: 'https', host: webHost(scp[1] ?? ''), path: scp[2] ?? '' };
  if (!/^(https?|ssh|git|git\+ssh):\/\//.test(remoteUrl)) return null;
  const url = new URL(remoteUrl.replace(/^(ssh|git|git\+ssh):/, 'ssh:'));
  if (url.protocol === 'ssh:') return { scheme: 'https', host: webHost(url.hostname), path: url.pathname };
  return { scheme: url.protocol.slice(0, -1), host: url.host, path: url.pathname };
}

function webHost(host: string): string {
  return webHosts[host] ?? host;
}

function kindOf(host: string): ForgeKind | null {
  if (/github/i.test(host)) return 'github';
  if (/gitlab/i.test(host)) return 'gitlab';
  if (/bitbucket/i.test(host)) return 'bitbucket';
  return /gitea|forgejo|codeberg/i.test(host) ? 'gitea' : null;
}
