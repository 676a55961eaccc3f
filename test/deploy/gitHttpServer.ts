import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve } from '../support/httpServer.ts';

/**
 * Serves a bare repository over Git's own smart HTTP (`git http-backend` as a CGI program) to whoever sends this
 * password, as forges do with tokens; null: to everybody. Gives its address without credentials.
 */
export async function gitHttpServer(root: string, password: string | null): Promise<string> {
  const host = await serve((request, response) => {
    const basic = request.headers.authorization?.replace(/^Basic /, '') ?? '';
    if (password === null || Buffer.from(basic, 'base64').toString().endsWith(`:${password}`))
      return backend(root, request, response);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('Authentication failed');
  });
  return `http://${host}/infra.git`;
}

/** @see https://git-scm.com/docs/git-http-backend and RFC 3875 */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://git');
  const { 'content-type': type, 'content-encoding': encoding, 'git-protocol': protocol } = request.headers;
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'ci',
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname.replace(/^\/infra\.git/, ''),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: type ?? '',
      HTTP_CONTENT_ENCODING: encoding ?? '',
      GIT_PROTOCOL: String(protocol ?? ''),
    },
  });
  request.pipe(child.stdin);
  const parts: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => parts.push(chunk));
  child.on('close', () => {
    const answer = Buffer.concat(parts);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string]);
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
    response
      .writeHead(Number.parseInt(status, 10), Object.fromEntries(headers))
      .end(answer.subarray(end + 4));
  });
}
