import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { docker, shellBase } from '../support/engine.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { recorder, requestOf, testBuilder } from './engineFixture.ts';

await describeWith(['engine', 'registry'], 'secrets of the engine builder', () => {
  it('reach the step that asks for them, and no layer, config, event or process list', async () => {
    const canary = `canary-${Math.random()}`;
    const registry = await startRegistry();
    const used =
      'RUN --mount=type=secret,id=token cp /run/secrets/token /dev/shm/t && sleep 1 && test -s /dev/shm/t';
    const files = { Dockerfile: `FROM ${await shellBase()}\n${used}\nCOPY a /a\n`, a: String(Math.random()) };
    const request = requestOf(files, {
      location: `${registry.host}/team`,
      secrets: [{ id: 'token', value: Buffer.from(`${canary}\n`) }],
    });
    const { events, report } = recorder();
    const building = testBuilder().build(request, { signal: new AbortController().signal, report });
    const lines = commandLines(building);
    await building;
    expect(JSON.stringify(events)).not.toContain(canary);
    expect(await lines).not.toContain(canary);
    const stored = await contentsBelow(registry.folder);
    expect(stored.some((content) => content.includes(files.a))).toBe(true);
    expect(stored.filter((content) => content.includes(canary))).toHaveLength(0);
    await docker.getImage(`${registry.host}/team/api:${request.target.imageTag}`).remove();
  });

  it('fails, naming the secret, where a step asks for one that there is not', async () => {
    const files = {
      Dockerfile: `FROM ${await shellBase()}\nRUN --mount=type=secret,id=absent,required=true true\n`,
    };
    const request = requestOf(files, { location: '127.0.0.1:1/team' });
    const attempt = testBuilder().build(request, { signal: new AbortController().signal, ...recorder() });
    await expect(attempt).rejects.toMatchObject({
      reason: 'build-failed',
      message: expect.stringContaining('absent'),
    });
  });
});

/** The command lines of all processes, looked at again and again until the work is done. */
async function commandLines(work: Promise<unknown>): Promise<string> {
  let done = false;
  work
    .finally(() => {
      done = true;
    })
    .catch(() => undefined);
  const seen = new Set<string>();
  while (!done) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const pid of pids) seen.add(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return [...seen].join('\n');
}

/** Every file below a folder, layers unpacked; what is larger than all that the build adds is left out. */
async function contentsBelow(folder: string): Promise<Buffer[]> {
  const names = await readdir(folder, { recursive: true });
  const contents = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const found = await stat(file);
      if (!found.isFile() || found.size > 10_000_000) return [];
      const content = await readFile(file);
      return [content.readUInt16BE(0) === 0x1f8b ? gunzipSync(content) : content];
    }),
  );
  return contents.flat();
}
