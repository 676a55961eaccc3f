import { readOwnFile } from '../../readOwnFile.ts';

let builtin: string | undefined;

/** The built-in template, which stands beside package.json. */
export function builtinTemplate(): string {
  builtin ??= readOwnFile('Dockerfile.template');
  return builtin;
}
