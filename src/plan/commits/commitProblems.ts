/**
 * What a commit's author probably meant otherwise: shown in previews, never counted. `types` are the known ones.
 */
export function commitProblems(
  header: string,
  body: readonly string[],
  types: ReadonlySet<string>,
): string[] {
  return [...headerProblems(header, types), ...body.flatMap(lineProblems)];
}

function headerProblems(header: string, types: ReadonlySet<string>): string[] {
  if (header === '') return ['the commit message is empty; counted as a patch'];
  if (/^(Revert|Reapply) "|^Merge /.test(header)) return [];
  const [, word = '', scope = '', bang = '', gap = ''] = /^([\w-]+)(\(.*?\))?(!)?:(\s*)/.exec(header) ?? [];
  const quoted = `\`${shorten(header)}\``;
  if (word === '') return [`${quoted} is not a conventional commit; counted as a patch`];
  const lower = word.toLowerCase();
  if (!types.has(word) && types.has(lower)) {
    return [`${quoted} is not a ${lower}: types are lower case, \`${lower}${scope}${bang}: …\``];
  }
  if (gap === '')
    return [`${quoted} has no type: a space belongs after the colon, \`${word}${scope}${bang}: …\``];
  if (/-/.test(word)) return [`${quoted} has no type: \`${word}\` holds a hyphen`];
  if (!types.has(word)) return [`${quoted} has the unknown type \`${word}\`; counted as a patch`];
  return [];
}

function lineProblems(line: string): string[] {
  const meant = /^[\s|*]*breaking[ -]changes?\b/i.test(line);
  if (!meant || /^[\s|*]*BREAKING[ -]CHANGE:/.test(line)) return [];
  return [
    `\`${shorten(line.trim())}\` is read as prose: a breaking change is \`BREAKING CHANGE: …\`, in upper case with a colon`,
  ];
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
