// The least a team would write with dockerode: build a folder with BuildKit, push it, nothing checked twice.
// node dockerodeBuild.mjs <folder> <host/name> <tag>

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const Docker = createRequire(import.meta.url)('dockerode');
const [folder, repository, tag] = process.argv.slice(2);
const docker = new Docker();
const name = `${repository}:${tag}`;

await finished(
  await docker.buildImage(spawn('tar', ['-c', '-C', folder, '.']).stdout, { t: name, version: '2' }),
);
await finished(await docker.getImage(name).push({ authconfig: {} }));

async function finished(stream) {
  for await (const chunk of stream) {
    const text = chunk.toString();
    if (text.includes('"errorDetail"')) throw new Error(text);
  }
}
