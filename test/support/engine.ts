import Docker from 'dockerode';
import { connectEngine } from '../../src/adapters/docker/connectEngine.ts';
import { importHostBase } from '../../src/image/engine/importHostBase.ts';
import { environmentOfBase } from './run.ts';
import { doneOnce } from './shared.ts';

/** The engine that DOCKER_HOST names, or the one at the usual socket. */
export const docker = new Docker();

let answer: Promise<string | undefined> | undefined;
let base: Promise<string> | undefined;
let shell: Promise<string> | undefined;

/** Why no Docker Engine can be used here; nothing where one answers. */
export function engineMissing(): Promise<string | undefined> {
  answer ??= docker.ping().then(
    () => undefined,
    (error: Error) => `no Docker Engine answers (${error.message}); \`.ci/setup-engine\` starts one`,
  );
  return answer;
}

/** The engine's name for a base image made of this machine's own Node, imported where it is not there yet. */
export function baseImage(): Promise<string> {
  const { platform, execPath, version } = process;
  base ??= importOnce({ platform, execPath, version, env: environmentOfBase() });
  return base;
}

/** The same without Node, where none runs: to push or pack its hundred megabytes takes seconds each time. */
export function shellBase(): Promise<string> {
  const { platform } = process;
  shell ??= importOnce({ platform, env: environmentOfBase(), execPath: '/bin/sh', version: 'none' });
  return shell;
}

/** Files that imported a base at once would take its name from one another, in the midst of their builds. */
async function importOnce(host: Parameters<typeof importHostBase>[1]): Promise<string> {
  const engine = await connectEngine(process.env);
  await doneOnce(`base-${host.version}`, () => importHostBase(engine, host));
  return importHostBase(engine, host);
}

/** Whether the engine keeps images in containerd, as Docker 29 does by default. */
export async function hasContainerdStore(): Promise<boolean> {
  const { DriverStatus } = await docker.info();
  return DriverStatus.some(([, value]: [string, string]) => value === 'io.containerd.snapshotter.v1');
}

/** Runs a container, waits until it ends and gives what it wrote; the container is removed. */
export async function runContainer(
  image: string,
  command?: readonly string[],
): Promise<{ exitCode: number; output: string }> {
  const container = await docker.createContainer({
    Image: image,
    Tty: true,
    ...(command && { Cmd: [...command] }),
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const output = await container.logs({ stdout: true, stderr: true });
    return { exitCode: StatusCode, output: output.toString('utf8').replaceAll('\r\n', '\n') };
  } finally {
    await container.remove({ force: true });
  }
}

/** Runs a service's container for as long as `use` takes; `use` gets the URL of the port inside it. */
export async function withService<T>(
  image: string,
  port: number,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const key = `${port}/tcp`;
  const container = await docker.createContainer({
    Image: image,
    Env: [`PORT=${port}`],
    ExposedPorts: { [key]: {} },
    HostConfig: { PortBindings: { [key]: [{ HostIp: '127.0.0.1', HostPort: '' }] } },
  });
  try {
    await container.start();
    const hostPort = (await container.inspect()).NetworkSettings.Ports[key]?.[0]?.HostPort;
    const url = `http://127.0.0.1:${hostPort}`;
    await untilAnswers(url, async () =>
      (await container.logs({ stdout: true, stderr: true })).toString('utf8'),
    );
    return await use(url);
  } finally {
    await container.remove({ force: true });
  }
}

async function untilAnswers(url: string, logs: () => Promise<string>): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      // The engine's proxy takes connections before the container listens, and may leave one hanging.
      await (await fetch(url, { signal: AbortSignal.timeout(500) })).arrayBuffer();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        const message = `nothing answers at ${url} after 20 s; the container wrote: ${await logs()}`;
        throw new Error(message, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
