import type { Config } from '../../config/settings.ts';
import { type CommitCounter, commitCounter } from '../countedCommits.ts';
import type { ChangelogSection } from './changelogSection.ts';
import { forgeLinks } from './forgeLinks.ts';
import { defaultPreset, loadPreset } from './loadPreset.ts';
import { renderChangelogs } from './renderChangelogs.ts';

/** Counts commits and renders sections as the configuration says. */
export interface ChangelogWriter {
  count: CommitCounter;
  /** Markdown of each section, in order. */
  render(sections: readonly ChangelogSection[]): Promise<string[]>;
}

/** Opens the configured preset. Throws an input failure where it is not installed. `remoteUrl` null: no links. */
export async function openChangelogWriter(
  config: Config,
  { root, remoteUrl }: { root: string; remoteUrl: string | null },
): Promise<ChangelogWriter> {
  const { preset: name = defaultPreset, authors = false } = config.file.changelog ?? {};
  const links = forgeLinks(remoteUrl, config.file.forge?.kind);
  const preset = await loadPreset(config, { root, links });
  return {
    count: commitCounter(config, name === defaultPreset ? undefined : preset.parser),
    render: (sections) => renderChangelogs(sections, { preset, links, authors }),
  };
}
