import type { Writable } from 'node:stream';
import { Failure } from '../errors.ts';
import { styleOf } from './style.ts';

/**
 * A failure as text for people: what, the tool's own output, the way out. What is not a `Failure` is a bug:
 * it shows its stack and where to report it.
 */
export function renderFailure(error: unknown, stream: Writable): string {
  const style = styleOf(stream);
  if (!(error instanceof Failure)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${style.red('bug')} ${stack}\n\nThis is a mistake in shipyarn, not in your repo: please report it with these lines.\n`;
  }
  const place = error.at?.line === undefined ? error.at?.file : `${error.at.file}:${error.at.line}`;
  const named = place === undefined || error.message.includes(place);
  const lines = [`${style.red('error')} ${named ? '' : `${place}: `}${error.message}`];
  if (error.output !== undefined && error.output.trim() !== '') {
    lines.push(
      ...error.output
        .trimEnd()
        .split('\n')
        .map((line) => style.dim(`  │ ${line}`)),
    );
  }
  if (error.hint !== undefined) lines.push(`${style.cyan('  →')} ${error.hint}`);
  return `${lines.join('\n')}\n`;
}
