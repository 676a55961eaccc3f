import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connectEngine } from '../../src/adapters/docker/connectEngine.ts';
import { makeCertificates } from '../support/certificates.ts';
import { describeWith, skipWithout } from '../support/parts.ts';
import { tempDir } from '../support/tempDir.ts';
import { requestOf } from './engineFixture.ts';
import { startEngineRelay } from './engineRelay.ts';

await describeWith(['engine'], 'reaching an engine', () => {
  /** Builds a little over this connection; a build needs a stream, an upload and a session. */
  async function buildOver(env: NodeJS.ProcessEnv): Promise<string | undefined> {
    const engine = await connectEngine(env);
    const request = requestOf(
      { Dockerfile: 'FROM scratch\nCOPY a /a\n', a: 'a' },
      { location: 'oci:/nowhere' },
    );
    let image: string | undefined;
    for await (const message of engine.build({
      context: request.contextTar(),
      dockerfile: 'Dockerfile',
      references: [],
      buildArguments: {},
      platform: null,
      cacheFrom: [],
      pull: false,
      secrets: new Map(),
      credentialsFor: async () => null,
      signal: new AbortController().signal,
    })) {
      if (message.kind === 'image') image = message.id;
      if (message.kind === 'error') throw new Error(message.message);
    }
    return image;
  }

  it('goes over TCP', async () => {
    const relay = await startEngineRelay();
    expect(await buildOver({ DOCKER_HOST: `tcp://127.0.0.1:${relay.port}` })).toMatch(/^sha256:/);
    expect(relay.sent()).toContain('POST /build?version=2');
    relay.stop();
  });

  it('goes over TLS with a client certificate, and trusts no other authority', async ({ skip }) => {
    await skipWithout(['openssl'], skip);
    const [certificates, others] = await Promise.all([
      makeCertificates('127.0.0.1'),
      makeCertificates('127.0.0.1'),
    ]);
    const relay = await startEngineRelay({
      tls: {
        ca: await readFile(path.join(certificates, 'ca.pem')),
        cert: await readFile(path.join(certificates, 'cert.pem')),
        key: await readFile(path.join(certificates, 'key.pem')),
        requestCert: true,
        rejectUnauthorized: true,
      },
    });
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${relay.port}`, DOCKER_TLS_VERIFY: '1' };
    expect(await buildOver({ ...env, DOCKER_CERT_PATH: certificates })).toMatch(/^sha256:/);
    const stranger = await connectEngine({ ...env, DOCKER_CERT_PATH: others });
    await expect(stranger.describe()).rejects.toMatchObject({ reason: 'no-engine' });
    relay.stop();
  });

  it('goes where the Docker context says, and DOCKER_HOST wins over it', async () => {
    const relay = await startEngineRelay();
    const folder = await contextFolder('far', `tcp://127.0.0.1:${relay.port}`);
    expect(await buildOver({ DOCKER_CONFIG: folder })).toMatch(/^sha256:/);
    expect(relay.sent()).toContain('POST /build');
    const named = await connectEngine({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far' });
    expect(named.address).toBe(`tcp://127.0.0.1:${relay.port}`);
    const host = await connectEngine({ DOCKER_CONFIG: folder, DOCKER_HOST: 'unix:///elsewhere.sock' });
    expect(host.address).toBe('unix:///elsewhere.sock');
    relay.stop();
  });

  it('says that a context does not exist', async () => {
    const env = { DOCKER_CONFIG: await contextFolder('far', 'tcp://x:1'), DOCKER_CONTEXT: 'near' };
    await expect(connectEngine(env)).rejects.toMatchObject({
      reason: 'docker-context-unknown',
      exitCode: 2,
      message: 'The Docker context "near" does not exist.',
    });
  });

  it('says that an address is of no known kind', async () => {
    await expect(connectEngine({ DOCKER_HOST: 'carrier-pigeon://loft' })).rejects.toMatchObject({
      reason: 'engine-address',
      exitCode: 2,
    });
  });

  // In place of ssh stands a script that runs the remote command here: there is no SSH server to be had.
  it('goes over SSH as the Docker CLI does', async ({ skip }) => {
    await skipWithout(['docker-client'], skip);
    const { folder, log } = await fakeSsh('exec "$@"');
    const before = process.env.PATH;
    process.env.PATH = `${folder}:${before}`;
    try {
      expect(await buildOver({ DOCKER_HOST: 'ssh://ann@example.com:2222' })).toMatch(/^sha256:/);
    } finally {
      process.env.PATH = before;
    }
    const [line] = (await readFile(log, 'utf8')).split('\n');
    expect(line).toBe('-l ann -p 2222 -o ConnectTimeout=30 -T -- example.com docker system dial-stdio');
  });

  it('shows what ssh says when it fails', async () => {
    const { folder } = await fakeSsh('echo "ssh: Could not resolve hostname" >&2; exit 255');
    const before = process.env.PATH;
    process.env.PATH = `${folder}:${before}`;
    try {
      const engine = await connectEngine({ DOCKER_HOST: 'ssh://nowhere' });
      await expect(engine.describe()).rejects.toMatchObject({
        reason: 'no-engine',
        message: expect.stringContaining('ssh: Could not resolve hostname'),
      });
    } finally {
      process.env.PATH = before;
    }
  });
});

/** A DOCKER_CONFIG folder whose current context is this one. */
async function contextFolder(name: string, host: string): Promise<string> {
  const folder = await tempDir('docker-contexts');
  const id = createHash('sha256').update(name).digest('hex');
  const meta = path.join(folder, 'contexts', 'meta', id);
  await mkdir(meta, { recursive: true });
  const content = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  await writeFile(path.join(meta, 'meta.json'), JSON.stringify(content));
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ currentContext: name }));
  return folder;
}

async function fakeSsh(body: string): Promise<{ folder: string; log: string }> {
  const folder = await tempDir('ssh');
  const log = path.join(folder, 'log');
  const toDocker = 'while [ $# -gt 0 ] && [ "$1" != docker ]; do shift; done';
  await writeFile(path.join(folder, 'ssh'), `#!/bin/sh\necho "$@" >> ${log}\n${toDocker}\n${body}\n`);
  await chmod(path.join(folder, 'ssh'), 0o755);
  return { folder, log };
}
