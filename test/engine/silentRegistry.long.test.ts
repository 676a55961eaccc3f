import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forward, giveBack, serve } from '../support/httpServer.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { recorder, requestOf, testBuilder } from './engineFixture.ts';

const { signal } = new AbortController();

await describeWith(['engine', 'registry'], 'a push by the engine', () => {
  it('is given up where the registry takes a layer and says nothing', async () => {
    const host = await startProxy((method) => (method === 'PATCH' ? 'silence' : 0));
    const request = requestOf(
      { Dockerfile: 'FROM scratch\nCOPY a /a\n', a: String(Math.random()) },
      { location: `${host}/team` },
    );
    const build = testBuilder({}, { ...process.env, SHIPYARN_TIMEOUT: '1' }).build(request, {
      signal,
      ...recorder(),
    });
    await expect(build).rejects.toMatchObject({
      reason: 'registry-unavailable',
      exitCode: 1,
      output: 'no word from the registry for 1 s',
    });
  }, 240_000);

  it('may take as long as it likes while bytes move', async () => {
    // 6 MB of what does not compress, 20 kB at a time.
    const host = await startProxy((method) => (method === 'PATCH' ? 12 : 0));
    const request = requestOf(
      { Dockerfile: 'FROM scratch\nCOPY a /a\n', a: randomText(6_000_000) },
      { location: `${host}/team` },
    );
    const began = Date.now();
    const builder = testBuilder({}, { ...process.env, SHIPYARN_TIMEOUT: '1' });
    const { digest } = await builder.build(request, { signal, ...recorder() });
    expect(digest).toMatch(/^sha256:/);
    expect(Date.now() - began).toBeGreaterThan(2_000);
  }, 240_000);
});

function randomText(length: number): string {
  let text = '';
  while (text.length < length) text += Math.random().toString(36);
  return text;
}

/** A registry behind a proxy that waits so many milliseconds before each 20 kB of a request, or never answers. */
async function startProxy(slowness: (method: string) => number | 'silence'): Promise<string> {
  const registry = await startRegistry();
  return serve(async (request, response) => {
    const slow = slowness(request.method ?? '');
    if (slow === 'silence') return void request.resume();
    await giveBack(await forward(registry.host, request, Readable.from(trickle(request, slow))), response);
  });
}

async function* trickle(bytes: AsyncIterable<Buffer>, slow: number): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += 20_000) {
      if (slow > 0) await wait(slow);
      yield chunk.subarray(at, at + 20_000);
    }
  }
}
