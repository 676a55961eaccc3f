import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { commitAll } from '../../src/demo/makeDemoRepos.ts';
import type { Ledger } from '../../src/release/ledger.ts';
import { type ForgeServer, forgeServer } from '../deploy/forgeServer.ts';
import { makeImage, pushImage } from '../registry/imageTools.ts';
import { type TestRepos, testRepos } from '../support/demoRepos.ts';
import { startRegistry } from '../support/registry.ts';
import { rememberFolder } from '../support/rememberFolder.ts';
import { type RunResult, scrubbedEnvironment, shipyarn } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';
import { type EffectGate, startEffectGate } from './effects.ts';

const cli = path.resolve(import.meta.dirname, '../../dist/bin.cjs');

/** The demo's repositories with a registry and a forge whose every change can be watched, and put back as it was. */
export interface World extends TestRepos {
  gate: EffectGate;
  /** Runs the built command line in the monorepo, with the forge's token. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunResult>;
  release(args?: readonly string[], cwd?: string): Promise<RunResult>;
  /** Starts a release in a process group of its own and gives what kills it whole. */
  startRelease(
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): { kill(signal?: NodeJS.Signals, options?: { group: boolean }): void; ended: Promise<RunResult> };
  /** What counts after a release, without what differs by the time of day. */
  state(): Promise<WorldState>;
  /** Remembers repositories and registry. */
  save(): Promise<void>;
  /** Puts everything back to what `save` remembered. */
  restore(): Promise<void>;
}

export interface WorldState {
  /** Git tag → commit and the identity in its trailers. */
  gitTags: Record<string, string>;
  /** `repository:imageTag` → digest. */
  imageTags: Record<string, string>;
  /** Git tags of the forge's releases, sorted. */
  forgeReleases: string[];
  /** Without the infra commits, whose being in the infra repo is checked. */
  ledger: unknown;
  infraTree: string;
  infraCommits: number;
}

const forgeToken = { GITEA_TOKEN: 'token-of-the-world' };

/**
 * `builder` `oci` stands on an image of a few bytes, so that nothing large is moved about. `config`: more of
 * shipyarn.yaml; `forge`: releases are announced on one.
 */
export async function makeWorld(
  builder: 'oci' | 'engine' = 'oci',
  more: { config?: string; forge?: boolean } = {},
): Promise<World> {
  const folder = await tempDir('world-registry');
  const registry = await startRegistry({ folder });
  const gate = await startEffectGate(registry.host);
  const prefix = `${gate.host}/harbour`;
  const forge = await forgeServer('gitea', forgeToken.GITEA_TOKEN);
  const api = more.forge ? await gate.proxy(new URL(forge.api).host) : null;
  const announced =
    api === null ? '' : `forge: { kind: gitea, api: "http://${api}" }\nchangelog: { releaseNotes: true }\n`;
  const repos = await testRepos({ registry: prefix, builder, config: announced + (more.config ?? '') });
  if (builder === 'oci') {
    const store = openImageStore(registry.host, { env: {}, insecureRegistries: [] });
    await pushImage(store, 'base/tiny', makeImage([gzipSync(Buffer.alloc(1024))], 'tiny'), '1');
    const file = path.join(repos.monorepo, 'shipyarn.yaml');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('base: host', `base: ${gate.host}/base/tiny:1`),
    );
    await commitAll((cwd, args) => repos.git(args, cwd), repos.monorepo, 'chore: a tiny base');
    await repos.git(['push', '--quiet', 'origin', 'main']);
  }
  await gate.watch(repos.monorepoRemote, 'monorepo');
  await gate.watch(repos.infraRemote, 'infra');
  let putBack: (() => Promise<void>)[] = [];
  let savedReleases: ForgeServer['releases'] = [];
  const runIn = (cwd: string, args: readonly string[], env = {}) =>
    shipyarn(args, { cwd, env: { ...forgeToken, ...env } });
  return {
    ...repos,
    gate,
    run: (args, env) => runIn(repos.monorepo, args, env),
    release: (args = [], cwd = repos.monorepo) => runIn(cwd, ['release', ...args]),
    startRelease: (args = [], env = {}) => startRelease(repos.monorepo, args, { ...forgeToken, ...env }),
    state: () => stateOf(repos, registry.host, forge),
    async save() {
      savedReleases = [...forge.releases];
      putBack = [await rememberFolder(repos.folder), await rememberFolder(folder)];
    },
    async restore() {
      forge.releases = [...savedReleases];
      for (const each of putBack) await each();
    },
  };
}

function startRelease(
  cwd: string,
  args: readonly string[],
  added: Readonly<Record<string, string>>,
): ReturnType<World['startRelease']> {
  const started = scrubbedEnvironment().then((env) => {
    const child = spawn(process.execPath, [cli, 'release', ...args], {
      cwd,
      env: { ...env, ...added },
      detached: true,
    });
    child.stdin.end();
    return child;
  });
  const ended = started.then(async (child) => {
    const exit = once(child, 'exit');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [exitCode] = await exit;
    return { exitCode, stdout, stderr };
  });
  return {
    ended,
    kill(signal = 'SIGKILL', { group } = { group: true }) {
      void started.then((child) => {
        try {
          process.kill((group ? -1 : 1) * (child.pid as number), signal);
        } catch {
          // It has ended by itself.
        }
      });
    },
  };
}

async function stateOf(repos: TestRepos, host: string, forge: ForgeServer): Promise<WorldState> {
  const git = (args: readonly string[], cwd = repos.monorepoRemote) => repos.git(args, cwd);
  const format = '%(refname:strip=2)%09%(*objectname) %(contents:trailers:key=Identity,valueonly,separator=)';
  const tags = await git(['for-each-ref', `--format=${format}`, 'refs/tags/']);
  const ledger: Ledger = JSON.parse(
    await git(['show', 'refs/shipyarn/main:ledger.json']).catch(() => 'null'),
  );
  return {
    gitTags: Object.fromEntries(
      tags
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('\t')),
    ),
    imageTags: await imageTagsOf(host),
    forgeReleases: forge.releases.map(({ gitTag }) => gitTag).sort(),
    ledger: ledger && { ...ledger, environments: await landedOf(repos, ledger) },
    infraTree: await git(['rev-parse', 'main^{tree}'], repos.infraRemote),
    infraCommits: Number(await git(['rev-list', '--count', 'main'], repos.infraRemote)),
  };
}

async function landedOf(repos: TestRepos, { environments }: Ledger): Promise<unknown> {
  const log = await repos.git(['log', '--format=%H%n%B', 'main'], repos.infraRemote);
  return Object.entries(environments).map(([name, services]) => [
    name,
    Object.entries(services).map(([service, { version, commit }]) => [
      service,
      version,
      commit !== null && log.includes(commit),
    ]),
  ]);
}

async function imageTagsOf(host: string): Promise<Record<string, string>> {
  const store = openImageStore(host, { env: {}, insecureRegistries: [] });
  const tags: [string, string][] = [];
  for (const service of ['api', 'web', 'worker']) {
    const repository = `harbour/${service}`;
    for (const tag of await store.listTags(repository)) {
      const stored = await store.getManifest(repository, tag);
      tags.push([`${service}:${tag}`, stored?.digest ?? 'nothing']);
    }
  }
  return Object.fromEntries(tags.sort(([a], [b]) => (a < b ? -1 : 1)));
}
