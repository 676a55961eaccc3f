import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, test } from 'vitest';
import { engineMissing } from './engine.ts';
import { notOnPath } from './notOnPath.ts';
import { registryMissing } from './registry.ts';
import { smallDiskMissing } from './smallDisk.ts';

const run = promisify(execFile);

/** Real parts that a machine may lack. Each check gives the reason why the part cannot be used, or nothing. */
const checks = {
  linux: async () => (process.platform === 'linux' ? undefined : `this is ${process.platform}`),
  engine: engineMissing,
  registry: registryMissing,
  openssl: commandMissing('openssl', 'version'),
  'docker-client': commandMissing('docker', '--version'),
  buildx: commandMissing('docker', 'buildx', 'version'),
  buildkitd: commandMissing('buildkitd', '--version'),
  crane: commandMissing('crane', 'version'),
  helm: commandMissing('helm', 'version'),
  kustomize: commandMissing('kustomize', 'version'),
  'ssh-keygen': () => notOnPath('ssh-keygen', 'openssh-client'),
  'small-disk': smallDiskMissing,
  corpora: () =>
    access('../shared/corpora').then(
      () => undefined,
      () => 'no ../shared/corpora beside the project',
    ),
};

export type Part = keyof typeof checks;

/**
 * A `describe` whose tests need real parts. Where one is missing they are skipped and the run's output says why;
 * where SHIPYARN_TEST_REQUIRE (comma-separated parts) names it, that is a failure instead.
 * Top level of a test file only: `await describeWith(['engine'], 'building', () => …)`.
 */
export async function describeWith(parts: readonly Part[], name: string, body: () => void): Promise<void> {
  const missing = await missingParts(parts);
  if (missing.size === 0) return void describe(name, body);
  describe(name, () => {
    test('has the parts it needs', ({ skip }) => skipFor(missing, skip));
  });
}

/** The same for a single test, as its first line: `await skipWithout(['ssh-keygen'], skip)`. */
export async function skipWithout(parts: readonly Part[], skip: (reason: string) => never): Promise<void> {
  const missing = await missingParts(parts);
  if (missing.size > 0) skipFor(missing, skip);
}

function skipFor(missing: ReadonlyMap<Part, string>, skip: (reason: string) => never): never {
  const required = requiredParts(process.env);
  const reason = [...missing].map(([part, why]) => `${part}: ${why}`).join('; ');
  if ([...missing.keys()].some((part) => required.has(part))) {
    throw new Error(`required by SHIPYARN_TEST_REQUIRE, but missing: ${reason}`);
  }
  return skip(reason);
}

async function missingParts(parts: readonly Part[]): Promise<Map<Part, string>> {
  const reasons = await Promise.all(parts.map(async (part) => [part, await checks[part]()] as const));
  return new Map(reasons.filter((pair): pair is [Part, string] => pair[1] !== undefined));
}

/** The parts named in SHIPYARN_TEST_REQUIRE. Throws on a name that is none. */
function requiredParts(env: NodeJS.ProcessEnv): Set<Part> {
  const names = (env.SHIPYARN_TEST_REQUIRE ?? '').split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !Object.hasOwn(checks, name));
  if (unknown !== undefined) {
    throw new Error(
      `SHIPYARN_TEST_REQUIRE names "${unknown}"; the parts are ${Object.keys(checks).join(', ')}`,
    );
  }
  return new Set(names as Part[]);
}

function commandMissing(command: string, ...args: string[]): () => Promise<string | undefined> {
  return () =>
    run(command, args).then(
      () => undefined,
      () => `\`${[command, ...args].join(' ')}\` does not run here`,
    );
}
