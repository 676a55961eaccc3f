import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endProcess, endWithUs } from '../../cleanup/endProcess.ts';
import { inputFailure } from '../../errors.ts';
import type { Bake, BakeResult, Buildx } from '../../ports/buildx.ts';
import type { EngineMessage } from '../../ports/engine.ts';
import { longestSilence, shownSilence } from '../longestSilence.ts';
import { runProcess } from '../runProcess.ts';
import { watchBuilder } from './watchBuilder.ts';

/** One line of `--progress rawjson`: BuildKit's SolveStatus. Source: moby/buildkit `client/graph.go`. */
interface SolveStatus {
  vertexes?: {
    digest: string;
    name: string;
    cached?: boolean;
    started?: string;
    completed?: string;
    error?: string;
  }[];
  /** `data` in base64. */
  logs?: { vertex: string; data?: string }[];
}

/** Runs `docker buildx`, with Docker's own configuration and credentials. */
export function buildxCommand(env: NodeJS.ProcessEnv): Buildx {
  const silence = longestSilence(env);
  return {
    async check() {
      try {
        await runProcess({
          command: 'docker',
          args: ['buildx', 'version'],
          cwd: '.',
          env,
          what: 'find buildx',
          silence,
        });
      } catch (cause) {
        throw noBuildx(cause);
      }
    },
    bake: (bake) => runBake(bake, env, silence),
  };
}

function noBuildx(cause: unknown) {
  return inputFailure({
    reason: 'no-buildx',
    message: '`builder: buildx` needs `docker buildx`, which does not run here.',
    hint: 'Install the buildx plugin, or set `builder: engine` or `builder: oci` in shipyarn.yaml.',
    cause,
  });
}

async function runBake(bake: Bake, env: NodeJS.ProcessEnv, silence: number): Promise<BakeResult> {
  const file = join(bake.folder, 'bake.json');
  const metadataFile = join(bake.folder, 'metadata.json');
  await writeFile(file, bake.file);
  const args = [
    ...['buildx', 'bake', '--file', file, '--metadata-file', metadataFile],
    ...['--progress', 'rawjson', `--allow=fs=${bake.folder}`],
    ...(bake.builder === null ? [] : ['--builder', bake.builder]),
    bake.target,
  ];
  const child = spawn('docker', args, {
    cwd: bake.folder,
    env: { ...env, ...bake.secretVariables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const release = endWithUs(child.pid);
  // The first SIGINT makes buildx cancel the build at its builder.
  const interrupt = () => child.kill('SIGINT');
  bake.signal.addEventListener('abort', interrupt);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(noBuildx(cause)));
    child.on('close', resolve);
    child.on('close', release);
  });
  ended.catch(() => {});
  let dead = false;
  const watch = watchBuilder(bake.builder, { cwd: bake.folder, env, silence }, () => {
    dead = true;
    if (child.pid !== undefined) endProcess(child.pid);
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    watch.heard();
    const status = statusOf(line);
    if (status) bake.onStatus(status);
    else said.push(line);
  }
  const exitCode = await ended.finally(watch.stop);
  bake.signal.removeEventListener('abort', interrupt);
  if (dead) {
    const what = `ERROR: no sign of life for ${shownSilence(silence)} (SHIPYARN_TIMEOUT gives it longer)`;
    return { ok: false, said: what, unreachable: true };
  }
  if (exitCode !== 0) return { ok: false, said: said.join('\n').trim() };
  return readMetadata(metadataFile, bake.target);
}

function statusOf(line: string): Extract<EngineMessage, { kind: 'status' }> | null {
  if (!line.startsWith('{')) return null;
  const { vertexes = [], logs = [] } = JSON.parse(line) as SolveStatus;
  return {
    kind: 'status',
    vertices: vertexes.map(({ digest, name, cached, started, completed, error }) => ({
      digest,
      name,
      cached: cached ?? false,
      started: started === undefined ? null : Date.parse(started),
      completed: completed === undefined ? null : Date.parse(completed),
      error: error ?? '',
    })),
    logs: logs.map(({ vertex, data = '' }) => ({
      vertex,
      text: Buffer.from(data, 'base64').toString('utf8'),
    })),
  };
}

async function readMetadata(file: string, target: string): Promise<BakeResult> {
  const metadata = JSON.parse(await readFile(file, 'utf8'))[target] ?? {};
  const digest = metadata['containerimage.digest'];
  if (typeof digest !== 'string') return { ok: false, said: 'The metadata file names no digest.' };
  return { ok: true, digest, mediaType: metadata['containerimage.descriptor']?.mediaType ?? '' };
}
