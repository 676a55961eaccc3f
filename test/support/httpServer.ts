import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { whenFileEnds } from './whenFileEnds.ts';

const running = new Set<http.Server>();

whenFileEnds(() => {
  for (const server of running) server.close().closeAllConnections();
  running.clear();
});

/**
 * Serves HTTP on loopback until the test file ends, and gives `127.0.0.1:<port>`. Where `handle` fails, the connection
 * breaks, as it does where a server dies.
 */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<string> {
  const server = http.createServer(async (request, response) => {
    try {
      await handle(request, response);
    } catch {
      response.destroy();
    }
  });
  running.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const agent = new http.Agent({ keepAlive: true });

/** Sends a request that came in on to `host`, with this body. Rejects where the connection breaks. */
export function forward(
  host: string,
  request: IncomingMessage,
  body: Buffer | Readable,
): Promise<IncomingMessage> {
  const [hostname, port] = host.split(':');
  const { method, url, headers } = request;
  return new Promise((resolve, reject) => {
    const onward = http.request({ hostname, port, method, path: url, headers, agent }, resolve);
    onward.on('error', reject);
    if (Buffer.isBuffer(body)) onward.end(body);
    else pipeline(body, onward).catch(reject);
  });
}

/** Gives what came back from `forward` to who asked. */
export async function giveBack(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, response);
}
