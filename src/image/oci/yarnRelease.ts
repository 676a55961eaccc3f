import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './runCommand.ts';

/** A Yarn release's JavaScript: npm fetches it into `cacheFolder` once. */
export async function yarnRelease(
  version: string,
  options: { cacheFolder: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<string> {
  const packageName = version.startsWith('1.') ? 'yarn' : '@yarnpkg/cli-dist';
  const folder = join(options.cacheFolder, 'yarn-releases', version);
  const script = join(folder, 'node_modules', packageName, 'bin', 'yarn.js');
  const present = await access(script).then(
    () => true,
    () => false,
  );
  if (!present) await fetchYarn(`${packageName}@${version}`, folder, options);
  return script;
}

async function fetchYarn(
  spec: string,
  folder: string,
  { cacheFolder, env, signal }: { cacheFolder: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<void> {
  await mkdir(join(cacheFolder, 'yarn-releases'), { recursive: true });
  const temporary = await mkdtemp(join(cacheFolder, 'yarn-releases', '.fetch-'));
  try {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'];
    await runCommand({
      command: 'npm',
      args: ['install', '--prefix', temporary, ...flags, spec],
      cwd: temporary,
      env,
      signal,
      what: `fetch ${spec}`,
      hint: 'Commit a Yarn release (`yarn set version`), or let npm reach its registry.',
      onOutput: () => {},
    });
    await rename(temporary, folder).catch(async (error: NodeJS.ErrnoException) => {
      // Another run was quicker.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
