import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { forward, serve } from '../support/httpServer.ts';

/** What the proxy does to one exchange; absent: it passes it on untouched. */
/** All that can befall an exchange. */
export const allFaults = [
  'drop-request', // the connection breaks before the registry sees anything
  'drop-upload', // it breaks in the middle of the request's body
  'drop-answer', // the registry did it, and nobody hears of it
  'drop-download', // it breaks in the middle of the answer's body
  'corrupt-upload',
  'corrupt-download',
  'delay',
  'answer-500',
  'answer-503',
  'answer-429',
] as const;

export type Fault = (typeof allFaults)[number];

export interface FaultProxy {
  /** `127.0.0.1:<port>`. */
  host: string;
  /** How often each fault struck. */
  struck: Map<Fault, number>;
  /** Exchanges as `PUT /v2/...`, in order. */
  seen: string[];
}

/** A proxy before a registry; `choose` says what befalls each exchange. */
export async function startFaultProxy(
  upstream: string,
  choose: (request: { method: string; path: string }) => Fault | undefined,
): Promise<FaultProxy> {
  const struck = new Map<Fault, number>();
  const seen: string[] = [];
  const host = await serve((request, response) => {
    const method = request.method ?? 'GET';
    const path = request.url ?? '/';
    seen.push(`${method} ${path}`);
    const fault = choose({ method, path });
    if (fault !== undefined) struck.set(fault, (struck.get(fault) ?? 0) + 1);
    return handle(upstream, request, response, fault);
  });
  return { host, struck, seen };
}

async function handle(
  upstream: string,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  if (fault === 'drop-request') return void request.socket.destroy();
  if (fault?.startsWith('answer-')) return refuse(request, response, Number(fault.slice('answer-'.length)));
  if (fault === 'delay') await sleep(30);
  const sent = await buffer(request);
  if (fault === 'drop-upload') {
    await forwardHalf(upstream, request, sent);
    return void request.socket.destroy();
  }
  const answer = await forward(upstream, request, fault === 'corrupt-upload' ? corrupted(sent) : sent);
  const received = await buffer(answer);
  if (fault === 'drop-answer') return void request.socket.destroy();
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  if (fault === 'drop-download') {
    response.write(received.subarray(0, received.length >> 1), () => request.socket.destroy());
    return;
  }
  response.end(fault === 'corrupt-download' ? corrupted(received) : received);
}

async function refuse(request: IncomingMessage, response: ServerResponse, status: number): Promise<void> {
  await buffer(request);
  response.writeHead(status, { 'retry-after': '0' });
  response.end('{"errors":[{"code":"UNAVAILABLE","message":"made to fail"}]}');
}

/** The registry gets the head and half of the body, and then nothing more. */
function forwardHalf(upstream: string, request: IncomingMessage, body: Buffer): Promise<void> {
  const [host, port] = upstream.split(':');
  return new Promise((resolve) => {
    const half = http.request({
      host,
      port,
      method: request.method,
      path: request.url,
      headers: request.headers,
    });
    half.on('error', () => resolve());
    half.on('close', () => resolve());
    half.write(body.subarray(0, body.length >> 1), () => half.destroy());
  });
}

/** One bit of one byte in the middle is another. */
function corrupted(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.length >> 1;
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
