import Mustache from 'mustache';
import { inputFailure } from '../../errors.ts';
import type { DockerfileSource } from './dockerfileOf.ts';
import { type TemplateVariables, variableShapes } from './templateVariables.ts';

/**
 * Renders a Dockerfile template (Mustache, https://mustache.github.io/mustache.5.html).
 * Rejects where the repo's own names a variable that does not exist.
 */
export function renderDockerfile(source: DockerfileSource, variables: TemplateVariables): string {
  checkTemplate(source);
  return Mustache.render(source.text, variables, {}, { escape: String });
}

/** Rejects where a template of the repo's own is none, or names a variable that does not exist. */
export function checkTemplate(source: DockerfileSource): void {
  if (source.origin === null || checked.has(source.text)) return;
  checkVariables(source.text, source.origin);
  checked.add(source.text);
}

/** Texts that are right: all services mostly have the same. */
const checked = new Set<string>();

type Token = [kind: string, name: string, start: number, end: number, inner?: Token[]];

function checkVariables(template: string, file: string): void {
  const check = (tokens: readonly Token[], known: readonly TemplateVariables[]): void => {
    for (const [kind, name, start, , inner] of tokens) {
      if (kind === 'text' || kind === '!' || name === '.') continue;
      const found = lookUp(name, known);
      if (found === undefined) throw unknownVariable(template, name, start, file);
      if (inner !== undefined) check(inner, [...known, ...members(found)]);
    }
  };
  check(parse(template, file), [variableShapes]);
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
 * Whether two templates certainly give different files, whatever the variables: they have other text where they begin to
 * differ, or where they cease to; or they are alike but for text outside of sections, which differs in one place or in its
 * length. False says nothing. Rejects where one is no template.
 */
export function surelyRenderApart(a: DockerfileSource, b: DockerfileSource): boolean {
  const [before, after] = [piecesOf(a), piecesOf(b)];
  if (beginApart(before, after) || beginApart(backwards(before), backwards(after))) return true;
  if (before.tags.join('\n') !== after.tags.join('\n')) return false;
  const differing = after.texts.filter((text, index) => text !== before.texts[index]);
  const lengths = [before, after].map(({ texts }) => texts.join('').length);
  return differing.length === 1 || lengths[0] !== lengths[1];
}

/** The texts around what depends on variables, one more than of these, and those by themselves. */
interface Pieces {
  texts: readonly string[];
  tags: readonly string[];
}

function piecesOf({ text: template, origin }: DockerfileSource): Pieces {
  const texts = [''];
  const tags: string[] = [];
  for (const token of parse(template, origin ?? 'the template')) {
    const [kind, text] = token;
    if (kind === '!') continue;
    if (kind === 'text') texts.push(`${texts.pop()}${text}`);
    else {
      tags.push(JSON.stringify(shapeOf(token)));
      texts.push('');
    }
  }
  return { texts, tags };
}

function beginApart(some: Pieces, others: Pieces): boolean {
  const at = some.texts.findIndex(
    (text, index) => text !== others.texts[index] || some.tags[index] !== others.tags[index],
  );
  const [ours = '', theirs = ''] = [some.texts[at], others.texts[at]];
  const length = Math.min(ours.length, theirs.length);
  return ours.slice(0, length) !== theirs.slice(0, length);
}

function backwards({ texts, tags }: Pieces): Pieces {
  return { texts: texts.toReversed().map((text) => [...text].reverse().join('')), tags: tags.toReversed() };
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
