import type { Pack } from 'tar-stream';

/** Puts a whole entry into a tar; ends once the reader has taken it, so that one file is in memory at a time. */
export function packEntry(tar: Pack, header: Parameters<Pack['entry']>[0], content?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = tar.entry(header, content ?? '', (error) => (error ? reject(error) : resolve()));
    // A reader that gives up destroys the tar, and this with it.
    entry.on('error', reject);
  });
}
