import { expect, it } from 'vitest';
import { connectEngine } from '../../src/adapters/docker/connectEngine.ts';
import { baseImage } from '../support/engine.ts';
import { isSoon } from '../support/isSoon.ts';
import { describeWith } from '../support/parts.ts';
import { tempDir } from '../support/tempDir.ts';
import { requestOf, testBuilder } from './engineFixture.ts';
import { startEngineRelay } from './engineRelay.ts';

await describeWith(['engine'], 'an engine that hangs', () => {
  it('is given up, asked or in the middle of a build; one that only takes long is not', async () => {
    const relay = await startEngineRelay();
    const env = { SHIPYARN_TIMEOUT: '1', DOCKER_HOST: `tcp://127.0.0.1:${relay.port}` };
    const layout = `oci:${await tempDir('layout')}`;
    const marker = process.hrtime.bigint();
    const build = (seconds: number, onOutput = () => {}) => {
      const files = {
        Dockerfile: `FROM ${base}\nRUN echo it runs ${marker} && sleep ${seconds}\nCMD ["true"]\n`,
      };
      const { signal } = new AbortController();
      return testBuilder({}, env).build(requestOf(files, { location: layout }), {
        signal,
        report: (event) => {
          if (event.kind === 'build' && event.text?.includes('it runs')) onOutput();
        },
      });
    };
    const base = await baseImage();
    await expect(build(4)).resolves.toMatchObject({ digest: expect.any(String) });
    const frozen = build(30, () => relay.freeze());
    await isSoon(expect(frozen).rejects.toMatchObject({ reason: 'engine-silent', exitCode: 1 }));
    const engine = await connectEngine(env);
    await isSoon(expect(engine.describe()).rejects.toMatchObject({ reason: 'engine-silent' }));
  });
});
