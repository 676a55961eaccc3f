import { expect } from 'vitest';
import { cliFixture } from './cliFixture.ts';

/**
 * Several writers at once, each a process of its own for every bump, all into neighbouring lines of one file of one
 * bare repo. All land, each in one commit of its own that changes one line; the history is linear.
 */
export async function raceOf({ writers, bumps }: { writers: number; bumps: number }): Promise<void> {
  const services = Array.from({ length: writers }, (_, at) => `s${at}`);
  const text = (version: (service: string) => string) =>
    services
      .map((name) => `${name}: { image: "registry.example.com/team/${name}:${version(name)}" }\n`)
      .join('');
  const { ok, monorepo, infraRemote, show } = await cliFixture({
    services,
    config: 'environments: { production: {} }',
    files: { 'values.yaml': text(() => '0.0.0') },
  });
  const versions = Array.from({ length: bumps }, (_, at) => `1.0.${at + 1}`);
  for (const name of services)
    for (const version of versions) monorepo.git('tag', `@acme/${name}@${version}`);
  monorepo.git('push', '--quiet', '--tags', 'origin', 'main');
  await Promise.all(
    services.map(async (name) => {
      for (const version of versions) await ok('deploy', `${name}@${version}`);
    }),
  );
  expect(show('values.yaml')).toBe(text(() => `1.0.${bumps}`));
  const log = infraRemote.git('log', '--reverse', '--format=%P|%s', 'main').split('\n').slice(1);
  expect(log).toHaveLength(writers * bumps);
  expect(log.every((line) => /^[0-9a-f]{40}\|deploy\(production\): s\d+ 1\.0\.\d+$/.test(line))).toBe(true);
  expect(new Set(log.map((line) => line.split('|')[1])).size).toBe(writers * bumps);
  const changed = infraRemote
    .git('log', '--format=', '--numstat', 'main')
    .split('\n')
    .filter((line) => line !== '');
  expect(changed.slice(0, -1).every((line) => line === '1\t1\tvalues.yaml')).toBe(true);
  infraRemote.git('fsck', '--strict');
}
