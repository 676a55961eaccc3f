import type { StoredManifest } from '../../ports/registry.ts';

/** Blobs that images which were read name: most likely their repository has them. */
export interface NamedBlobs {
  add(repository: string, manifest: StoredManifest): void;
  /** Reads an image, once, whose blobs are worth waiting for; what fails teaches nothing. */
  expect(repository: string, reference: string, read: () => Promise<unknown>): void;
  /** Answers once what is expected has been read. */
  has(repository: string, digest: string): Promise<boolean>;
}

export function namedBlobs(): NamedBlobs {
  const known = new Set<string>();
  const reading = new Map<string, Map<string, Promise<unknown>>>();
  return {
    add(repository, { bytes }) {
      for (const [digest] of bytes.toString('latin1').matchAll(/sha256:[0-9a-f]{64}/g)) {
        known.add(`${repository}@${digest}`);
      }
    },
    expect(repository, reference, read) {
      const expected = reading.get(repository) ?? new Map<string, Promise<unknown>>();
      reading.set(repository, expected);
      if (!expected.has(reference))
        expected.set(
          reference,
          read().catch(() => null),
        );
    },
    async has(repository, digest) {
      await Promise.all(reading.get(repository)?.values() ?? []);
      return known.has(`${repository}@${digest}`);
    },
  };
}
