import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createPresetLoader } from 'conventional-changelog-preset-loader';
import type { Config } from '../../config/settings.ts';
import { inputFailure } from '../../errors.ts';
import type { ForgeLinks } from './forgeLinks.ts';
import type { Preset } from './writerOptions.ts';

/** The preset that needs no installing: it comes with shipyarn. */
export const defaultPreset = 'conventionalcommits';

/**
 * The preset that the configuration names, set to the forge's links. Others than the default are looked up from
 * the root of the repo: `conventional-changelog-<name>` first, as conventional-changelog does. Throws an input
 * failure where it is not installed.
 */
export async function loadPreset(
  config: Config,
  { root, links }: { root: string; links: ForgeLinks | null },
): Promise<Preset> {
  const name = config.file.changelog?.preset ?? defaultPreset;
  const formats = links === null ? { issuePrefixes: ['(?!)'] } : linkFormats(links);
  if (name === defaultPreset) {
    const { default: createPreset } = await import('conventional-changelog-conventionalcommits');
    return createPreset(formats) as Preset;
  }
  const load = createPresetLoader((variant) => importFrom(root, variant) as never);
  try {
    return (await load({ name, ...formats })) as unknown as Preset;
  } catch (cause) {
    const at = config.origin('changelog.preset');
    throw inputFailure({
      reason: 'preset-not-installed',
      message: `The changelog preset \`${name}\` cannot be loaded: ${(cause as Error).message}`,
      hint: `Install it in the root of the repo: yarn add --dev conventional-changelog-${name}.`,
      ...(at === null ? {} : { at }),
      cause,
    });
  }
}

function linkFormats({ commitUrlFormat, compareUrlFormat, issueUrlFormat, userUrlFormat }: ForgeLinks) {
  return { commitUrlFormat, compareUrlFormat, issueUrlFormat, userUrlFormat };
}

async function importFrom(root: string, name: string): Promise<object> {
  const file = createRequire(join(root, 'package.json')).resolve(name);
  return import(pathToFileURL(file).href);
}
