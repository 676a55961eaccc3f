import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import { endWithUs } from '../../cleanup/endProcess.ts';

/**
 * Connections to an engine behind SSH, each one `ssh … docker system dial-stdio`, as the Docker CLI makes
 * them: so the user's ~/.ssh/config, agent and known_hosts hold.
 * Source: docker/cli `cli/connhelper/connhelper.go`.
 */
export class SshAgent extends Agent {
  readonly #arguments: string[];

  /** `address`: `ssh://user@host:port`, perhaps with the path of a socket there. */
  constructor(address: string) {
    super({ keepAlive: false });
    this.#arguments = sshArguments(new URL(address));
  }

  override createConnection(): Duplex {
    const ssh = spawn('ssh', this.#arguments, { stdio: ['pipe', 'pipe', 'pipe'] });
    const release = endWithUs(ssh.pid);
    const connection = new Duplex({
      read: () => ssh.stdout.resume(),
      // A broken pipe says nothing: why ssh ended is told when it closes.
      write: (chunk, _encoding, done) => void ssh.stdin.write(chunk, () => done()),
      final: (done) => void ssh.stdin.end(() => done()),
      destroy(error, done) {
        ssh.kill();
        done(error);
      },
    });
    let stderr = '';
    ssh.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-2000);
    });
    ssh.stdout.on('data', (chunk: Buffer) => {
      if (!connection.push(chunk)) ssh.stdout.pause();
    });
    ssh.stdin.on('error', () => {});
    ssh.on('error', (error) => connection.destroy(error));
    // The end is passed on only now: what ssh had to say is worth more than "socket hang up".
    ssh.on('close', (code) => {
      release();
      if (code) connection.destroy(new Error(stderr.trim() || `ssh ended with status ${code}`));
      else connection.push(null);
    });
    return asSocket(connection);
  }
}

function sshArguments(address: URL): string[] {
  return [
    ...(address.username ? ['-l', decodeURIComponent(address.username)] : []),
    ...(address.port ? ['-p', address.port] : []),
    '-o',
    'ConnectTimeout=30',
    '-T',
    '--',
    address.hostname,
    'docker',
    ...(address.pathname.length > 1 ? ['--host', `unix://${address.pathname}`] : []),
    'system',
    'dial-stdio',
  ];
}

/** Node's HTTP client calls a few methods that only sockets have. */
function asSocket(connection: Duplex): Duplex {
  const nothing = () => connection;
  return Object.assign(connection, {
    setTimeout: nothing,
    setNoDelay: nothing,
    setKeepAlive: nothing,
    ref: nothing,
    unref: nothing,
  });
}
