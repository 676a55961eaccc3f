import { ConventionalChangelog } from 'conventional-changelog';
import type { ChangelogSection } from './changelogSection.ts';
import type { ForgeLinks } from './forgeLinks.ts';
import { type ChangelogEntry, type SectionStart, sectionEntries } from './sectionEntries.ts';
import { type Preset, writerOptions } from './writerOptions.ts';

type Chunk = SectionStart | ChangelogEntry;

/** Gives conventional-changelog the commits that were read already, in place of its own passes over Git. */
function knownHistory(chunks: readonly Chunk[]) {
  const client = {
    verify: async () => 'HEAD',
    async *getSemverTags() {},
    async *getCommits() {
      yield* chunks;
    },
  };
  return client as unknown as ConstructorParameters<typeof ConventionalChangelog>[0];
}

/**
 * Markdown of every section, in order, rendered in one pass of conventional-changelog with one preset: its
 * templates are compiled once however many services there are. `links` null: no links.
 */
export async function renderChangelogs(
  sections: readonly ChangelogSection[],
  options: { preset: Preset; links: ForgeLinks | null; authors: boolean },
): Promise<string[]> {
  if (sections.length === 0) return [];
  const chunks = sections.flatMap((section): Chunk[] => sectionEntries(section, options));
  const changelog = new ConventionalChangelog(knownHistory(chunks))
    .config(options.preset as object)
    .options({ transformCommit: (commit) => commit, warn: () => {} })
    .context({ ...linkContext(options.links) })
    .writer(writerOptions(options.preset, options.links) as object);
  const texts: string[] = [];
  for await (const text of changelog.write()) texts.push(text);
  // Some presets link a line's commit without asking whether it has one: packages and authors have none.
  return texts.map((text) => `${text.replaceAll(/ \(\[\]\([^)\s]*\)\)/g, '').trim()}\n`);
}

function linkContext(links: ForgeLinks | null) {
  if (links === null) return { linkReferences: false };
  const { host, owner, repository } = links;
  return { host, owner, repository, linkReferences: true };
}
