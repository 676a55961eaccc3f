/** `KEY=value "quoted"=…` pairs, or the old form of one key and the rest. */
export function pairsOf(text: string): [string, string][] {
  const pairs = [...text.matchAll(/([\w.-]+)=("(?:\\.|[^"\\])*"|'[^']*'|(?:\\.|[^\s\\])*)/g)];
  if (pairs.length > 0) {
    return pairs.map(([, key = '', set = '']) => [
      key,
      set.replace(/^(["'])([\s\S]*)\1$/, '$2').replace(/\\(.)/g, '$1'),
    ]);
  }
  const [, key = '', rest = ''] = /^(\S+)\s+([\s\S]*)$/.exec(text) ?? [];
  return key === '' ? [] : [[key, rest]];
}
