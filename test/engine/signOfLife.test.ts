import Docker from 'dockerode';
import { expect, it } from 'vitest';
import { signOfLife } from '../../src/adapters/docker/signOfLife.ts';
import { startEngineRelay } from './engineRelay.ts';

const patiently = { timeout: 10_000 };

it('a ping that nobody answers does not outlive the work, else the program would not end', async () => {
  const relay = await startEngineRelay({ freezeAt: 1 });
  const docker = new Docker({ host: '127.0.0.1', port: relay.port });
  let finish = () => {};
  const work = new Promise<void>((resolve) => {
    finish = resolve;
  });
  // Pinged after two seconds, the engine has as long to answer: the work ends between.
  const ended = signOfLife(docker, 'the relay', 2_000).during(work);
  await expect.poll(relay.connections, patiently).toBe(1);
  const during = sockets();
  finish();
  await ended;
  // The relay's own end stays: it is frozen.
  await expect.poll(sockets, patiently).toBeLessThan(during);
  relay.stop();
});

function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
