import type { Project } from '../project.ts';
import { type ContextPart, writtenPart } from './contextPart.ts';

/**
 * `.yarnrc.yml` as an install layer has it where it differs from the committed one: without `immutablePatterns`. An
 * immutable install fails where it changes a file that these match (`.pnp.cjs`, what a plugin generates), and what it
 * writes for a slice is never what it writes for the whole repo.
 */
export async function yarnSettingsPart({ settings, settingsText }: Project): Promise<ContextPart[]> {
  if (settings.immutablePatterns === undefined) return [];
  const { parseDocument } = await import('yaml');
  const document = parseDocument(settingsText);
  document.delete('immutablePatterns');
  const text = document.toString();
  return [writtenPart('.yarnrc.yml', () => Buffer.from(text))];
}
