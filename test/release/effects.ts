import { chmod, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { forward, serve } from '../support/httpServer.ts';
import { whenFileEnds } from '../support/whenFileEnds.ts';

/** A change outside the process, about to be made or just made. */
export interface Effect {
  /** `PUT /v2/…`, `push monorepo`. */
  name: string;
  when: 'before' | 'after';
}

/** Called at every effect; what it gives is awaited before the effect goes on. */
type OnEffect = (effect: Effect) => Promise<void> | void;

/** Everything that a release changes passes here: proxies before registry and forge, hooks in the bare remotes. */
export interface EffectGate {
  /** The registry's address, through the proxy. */
  readonly host: string;
  onEffect: OnEffect;
  /** What befalls an exchange with registry or forge instead of its being passed on; null: nothing. */
  onExchange: (request: { method: string; path: string }) => Fault | null;
  /** Told of every manifest that the registry has taken. */
  onManifest: (reference: string, digest: string) => void;
  /** A further proxy, before `host`; gives its own address. */
  proxy(host: string): Promise<string>;
  /** Makes a bare remote tell of pushes. */
  watch(remote: string, name: string): Promise<void>;
}

/** An exchange that fails: the connection is reset, the answer is lost, is an error or a refusal, or none comes. */
export type Fault = 'reset' | 'answer-lost' | 'status-500' | 'status-403' | 'silence';

const closers = new Set<() => void>();

whenFileEnds(() => {
  for (const close of closers) close();
  closers.clear();
});

export async function startEffectGate(registry: string): Promise<EffectGate> {
  const gate: EffectGate = {
    host: '',
    onEffect: () => undefined,
    onExchange: () => null,
    onManifest: () => undefined,
    proxy: (host) => startProxy(host, gate),
    watch: (remote, name) => installHooks(remote, name, hookPort),
  };
  const hooks = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', async (line) => {
      const [when, name] = line.toString().trim().split(' ') as [Effect['when'], string];
      await Promise.resolve(gate.onEffect({ name: `push ${name}`, when })).then(
        () => socket.end('go\n'),
        () => socket.destroy(),
      );
    });
  });
  await new Promise<void>((done) => hooks.listen(0, '127.0.0.1', done));
  closers.add(() => hooks.close());
  const hookPort = (hooks.address() as AddressInfo).port;
  return Object.assign(gate, { host: await startProxy(registry, gate) });
}

function startProxy(upstream: string, gate: EffectGate): Promise<string> {
  return serve((request, response) => pass(upstream, gate, request, response));
}

async function pass(
  upstream: string,
  gate: EffectGate,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  // Without what is another thing each time: an engine builds no image twice to the byte.
  const place = url.replace(/\?.*/, '').replace(/uploads\/.+/, 'uploads/…');
  const name = `${method} ${place.replace(/sha256:[0-9a-f]{64}$/, 'sha256:…')}`;
  const isEffect = method !== 'GET' && method !== 'HEAD';
  const sent = await buffer(request);
  const fault = gate.onExchange({ method, path: url });
  if (fault === 'silence') return;
  if (fault === 'reset') return void request.socket.destroy();
  if (fault?.startsWith('status-')) {
    return void response.writeHead(Number(fault.slice('status-'.length))).end('{"errors":[]}');
  }
  if (isEffect) await gate.onEffect({ name, when: 'before' });
  const answer = await forward(upstream, request, sent);
  const received = await buffer(answer);
  const [, repository, reference] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? [];
  if (method === 'PUT' && answer.statusCode === 201) {
    gate.onManifest(`${repository}:${reference}`, String(answer.headers['docker-content-digest']));
  }
  if (fault === 'answer-lost') return void request.socket.destroy();
  if (isEffect) await gate.onEffect({ name, when: 'after' });
  response.writeHead(answer.statusCode ?? 502, answer.headers).end(received);
}

/** Git runs the one before any ref moves, the other after all have (githooks, `pre-receive` and `post-receive`). */
async function installHooks(remote: string, name: string, port: number): Promise<void> {
  for (const [hook, when] of [
    ['pre-receive', 'before'],
    ['post-receive', 'after'],
  ] as const) {
    const file = path.join(remote, 'hooks', hook);
    await writeFile(
      file,
      `#!/bin/bash\ncat >/dev/null\nexec 3<>/dev/tcp/127.0.0.1/${port} || exit 0\necho "${when} ${name}" >&3\nread -r _ <&3\n`,
    );
    await chmod(file, 0o755);
  }
}
