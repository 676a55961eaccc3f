import { inputFailure } from '../../errors.ts';

/** A file's text, which has to be UTF-8: anything else would be spoilt when it is written back. */
export function decodeText(content: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw inputFailure({
      reason: 'file-not-utf8',
      message: `${file} is not UTF-8.`,
      hint: `Convert it, for instance: iconv -f latin1 -t utf-8 ${file}.`,
      at: { file },
    });
  }
}
