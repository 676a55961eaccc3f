import { setTimeout as wait } from 'node:timers/promises';
import Docker from 'dockerode';
import { expect, it } from 'vitest';
import { signOfLife } from '../../src/adapters/docker/signOfLife.ts';
import { startEngineRelay } from './engineRelay.ts';

it('a ping that nobody answers does not outlive the work, else the program would not end', async () => {
  const relay = await startEngineRelay({ freezeAt: 1 });
  const docker = new Docker({ host: '127.0.0.1', port: relay.port });
  // Nothing, unless an earlier file of this worker left something.
  const before = sockets();
  const ended = signOfLife(docker, 'the relay', 200).during(wait(300));
  await expect.poll(sockets).toBeGreaterThan(before);
  const during = sockets();
  await ended;
  expect(relay.connections()).toBe(1);
  // The relay's own end stays: it is frozen.
  await expect.poll(sockets).toBeLessThan(during);
  relay.stop();
});

function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
