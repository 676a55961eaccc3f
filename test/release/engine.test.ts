import { it } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { isLong } from '../support/isLong.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { fourReleases } from './fourReleases.ts';
import { lookAtPulledImage } from './lookAtPulledImage.ts';

await describeWith(['engine', 'registry'], 'four releases with the engine', () => {
  it('releases what changed, whole and labelled, and deploys exactly that', async () => {
    const { host } = await startRegistry();
    const prefix = `${host}/harbour`;
    const repos = await testRepos({ registry: prefix, builder: 'engine' });
    await fourReleases(repos, {
      prefix,
      look: (...image) => lookAtPulledImage(prefix, ...image),
      twoOnly: !isLong,
    });
  }, 240_000);
});
