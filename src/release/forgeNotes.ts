/** GitHub refuses the body of a release above 125,000 characters; the others take more. */
const most = 120_000;

/** Notes as a forge takes them: whole lines up to its limit, and where the rest stands. */
export function forgeNotes(notes: string, gitTag: string): string {
  if (notes.length <= most) return notes;
  const kept = notes.slice(0, notes.lastIndexOf('\n', most));
  return `${kept}\n\nThe rest stands in the message of the tag \`${gitTag}\`.\n`;
}
