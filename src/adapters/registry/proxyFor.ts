/**
 * The proxy through which an https address is reached, or null: `HTTPS_PROXY` (or `ALL_PROXY`), except for what `NO_PROXY`
 * lists: hosts, `.suffixes`, either with a port, or `*`. Lower-case names count as well, and first, as in curl.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): string | null {
  const named = (name: string) => env[name.toLowerCase()] || env[name];
  const proxy = named('HTTPS_PROXY') ?? named('ALL_PROXY');
  if (proxy === undefined || proxy === '' || url.protocol !== 'https:') return null;
  const excluded = (named('NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  if (excluded.some((entry) => covers(entry, url))) return null;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function covers(entry: string, url: URL): boolean {
  if (entry === '*') return true;
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (port !== undefined && port !== (url.port || '443')) return false;
  const suffix = host.replace(/^\*/, '').replace(/^\./, '').toLowerCase();
  return url.hostname === suffix || url.hostname.endsWith(`.${suffix}`);
}
