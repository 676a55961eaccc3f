import type { BuildSecret } from '../../ports/builder.ts';

/** A function that replaces the values of build secrets in a text by `***`; values of one or two characters stay. */
export function maskSecrets(secrets: readonly BuildSecret[]): (text: string) => string {
  const values = secrets
    .flatMap(({ value }) => {
      const text = value.toString('utf8');
      // A secret from a file has lines; a tool may well print one of them.
      return [text, ...text.split('\n')].map((part) => part.trim());
    })
    .filter((value) => value.length > 2)
    .sort((a, b) => b.length - a.length);
  if (values.length === 0) return (text) => text;
  return (text) => values.reduce((masked, value) => masked.replaceAll(value, '***'), text);
}
