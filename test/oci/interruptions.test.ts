import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { tempDir } from '../support/tempDir.ts';
import { apiFiles, apiRepo, buildService, freshCache, stepsOf } from './ociFixture.ts';

const script = (body: string) => ({
  'services/api/build.js': body,
  'services/api/package.json': JSON.stringify({
    ...apiFiles['services/api/package.json'],
    scripts: { start: 'node server.js', build: 'node build.js' },
  }),
});

test('an interrupted build ends its processes, tags nothing, and the next one starts clean', async () => {
  const store = openImageStore(`oci:${await tempDir('layout')}`, { env: {}, insecureRegistries: [] });
  const cacheFolder = await freshCache();
  const pidFile = join(await tempDir('pid'), 'pid');
  const waiting = `
    require('fs').writeFileSync('left-over.txt', 'half');
    const child = require('child_process').spawn('sleep', ['300']);
    require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
    console.log('waiting');
    setInterval(() => {}, 1000);
  `;
  const repo = apiRepo(4, script(waiting));
  const stop = new AbortController();
  const build = buildService(repo, {
    store,
    cacheFolder,
    signal: stop.signal,
    report: (event) => {
      if (event.kind === 'build' && event.text === 'waiting') stop.abort();
    },
  });
  await expect(build).rejects.toThrow(/abort/i);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  expect(await store.listTags('team/api')).toEqual([]);

  repo.commit(
    'fix: do not wait',
    script("if (require('fs').existsSync('left-over.txt')) process.exit(1);\n"),
  );
  const { events } = await buildService(repo, { store, cacheFolder });
  expect(stepsOf(events)).toContain('build @acme/api: started');
});

function isRunning(pid: number): boolean {
  try {
    // A process that nobody waits for is a zombie for a while, and over.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
