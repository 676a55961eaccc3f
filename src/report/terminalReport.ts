import type { Writable } from 'node:stream';
import type { EffectName, Report } from './event.ts';
import { type Style, styleOf } from './style.ts';
import { visible, visibleLines } from './visible.ts';

const effectWords: Record<EffectName, string> = {
  'image-built': 'built',
  'image-reused': 'found',
  'image-pushed': 'pushed',
  'claim-pushed': 'claimed',
  'image-tagged': 'tagged',
  'forge-released': 'released',
  'infra-pushed': 'deployed',
  'pull-request': 'requested',
  'ledger-noted': 'noted',
};

/** Events as lines for people; build output is indented below its service. */
export function terminalReport(stream: Writable): Report {
  const style = styleOf(stream);
  return (event) => {
    const line = toLine(visible(event, visibleLines), style);
    if (line !== null) stream.write(`${line}\n`);
  };
}

function toLine(event: Parameters<Report>[0], style: Style): string | null {
  switch (event.kind) {
    case 'note':
      return style.dim(event.message);
    case 'warning':
      return `${style.yellow('warning')} ${event.service === undefined ? '' : `${event.service}: `}${event.message}`;
    case 'stage':
      return null;
    case 'effect':
      return `${style.green('✓')} ${effectWords[event.effect].padEnd(9)} ${event.detail}`;
    case 'build':
      return buildLine(event, style);
  }
}

function buildLine(event: Extract<Parameters<Report>[0], { kind: 'build' }>, style: Style): string | null {
  if (event.state !== 'failed' && isHousekeeping(event)) return null;
  const who = style.cyan(event.service);
  const step = oneLine(event.step);
  const time =
    event.milliseconds === undefined ? '' : style.dim(` ${(event.milliseconds / 1000).toFixed(1)}s`);
  switch (event.state) {
    case 'started':
    case 'output':
      return null;
    case 'cached':
      return `  ${who} ${style.dim(`cached ${step}`)}`;
    case 'failed':
      return `  ${who} ${style.red('failed')} ${step}${time}`;
    case 'done':
      return `  ${who} ${step}${time}`;
  }
}

/** What BuildKit does around the Dockerfile's instructions, unless someone waits for it (half a second). */
function isHousekeeping({
  step,
  milliseconds = 0,
}: Extract<Parameters<Report>[0], { kind: 'build' }>): boolean {
  const around = /^\[internal\]|^copy \/context|^exporting to|^\[[^\]]*\] FROM /.test(step);
  return around && milliseconds < 500;
}

function oneLine(step: string): string {
  const line = step.replace(/\s+/g, ' ');
  return line.length > 110 ? `${line.slice(0, 109)}…` : line;
}
