import { connect, createServer, type Socket } from 'node:net';

export interface Relay {
  port: number;
  /** Bytes that went either way since the last call. */
  takeBytes(): number;
  close(): void;
}

/** Passes a loopback port on to another, counting bytes and holding each chunk back for `delay` milliseconds. */
export function startRelay(target: number, delay = 0): Promise<Relay> {
  let bytes = 0;
  const pass = (from: Socket, to: Socket) => {
    from.on('data', (chunk) => {
      bytes += chunk.length;
      if (delay === 0) return to.write(chunk);
      setTimeout(() => to.write(chunk), delay);
    });
    from.on('end', () => setTimeout(() => to.end(), delay));
    from.on('error', () => to.destroy());
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [near, far]) socket.setNoDelay(true);
    pass(near, far);
    pass(far, near);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        takeBytes() {
          const taken = bytes;
          bytes = 0;
          return taken;
        },
        close: () => server.close(),
      });
    });
  });
}
