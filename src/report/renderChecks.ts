import type { Check } from '../pipeline/checkSurroundings.ts';
import type { Style } from './style.ts';

/** What a release would need, a line each, and the way out below what is missing. */
export function renderChecks(checks: readonly Check[], style: Style): string {
  const lines = checks.flatMap(({ what, detail, ok, hint }) => [
    `${ok ? style.green('✓') : style.red('✗')} ${style.bold(what)}  ${detail}`,
    ...(hint === undefined ? [] : [`  ${style.cyan('→')} ${hint}`]),
  ]);
  return `${lines.join('\n')}\n`;
}
