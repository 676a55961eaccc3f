import { inputFailure } from '../errors.ts';
import type { Linker, Project, Workspace, YarnFamily, YarnSettings } from './project.ts';
import type { Snapshot } from './snapshot.ts';

/** Which Yarn keeps this project, told by its lockfile, `.yarnrc.yml` or `.yarnrc`, and `packageManager`. */
export async function readYarn(
  snapshot: Snapshot,
  root: Workspace,
  lockfile: string,
): Promise<Pick<Project, 'yarn' | 'settings' | 'settingsText'>> {
  const family = lockfileFamily(lockfile);
  const settingsText = family === 'berry' ? await readText(snapshot, '.yarnrc.yml') : '';
  const settings = await parseSettings(settingsText);
  const yarnPath = clean(family === 'berry' ? settings.yarnPath : await classicYarnPath(snapshot));
  const version = packageManagerVersion(root) ?? versionInName(yarnPath);
  const linker = linkerOf(family, settings);
  return { yarn: { family, version, linker, yarnPath }, settings, settingsText };
}

function lockfileFamily(lockfile: string): YarnFamily {
  if (/^# yarn lockfile v1\r?$/m.test(lockfile.slice(0, 500))) return 'classic';
  if (lockfile.trimStart().startsWith('{')) {
    throw inputFailure({
      reason: 'yarn-6-lockfile',
      message: 'yarn.lock is a JSON lockfile, as Yarn 6 writes it; shipyarn does not support it yet.',
      hint: 'Keep the project on Yarn 1 to 4 for now.',
      at: { file: 'yarn.lock', line: 1 },
    });
  }
  if (/^__metadata:/m.test(lockfile)) return 'berry';
  if (lockfile.replace(/^\s*#.*$/gm, '').trim() === '') {
    throw inputFailure({
      reason: 'lockfile-empty',
      message: 'yarn.lock is empty.',
      hint: 'Run `yarn install` and commit the lockfile.',
      at: { file: 'yarn.lock', line: 1 },
    });
  }
  throw inputFailure({
    reason: 'lockfile-unreadable',
    message: 'yarn.lock is neither a Yarn Classic nor a Yarn 2+ lockfile.',
    hint: 'Run `yarn install` and commit the lockfile.',
    at: { file: 'yarn.lock', line: 1 },
  });
}

/** A sentence where settings that are read here are of another kind than Yarn's; null where none is. */
function wrongSetting(settings: unknown): string | null {
  const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(settings)) return 'it does not hold a map';
  const { plugins, cacheFolder, ...others } = settings as YarnSettings;
  if (plugins !== undefined && !Array.isArray(plugins)) return '`plugins` is no list';
  if (cacheFolder !== undefined && typeof cacheFolder !== 'string') return '`cacheFolder` is no text';
  const maps = ['networkSettings', 'npmRegistries', 'packageExtensions', 'catalog', 'catalogs'] as const;
  const found = maps.find(
    (name) => others[name] !== undefined && others[name] !== null && !isMap(others[name]),
  );
  return found === undefined ? null : `\`${found}\` is no map`;
}

async function readText(snapshot: Snapshot, path: string): Promise<string> {
  return (await snapshot.read(path))?.toString('utf8') ?? '';
}

async function parseSettings(text: string): Promise<YarnSettings> {
  if (text === '') return {};
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) {
    throw inputFailure({
      reason: 'yarnrc-unreadable',
      message: `.yarnrc.yml is not valid YAML: ${error.message.split('\n')[0]?.replace(/ at line \d+.*$/, '')}.`,
      hint: 'Mend the file and commit it.',
      at: { file: '.yarnrc.yml', line: error.linePos?.[0].line ?? 1 },
    });
  }
  const settings: unknown = document.toJS() ?? {};
  const wrong = wrongSetting(settings);
  if (wrong === null) return settings as YarnSettings;
  throw inputFailure({
    reason: 'yarnrc-unreadable',
    message: `.yarnrc.yml: ${wrong}.`,
    hint: 'Mend the file and commit it.',
    at: { file: '.yarnrc.yml' },
  });
}

async function classicYarnPath(snapshot: Snapshot): Promise<string | undefined> {
  const yarnrc = await readText(snapshot, '.yarnrc');
  return /^yarn-path\s+"?([^"\n]+?)"?\s*$/m.exec(yarnrc)?.[1];
}

function clean(path: unknown): string | null {
  return typeof path === 'string' ? path.replace(/^(\.\/)+/, '') : null;
}

function packageManagerVersion(root: Workspace): string | null {
  const { packageManager } = root.packageManifest;
  return /^yarn@([^+]+)/.exec(typeof packageManager === 'string' ? packageManager : '')?.[1] ?? null;
}

function versionInName(yarnPath: string | null): string | null {
  return /(\d+\.\d+\.\d+(?:-[\w.-]+?)?)\.c?js$/.exec(yarnPath ?? '')?.[1] ?? null;
}

function linkerOf(family: YarnFamily, settings: YarnSettings): Linker {
  if (family === 'classic') return 'node-modules';
  const linker = settings.nodeLinker ?? 'pnp';
  if (linker === 'pnp' || linker === 'pnpm' || linker === 'node-modules') return linker;
  throw inputFailure({
    reason: 'linker-unknown',
    message: `.yarnrc.yml sets \`nodeLinker: ${linker}\`, which shipyarn does not know.`,
    hint: 'Use node-modules, pnpm or pnp.',
    at: { file: '.yarnrc.yml' },
  });
}
