import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

const engineSocket = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');

export interface EngineRelay {
  port: number;
  /** What was sent to the engine so far, as text. */
  sent(): string;
  /** Breaks all connections, as when the engine dies, and takes no more. */
  stop(): void;
  /** Made so far. */
  connections(): number;
  /** From now on takes connections and passes nothing, as an engine that hangs. */
  freeze(): void;
}

/**
 * Passes bytes between a TCP port (with TLS where `tls` is given) and this machine's engine. `freezeAt`: it freezes by
 * itself when this connection is made, counted from 1.
 */
export async function startEngineRelay({
  tls,
  freezeAt,
}: {
  tls?: TlsOptions;
  freezeAt?: number;
} = {}): Promise<EngineRelay> {
  const sockets = new Set<Socket>();
  let sent = '';
  let frozen = false;
  let connections = 0;
  const relay = (client: Socket) => {
    connections += 1;
    if (connections === freezeAt) freeze();
    if (frozen) return void sockets.add(client);
    const engine = createConnection(engineSocket);
    client.on('data', (chunk: Buffer) => {
      sent += chunk.toString('latin1');
    });
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.pipe(engine).pipe(client);
    client.on('close', () => engine.destroy());
    engine.on('close', () => client.destroy());
  };
  const freeze = () => {
    frozen = true;
    for (const socket of sockets) socket.unpipe().pause();
  };
  const server: Server = tls ? createTlsServer(tls, relay) : createServer(relay);
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  const stop = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port, connections: () => connections, sent: () => sent, stop, freeze };
}
