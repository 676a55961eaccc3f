import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './freePort.ts';
import { notOnPath } from './notOnPath.ts';
import { tempDir } from './tempDir.ts';
import { whenFileEnds } from './whenFileEnds.ts';

/** Debian's package `docker-registry`: the CNCF distribution registry. */
const binary = 'docker-registry';

const running = new Set<ChildProcess>();

whenFileEnds(async () => {
  await Promise.all([...running].map(stop));
});

/** A real registry on the loopback interface, which engines take without TLS. */
export interface TestRegistry {
  /** `127.0.0.1:<port>`, as it stands in image references. */
  readonly host: string;
  readonly port: number;
  /** Where it keeps blobs and manifests. */
  readonly folder: string;
  /** Ends the process at once, as a crash would; what it stored stays. */
  stop(): Promise<void>;
}

export interface RegistryOptions {
  /** Continues with what an earlier registry stored. */
  readonly folder?: string;
  readonly port?: number;
  /** More of the registry's own configuration, for example `{ auth: { htpasswd: … } }`. */
  readonly config?: Record<string, unknown>;
}

/** Why no registry can be started here; nothing where it can. */
export function registryMissing(): Promise<string | undefined> {
  return notOnPath(binary, binary);
}

/** Starts a registry and waits until it answers. It ends with the test file at the latest. */
export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const folder = options.folder ?? (await tempDir('registry'));
  const port = options.port ?? (await freePort());
  const host = `127.0.0.1:${port}`;
  const configFile = path.join(await tempDir('registry-config'), 'config.yml');
  await writeFile(
    configFile,
    stringify({
      version: '0.1',
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
      http: { addr: host },
      ...options.config,
    }),
  );
  const child = spawn(binary, ['serve', configFile], { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  await untilReady(child, `http://${host}/v2/`);
  return { host, port, folder, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`the registry did not start: ${errors}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
