import { expect, it } from 'vitest';
import { freshCache } from '../oci/ociFixture.ts';
import { testRepos } from '../support/demoRepos.ts';
import { isLong } from '../support/isLong.ts';
import { describeWith } from '../support/parts.ts';
import { shipyarn } from '../support/run.ts';
import { smallDisk } from '../support/smallDisk.ts';
import { tempDir } from '../support/tempDir.ts';

const places = [
  ['the layout folder', 'layout', /The OCI layout .* cannot be written: the disk is full/],
  ['the cache', 'cache', /The disk is full/],
] as const;

await describeWith(['linux', 'small-disk'], 'a release without an engine on a full disk', () => {
  it.each(isLong ? places : places.slice(0, 1))(
    'says so of %s, tags nothing, and does the rest once there is room',
    async (_, place, says) => {
      const disk = await smallDisk('2m');
      const images = place === 'layout' ? disk.folder : await tempDir('images');
      const cache = place === 'cache' ? disk.folder : await freshCache();
      const repos = await testRepos({ registry: `oci:${images}`, builder: 'oci' });
      const release = () => shipyarn(['release'], { cwd: repos.monorepo, env: { SHIPYARN_CACHE: cache } });
      const full = await release();
      expect(full.stderr).toMatch(says);
      expect(full.stderr.match(/^error /gm)).toHaveLength(1);
      expect(full.stderr).not.toContain('This is a mistake in shipyarn');
      expect(full.exitCode).toBe(1);
      expect(await repos.remoteTags()).toEqual([]);
      await disk.grow();
      const again = await release();
      expect(again.exitCode, again.stderr).toBe(0);
      expect(await repos.remoteTags()).toHaveLength(3);
    },
    240_000,
  );
});
