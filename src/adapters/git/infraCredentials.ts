import { inputFailure } from '../../errors.ts';
import { settingsVariables } from './gitSettings.ts';
import { isBareToken } from './isBareToken.ts';

/** Environment variable that may hold a token for the infra repo. */
export const infraTokenVariable = 'SHIPYARN_INFRA_TOKEN';

/**
 * An address without secrets, and an environment that carries them instead: credentials in the URL, or the token
 * in `SHIPYARN_INFRA_TOKEN`, become a header for this host alone. They stand in no file and on no command line.
 * Without either, SSH keys and credential helpers do their work.
 */
export function infraCredentials(
  repo: string,
  env: NodeJS.ProcessEnv,
): { url: string; env: NodeJS.ProcessEnv } {
  const parsed = /^https?:\/\//i.test(repo) && URL.canParse(repo) ? new URL(repo) : null;
  if (parsed === null) return { url: repo, env };
  const [user, password] = [decodeURIComponent(parsed.username), decodeURIComponent(parsed.password)];
  parsed.username = '';
  parsed.password = '';
  const token = env[infraTokenVariable] || undefined;
  const basic =
    password !== '' ? `${user}:${password}` : (token && `x-access-token:${token}`) || bareToken(user);
  if (basic === undefined) return { url: repo, env };
  if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) throw plainHttp(parsed.host);
  return { url: parsed.href, env: withHeader(env, parsed.origin, basic) };
}

function bareToken(user: string): string | undefined {
  return isBareToken(user) ? `${user}:x-oauth-basic` : undefined;
}

function withHeader(env: NodeJS.ProcessEnv, origin: string, basic: string): NodeJS.ProcessEnv {
  const header = `Authorization: Basic ${Buffer.from(basic).toString('base64')}`;
  return { ...env, ...settingsVariables([[`http.${origin}/.extraHeader`, header]], env) };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

function plainHttp(host: string): Error {
  return inputFailure({
    reason: 'infra-plain-http',
    message: `The infra repo on ${host} would get its credentials over plain HTTP.`,
    hint: 'Use an https:// or ssh address for `infra.repo`.',
  });
}
