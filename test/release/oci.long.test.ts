import { it } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { fourReleases } from './fourReleases.ts';
import { lookAtPulledImage } from './lookAtPulledImage.ts';

// Of `npm test`, pullRequestBuilds.test.ts pulls and runs what the builder puts into a registry.
await describeWith(['engine', 'registry'], 'four releases without an engine, into a registry', () => {
  it('makes images that an engine pulls and runs', async () => {
    const { host } = await startRegistry();
    const prefix = `${host}/harbour`;
    const repos = await testRepos({ registry: prefix, builder: 'oci' });
    await fourReleases(repos, { prefix, look: (...image) => lookAtPulledImage(prefix, ...image) });
  }, 240_000);
});
