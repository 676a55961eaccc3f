import { createServer, type IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { tempDir } from '../support/tempDir.ts';
import { whenFileEnds } from '../support/whenFileEnds.ts';

const closers: (() => void)[] = [];
whenFileEnds(() => {
  for (const close of closers.splice(0)) close();
});

/**
 * A small server in place of engines that cannot be had here (other versions, a full disk): speaks as much of the
 * Engine API as a build needs, and answers it with the lines given. `ends: false` leaves the answer open.
 */
export async function startFakeEngine(answer: {
  lines: readonly object[];
  ends?: boolean;
  /** The answer to a push. */
  push?: readonly object[];
}) {
  const seen: { path: string; headers: IncomingHttpHeaders; bytes: number }[] = [];
  const server = createServer((request, response) => {
    const call = { path: request.url ?? '', headers: request.headers, bytes: 0 };
    seen.push(call);
    request.on('data', (chunk: Buffer) => {
      call.bytes += chunk.length;
    });
    request.on('end', () => {
      if (call.path.startsWith('/build')) {
        response.write(jsonLines(answer.lines));
        if (answer.ends !== false) response.end();
        return;
      }
      if (answer.push && call.path.includes('/push?')) return void response.end(jsonLines(answer.push));
      const body = call.path.startsWith('/version')
        ? { Version: '29.8.0', Os: 'linux', Arch: 'amd64' }
        : { Id: 'sha256:made', RootFS: { Layers: [] }, Size: 0, Os: 'linux', Architecture: 'amd64' };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
    });
  });
  server.on('upgrade', (request, socket) => {
    seen.push({ path: request.url ?? '', headers: request.headers, bytes: 0 });
    socket.on('error', () => socket.destroy());
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
  });
  const socket = path.join(await tempDir('fake-engine'), 'docker.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  closers.push(() => server.close().closeAllConnections());
  return { env: { DOCKER_HOST: `unix://${socket}` }, seen };
}

function jsonLines(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\r\n`).join('');
}
