/** A COPY or ADD source of a Dockerfile, relative to the context. */
export interface CopySource {
  /** As written, after variables: may hold `*`, `?` and `[…]`. */
  path: string;
  /** Of the instruction, from 1. */
  line: number;
}

/**
 * The sources that a Dockerfile's COPY and ADD instructions take from the context: not those of other stages,
 * of URLs, of here-documents, or that hold a variable without a default.
 * @see https://docs.docker.com/reference/dockerfile/
 */
export function copySources(
  dockerfile: string,
  buildArguments: Readonly<Record<string, string>>,
): CopySource[] {
  const variables = new Map(Object.entries(buildArguments));
  return instructions(dockerfile).flatMap(({ words, line }) => {
    const [name = '', ...rest] = words;
    if (name === 'ARG' || name === 'ENV') rememberDefaults(rest, variables);
    if (name !== 'COPY' && name !== 'ADD') return [];
    if (rest.some((word) => word.startsWith('--from='))) return [];
    const operands = rest.filter((word) => !word.startsWith('--'));
    return operands
      .slice(0, -1)
      .map((word) => expand(word, variables))
      .filter((path): path is string => path !== null && !isRemote(path))
      .map((path) => ({ path: clean(path), line }));
  });
}

export interface Instruction {
  /** In upper case, then its words. */
  words: string[];
  /** What follows the name, as written. */
  text: string;
  /** From 1. */
  line: number;
}

/** The instructions of a Dockerfile; continued lines joined, comments and here-documents left out. */
export function instructions(dockerfile: string): Instruction[] {
  const lines = dockerfile.split(/\r?\n/);
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let text = lines[at] ?? '';
    if (/^\s*(#|$)/.test(text)) continue;
    while (/\\\s*$/.test(text) && at + 1 < lines.length) {
      at += 1;
      const next = lines[at] ?? '';
      text = /^\s*#/.test(next) ? text : text.replace(/\\\s*$/, ' ') + next;
    }
    for (const [, tag] of text.matchAll(/<<-?["']?(\w+)["']?/g)) {
      while (at + 1 < lines.length && (lines[at + 1] ?? '').trim() !== tag) at += 1;
      at += 1;
    }
    found.push({ words: split(text.trim()), text: text.trim().replace(/^\w+\s*/, ''), line });
  }
  return found;
}

function split(text: string): string[] {
  const [, name = '', rest = ''] = /^(\w+)\s*([\s\S]*)$/.exec(text) ?? [];
  const flags = /^(?:--\S+\s+)*/.exec(rest)?.[0] ?? '';
  const operands = rest.slice(flags.length).trim();
  const list = operands.startsWith('[') ? jsonWords(operands) : null;
  return [name.toUpperCase(), ...flags.split(/\s+/).filter(Boolean), ...(list ?? operands.split(/\s+/))];
}

function jsonWords(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : null;
  } catch {
    return null;
  }
}

function rememberDefaults(words: readonly string[], variables: Map<string, string>): void {
  for (const word of words) {
    const [, name, value] = /^(\w+)=["']?([^"']*)["']?$/.exec(word) ?? [];
    if (name !== undefined && value !== undefined && !variables.has(name)) variables.set(name, value);
  }
}

/** Null where a variable has no value that is known here. */
export function expand(word: string, variables: ReadonlyMap<string, string>): string | null {
  let known = true;
  const text = word.replace(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (_, braced, fallback, bare) => {
    const value = variables.get(braced ?? bare) ?? fallback;
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known ? text : null;
}

function isRemote(path: string): boolean {
  return /^([a-z]+:\/\/|git@)/.test(path) || path.startsWith('<<');
}

function clean(path: string): string {
  return path
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}
