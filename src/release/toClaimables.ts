import type { MadeImage } from '../image/makeImages.ts';
import type { PlannedService } from '../plan/releasePlan.ts';
import { tagMessage } from '../plan/tagMessage.ts';
import { identityScheme } from '../workspace/contents/contextIdentity.ts';
import type { Claimable } from './claim.ts';

/** Planned services whose images are made, as what the claim pushes. */
export function toClaimables(
  planned: readonly PlannedService[],
  images: ReadonlyMap<string, MadeImage>,
  commit: string,
): Claimable[] {
  return planned.flatMap((service) => {
    const { name, nextVersion: version, gitTag, identity } = service;
    const image = images.get(name);
    if (image === undefined || version === null || gitTag === null) return [];
    return [
      {
        service: name,
        tagMessage: tagMessage(service.changelog, {
          service: name,
          version,
          identity,
          scheme: identityScheme,
          image: `${service.image?.repository ?? image.repository}@${image.digest}`,
          sourceCommit: commit,
        }),
        release: {
          version,
          gitTag,
          commit,
          identity,
          digest: image.digest,
          image: image.repository,
          published: false,
        },
      },
    ];
  });
}
