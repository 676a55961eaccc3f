import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort } from '../../test/support/freePort.ts';
import { cleanEnvironment } from './cleanEnvironment.ts';

export interface Server {
  port: number;
  stop(): Promise<void>;
}

/** The CNCF distribution registry on a free loopback port; null where it is not installed. */
export async function startRegistry(folder: string): Promise<Server | null> {
  const port = await freePort();
  await mkdir(folder, { recursive: true });
  const config = path.join(folder, 'config.yml');
  await writeFile(
    config,
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${path.join(folder, 'blobs')} } }\nhttp: { addr: 127.0.0.1:${port} }\n`,
  );
  return start('docker-registry', ['serve', config], port);
}

/** `git daemon`, which takes pushes, for the repositories below `folder`. */
export async function startGitDaemon(folder: string): Promise<Server | null> {
  const port = await freePort();
  const options = [
    '--reuseaddr',
    '--export-all',
    '--enable=receive-pack',
    '--listen=127.0.0.1',
    `--port=${port}`,
  ];
  return start('git', ['daemon', ...options, `--base-path=${folder}`, folder], port);
}

async function start(file: string, args: string[], port: number): Promise<Server | null> {
  // A group of its own: `git daemon` is a child of `git`.
  const child = spawn(file, args, { env: cleanEnvironment(), stdio: 'ignore', detached: true });
  const failed = once(child, 'error').then(() => true);
  const deadline = Date.now() + 20_000;
  while (!(await answers(port))) {
    const gone = await Promise.race([failed, pause(50).then(() => false)]);
    if (gone || child.exitCode !== null || Date.now() > deadline) return null;
  }
  return { port, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await ended;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
