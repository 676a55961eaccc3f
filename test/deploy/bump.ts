import { editScalars } from '../../src/deploy/editScalars.ts';
import { findTagSites } from '../../src/deploy/findTagSites.ts';
import { currentDigest, siteValue } from '../../src/deploy/tagSite.ts';

export const api = { service: '@acme/api', repository: 'registry.example.com/team/api' };
export const web = { service: '@acme/web', repository: 'registry.example.com/team/web' };

export const digest = `sha256:${'d'.repeat(64)}`;

/** The file with every tag of the api moved to a version; digests that were pinned move too. */
export function bump(text: string, to: string, file = 'values.yaml'): string {
  const { sites } = findTagSites(text, [api, web]);
  const edits = sites
    .filter(
      ({ service, site }) =>
        service === api.service && (site.role !== 'digest' || currentDigest(site) !== null),
    )
    .map(({ site }) => ({
      scalar: site.scalar,
      to: siteValue(site, to, currentDigest(site) === null ? null : digest),
    }));
  return editScalars(file, text, edits);
}
