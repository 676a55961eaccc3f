import Mustache from 'mustache';
import { inputFailure } from '../../errors.ts';
import type { DockerfileSource } from './dockerfileOf.ts';

/** What a template may use; docs/dockerfile.md describes each. */
export type TemplateVariables = Readonly<Record<string, unknown>>;

/**
 * Renders a Dockerfile template (Mustache, https://mustache.github.io/mustache.5.html).
 * Rejects where the repo's own names a variable that does not exist. `file` null: the built-in one.
 */
export function renderDockerfile(
  template: string,
  variables: TemplateVariables,
  file: string | null,
): string {
  if (file !== null) checkVariables(template, variables, file);
  return Mustache.render(template, variables, {}, { escape: String });
}

/** What the items of lists have. */
const itemsOf: Readonly<Record<string, TemplateVariables>> = {
  builds: { folder: '' },
  outputs: { folder: '', outputParent: '' },
};

type Token = [kind: string, name: string, start: number, end: number, inner?: Token[]];

function checkVariables(template: string, variables: TemplateVariables, file: string): void {
  const check = (tokens: readonly Token[], known: readonly TemplateVariables[]): void => {
    for (const [kind, name, start, , inner] of tokens) {
      if (kind === 'text' || kind === '!' || name === '.') continue;
      const found = lookUp(name, known);
      if (found === undefined) throw unknownVariable(template, name, start, file);
      // An empty list does not tell what its items would have.
      const items = Array.isArray(found) && found.length === 0 ? [itemsOf[name] ?? {}] : members(found);
      if (inner !== undefined) check(inner, [...known, ...items]);
    }
  };
  check(parse(template, file), [variables]);
}

function parse(template: string, file: string): Token[] {
  try {
    return Mustache.parse(template) as unknown as Token[];
  } catch (error) {
    const [, offset] = /at (\d+)/.exec((error as Error).message) ?? [];
    throw inputFailure({
      reason: 'template-unreadable',
      message: `${file} is not a valid template: ${(error as Error).message}.`,
      hint: 'Templates are in the Mustache language; docs/dockerfile.md describes it.',
      at: { file, line: lineAt(template, Number(offset ?? 0)) },
      cause: error,
    });
  }
}

/**
 * Whether two templates certainly give different files, whatever the variables: they are alike but for text outside of
 * sections, which differs in one place or in its length. False says nothing. Rejects where one is no template.
 */
export function surelyRenderApart(a: DockerfileSource, b: DockerfileSource): boolean {
  const [before, after] = [a, b].map(({ text, origin }) => outlineOf(parse(text, origin ?? 'the template')));
  if (before === undefined || after === undefined || before.dynamic !== after.dynamic) return false;
  const differing = after.texts.filter((text, index) => text !== before.texts[index]);
  const lengths = [before, after].map(({ texts }) => texts.join('').length);
  return differing.length === 1 || lengths[0] !== lengths[1];
}

/** The text around what depends on variables, and that by itself. */
function outlineOf(tokens: readonly Token[]): { texts: string[]; dynamic: string } {
  const texts = [''];
  const dynamic: unknown[] = [];
  for (const token of tokens) {
    const [kind, text] = token;
    if (kind === '!') continue;
    if (kind === 'text') texts.push(`${texts.pop()}${text}`);
    else {
      dynamic.push(shapeOf(token));
      texts.push('');
    }
  }
  return { texts, dynamic: JSON.stringify(dynamic) };
}

function shapeOf([kind, name, , , inner]: Token): unknown {
  return [kind, name, inner?.map(shapeOf) ?? null];
}

function lookUp(name: string, known: readonly TemplateVariables[]): unknown {
  const [first = '', ...rest] = name.split('.');
  const scope = known.findLast((candidate) => first in candidate);
  return rest.reduce<unknown>(
    (value, part) => (value as TemplateVariables | undefined)?.[part],
    scope?.[first],
  );
}

/** Items of a list may be used by their fields inside the list's section. */
function members(value: unknown): TemplateVariables[] {
  const items = Array.isArray(value) ? value : [value];
  return items.filter((item): item is TemplateVariables => typeof item === 'object' && item !== null);
}

function unknownVariable(template: string, name: string, offset: number, file: string) {
  return inputFailure({
    reason: 'template-variable-unknown',
    message: `${file} uses {{${name}}}, which is not a variable of templates.`,
    hint: 'docs/dockerfile.md lists the variables.',
    at: { file, line: lineAt(template, offset) },
  });
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
