import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pack } from 'tar-stream';
import { expect, onTestFinished, test } from 'vitest';
import { connectEngine } from '../../src/adapters/docker/connectEngine.ts';
import { importHostBase } from '../../src/image/engine/importHostBase.ts';
import { hostBase } from '../../src/image/hostBase.ts';
import { rootFileSystemTar } from '../../src/image/rootFileSystemTar.ts';
import { baseImage, docker, runContainer, withService } from '../support/engine.ts';
import { describeWith } from '../support/parts.ts';
import { environmentOfBase } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

test('says on other systems what to do instead', async () => {
  const attempt = hostBase({ platform: 'darwin', execPath: process.execPath, env: {} });
  await expect(attempt).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('darwin'),
    hint: expect.stringContaining('base:'),
  });
});

await describeWith(['linux'], 'from this machine', () => {
  test('fails, naming it, on a Node that is not there', async () => {
    const broken = path.join(await tempDir(), 'node');
    const attempt = hostBase({ platform: 'linux', execPath: broken, env: {} });
    await expect(attempt).rejects.toThrow(/ENOENT.*node/);
  });

  test('is the same tar each time, parents before children, owned by root', async () => {
    const { entries } = await hostBase(process);
    const digests = await Promise.all([entries, entries].map((some) => sha256(rootFileSystemTar(some))));
    expect(digests[0]).toBe(digests[1]);
    const paths = [...entries.keys()];
    expect(paths).toEqual([...paths].sort());
    for (const entry of paths) expect(['/', ...paths]).toContain(path.posix.dirname(entry));
    const owned = [...entries].filter(([, { owner }]) => owner !== 0).map(([name]) => name);
    expect(owned).toEqual(['/home/node']);
    expect(entries.get('/tmp')).toMatchObject({ type: 'directory', mode: 0o1777 });
  });

  test("adds what NODE_EXTRA_CA_CERTS trusts to the machine's authorities", async () => {
    const file = path.join(await tempDir(), 'company.pem');
    await writeFile(file, 'COMPANY CA\n');
    const { entries, config } = await hostBase({
      ...process,
      platform: 'linux',
      env: { NODE_EXTRA_CA_CERTS: file },
    });
    const bundle = entries.get('/etc/ssl/certs/ca-certificates.crt');
    expect(bundle?.type === 'file' && bundle.source.toString()).toContain('COMPANY CA');
    expect(config.Env).toContain('NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt');
  });
});

await describeWith(['engine'], 'in an engine', () => {
  test('answers HTTP from a container', async () => {
    const image = await build(`
      FROM ${await baseImage()}
      USER node
      CMD ["node", "-e", "require('node:http').createServer((_, to) => to.end('served')).listen(process.env.PORT)"]`);
    const answer = await withService(image, 8080, async (url) => (await fetch(url)).text());
    expect(answer).toBe('served');
  });

  test('runs commands and reaches the npm registry over HTTPS in a build', async () => {
    const image = await build(`
      FROM ${await baseImage()}
      RUN node -e "fetch('https://registry.npmjs.org/yarn/1.22.22').then(r => r.json()).then(p => fs.writeFileSync('/version', p.version))"
      RUN mkdir /made && cp /version /made/copy && chown 1000:1000 /made/copy && chmod 600 /made/copy && mv /made/copy /made/yarn
      USER node`);
    const { output } = await runContainer(image, ['sh', '-c', 'id -un; cat /made/yarn']);
    expect(output).toBe('node\n1.22.22');
  });

  test('is not imported again while its bytes are the same', async () => {
    const name = await baseImage();
    // Another registry would be asked for it, and where it cannot be reached the build would hang.
    expect(name).toMatch(/^localhost\//);
    const before = (await docker.getImage(name).inspect()).Id;
    // Another shell's PATH leads to the same commands: the base stays, whoever builds on it meanwhile.
    const { platform, execPath, version } = process;
    const env = { ...environmentOfBase(), PATH: `${process.env.PATH}:/nowhere` };
    await importHostBase(await connectEngine(process.env), { platform, execPath, version, env });
    expect((await docker.getImage(name).inspect()).Id).toBe(before);
  });
});

/** Builds with BuildKit and gives the image's id; the image is gone when the test ends. */
async function build(dockerfile: string): Promise<string> {
  const context = pack();
  context.entry({ name: 'Dockerfile' }, dockerfile);
  context.finalize();
  const progress = await docker.buildImage(context as unknown as NodeJS.ReadableStream, { version: '2' });
  let image: string | undefined;
  let log = '';
  for await (const chunk of progress) log += chunk.toString();
  for (const line of log.split('\n').filter((text) => text !== '')) {
    const { id, aux, error } = JSON.parse(line);
    if (error) throw new Error(error);
    if (id === 'moby.image.id') image = aux.ID;
  }
  if (image === undefined) throw new Error(`no image came out of the build: ${log}`);
  const built = docker.getImage(image);
  onTestFinished(() => built.remove({ force: true }));
  return image;
}

async function sha256(bytes: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
