// The least a team would write with dockerode: build folders with BuildKit, push them, nothing checked twice.
// node dockerodeBuild.mjs <tag> <folder>=<host/name>...

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';

const Docker = createRequire(import.meta.url)('dockerode');
const [tag, ...images] = process.argv.slice(2);
const docker = new Docker();

await Promise.all(
  Array.from({ length: Math.min(availableParallelism(), images.length) }, async () => {
    for (let next = images.shift(); next !== undefined; next = images.shift()) {
      const [folder, repository] = next.split('=');
      await buildAndPush(folder, `${repository}:${tag}`);
    }
  }),
);

async function buildAndPush(folder, name) {
  const tar = spawn('tar', ['-c', '-C', folder, '.']).stdout;
  await finished(await docker.buildImage(tar, { t: name, version: '2' }));
  await finished(await docker.getImage(name).push({ authconfig: {} }));
}

async function finished(stream) {
  for await (const chunk of stream) {
    const text = chunk.toString();
    if (text.includes('"errorDetail"')) throw new Error(text);
  }
}
