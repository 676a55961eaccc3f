import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../support/freePort.ts';
import { output } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';
import { whenFileEnds } from '../support/whenFileEnds.ts';

/** Part of moby/buildkit. */
const binary = 'buildkitd';

const running = new Set<ChildProcess>();
whenFileEnds(async () => {
  for (const child of running) {
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    await once(child, 'exit');
  }
  running.clear();
});

export interface Buildkitd {
  address: string;
  /** It holds its connections from now on and says nothing. */
  hang(): void;
}

/** A BuildKit daemon as a cluster would run it; registries on the loopback interface are plain HTTP. */
export async function startBuildkitd(registries: readonly string[]): Promise<Buildkitd> {
  const folder = await tempDir('buildkitd');
  const address = `tcp://127.0.0.1:${await freePort()}`;
  const config = path.join(folder, 'buildkitd.toml');
  await writeFile(
    config,
    [
      `root = "${folder}/root"`,
      `[grpc]\n  address = ["${address}"]`,
      '[worker.oci]\n  networkMode = "host"',
      '[worker.containerd]\n  enabled = false',
      ...registries.map((host) => `[registry."${host}"]\n  http = true`),
    ].join('\n'),
  );
  const child = spawn(binary, ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  await untilListening(Number(address.split(':').pop()), () => log);
  return { address, hang: () => void child.kill('SIGSTOP') };
}

/** A BUILDX_CONFIG folder that knows these builders. */
export async function buildxConfig(builders: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempDir('buildx');
  for (const [name, address] of Object.entries(builders)) {
    const args = ['buildx', 'create', '--name', name, '--driver', 'remote', address];
    await output('docker', args, { cwd: folder, env: { BUILDX_CONFIG: folder } });
  }
  return folder;
}

async function untilListening(port: number, log: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const listens = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (listens) return;
    if (Date.now() > deadline) throw new Error(`buildkitd did not start: ${log()}`);
    await wait(50);
  }
}
