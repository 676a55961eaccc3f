import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import Docker from 'dockerode';
import { inputFailure } from '../../errors.ts';
import type { Engine } from '../../ports/engine.ts';
import { longestSilence } from '../longestSilence.ts';
import { dockerEngine } from './dockerEngine.ts';
import { type EngineAddress, engineAddress } from './engineAddress.ts';
import { SshAgent } from './sshAgent.ts';

/**
 * The engine that `DOCKER_HOST`, the Docker contexts or the default socket name. Nothing is sent yet:
 * `describe()` tells whether one answers.
 */
export async function connectEngine(env: NodeJS.ProcessEnv): Promise<Engine> {
  const address = await engineAddress(env);
  return dockerEngine(new Docker(dockerodeOptions(address)), address, longestSilence(env));
}

/**
 * Every field is given, or docker-modem fills it from `DOCKER_HOST` by itself. No connection is kept alive:
 * Engine 29.5 hangs or reads an "invalid tar header" over a reused one (apocas/docker-modem#196).
 */
function dockerodeOptions(address: EngineAddress): Docker.DockerOptions {
  const none = { host: undefined, port: undefined, socketPath: undefined, pathPrefix: '/' };
  const scheme = address.host.slice(0, address.host.indexOf('://'));
  const rest = address.host.slice(scheme.length + 3);
  if (scheme === 'unix' || scheme === 'npipe') {
    return { ...none, protocol: 'http', socketPath: rest, agent: new Agent({ keepAlive: false }) } as never;
  }
  if (scheme === 'ssh') {
    return { ...none, host: 'docker', protocol: 'http', agent: new SshAgent(address.host) } as never;
  }
  if (scheme === 'tcp' || scheme === 'http' || scheme === 'https') return tcpOptions(address, none) as never;
  throw unknownScheme(address);
}

function tcpOptions(address: EngineAddress, none: object): object {
  const url = new URL(address.host.replace(/^\w+:/, 'http:'));
  const { tls } = address;
  const secure = tls !== null || address.host.startsWith('https:');
  const port = url.port || (secure ? '2376' : '2375');
  const common = { ...none, host: url.hostname, port, pathPrefix: url.pathname };
  if (!secure) return { ...common, protocol: 'http', agent: new Agent({ keepAlive: false }) };
  const { verify = true, ...files } = tls ?? {};
  const agent = new TlsAgent({ keepAlive: false, rejectUnauthorized: verify, ...files });
  return { ...common, protocol: 'https', ...files, agent };
}

function unknownScheme(address: EngineAddress) {
  return inputFailure({
    reason: 'engine-address',
    message: `${address.saidBy} names the engine as "${address.host}", which is no address of a kind known here.`,
    hint: 'Use unix://<socket>, tcp://<host>:<port> or ssh://<user>@<host>.',
  });
}
