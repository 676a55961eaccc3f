import { access, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, finish, projectRoot } from './measure/command.ts';

export type PeerName = 'turbo' | 'nx' | 'lerna' | 'git-cliff' | 'conventional-changelog';

const folder = path.join(projectRoot, 'bench');
const modules = path.join(folder, 'node_modules');

/** Installs the peers of bench/package.json where they are not there as its lockfile says. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const stamp = path.join(modules, '.bench-lock');
  const lock = await readFile(path.join(folder, 'package-lock.json'), 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === lock) return;
  say('installing the peers (npm ci in bench/)');
  await finish({
    file: 'npm',
    args: ['ci', '--no-audit', '--no-fund'],
    cwd: folder,
    env: process.env as Record<string, string>,
  });
  await writeFile(stamp, lock);
}

/** A peer's own command line. */
export function peer(
  name: PeerName,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Command {
  return { file: peerFile(name), args, cwd, env };
}

export function peerFile(name: PeerName): string {
  return path.join(modules, '.bin', name);
}

/** Versions as installed, by name. */
export async function peerVersions(): Promise<[string, string][]> {
  const names: PeerName[] = ['turbo', 'nx', 'lerna', 'git-cliff', 'conventional-changelog'];
  return Promise.all(
    names.map(async (name) => {
      const manifest = JSON.parse(await readFile(path.join(modules, name, 'package.json'), 'utf8'));
      return [name, manifest.version as string] as [string, string];
    }),
  );
}

/** nx and lerna want to be found from the repo: its node_modules becomes a link to the peers'. */
export async function linkPeers(repository: string): Promise<void> {
  const link = path.join(repository, 'node_modules');
  const there = await access(link).then(
    () => true,
    () => false,
  );
  if (!there) await symlink(modules, link);
}
