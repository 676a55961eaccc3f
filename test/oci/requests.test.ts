import { EventEmitter, once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { output, shipyarn } from '../support/run.ts';

const servers: http.Server[] = [];

afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

await describeWith(['registry'], 'what `oci` asks a registry for a one-line change', () => {
  test('goes out while the image is looked for, and no layer that the last image has is sent', async () => {
    const { port } = await startRegistry();
    const seen: string[] = [];
    // The looks for the image get no answer before the questions that could have waited for it have come.
    const ahead = (name: string) => /^POST/.test(name) || /manifests\/identity-last$/.test(name);
    const asked = new EventEmitter();
    const allAsked = once(asked, 'all');
    let lastIdentity = '';
    const proxy = await startProxy(port, async (request) => {
      const name = nameOf(request, lastIdentity);
      seen.push(name);
      if (seen.filter(ahead).length === 3) asked.emit('all');
      if (lastIdentity !== '' && /manifests\/(pull-request-)?identity-new$/.test(name)) await allAsked;
    });
    const repos = await testRepos({ registry: `127.0.0.1:${proxy}/harbour`, builder: 'oci' });
    const released = await shipyarn(['release', '--no-deploy'], { cwd: repos.monorepo });
    expect(released.exitCode, released.stderr).toBe(0);
    await repos.merge('fix(api): one more berth', {
      'services/api/src/server.js': ['berths: 12', 'berths: 13'],
    });
    lastIdentity = await identityInTag(repos.monorepo);
    seen.length = 0;

    const pushed = await shipyarn(['build', '--push', '--json', 'api'], { cwd: repos.monorepo });
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(JSON.parse(pushed.stdout)).toMatchObject([{ outcome: 'built' }]);
    // The service's own layer and the config; then the tag.
    expect(seen.filter((name) => name.startsWith('PUT') && name.includes('blobs'))).toHaveLength(2);
    expect(seen.filter((name) => name === 'PUT manifests/pull-request-identity-new')).toHaveLength(1);
  });
});

async function identityInTag(cwd: string): Promise<string> {
  const tag = await output('git', ['for-each-ref', '--format=%(contents)', 'refs/tags/*api@*'], { cwd });
  return /sha256:([0-9a-f]{64})/.exec(tag)?.[1] ?? '';
}

/** `GET manifests/identity-last`, where `last` is the released image's identity. */
function nameOf({ method, url = '' }: IncomingMessage, last: string): string {
  const place = url.replace(/^\/v2\/harbour\/[^/]+\//, '').replace(/\?.*/, '');
  const named = last === '' ? place : place.replace(last, 'last');
  return `${method} ${named.replace(/identity-[0-9a-f]{64}/, 'identity-new')}`;
}

async function startProxy(
  port: number,
  before: (request: IncomingMessage) => Promise<void>,
): Promise<number> {
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    await before(request);
    const { method, url, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  };
  const server = http.createServer((request, response) => void pass(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
