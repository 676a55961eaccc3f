import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { tempDir } from '../support/tempDir.ts';
import { apiFiles, apiRepo, buildService, freshCache } from './ociFixture.ts';

const PASSWORD = 'open sesame';
/** bcrypt of {@link PASSWORD}. */
const HTPASSWD = 'ali:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n';
const CANARY = 'canary-3f9a1c';

/** Every file below a folder, as it is and unpacked. */
async function textsBelow(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map(async (file) => {
      const bytes = await readFile(join(file.parentPath, file.name));
      const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return (packed ? gunzipSync(bytes) : bytes).toString('latin1');
    });
  return Promise.all(texts);
}

await describeWith(['registry'], 'secrets of a build without an engine', () => {
  test('are in no layer, config, event, kept file or command line', async () => {
    const htpasswd = join(await tempDir('htpasswd'), 'htpasswd');
    await writeFile(htpasswd, HTPASSWD);
    const registry = await startRegistry({ config: { auth: { htpasswd: { realm: 'r', path: htpasswd } } } });
    const dockerConfig = await tempDir('docker-config');
    const auth = Buffer.from(`ali:${PASSWORD}`).toString('base64');
    await writeFile(
      join(dockerConfig, 'config.json'),
      JSON.stringify({ auths: { [registry.host]: { auth } } }),
    );
    const env = { ...process.env, DOCKER_CONFIG: dockerConfig, UNRELATED: `${CANARY}-of-the-machine` };
    const store = openImageStore(registry.host, { env, insecureRegistries: [] });
    const seen = join(await tempDir('seen'), 'seen.json');
    // What a build can see of the machine: its own environment and every command line.
    const look = `
      const fs = require('fs');
      console.log('the token is ' + process.env.NPM_TOKEN);
      const lines = fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).map((pid) => {
        try { return fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8'); } catch { return ''; }
      });
      fs.writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ lines, environment: process.env }));
    `;
    const repo = apiRepo(4, {
      '.yarnrc.yml': `nodeLinker: node-modules\nnpmScopes:\n  acme-private:\n    npmAuthToken: "\${NPM_TOKEN-}"\n`,
      'services/api/look.js': look,
      'services/api/package.json': {
        ...apiFiles['services/api/package.json'],
        scripts: { start: 'node server.js', build: 'node look.js' },
      },
    });
    const secrets = [{ id: 'NPM_TOKEN', value: Buffer.from(`${CANARY}-token\n`) }];
    const cacheFolder = await freshCache();
    const { events } = await buildService(repo, {
      store,
      cacheFolder,
      secrets,
      env,
      settings: { secrets: { NPM_TOKEN: {} } },
    });

    const { lines, environment } = JSON.parse(await readFile(seen, 'utf8'));
    expect(environment.NPM_TOKEN).toContain(CANARY);
    expect(environment.UNRELATED).toBeUndefined();
    expect(environment.DOCKER_CONFIG).toBeUndefined();
    expect(JSON.stringify(events)).toContain('the token is ***');
    const places = {
      events: [JSON.stringify(events)],
      'command lines': lines,
      registry: await textsBelow(registry.folder),
      cache: await textsBelow(cacheFolder),
    };
    for (const [place, texts] of Object.entries(places)) {
      const leaks = (texts as string[]).filter((text) =>
        [CANARY, PASSWORD, auth].some((secret) => text.includes(secret)),
      );
      expect(leaks, place).toEqual([]);
    }
  });
});
