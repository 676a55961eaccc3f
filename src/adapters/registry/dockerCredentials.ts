import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inputFailure } from '../../errors.ts';
import { longestSilence } from '../longestSilence.ts';

/** What a registry accepts: a name with a password, or an identity token to be exchanged for a bearer token. */
export type RegistryCredentials = { username: string; password: string } | { identityToken: string };

export interface CredentialSource {
  /**
   * Credentials for one host (`registry.example.com:5000`, `docker.io`), or null where none are configured.
   * Asked once per host. `problem` is why a configured helper could not answer.
   */
  forHost(host: string): Promise<{ credentials: RegistryCredentials | null; problem?: string }>;
}

interface DockerConfigFile {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/** Key of Docker Hub in `auths` and for helpers. Source: docker/cli `cli/config/configfile`. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/**
 * Reads credentials as the Docker CLI does: `credHelpers`, then `credsStore`, then `auths` of
 * `$DOCKER_CONFIG/config.json` (default `~/.docker/config.json`). Each host gets its own and no other's.
 */
export function dockerCredentials(env: NodeJS.ProcessEnv): CredentialSource {
  let configFile: Promise<DockerConfigFile> | undefined;
  const known = new Map<string, ReturnType<CredentialSource['forHost']>>();

  const find: CredentialSource['forHost'] = async (host) => {
    configFile ??= readDockerConfig(env);
    const config = await configFile;
    const helper = config.credHelpers?.[host] ?? config.credsStore;
    const inline = inlineCredentials(config, host);
    if (helper === undefined || helper === '') return { credentials: inline };
    const answer = await askHelper(helper, serverKey(host), env);
    return { ...answer, credentials: answer.credentials ?? inline };
  };

  return {
    forHost(host) {
      const found = known.get(host) ?? find(host);
      known.set(host, found);
      return found;
    },
  };
}

async function readDockerConfig(env: NodeJS.ProcessEnv): Promise<DockerConfigFile> {
  const folder = env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker');
  const file = join(folder, 'config.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {};
    throw inputFailure({
      reason: 'docker-config-unreadable',
      message: `Docker's ${file} cannot be read.`,
      hint: 'Make it readable, or point DOCKER_CONFIG at another folder.',
      cause: error,
    });
  }
  try {
    return JSON.parse(text) as DockerConfigFile;
  } catch {
    // The parser's message quotes the text, and the text holds passwords.
    throw inputFailure({
      reason: 'docker-config-invalid',
      message: `Docker's ${file} is not valid JSON.`,
      hint: 'Mend it, or remove it and run `docker login` again.',
      at: { file },
    });
  }
}

function serverKey(host: string): string {
  return host === 'docker.io' ? DOCKER_HUB_KEY : host;
}

function inlineCredentials(config: DockerConfigFile, host: string): RegistryCredentials | null {
  const wanted = normaliseKey(serverKey(host));
  const key = Object.keys(config.auths ?? {}).find((candidate) => normaliseKey(candidate) === wanted);
  const auth = key === undefined ? undefined : config.auths?.[key];
  if (auth === undefined) return null;
  if (auth.identitytoken) return { identityToken: auth.identitytoken };
  if (auth.username && auth.password) return { username: auth.username, password: auth.password };
  if (!auth.auth) return null;
  const decoded = Buffer.from(auth.auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  return colon === -1 ? null : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** `https://host/v1/` and `host` are the same entry: only the host counts. */
function normaliseKey(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

/** Runs `docker-credential-<helper> get`. Protocol: github.com/docker/docker-credential-helpers. */
function askHelper(
  helper: string,
  server: string,
  env: NodeJS.ProcessEnv,
): Promise<{ credentials: RegistryCredentials | null; problem?: string }> {
  const program = `docker-credential-${helper}`;
  return new Promise((resolve) => {
    const timeout = longestSilence(env);
    const child = spawn(program, ['get'], { env, stdio: ['pipe', 'pipe', 'ignore'], timeout });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', () => resolve({ credentials: null, problem: `\`${program}\` could not be run.` }));
    child.on('close', (code) => resolve(readHelperAnswer(program, code, output)));
    child.stdin.on('error', () => {});
    child.stdin.end(server);
  });
}

function readHelperAnswer(program: string, code: number | null, output: string) {
  if (code !== 0) {
    const none = /credentials not found/i.test(output);
    return none ? { credentials: null } : { credentials: null, problem: `\`${program} get\` failed.` };
  }
  try {
    const { Username, Secret } = JSON.parse(output) as { Username?: string; Secret?: string };
    if (!Secret) return { credentials: null };
    // `<token>` marks an identity token.
    if (Username === '<token>') return { credentials: { identityToken: Secret } };
    return { credentials: { username: Username ?? '', password: Secret } };
  } catch {
    return { credentials: null, problem: `\`${program} get\` answered something else than JSON.` };
  }
}
