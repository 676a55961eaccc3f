import type { IncomingMessage } from 'node:http';
import { serve } from '../support/httpServer.ts';

/** One pull or merge request, in no forge's own words. */
interface StoredRequest {
  number: number;
  head: string;
  base: string;
  title: string;
  body: string;
  open: boolean;
  /** The merge method that was asked for, once it was. */
  autoMerge?: string;
}

export interface ForgeServer {
  /** Base address of the API. */
  api: string;
  requests: StoredRequest[];
  releases: { gitTag: string; name: string; notes: string; prerelease?: boolean }[];
  /** Every call as `METHOD path`. */
  calls: string[];
  /** Merge methods that the repository has switched off. */
  barred: Set<string>;
}

type Reply = { status: number; body?: unknown };
// biome-ignore lint/suspicious/noExplicitAny: three forges' JSON.
type Body = any;
type Handler = (server: ForgeServer, method: string, url: URL, body: Body) => Reply | undefined;

/**
 * A server that speaks the documented part of one forge's API: no real forge can be reached from a test. What
 * it answers follows the pages named in the adapters; authentication is checked, everything is kept in memory.
 */
export async function forgeServer(kind: 'github' | 'gitlab' | 'gitea', token: string): Promise<ForgeServer> {
  const state: ForgeServer = { api: '', requests: [], releases: [], calls: [], barred: new Set() };
  const host = await serve(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://forge');
    state.calls.push(`${request.method} ${url.pathname}`);
    const answer = isAllowed(kind, request, token)
      ? handlers[kind](state, request.method ?? '', url, await bodyOf(request))
      : { status: 401, body: { message: 'Bad credentials' } };
    const { status, body } = answer ?? { status: 404, body: { message: 'Not Found' } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
  });
  state.api = `http://${host}`;
  return state;
}

function isAllowed(kind: string, { headers }: IncomingMessage, token: string): boolean {
  if (kind === 'gitlab') return headers['private-token'] === token;
  return headers.authorization === `${kind === 'github' ? 'Bearer' : 'token'} ${token}`;
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? undefined : JSON.parse(text);
}

const handlers: Record<'github' | 'gitlab' | 'gitea', Handler> = { github, gitlab, gitea };

function add(state: ForgeServer, made: Omit<StoredRequest, 'number' | 'open'>): StoredRequest {
  const stored = { number: state.requests.length + 1, open: true, ...made };
  state.requests.push(stored);
  return stored;
}

function github(state: ForgeServer, method: string, url: URL, body: Body): Reply | undefined {
  const shown = (stored: StoredRequest) => ({
    number: stored.number,
    node_id: `PR_${stored.number}`,
    html_url: `https://github.example/pull/${stored.number}`,
    title: stored.title,
    body: stored.body,
  });
  if (url.pathname === '/graphql') {
    const { id, method: how } = body.variables;
    if (state.barred.has(how))
      return { status: 200, body: { errors: [{ message: `Merge method ${how} is not allowed` }] } };
    const stored = state.requests.find(({ number }) => `PR_${number}` === id);
    if (stored) stored.autoMerge = how;
    return { status: 200, body: { data: {} } };
  }
  const number = Number(/\/pulls\/(\d+)$/.exec(url.pathname)?.[1]);
  if (method === 'PATCH') {
    const stored = state.requests.find((each) => each.number === number) as StoredRequest;
    Object.assign(stored, body);
    return { status: 200, body: shown(stored) };
  }
  if (url.pathname.endsWith('/pulls') && method === 'GET') {
    const head = url.searchParams.get('head')?.split(':')[1];
    const found = state.requests.filter(
      (each) => each.open && each.head === head && each.base === url.searchParams.get('base'),
    );
    return { status: 200, body: found.map(shown) };
  }
  if (url.pathname.endsWith('/pulls')) return { status: 201, body: shown(add(state, body)) };
  const taken = { message: 'Validation Failed', errors: [{ resource: 'Release', code: 'already_exists' }] };
  return (
    releases(state, method, url, body) ??
    (isNewRelease(method, url) ? { status: 422, body: taken } : undefined)
  );
}

