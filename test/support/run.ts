import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { gitConfig } from '../helpers/testRepo.ts';
import { authoritiesFile, sharedPath } from './shared.ts';
import { tempDir } from './tempDir.ts';
import { whenFileEnds } from './whenFileEnds.ts';

/**
 * What a machine needs to reach the network and its engine; nothing here says who the user is. NODE_EXTRA_CA_CERTS is
 * left out: Node parses it at every start, which takes longer than all else that a start does.
 */
const kept =
  /^(PATH|LANG|TZ|TMPDIR|DOCKER_HOST|GIT_SSL_CAINFO|(SSL|CURL)_\w*CERT\w*|CURL_CA_BUNDLE|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)$/;

export interface RunOptions {
  readonly cwd: string;
  /** Added to the scrubbed environment; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text for standard input, which is empty otherwise. */
  readonly input?: string;
}

export interface RunResult {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let home: Promise<string> | undefined;

whenFileEnds(() => {
  home = undefined;
});

/**
 * An environment as on a machine nobody has used yet: a HOME that tells Yarn of certificate authorities at most, no Git
 * identity and no Git configuration but the tests' own. PATH and proxies stay. One HOME serves a whole test file, one cache of
 * shipyarn's the whole run: packing the host base and installing the demo take seconds.
 */
export async function scrubbedEnvironment(): Promise<Record<string, string>> {
  home ??= makeHome();
  const folder = await home;
  const inherited = Object.entries(process.env).filter(([name]) => kept.test(name)) as [string, string][];
  return {
    ...Object.fromEntries(inherited),
    HOME: folder,
    GIT_CONFIG_GLOBAL: path.join(folder, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C.UTF-8',
    SHIPYARN_CACHE: sharedPath('cache'),
  };
}

async function makeHome(): Promise<string> {
  const folder = await tempDir('home');
  await copyFile(gitConfig, path.join(folder, '.gitconfig'));
  const authorities = sharedPath(authoritiesFile);
  if (existsSync(authorities)) {
    await writeFile(path.join(folder, '.yarnrc.yml'), `httpsCaFilePath: ${JSON.stringify(authorities)}\n`);
  }
  return folder;
}

/**
 * This process's environment with the certificate authorities of commands under test: they are part of the base that is
 * made in the engine, under one name for all.
 */
export function environmentOfBase(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  return env;
}

/** For a command that reaches npm by Node itself, or by a Yarn that it gives a HOME of its own. */
export const reachingNpm = { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS };

/** Runs a command in a scrubbed environment and gives its exit status; a status other than 0 is no error here. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const scrubbed = { ...(await scrubbedEnvironment()), ...options.env };
  const env = Object.fromEntries(Object.entries(scrubbed).filter(([, value]) => value !== undefined));
  const child = spawn(command, args, { cwd: options.cwd, env, stdio: 'pipe' });
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [exitCode, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}

/** Runs a command that has to succeed, and gives its standard output without the last line break. */
export async function output(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const result = await run(command, args, options);
  if (result.exitCode !== 0) {
    throw new Error(
      `${command} ${args.join(' ')}: exit status ${result.exitCode}\n${result.stdout}${result.stderr}`,
    );
  }
  return result.stdout.replace(/\n$/, '');
}

const cli = path.resolve(import.meta.dirname, '../../dist/bin.cjs');

/** Runs the built command line, as a user would. `npm test` builds it first. */
export function shipyarn(args: readonly string[], options: RunOptions): Promise<RunResult> {
  return run(process.execPath, [cli, ...args], options);
}
