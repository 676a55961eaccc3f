import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withTemporaryFolder } from '../cleanup/temporaryFolder.ts';
import { workFailure } from '../errors.ts';
import type { ContextContents, ContextLayer } from '../workspace/contextContents.ts';
import type { Project } from '../workspace/project.ts';
import { writeEntries } from './writeContext.ts';

const execute = promisify(execFile);

/**
 * The lockfile that the repo's own Yarn makes of the whole one for an install layer's manifests. Yarn 3 and 4 prune
 * without the network (`--mode=update-lockfile`, for no architecture at all, so that nothing is fetched);
 * Yarn 2, which has no modes, and Yarn 1 only as the last step of an install.
 */
export async function prunedByYarn(
  project: Project,
  contents: ContextContents,
  layer: ContextLayer,
  options: { env: NodeJS.ProcessEnv; signal: AbortSignal; cacheFolder: string },
): Promise<string> {
  return withTemporaryFolder('verify', async (folder) => {
    await writeLayer(project, layer, folder);
    const before = project.lockfile.replaceAll('\r\n', '\n');
    const output = await runYarn(project, contents, folder, options);
    const after = await readFile(join(folder, 'yarn.lock'), 'utf8');
    // Some plugins fail after the lockfile is written, so the file is what counts.
    if (after === before && output !== null) throw notPruned(output);
    return after;
  });
}

async function writeLayer(project: Project, layer: ContextLayer, folder: string): Promise<void> {
  const inside = layer.prefix === '' ? 0 : layer.prefix.length + 1;
  const entries = layer.entries.map((entry) => ({ ...entry, path: entry.path.slice(inside) }));
  await writeEntries(entries, project.snapshot, folder);
  await writeFile(join(folder, 'yarn.lock'), project.lockfile);
  if (project.yarn.family === 'classic' || isSecond(project)) return;
  const { parseDocument } = await import('yaml');
  const settings = parseDocument(await readFile(join(folder, '.yarnrc.yml'), 'utf8').catch(() => ''));
  const none = ['none'];
  settings.set('supportedArchitectures', { os: none, cpu: none, libc: none });
  await writeFile(join(folder, '.yarnrc.yml'), settings.toString());
}

/** Yarn 2 has neither modes nor `supportedArchitectures`; the lockfiles of Yarn 3 begin at version 5. */
function isSecond({ yarn, lockfile }: Project): boolean {
  return yarn.family === 'berry' && /^__metadata:\r?\n {2}version: [1-4]\r?$/m.test(lockfile);
}

/** Gives Yarn's output where it failed, else null. */
async function runYarn(
  project: Project,
  { yarn }: ContextContents,
  folder: string,
  { env, signal, cacheFolder }: { env: NodeJS.ProcessEnv; signal: AbortSignal; cacheFolder: string },
): Promise<string | null> {
  const classic = yarn.family === 'classic';
  const second = isSecond(project);
  const args = classic
    ? ['install', '--ignore-scripts', '--ignore-platform', '--ignore-engines', '--non-interactive']
    : second
      ? ['install', '--skip-builds']
      : ['install', '--mode=update-lockfile'];
  const own = classic
    ? { YARN_CACHE_FOLDER: join(cacheFolder, 'yarn-classic') }
    : {
        ...(second ? {} : { YARN_ENABLE_NETWORK: '0' }),
        YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
        YARN_GLOBAL_FOLDER: join(folder, '.global'),
      };
  const variables = { ...env, ...yarn.environment, ...own, SHIPYARN_YARN_FOLDER: join(cacheFolder, 'yarn') };
  const [, script = ''] = yarn.run;
  try {
    await execute(process.execPath, [script, ...args], {
      cwd: folder,
      env: variables,
      signal,
      maxBuffer: 1e8,
    });
    return null;
  } catch (error) {
    signal.throwIfAborted();
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`;
  }
}

function notPruned(output: string) {
  return workFailure({
    reason: 'verify-yarn-failed',
    message: "The repo's own Yarn could not prune the lockfile.",
    hint: 'Its output says why; `yarn install` in the repo may show the same.',
    output: output.trim().split('\n').slice(-30).join('\n'),
  });
}
