import type { CredentialSource, RegistryCredentials } from './dockerCredentials.ts';
import { Passing } from './retry.ts';

/** Access that a request needs: `repository:team/api:pull,push`. Source: distribution "Token Scope Documentation". */
export type Scope = string;

/** `sendToken`: fetches a token from the realm (one exchange, no authorization of its own). */
export type FetchToken = (request: {
  url: URL;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: Buffer;
}) => Promise<{ status: number; text: string }>;

export interface Authorizer {
  /** Header for a request, from what earlier challenges taught; undefined: nothing is known, ask without. */
  header(scopes: readonly Scope[]): Promise<string | undefined>;
  /** Takes in the challenge of a 401. Gives the header to try once more with, or null: there is nothing to try. */
  answer(challenge: string, scopes: readonly Scope[], sent: string | undefined): Promise<string | null>;
  /** Why there were no credentials to send, for error texts. */
  readonly problem: string | undefined;
  readonly anonymous: boolean;
}

interface Challenge {
  scheme: 'basic' | 'bearer';
  realm?: string;
  service?: string;
}

/** Answers Basic and Bearer challenges of one registry. Tokens are kept by scope until shortly before they expire. */
export function authorizer(host: string, source: CredentialSource, fetchToken: FetchToken): Authorizer {
  const tokens = new Map<string, { token: Promise<string>; until: number }>();
  let challenge: Challenge | undefined;
  let credentials: RegistryCredentials | null = null;
  let problem: string | undefined;

  const load = async () => {
    const found = await source.forHost(host);
    credentials = found.credentials;
    problem = found.problem;
  };

  const bearer = async (known: Challenge, scopes: readonly Scope[]): Promise<string> => {
    const key = scopes.join(' ');
    const kept = tokens.get(key);
    if (kept !== undefined && kept.until > Date.now()) return `Bearer ${await kept.token}`;
    const fetched = requestToken(known, scopes, credentials, fetchToken);
    const entry = { token: fetched.then((answer) => answer.token), until: Date.now() + 30_000 };
    tokens.set(key, entry);
    entry.token.catch(() => tokens.delete(key));
    entry.until = Date.now() + (await fetched).seconds * 900;
    return `Bearer ${await entry.token}`;
  };

  const headerFor = async (known: Challenge, scopes: readonly Scope[]): Promise<string | null> => {
    if (known.scheme === 'bearer') return bearer(known, scopes);
    return credentials !== null && 'username' in credentials ? basic(credentials) : null;
  };

  return {
    async header(scopes) {
      if (challenge === undefined) return undefined;
      return (await headerFor(challenge, scopes)) ?? undefined;
    },
    async answer(header, scopes, sent) {
      const parsed = parseChallenge(header);
      if (parsed === null) return null;
      await load();
      challenge = parsed;
      // A bearer token that was refused may have expired: it is fetched again, once. A password is not sent twice.
      if (sent?.startsWith('Bearer ')) tokens.delete(scopes.join(' '));
      const next = await headerFor(parsed, scopes);
      return next === sent ? null : next;
    },
    get problem() {
      return problem;
    },
    get anonymous() {
      return credentials === null;
    },
  };
}

function basic(credentials: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

/** Reads `WWW-Authenticate`. Bearer wins where a registry offers both. Source: RFC 9110, 11.6.1. */
function parseChallenge(header: string): Challenge | null {
  const bearerAt = header.search(/\bbearer\s/i);
  if (bearerAt === -1) return /\bbasic\b/i.test(header) ? { scheme: 'basic' } : null;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain] of header
    .slice(bearerAt + 'bearer '.length)
    .matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)) {
    parameters.set(name.toLowerCase(), quoted ?? plain ?? '');
  }
  const realm = parameters.get('realm');
  const service = parameters.get('service');
  if (realm === undefined) return null;
  return { scheme: 'bearer', realm, ...(service === undefined ? {} : { service }) };
}

/** Source: distribution "Token Authentication Specification" and "OAuth2 Token Authentication". */
async function requestToken(
  challenge: Challenge,
  scopes: readonly Scope[],
  credentials: RegistryCredentials | null,
  fetchToken: FetchToken,
): Promise<{ token: string; seconds: number }> {
  const url = new URL(challenge.realm ?? '');
  const answer =
    credentials !== null && 'identityToken' in credentials
      ? await fetchToken(oauthRequest(url, challenge, scopes, credentials.identityToken))
      : await fetchToken(tokenRequest(url, challenge, scopes, credentials));
  if (answer.status !== 200) throw new TokenRefused(answer.status);
  try {
    const parsed = JSON.parse(answer.text) as { token?: string; access_token?: string; expires_in?: number };
    const token = parsed.token ?? parsed.access_token;
    if (typeof token !== 'string') throw new Error('no token');
    return { token, seconds: parsed.expires_in ?? 60 };
  } catch {
    throw new Passing(new Error(`The token service ${url.host} answered something else than a token.`));
  }
}

/** The token service refused the credentials. */
export class TokenRefused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`The token service answered ${status}.`);
    this.status = status;
  }
}

function tokenRequest(
  url: URL,
  challenge: Challenge,
  scopes: readonly Scope[],
  credentials: { username: string; password: string } | null,
) {
  if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const headers: Record<string, string> = credentials === null ? {} : { authorization: basic(credentials) };
  return { url, method: 'GET' as const, headers };
}

function oauthRequest(url: URL, challenge: Challenge, scopes: readonly Scope[], refreshToken: string) {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: 'shipyarn',
    service: challenge.service ?? '',
    scope: scopes.join(' '),
  });
  return {
    url,
    method: 'POST' as const,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  };
}
