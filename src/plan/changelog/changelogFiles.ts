import type { Config } from '../../config/settings.ts';
import { insertSection } from './insertSection.ts';

/** Reads a file by its path in the repo; null where there is none. */
export type ReadFile = (path: string) => Promise<string | null>;

/** What is to be written of one service. */
export interface ServiceSections {
  name: string;
  path: string;
  /** Markdown, each with its heading, newest first. */
  sections: readonly string[];
}

/**
 * The CHANGELOG.md of every service that has something to tell, and of the root where `changelog.root` asks for
 * one, with the sections in: path in the repo → content. Writes nothing. Throws an input failure at a conflict
 * marker.
 */
export async function changelogFiles(
  services: readonly ServiceSections[],
  config: Config,
  read: ReadFile,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const told = services.filter(({ sections }) => sections.length > 0);
  for (const { path, sections } of told) {
    const file = `${path}/CHANGELOG.md`;
    files.set(file, insertAll(await read(file), sections, file));
  }
  if (config.file.changelog?.root === true && told.length > 0) {
    const file = 'CHANGELOG.md';
    const named = told.flatMap(({ name, sections }) => sections.map((text) => withName(text, name)));
    files.set(file, insertAll(await read(file), named, file));
  }
  return files;
}

/** The last one inserted stands on top. */
function insertAll(existing: string | null, sections: readonly string[], file: string): string {
  const inserted = sections
    .toReversed()
    .reduce<string | null>((text, section) => insertSection(text, section, file), existing);
  return inserted ?? '';
}

/** `## [1.3.0](…) (…)` → `## @acme/api [1.3.0](…) (…)`. */
function withName(section: string, name: string): string {
  return section.replace(/^(#+) /, (_, level) => `${level} ${name} `);
}
