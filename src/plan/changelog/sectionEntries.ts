import type { PackageChange } from '../../changes/reason.ts';
import type { ConventionalChange, IssueReference } from '../commits/parseCommit.ts';
import type { ChangelogCommit, ChangelogSection } from './changelogSection.ts';
import type { ForgeLinks } from './forgeLinks.ts';

/** Opens a section: its fields become the context of conventional-changelog's templates. */
export interface SectionStart {
  opensSection: true;
  version: string;
  committerDate: string;
  currentTag: string | null;
  previousTag: string | null;
  linkCompare: boolean;
  toJSON(): null;
}

/** One line of a changelog, in the shape of conventional-changelog's commits. */
export interface ChangelogEntry {
  /** Fields that a preset of the user's own reads. */
  [field: string]: unknown;
  type: string | null;
  scope: string | null;
  subject: string;
  header: string;
  hash: string | null;
  notes: { title: string; text: string }[];
  references: IssueReference[];
  /** Heading to stand under whatever the type; null: the preset's own by type. */
  heading: string | null;
}

export const mergedHeading = 'Merged Releases';
export const dependenciesHeading = 'Dependencies';
export const authorsHeading = 'Authors';

/** A section as what conventional-changelog reads: its start, then its lines. */
export function sectionEntries(
  section: ChangelogSection,
  { authors, links }: { authors: boolean; links: ForgeLinks | null },
): [SectionStart, ...ChangelogEntry[]] {
  return [
    sectionStart(section, links),
    ...section.commits.flatMap((commit) => commit.parsed.changes.map((change) => toEntry(change, commit))),
    ...section.merged.map((version) => headedEntry(mergedHeading, version)),
    ...section.packages.map((change) => headedEntry(dependenciesHeading, describePackage(change))),
    ...(authors ? authorsOf(section.commits).map((name) => headedEntry(authorsHeading, name)) : []),
  ];
}

function sectionStart(section: ChangelogSection, links: ForgeLinks | null): SectionStart {
  return {
    opensSection: true,
    version: section.version ?? 'Unreleased',
    committerDate: section.date,
    currentTag: section.gitTag === null ? null : encodeURI(section.gitTag),
    previousTag: section.previousTag === null ? null : encodeURI(section.previousTag),
    linkCompare: links !== null && section.previousTag !== null && section.gitTag !== null,
    // The writer turns its context into JSON for a debug line that nobody reads; this spares it the work.
    toJSON: () => null,
  };
}

function toEntry(change: ConventionalChange, { parsed, library }: ChangelogCommit): ChangelogEntry {
  return {
    ...change.fields,
    type: change.type,
    scope: change.scope,
    subject: change.subject,
    header: change.subject,
    hash: parsed.commit.hash,
    shortHash: parsed.commit.hash.slice(0, 7),
    notes: change.breaking.map((text) => ({
      title: 'BREAKING CHANGE',
      text: text.replaceAll(/\n(?=.)/g, '\n  '),
    })),
    references: change.references.filter(({ prefix, issue }) => !change.subject.includes(prefix + issue)),
    heading: library,
  };
}

function headedEntry(heading: string, text: string): ChangelogEntry {
  return {
    type: null,
    scope: null,
    subject: text,
    header: text,
    hash: null,
    notes: [],
    references: [],
    heading,
  };
}

function describePackage({ name, from, to }: PackageChange): string {
  if (from === null) return `add ${name} ${to}`;
  return to === null ? `drop ${name} ${from}` : `${name} ${from} → ${to}`;
}

function authorsOf(commits: readonly ChangelogCommit[]): string[] {
  return [...new Set(commits.map(({ parsed }) => parsed.commit.authorName))]
    .filter((name) => name !== '')
    .sort();
}
