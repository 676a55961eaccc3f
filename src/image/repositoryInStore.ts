import { splitHost } from './parseReference.ts';

/**
 * How an image is named inside the store at `location`: `team/api` in `registry.example.com/team`,
 * `api` in the layout folder `oci:<folder>`.
 */
export function repositoryInStore(location: string, image: string): string {
  return location.startsWith('oci:') ? image : splitHost(`${location}/${image}`).repository;
}
