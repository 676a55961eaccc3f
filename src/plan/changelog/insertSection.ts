import { inputFailure } from '../../errors.ts';
import { mergeSection } from './mergeSection.ts';

const versionHeading = /^#{1,3} .*\d+\.\d+\.\d+/;
/** conventional-changelog once put such a line above every heading. */
const headingAnchor = /^<a name="[^"]*"><\/a>\s*$/;

/**
 * A changelog file with a release's section put above the older ones: below the title, what people wrote there
 * and an `Unreleased` section; everything else stays as it is, line ends included. A section of the same release
 * is brought up to date where it stands (see mergeSection). `existing` null: a new file. `file` is for errors:
 * throws an input failure at a conflict marker.
 */
export function insertSection(existing: string | null, section: string, file: string): string {
  if (existing === null || existing.trim() === '') return `# Changelog\n\n${section.trim()}\n`;
  refuseConflicts(existing, file);
  const lineEnd = existing.includes('\r\n') ? '\r\n' : '\n';
  const lines = existing.replaceAll('\r\n', '\n').split('\n');
  const added = section.trim().split('\n');
  const updated = replaceSame(lines, added) ?? insertAbove(lines, added);
  return `${updated.join('\n').trimEnd()}\n`.replaceAll('\n', lineEnd);
}

function refuseConflicts(text: string, file: string): void {
  const line = text.split('\n').findIndex((each) => /^(<{7}|>{7})( |\r?$)/.test(each)) + 1;
  if (line === 0) return;
  throw inputFailure({
    reason: 'changelog-conflict',
    message: `${file}:${line}: a merge conflict stands in the changelog.`,
    hint: 'Resolve it and commit the file.',
    at: { file, line },
  });
}

function replaceSame(lines: readonly string[], added: readonly string[]): string[] | null {
  const wanted = headingKey(added[0] ?? '');
  const start = lines.findIndex((line) => versionHeading.test(line) && headingKey(line) === wanted);
  if (start === -1) return null;
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 2;
  const next = lines.findIndex((line, index) => index > start && endsSection(line, level));
  const end = next === -1 ? lines.length : next;
  const merged = mergeSection(lines.slice(start, end), added);
  return [...lines.slice(0, start), ...merged, '', ...lines.slice(end)];
}

function endsSection(line: string, level: number): boolean {
  const depth = /^(#+) /.exec(line)?.[1]?.length;
  return (depth !== undefined && depth <= level) || versionHeading.test(line) || headingAnchor.test(line);
}

function insertAbove(lines: readonly string[], added: readonly string[]): string[] {
  const heading = lines.findIndex((line) => versionHeading.test(line) && !/unreleased/i.test(line));
  if (heading === -1) return [...trimEnd(lines), '', ...added];
  const at = heading > 0 && headingAnchor.test(lines[heading - 1] ?? '') ? heading - 1 : heading;
  return [...trimEnd(lines.slice(0, at)), ...(at === 0 ? [] : ['']), ...added, '', ...lines.slice(at)];
}

function trimEnd(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return lines.slice(0, last + 1);
}

/** `## @acme/api [1.3.0](https://…) (2026-11-21)` → `@acme/api 1.3.0`: links and dates may change. */
function headingKey(line: string): string {
  return line
    .replace(/^#+\s*/, '')
    .replace(/\[([^\]]*)\](?:\([^)]*\))?/g, '$1')
    .replace(/[-–(\s]*\d{4}-\d{2}-\d{2}\)?\s*$/, '')
    .trim();
}
