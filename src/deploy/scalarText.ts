import { isScalar, parseDocument } from 'yaml';
import type { ScalarPlace } from './yamlTree.ts';

/**
 * Plain scalars that some YAML 1.1 or 1.2 reader takes for something else, beyond what the two schemas of the
 * `yaml` package tell: go-yaml's `_` digits and `0o`, `0b` forms, PyYAML's base 60, one-letter booleans.
 */
const misread =
  /^([yYnN]|[-+]?0[bBoOxX][\da-fA-F_]+|[-+]?[\d_]+|[-+]?[\d_]*\.[\d_]*([eE][-+]?\d+)?|[-+]?\d[\d_]*[eE][-+]?\d+|[-+]?\d[\d_]*(:[0-5]?\d)+(\.\d*)?|=|<<|~)$/;

/** Whether a plain scalar with this text is the same string to every reader. */
function isPlainSafe(text: string): boolean {
  if (text === '' || misread.test(text) || !/^[\w][\w./@:=-]*$/.test(text) || /:$/.test(text)) return false;
  return (['1.1', '1.2'] as const).every((version) => {
    const { contents, errors } = parseDocument(text, { version, logLevel: 'silent' });
    return errors.length === 0 && isScalar(contents) && contents.value === text;
  });
}

/**
 * The bytes that stand for `text` in place of a scalar of this style: quotes are kept, and added where a plain
 * one would be read as a number, a date or a boolean.
 */
export function scalarText(text: string, style: ScalarPlace['style']): string {
  if (style === 'single') return `'${text.replaceAll("'", "''")}'`;
  if (style === 'double' || (style !== 'block' && !isPlainSafe(text))) return JSON.stringify(text);
  return text;
}
