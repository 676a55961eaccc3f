import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from './freePort.ts';
import { output } from './run.ts';
import { tempDir } from './tempDir.ts';

interface Config {
  config: {
    Labels?: Record<string, string>;
    Env?: string[];
    Cmd?: string[];
    User?: string;
    WorkingDir: string;
  };
  rootfs: { diff_ids: string[] };
}

/** An image in an OCI layout folder. */
export interface LayoutImage {
  config: Config;
  /** Digests, the lowest first. */
  layers: string[];
  /**
   * Starts the service from its unpacked layers with this machine's own Node, which is what a `host` base holds,
   * and gives what it answers.
   */
  answer(): Promise<unknown>;
}

/** The image with this tag in `<folder>/<repository>`. */
export async function layoutImage(
  folder: string,
  repository: string,
  imageTag: string,
): Promise<LayoutImage> {
  const root = path.join(folder, repository);
  const blob = (digest: string) => path.join(root, 'blobs', digest.replace(':', '/'));
  const json = async (file: string) => JSON.parse(await readFile(file, 'utf8'));
  const index: { manifests: { digest: string; annotations?: Record<string, string> }[] } = await json(
    path.join(root, 'index.json'),
  );
  const named = index.manifests.find(
    ({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === imageTag,
  );
  if (named === undefined) throw new Error(`${root} has no image with the tag ${imageTag}`);
  const manifest: { config: { digest: string }; layers: { digest: string }[] } = await json(
    blob(named.digest),
  );
  const config: Config = await json(blob(manifest.config.digest));
  const layers = manifest.layers.map(({ digest }) => digest);
  return { config, layers, answer: () => answerOf(config, layers.map(blob)) };
}

async function answerOf({ config }: Config, layers: readonly string[]): Promise<unknown> {
  const rootfs = await tempDir('rootfs');
  // The lowest layer is the base: Node itself, which this machine has.
  for (const layer of layers.slice(1)) await output('tar', ['-xzf', layer, '-C', rootfs], { cwd: rootfs });
  const [, ...args] = config.Cmd ?? [];
  const port = await freePort();
  const variables = (config.Env ?? []).map((line) => [
    line.slice(0, line.indexOf('=')),
    line.slice(line.indexOf('=') + 1),
  ]);
  const child = spawn(process.execPath, args, {
    cwd: path.join(rootfs, config.WorkingDir),
    env: { ...Object.fromEntries(variables), PORT: String(port) },
    stdio: 'ignore',
  });
  try {
    return await firstAnswer(`http://127.0.0.1:${port}`);
  } finally {
    child.kill('SIGKILL');
  }
}

async function firstAnswer(url: string): Promise<unknown> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const response = await fetch(url).catch(() => null);
    if (response !== null) return response.json();
    if (Date.now() > deadline) throw new Error(`nothing answers at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
