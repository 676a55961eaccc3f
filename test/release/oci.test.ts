import { expect, it } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { layoutImage } from '../support/layoutImage.ts';
import { fourReleases } from './fourReleases.ts';

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
