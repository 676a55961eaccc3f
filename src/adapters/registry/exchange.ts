import http, { type IncomingMessage } from 'node:http';
import type https from 'node:https';
import type { Readable } from 'node:stream';
import { proxyFor } from './proxyFor.ts';

/** A body that can be sent again: small ones as bytes, large ones reopened. */
type RequestBody = Buffer | { size: number; open: () => Readable };

export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: URL;
  headers?: Record<string, string>;
  body?: RequestBody;
}

/** Sends one request; resolves with the head of the answer, whose body is still to be read or drained. */
export type Exchange = (request: HttpRequest) => Promise<IncomingMessage>;

/** Keeps connections open between requests. `idle`: milliseconds without a byte after which an exchange fails. */
export function httpExchange(options: {
  connections: number;
  idle: number;
  env: NodeJS.ProcessEnv;
}): Exchange {
  const agentOptions = { keepAlive: true, maxSockets: options.connections, scheduling: 'lifo' as const };
  const plain = { request: http.request, agent: new http.Agent(agentOptions) };
  const secure = new Map<string | null, Promise<{ request: typeof https.request; agent: http.Agent }>>();
  const loadSecure = async (proxy: string | null) => {
    // TLS takes 10 ms to load.
    const { Agent, request } = await import('node:https');
    if (proxy === null) return { request, agent: new Agent(agentOptions) };
    const { HttpsProxyAgent } = await import('https-proxy-agent');
    return { request, agent: new HttpsProxyAgent(proxy, agentOptions) };
  };
  const transportTo = (url: URL) => {
    if (url.protocol === 'http:') return plain;
    const proxy = proxyFor(url, options.env);
    const loaded = secure.get(proxy) ?? loadSecure(proxy);
    secure.set(proxy, loaded);
    return loaded;
  };

  return async ({ method, url, headers = {}, body }) => {
    const { request: start, agent } = await transportTo(url);
    return new Promise<IncomingMessage>((resolve, reject) => {
      const sent = { 'user-agent': 'shipyarn', ...headers, ...lengthOf(method, body) };
      // As an option it also counts while the connection is being made.
      const request = start(url, { method, agent, headers: sent, timeout: options.idle });
      request.on('timeout', () =>
        request.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
      );
      request.on('error', reject);
      request.on('response', resolve);
      sendBody(request, body, reject);
    });
  };
}

function lengthOf(method: string, body: RequestBody | undefined): Record<string, string> {
  if (body !== undefined)
    return { 'content-length': String(Buffer.isBuffer(body) ? body.length : body.size) };
  return method === 'POST' || method === 'PUT' ? { 'content-length': '0' } : {};
}

function sendBody(
  request: http.ClientRequest,
  body: RequestBody | undefined,
  reject: (error: Error) => void,
) {
  if (body === undefined || Buffer.isBuffer(body)) {
    request.end(body);
    return;
  }
  const source = body.open();
  source.on('error', (error) => {
    reject(error);
    request.destroy();
  });
  request.on('close', () => source.destroy());
  source.pipe(request);
}

/** The whole body of an answer; rejects when the connection ends before the body does. */
export async function readBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  if (!answer.complete) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  return Buffer.concat(chunks);
}
