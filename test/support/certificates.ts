import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { output } from './run.ts';
import { tempDir } from './tempDir.ts';

/**
 * One key pair that its own authority signed, for both ends of a connection to an IP address. Gives the folder with
 * `ca.pem`, `cert.pem` and `key.pem`. Needs `openssl`.
 */
export async function makeCertificates(address: string): Promise<string> {
  const cwd = await tempDir('certificates');
  const openssl = (...args: string[]) => output('openssl', args, { cwd });
  const key = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}key.pem`];
  await openssl('req', '-x509', ...key('ca-'), '-subj', '/CN=test authority', '-days', '2', '-out', 'ca.pem');
  await openssl('req', ...key(''), '-subj', `/CN=${address}`, '-out', 'request.pem');
  await writeFile(path.join(cwd, 'names'), `subjectAltName=IP:${address}\n`);
  const sign = [
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca-key.pem',
    '-CAcreateserial',
    '-extfile',
    'names',
    '-days',
    '2',
  ];
  await openssl('x509', '-req', '-in', 'request.pem', ...sign, '-out', 'cert.pem');
  return cwd;
}
