import { expect, it } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { isLong } from '../support/isLong.ts';
import { layoutImage } from '../support/layoutImage.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { fourReleases } from './fourReleases.ts';
import { lookAtPulledImage } from './lookAtPulledImage.ts';

it('four releases without an engine, into an OCI layout folder', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  await fourReleases(repos, {
    prefix: 'localhost',
    async look(service, version, revision) {
      const image = await layoutImage(`${repos.folder}/images`, service, version);
      expect(image.config.config).toMatchObject({
        Labels: {
          'org.opencontainers.image.version': version,
          'org.opencontainers.image.revision': revision,
        },
        User: '1000:1000',
      });
      expect(await image.answer()).toMatchObject({ service, version });
    },
  });
}, 240_000);

// In `npm test`, pullRequestBuilds.test.ts pulls and runs what the builder puts into a registry.
if (isLong) {
  await describeWith(['engine', 'registry'], 'four releases without an engine, into a registry', () => {
    it('makes images that an engine pulls and runs', async () => {
      const { host } = await startRegistry();
      const prefix = `${host}/harbour`;
      const repos = await testRepos({ registry: prefix, builder: 'oci' });
      await fourReleases(repos, { prefix, look: (...image) => lookAtPulledImage(prefix, ...image) });
    }, 240_000);
  });
}
