import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from '../helpers/testRepo.ts';
import { docker } from '../support/engine.ts';
import { layoutImage } from '../support/layoutImage.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { output, type RunOptions, reachingNpm } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';
import { peakMemory, repoWithLargeFile } from './peakMemory.ts';

const megabyte = 1024 * 1024;
const author = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com' };
const committer = { GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com' };

async function release(cwd: string, more: RunOptions['env'] = {}): Promise<number> {
  const env = { ...author, ...committer, ...more, SHIPYARN_CACHE: await tempDir('cache') };
  return (await peakMemory(['release', '--no-deploy'], { cwd, env })) / megabyte;
}

await describeWith(['linux'], 'a file of 600 MB', () => {
  it('leaves a release without an engine below 200 MB', async () => {
    const images = testFolder();
    const { root } = repoWithLargeFile(600 * megabyte, { builder: 'oci', registry: `oci:${images}` });
    expect(await release(root, reachingNpm)).toBeLessThan(200);
    const { layers } = await layoutImage(images, 'api', '0.1.0');
    const service = join(images, 'api/blobs', (layers.at(-1) as string).replace(':', '/'));
    expect(await output('tar', ['-tvzf', service], { cwd: images })).toContain(` ${600 * megabyte} `);
  });
});

await describeWith(['linux', 'engine', 'registry'], 'a file of 600 MB in an engine', () => {
  it('leaves a release below 200 MB', async () => {
    const { host } = await startRegistry();
    const { root } = repoWithLargeFile(600 * megabyte, { builder: 'engine', registry: `${host}/acme` });
    expect(await release(root)).toBeLessThan(200);
    const images = await docker.listImages({ filters: { reference: [`${host}/acme/*`] } });
    for (const { Id } of images) await docker.getImage(Id).remove({ force: true });
  });
});
