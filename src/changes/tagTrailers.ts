/** What the message of a release tag says of its image, below the notes. */
export interface TagTrailers {
  /** `sha256:…` */
  identity: string;
  /** How the identity was computed; another scheme's identities cannot be compared with today's. */
  scheme: string;
}

const names = { identity: 'Identity', scheme: 'Identity-Scheme' } as const;

/** A tag's message: notes, an empty line, and the trailers as `git interpret-trailers` writes them. */
export function formatTagMessage(notes: string, { identity, scheme }: TagTrailers): string {
  const trailers = `${names.identity}: ${identity}\n${names.scheme}: ${scheme}\n`;
  const text = notes.trim();
  return text === '' ? trailers : `${text}\n\n${trailers}`;
}

/**
 * The trailers of an annotated tag's object or message, or null where it is not one of ours. Only the last
 * paragraph counts (a commit quoted in the notes may say anything), and a signature below it does not.
 */
export function parseTagTrailers(tagObject: Buffer | string): TagTrailers | null {
  const last = paragraphsOf(tagObject.toString('utf8')).at(-1) ?? '';
  const trailer = (name: string) => new RegExp(`^${name}: *(\\S+)$`, 'm').exec(last)?.[1];
  const identity = trailer(names.identity);
  const scheme = trailer(names.scheme);
  return identity === undefined || scheme === undefined ? null : { identity, scheme };
}

/** The notes of a tag object of ours: its message without the trailers. */
export function notesOfTag(tagObject: Buffer | string): string {
  const text = tagObject.toString('utf8');
  return paragraphsOf(text.slice(text.indexOf('\n\n') + 2))
    .slice(0, -1)
    .join('\n\n');
}

/** Paragraphs of a message, without a signature below it. */
function paragraphsOf(message: string): string[] {
  return message
    .replace(/^-----BEGIN [A-Z ]+-----\n[\s\S]*$/m, '')
    .trimEnd()
    .split(/\n\s*\n/);
}
