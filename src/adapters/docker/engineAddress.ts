import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inputFailure } from '../../errors.ts';
import { sha256 } from '../../sha256.ts';

/** How to reach a Docker Engine. */
export interface EngineAddress {
  /** `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`. */
  host: string;
  /** Who said so, for messages: `DOCKER_HOST`, `context "remote"`; null: nobody, it is the default. */
  saidBy: string | null;
  tls: EngineTls | null;
}

interface EngineTls {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  /** False: the server's certificate is not checked. */
  verify: boolean;
}

/**
 * Where the Docker CLI would look: `DOCKER_HOST`, then `DOCKER_CONTEXT`, then `currentContext` in
 * config.json, then the default socket.
 * Source: docker/cli `cli/command/cli.go` (resolveContextName) and `cli/context/store`.
 */
export async function engineAddress(env: NodeJS.ProcessEnv): Promise<EngineAddress> {
  const home = env.HOME ?? env.USERPROFILE ?? homedir();
  const dockerFolder = env.DOCKER_CONFIG ?? join(home, '.docker');
  if (env.DOCKER_HOST) return addressFromHost(env, env.DOCKER_HOST, dockerFolder);
  const context = env.DOCKER_CONTEXT || (await currentContext(dockerFolder));
  if (context && context !== 'default') return addressFromContext(context, dockerFolder);
  return { host: defaultHost(), saidBy: null, tls: null };
}

function defaultHost(): string {
  return process.platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';
}

async function addressFromHost(
  env: NodeJS.ProcessEnv,
  host: string,
  dockerFolder: string,
): Promise<EngineAddress> {
  const withScheme = host.includes('://') ? host : `tcp://${host}`;
  const wantsTls = Boolean(env.DOCKER_TLS_VERIFY || env.DOCKER_TLS || env.DOCKER_CERT_PATH);
  const tls =
    withScheme.startsWith('tcp:') && wantsTls
      ? await readTls(env.DOCKER_CERT_PATH ?? dockerFolder, Boolean(env.DOCKER_TLS_VERIFY))
      : null;
  return { host: withScheme, saidBy: 'DOCKER_HOST', tls };
}

async function currentContext(dockerFolder: string): Promise<string | undefined> {
  const text = await readIfThere(join(dockerFolder, 'config.json'));
  if (text === null) return undefined;
  try {
    return JSON.parse(text.toString('utf8')).currentContext;
  } catch {
    throw inputFailure({
      reason: 'docker-config-broken',
      message: "Docker's config.json is not valid JSON.",
      hint: 'Mend the file, or set DOCKER_HOST to say which engine is meant.',
      at: { file: join(dockerFolder, 'config.json') },
    });
  }
}

async function addressFromContext(name: string, dockerFolder: string): Promise<EngineAddress> {
  const id = sha256(name);
  const metaFile = join(dockerFolder, 'contexts', 'meta', id, 'meta.json');
  const meta = await readIfThere(metaFile);
  if (meta === null) throw unknownContext(name, metaFile);
  const endpoint = JSON.parse(meta.toString('utf8')).Endpoints?.docker;
  const host: string = endpoint?.Host || defaultHost();
  const tlsFolder = join(dockerFolder, 'contexts', 'tls', id, 'docker');
  const tls = host.startsWith('tcp:') ? await readTls(tlsFolder, endpoint?.SkipTLSVerify !== true) : null;
  const hasFiles = tls !== null && (tls.ca || tls.cert);
  return { host, saidBy: `context "${name}"`, tls: hasFiles || endpoint?.SkipTLSVerify ? tls : null };
}

function unknownContext(name: string, metaFile: string) {
  return inputFailure({
    reason: 'docker-context-unknown',
    message: `The Docker context "${name}" does not exist.`,
    hint: '`docker context ls` lists those that do; DOCKER_CONTEXT or `docker context use` chooses one.',
    at: { file: metaFile },
  });
}

async function readTls(folder: string, verify: boolean): Promise<EngineTls> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfThere(join(folder, name))),
  );
  return { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}), verify };
}

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