function gitlab(state: ForgeServer, method: string, url: URL, body: Body): Reply | undefined {
  const shown = ({ number }: StoredRequest) => ({
    iid: number,
    web_url: `https://gitlab.example/-/merge_requests/${number}`,
  });
  const [, number, action] = /\/merge_requests\/(\d+)(\/merge)?$/.exec(url.pathname) ?? [];
  const stored = state.requests.find((each) => each.number === Number(number));
  if (stored && action) {
    if (state.barred.has('merge')) return { status: 405, body: { message: '405 Method Not Allowed' } };
    stored.autoMerge = String(body.auto_merge);
    return { status: 200, body: shown(stored) };
  }
  if (stored) {
    Object.assign(stored, { title: body.title, body: body.description });
    return { status: 200, body: shown(stored) };
  }
  if (url.pathname.endsWith('/merge_requests') && method === 'GET') {
    const [head, base] = [url.searchParams.get('source_branch'), url.searchParams.get('target_branch')];
    const found = state.requests.filter((each) => each.open && each.head === head && each.base === base);
    return { status: 200, body: found.map(shown) };
  }
  if (url.pathname.endsWith('/merge_requests')) {
    const made = {
      head: body.source_branch,
      base: body.target_branch,
      title: body.title,
      body: body.description,
    };
    return { status: 201, body: shown(add(state, made)) };
  }
  return (
    releases(state, method, url, body) ??
    (isNewRelease(method, url) ? { status: 409, body: { message: 'Release already exists' } } : undefined)
  );
}

function gitea(state: ForgeServer, method: string, url: URL, body: Body): Reply | undefined {
  const shown = (stored: StoredRequest) => ({
    number: stored.number,
    html_url: `https://gitea.example/pulls/${stored.number}`,
    head: { ref: stored.head },
    base: { ref: stored.base },
  });
  const [, number, action] = /\/pulls\/(\d+)(\/merge)?$/.exec(url.pathname) ?? [];
  const stored = state.requests.find((each) => each.number === Number(number));
  if (stored && action) {
    if (state.barred.has(body.Do)) return { status: 405, body: { message: 'style is not allowed' } };
    stored.autoMerge = body.Do;
    return { status: 200 };
  }
  if (stored) {
    Object.assign(stored, body);
    return { status: 201, body: shown(stored) };
  }
  if (url.pathname.endsWith('/pulls') && method === 'GET') {
    const [page, limit] = [Number(url.searchParams.get('page')), Number(url.searchParams.get('limit'))];
    const open = state.requests.filter((each) => each.open);
    return { status: 200, body: open.slice((page - 1) * limit, page * limit).map(shown) };
  }
  if (url.pathname.endsWith('/pulls')) return { status: 201, body: shown(add(state, body)) };
  return (
    releases(state, method, url, body) ??
    (isNewRelease(method, url) ? { status: 409, body: { message: 'Release already exists' } } : undefined)
  );
}

function releases(state: ForgeServer, method: string, url: URL, body: Body): Reply | undefined {
  const named = /\/releases\/(?:tags\/)?([^/]+)$/.exec(url.pathname)?.[1];
  if (method === 'GET' && named !== undefined) {
    const found = state.releases.find(({ gitTag }) => gitTag === decodeURIComponent(named));
    return found && { status: 200, body: found };
  }
  if (!isNewRelease(method, url)) return undefined;
  const { tag_name: gitTag, name, body: text, description, prerelease } = body;
  if (state.releases.some((known) => known.gitTag === gitTag)) return undefined;
  state.releases.push({ gitTag, name, notes: text ?? description, prerelease });
  return { status: 201, body: {} };
}

/** Whether a request is to make a release. A second one for a tag is refused, by each forge in its own way. */
function isNewRelease(method: string, url: URL): boolean {
  return method === 'POST' && url.pathname.endsWith('/releases');
}
