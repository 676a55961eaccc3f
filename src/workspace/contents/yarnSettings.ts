import { posix } from 'node:path';
import { inputFailure } from '../../errors.ts';
import { oncePer } from '../../oncePer.ts';
import type { ContextPart } from '../contextContents.ts';
import type { Project } from '../project.ts';
import { writtenPart } from './contextPart.ts';

/**
 * Left out of an install layer's settings. `immutablePatterns`: an immutable install fails where it changes a file that
 * these match (`.pnp.cjs`, what a plugin generates), and what it writes for a slice is never what it writes for the
 * whole repo. `injectEnvironmentFiles`: such files may hold secrets and stay behind, and Yarn fails without them.
 */
const leftOut = ['immutablePatterns', 'injectEnvironmentFiles'] as const;

/** Whether an install layer certainly has a `.yarnrc.yml` as it is. */
export function isKeptWhole(settingsText: string): boolean {
  return !leftOut.some((setting) => settingsText.includes(setting));
}

/** `.yarnrc.yml` as an install layer has it where it differs from the committed one. */
export const yarnSettingsPart: (project: Project) => Promise<ContextPart[]> = oncePer(makeSettingsPart);

async function makeSettingsPart({ settings, settingsText }: Project): Promise<ContextPart[]> {
  if (leftOut.every((setting) => settings[setting] === undefined)) return [];
  const { parseDocument } = await import('yaml');
  const document = parseDocument(settingsText);
  for (const setting of leftOut) document.delete(setting);
  const text = document.toString();
  return [writtenPart('.yarnrc.yml', () => Buffer.from(text))];
}

/** Sentences for people: environment files of Yarn 4 that stay out of the layers. `.env.yarn` is read unasked. */
export const environmentFileWarnings: (project: Project) => Promise<string[]> = oncePer(findEnvironmentFiles);

async function findEnvironmentFiles({ settings, snapshot, yarn }: Project): Promise<string[]> {
  const { injectEnvironmentFiles: named } = settings;
  const asked = Array.isArray(named)
    ? named.map((path) => posix.normalize(String(path).replace(/\?$/, '')))
    : ['.env.yarn'];
  if (yarn.family === 'classic') return [];
  const entries = await Promise.all(
    asked.map((path) => (path.startsWith('..') ? null : snapshot.entry(path))),
  );
  const there = asked.filter((_, index) => named !== undefined || entries[index] !== null);
  return there.map(
    (path) =>
      `${path}, which Yarn takes environment variables from, stays out of the image, for it may hold secrets: name what an install needs of it in \`secrets\``,
  );
}

/** Refuses a client's key in the repo: it would have to stand in a layer for Yarn to find it. */
export function checkClientKeys({ settings, settingsText }: Project): void {
  const scopes = [settings, ...Object.values(settings.networkSettings ?? {})];
  for (const setting of ['httpsKeyFilePath', 'httpsCertFilePath'] as const) {
    const path = scopes
      .map((scope) => scope?.[setting])
      .find((value) => typeof value === 'string' && !/^[/~]|\$\{/.test(value));
    if (path === undefined) continue;
    const line = settingsText
      .split('\n')
      .findIndex((text) => text.includes(`${setting}:`) && text.includes(path));
    throw inputFailure({
      reason: 'client-key-in-context',
      message: `.yarnrc.yml names ${path} (\`${setting}\`), and a client's key or certificate never goes into a layer.`,
      hint: `Take it out; in a Dockerfile.template of your own, mount it as a build secret and set YARN_${snakeCase(setting)}=/run/secrets/<id>.`,
      at: { file: '.yarnrc.yml', line: line + 1 || 1 },
    });
  }
}

/** As Yarn names the variable of a setting. */
function snakeCase(setting: string): string {
  return setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
