import { Failure } from '../../errors.ts';
import type { BuildRequest } from '../../ports/builder.ts';
import type { StoredManifest } from '../../ports/registry.ts';

/**
 * Where tags cannot be moved and another run was faster, the image that it pushed by the same identity serves as
 * well. Any other failure of a push is thrown again, and so is this one where the base was to be looked up anew.
 */
export async function pushedByAnother(
  { target: { store, repository }, refreshBase }: BuildRequest,
  imageTag: string,
  failure: unknown,
): Promise<StoredManifest> {
  const isImmutable = failure instanceof Failure && failure.reason === 'image-tag-immutable';
  const stored = isImmutable && !refreshBase ? await store.getManifest(repository, imageTag) : null;
  if (stored === null) throw failure;
  return stored;
}
