/** One rule of the root manifest's `resolutions`. */
export interface ResolutionRule {
  from: { name: string; reference: string | null } | null;
  /** Range that the dependency must have, or null: any. */
  range: string | null;
  /** What the dependency becomes. */
  replacement: string;
}

/** `a`, `a@range`, `parent/a`, `parent@reference/a@range`: the grammar of `parseResolution` in @yarnpkg/parsers. */
const grammar = /^(?:(@[^/@]+\/[^/@]+|[^/@]+)(?:@([^/]+))?\/)?(@[^/@]+\/[^/@]+|[^/@]+)(?:@([^/]+))?$/;

/** The rules by the name of the dependency that they replace, in the manifest's order. */
export function readResolutions(
  resolutions: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, readonly ResolutionRule[]> {
  const rules = new Map<string, ResolutionRule[]>();
  for (const [pattern, replacement] of Object.entries(resolutions)) {
    const [, from, reference, name, range] = grammar.exec(pattern) ?? [];
    if (name === undefined) continue;
    const rule = {
      from: from === undefined ? null : { name: from, reference: reference ?? null },
      range: range ?? null,
      replacement,
    };
    rules.set(name, [...(rules.get(name) ?? []), rule]);
  }
  return rules;
}

/** The first rule that applies to a dependency of a package (`CorePlugin#reduceDependency` in @yarnpkg/core). */
export function findResolution(
  rules: readonly ResolutionRule[],
  parent: { name: string; reference: string },
  range: string,
): ResolutionRule | undefined {
  return rules.find(
    (rule) =>
      (rule.from === null ||
        (rule.from.name === parent.name && means(rule.from.reference, parent.reference))) &&
      means(rule.range, range),
  );
}

/** Yarn 4 adds `npm:` to a bare range on both sides before it compares; Yarn 2 and 3 keep both bare. */
function means(pattern: string | null, actual: string): boolean {
  return pattern === null || pattern === actual || `npm:${pattern}` === actual || pattern === `npm:${actual}`;
}
