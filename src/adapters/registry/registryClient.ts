import type { IncomingMessage } from 'node:http';
import { type Failure, workFailure } from '../../errors.ts';
import { type Authorizer, authorizer, type Scope, TokenRefused } from './authorize.ts';
import type { CredentialSource } from './dockerCredentials.ts';
import { type Exchange, type HttpRequest, readBody } from './exchange.ts';
import { type Asked, connectionFailure, failureOf } from './registryFailure.ts';
import type { RegistryHost } from './registryHost.ts';
import { Passing } from './retry.ts';

export interface ClientRequest extends HttpRequest {
  repository: string;
  scopes: readonly Scope[];
  /** For error texts: `push the image tag 1.2.0`. */
  doing: string;
  /** Statuses that are an answer; all others become failures. */
  expect: readonly number[];
}

/** One attempt at one request, with authorization and redirects; what goes wrong is explained. */
export interface RegistryClient {
  send(request: ClientRequest): Promise<IncomingMessage>;
  /** `send`, and the whole body. */
  sendAndRead(request: ClientRequest): Promise<{ answer: IncomingMessage; body: Buffer }>;
  /** What to throw for an error inside a body that was being read. */
  broken(request: ClientRequest, error: Error): Error;
}

const MAX_REDIRECTS = 5;

export function registryClient(
  host: RegistryHost,
  source: CredentialSource,
  exchange: Exchange,
): RegistryClient {
  const authorization = authorizer(host.name, source, async (request) => {
    const answer = await exchange(request);
    return { status: answer.statusCode ?? 0, text: (await readBody(answer)).toString('utf8') };
  });

  const asked = (request: ClientRequest): Asked => ({
    host: host.name,
    repository: request.repository,
    doing: request.doing,
    problem: authorization.problem,
    anonymous: authorization.anonymous,
  });

  const send = async (request: ClientRequest): Promise<IncomingMessage> => {
    const answer = await explain(request, () => sendAuthorized(request, host, authorization, exchange));
    if (request.expect.includes(answer.statusCode ?? 0)) return answer;
    const text = (await explain(request, () => readBody(answer))).toString('utf8');
    const retryAfter = answer.headers['retry-after'];
    throw failureOf(asked(request), { status: answer.statusCode ?? 0, text, retryAfter });
  };

  const explain = async <T>(request: ClientRequest, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw broken(request, error as Error);
    }
  };

  const broken = (request: ClientRequest, error: Error): Error => {
    if (error instanceof Passing || error.name === 'Failure') return error;
    if (error instanceof TokenRefused) return tokenFailure(asked(request), error.status);
    return connectionFailure(asked(request), error);
  };

  return {
    send,
    broken,
    async sendAndRead(request) {
      const answer = await send(request);
      return { answer, body: await explain(request, () => readBody(answer)) };
    },
  };
}

/** A token service answers a wrong password with 400, 401 or 403, and may itself be overloaded. */
function tokenFailure(asked: Asked, status: number): Failure | Passing {
  const refused = status === 400 || status === 401;
  return failureOf(asked, { status: refused ? 401 : status, text: '', retryAfter: undefined });
}

async function sendAuthorized(
  request: ClientRequest,
  host: RegistryHost,
  authorization: Authorizer,
  exchange: Exchange,
): Promise<IncomingMessage> {
  const ours = request.url.origin === host.origin;
  const sent = ours ? await authorization.header(request.scopes) : undefined;
  const answer = await sendFollowing(request, sent, exchange);
  const challenge = answer.headers['www-authenticate'];
  if (answer.statusCode !== 401 || !ours || challenge === undefined) return answer;
  const next = await authorization.answer(challenge, request.scopes, sent);
  if (next === null) return answer;
  await readBody(answer);
  return sendFollowing(request, next, exchange);
}

/** Follows redirects of reads. The authorization stays with the origin that it was meant for. */
async function sendFollowing(
  request: ClientRequest,
  authorization: string | undefined,
  exchange: Exchange,
): Promise<IncomingMessage> {
  const reads = request.method === 'GET' || request.method === 'HEAD';
  let url = request.url;
  for (let hops = 0; ; hops++) {
    const mine = authorization !== undefined && url.origin === request.url.origin;
    const headers = { ...request.headers, ...(mine ? { authorization } : {}) };
    const answer = await exchange({ ...request, url, headers });
    const { location } = answer.headers;
    const status = answer.statusCode ?? 0;
    if (!reads || status < 300 || status > 399 || location === undefined) return answer;
    answer.resume();
    if (hops === MAX_REDIRECTS) throw new Error('too many redirects');
    const next = new URL(location, url);
    if (url.protocol === 'https:' && next.protocol === 'http:') throw insecureRedirect(request, next);
    url = next;
  }
}

function insecureRedirect(request: ClientRequest, next: URL): Failure {
  return workFailure({
    reason: 'registry-insecure-redirect',
    message: `${request.url.host} sends us on to ${next.host} over plain HTTP: could not ${request.doing}.`,
    hint: 'Have the registry answer with https addresses.',
  });
}
