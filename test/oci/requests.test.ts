import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { forward, giveBack, serve } from '../support/httpServer.ts';
import { itLong } from '../support/isLong.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { output, shipyarn } from '../support/run.ts';
import { freshCache } from './ociFixture.ts';

await describeWith(['registry'], 'what `oci` asks a registry for a one-line change', () => {
  test('goes out while the image is looked for, and no layer that the last image has is sent', async () => {
    const { push, seen, gate } = await changedService();
    // The looks for the image get no answer before all is sent that could have waited for it.
    const ahead = (name: string) => /^(POST|PUT blobs)/.test(name) || /manifests\/identity-last$/.test(name);
    gate.wait = async (name) => {
      if (/^GET manifests\/(pull-request-)?identity-new$/.test(name)) {
        while (seen.filter(ahead).length < 5) await once(gate.events, 'seen');
      }
    };

    const pushed = await push();
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(JSON.parse(pushed.stdout)).toMatchObject([{ outcome: 'built' }]);
    // The service's own layer and the config; then the tag.
    expect(seen.filter((name) => name.startsWith('PUT') && name.includes('blobs'))).toHaveLength(2);
    expect(seen.filter((name) => name.startsWith('PUT manifests'))).toEqual([
      'PUT manifests/pull-request-identity-new',
    ]);
    expect(seen.at(-1)).toBe('PUT manifests/pull-request-identity-new');

    gate.wait = async () => {};
    seen.length = 0;
    const again = await push();
    expect(JSON.parse(again.stdout)).toMatchObject([{ outcome: 'found' }]);
    expect(seen.filter((name) => name.startsWith('PUT'))).toEqual([]);
  });

  itLong(
    'leaves no tag and is not told where another machine turns out to have pushed the image',
    async () => {
      const { push, seen, gate } = await changedService();
      const first = await push({ SHIPYARN_CACHE: await freshCache() });
      expect(first.exitCode, first.stderr).toBe(0);
      seen.length = 0;
      gate.wait = async (name) => {
        if (/^GET manifests\/(pull-request-)?identity-new$/.test(name)) {
          while (!seen.some((other) => other.startsWith('PUT blobs'))) await once(gate.events, 'seen');
        }
      };

      const found = await push();
      expect(found.exitCode, found.stderr).toBe(0);
      expect(JSON.parse(found.stdout)).toEqual([{ ...JSON.parse(first.stdout)[0], outcome: 'found' }]);
      expect(found.stderr.trim().split('\n')).toEqual([expect.stringContaining('by its identity')]);
      expect(seen.filter((name) => name.startsWith('PUT manifests'))).toEqual([]);
    },
  );
});

/** A released monorepo with a line of one service changed, and what is asked of its registry from now on. */
async function changedService() {
  const { host } = await startRegistry();
  const seen: string[] = [];
  const gate = { events: new EventEmitter(), wait: async (_name: string) => {} };
  let lastIdentity = '';
  const proxy = await serve(async (request, response) => {
    const name = nameOf(request, lastIdentity);
    seen.push(name);
    gate.events.emit('seen');
    await gate.wait(name);
    await giveBack(await forward(host, request, request), response);
  });
  const registry = `${proxy}/harbour`;
  // One at a time: a build that is begun and whose turn has not come holds nothing that another waits for.
  const repos = await testRepos({ registry, builder: 'oci', config: 'parallel: 1\n' });
  const here = { SHIPYARN_CACHE: await freshCache() };
  const released = await shipyarn(['release', '--no-deploy'], { cwd: repos.monorepo, env: here });
  expect(released.exitCode, released.stderr).toBe(0);
  await repos.merge('fix(api): one more berth', {
    'services/api/src/server.js': ['berths: 12', 'berths: 13'],
  });
  lastIdentity = await identityInTag(repos.monorepo);
  seen.length = 0;
  const push = (env: Record<string, string> = here) =>
    shipyarn(['build', '--push', '--json', 'api'], { cwd: repos.monorepo, env });
  return { push, seen, gate };
}

async function identityInTag(cwd: string): Promise<string> {
  const tag = await output('git', ['for-each-ref', '--format=%(contents)', 'refs/tags/**/api@*'], { cwd });
  const [, identity = ''] = /^Identity: sha256:([0-9a-f]{64})$/m.exec(tag) ?? [];
  expect(identity).not.toBe('');
  return identity;
}

/** `GET manifests/identity-last`, where `last` is the released image's identity. */
function nameOf({ method, url = '' }: IncomingMessage, last: string): string {
  const place = url.replace(/^\/v2\/harbour\/[^/]+\//, '').replace(/\?.*/, '');
  const named = last === '' ? place : place.replace(last, 'last');
  return `${method} ${named.replace(/identity-[0-9a-f]{64}/, 'identity-new')}`;
}
