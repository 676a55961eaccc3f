import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { Failure } from '../errors.ts';
import { styleOf } from './style.ts';
import { visible, visibleLines } from './visible.ts';

/**
 * A failure as text for people: what, the tool's own output, the way out. What is not a `Failure` is a bug:
 * it shows its stack and where to report it.
 */
export function renderFailure(error: unknown, stream: Writable): string {
  const style = styleOf(stream);
  if (!(error instanceof Failure)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${style.red('bug')} ${visibleLines(stack)}\n\nThis is a mistake in shipyarn, not in your repo: please report it with these lines.\n`;
  }
  const { message, hint, at } = visible(
    { message: error.message, hint: error.hint, at: error.at },
    visibleLines,
  );
  const output = toolOutput(error.output ?? '');
  const place = at?.line === undefined ? at?.file : `${at.file}:${at.line}`;
  const named = place === undefined || message.includes(place);
  const lines = [`${style.red('error')} ${named ? '' : `${place}: `}${message}`];
  if (output !== '') lines.push(...output.split('\n').map((line) => style.dim(`  │ ${line}`)));
  if (hint !== undefined) lines.push(`${style.cyan('  →')} ${hint}`);
  return `${lines.join('\n')}\n`;
}

/** Without the tool's own colours, and without what a terminal would have overwritten. */
function toolOutput(text: string): string {
  const plain = stripVTControlCharacters(text).replace(/^.*\r(?!\n)/gm, '');
  return visibleLines(plain).trimEnd();
}
