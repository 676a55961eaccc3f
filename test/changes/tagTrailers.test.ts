import { describe, expect, it } from 'vitest';
import { formatTagMessage, parseTagTrailers } from '../../src/changes/tagTrailers.ts';

const trailers = { identity: `sha256:${'ab'.repeat(32)}`, scheme: '1-f00' };

describe('trailers of a release tag', () => {
  it.each([
    ['with notes', '### Features\n\n* a thing'],
    ['without notes', ''],
    ['with notes that look like trailers', 'Identity: sha256:forged\nIdentity-Scheme: 1-f00'],
  ])('come back as they were written, %s', (_, notes) => {
    const message = formatTagMessage(notes, trailers);
    expect(parseTagTrailers(message)).toEqual(trailers);
    expect(parseTagTrailers(Buffer.from(`object abc\ntagger A <a> 1 +0000\n\n${message}`))).toEqual(trailers);
  });

  it('are found above a signature', () => {
    const message = formatTagMessage('notes', trailers);
    const signed = `${message}-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n`;
    expect(parseTagTrailers(signed)).toEqual(trailers);
  });

  it.each([
    'object abc\n\nReleased by hand\n',
    'Identity: sha256:quoted\nIdentity-Scheme: 1\n\nthat was a quotation\n',
    'Identity: sha256:alone\n',
    '',
  ])('are absent in %j', (message) => {
    expect(parseTagTrailers(message)).toBeNull();
  });
});
