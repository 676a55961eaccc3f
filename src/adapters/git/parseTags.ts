import type { GitTag } from '../../ports/git.ts';

/**
 * Tags from `git show-ref --tags --dereference`, which prints an annotated tag twice: `<oid> <ref>` and
 * `<commit> <ref>^{}`. It reads peeled ids from packed-refs, where for-each-ref would open every tag.
 */
export function parseTags(output: string): GitTag[] {
  const tags = new Map<string, GitTag>();
  for (const line of output.split('\n')) {
    const found = /^([0-9a-f]+) refs\/tags\/(.+?)(\^\{\})?$/.exec(line);
    if (found === null) continue;
    const [, oid = '', name = '', peeled] = found;
    const tag = tags.get(name);
    if (peeled && tag) tags.set(name, { ...tag, commit: oid, annotated: true });
    else tags.set(name, { name, oid, commit: oid, annotated: false });
  }
  return [...tags.values()];
}
