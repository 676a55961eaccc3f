import { notesOfTag, parseTagTrailers } from '../../changes/tagTrailers.ts';

/** The notes that a release's tag object carries; null where the tag is not one of ours, or says nothing. */
export function pastNotes(tagObject: Buffer): string | null {
  if (parseTagTrailers(tagObject) === null) return null;
  const notes = notesOfTag(tagObject).trim();
  return notes === '' ? null : `${notes}\n`;
}
