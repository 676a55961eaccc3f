import { compareBytes } from '../../workspace/snapshot.ts';
import type { WhatBump } from '../bump.ts';
import type { ForgeLinks } from './forgeLinks.ts';
import {
  authorsHeading,
  type ChangelogEntry,
  dependenciesHeading,
  mergedHeading,
  type SectionStart,
} from './sectionEntries.ts';

/** What a conventional-changelog preset gives, as far as shipyarn uses it. */
export interface Preset {
  parser?: object;
  whatBump?: WhatBump;
  writer: { transform?: Transform; groupBy?: string; commitGroupsSort?: unknown; [option: string]: unknown };
}

type Entry = ChangelogEntry & { opensSection?: never };
type Patch = { [field: string]: unknown; subject?: string | null; scope?: string | null };
type Transform = (entry: Entry, context: object, options: object) => Patch | null | undefined;
interface Group {
  title: string;
  commits: ChangelogEntry[];
}

const otherHeading = 'Other Changes';
const lastHeadings = [mergedHeading, dependenciesHeading, otherHeading, authorsHeading];

/**
 * The preset's writer with shipyarn's own rules: libraries, packages and authors stand under headings of their
 * own, below the preset's; what the preset would leave out (a `chore` is in the image too) stands under
 * "Other Changes"; order by bytes, not by the machine's locale.
 */
export function writerOptions(preset: Preset, links: ForgeLinks | null): Preset['writer'] {
  return {
    ...preset.writer,
    transform: (entry, context, options) => transformEntry(entry, context, options, preset, links),
    generateOn: (chunk: Partial<SectionStart>) => chunk.opensSection === true,
    finalizeContext: (context: object) => context,
    groupBy: preset.writer.groupBy ?? 'type',
    commitGroupsSort: groupOrder(preset),
    commitsSort: compareEntries,
    notesSort: undefined,
    ignoreReverted: false,
    doFlush: false,
  };
}

function transformEntry(
  entry: Entry | (SectionStart & Partial<Entry>),
  context: object,
  options: object,
  preset: Preset,
  links: ForgeLinks | null,
): Patch | null {
  if (entry.opensSection === true) return null;
  const asPreset = preset.writer.transform ?? ((): Patch => ({}));
  const shown = asPreset(entry, context, options);
  const patch = shown ?? asPreset({ ...entry, type: 'feat' }, context, options) ?? {};
  const groupBy = preset.writer.groupBy ?? 'type';
  const ownHeading = shown ? { ...entry, ...shown }[groupBy] : null;
  const underLibrary = entry.heading !== null && entry.type !== null;
  return {
    ...patch,
    [groupBy]: entry.heading ?? (ownHeading || otherHeading),
    subject: links === null ? entry.subject : (patch.subject ?? entry.subject),
    scope: underLibrary ? typeAndScope(entry) : (patch.scope ?? entry.scope),
  };
}

/** Under a library's heading nothing else tells a feature from a fix. */
function typeAndScope({ type, scope }: ChangelogEntry): string {
  return scope === null ? `${type}` : `${type}(${scope})`;
}

/** The preset's order first; then libraries by name; then the headings that come last. */
function groupOrder(preset: Preset): (a: Group, b: Group) => number {
  const presetOrder = preset.writer.commitGroupsSort;
  const rank = ({ title, commits }: Group): number => {
    const last = lastHeadings.indexOf(title);
    if (last !== -1) return 2 + last;
    return commits[0]?.heading === null ? 0 : 1;
  };
  return (a, b) => {
    const byRank = rank(a) - rank(b);
    if (byRank !== 0) return byRank;
    if (rank(a) === 0 && typeof presetOrder === 'function') return presetOrder(a, b) as number;
    return compareBytes(a.title, b.title);
  };
}

function compareEntries(a: ChangelogEntry, b: ChangelogEntry): number {
  return (
    compareBytes(a.scope ?? '', b.scope ?? '') ||
    compareBytes(a.subject ?? '', b.subject ?? '') ||
    compareBytes(a.hash ?? '', b.hash ?? '')
  );
}
