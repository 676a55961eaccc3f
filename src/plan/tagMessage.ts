import { formatTagMessage, type TagTrailers } from '../changes/tagTrailers.ts';

/** What the tag of a release says of it, below the notes. */
export interface ReleasedImage extends TagTrailers {
  /** Full name. */
  service: string;
  version: string;
  /** By digest: `registry.example.com/team/api@sha256:…`; null: released without an image (a baseline). */
  image: string | null;
  /** The commit that the image was made from. */
  sourceCommit: string;
}

/**
 * The message of a release's annotated tag: the changelog's text, an empty line, and trailers that
 * `git interpret-trailers --parse` reads.
 */
export function tagMessage(changelog: string, released: ReleasedImage): string {
  const { service, version, image, sourceCommit } = released;
  const trailers = [
    `Service: ${service}`,
    `Version: ${version}`,
    ...(image === null ? [] : [`Image: ${image}`]),
    `Source-Commit: ${sourceCommit}`,
  ];
  return `${formatTagMessage(changelog, released)}${trailers.join('\n')}\n`;
}
