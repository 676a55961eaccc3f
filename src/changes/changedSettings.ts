import type { ContextContents } from '../workspace/contextContents.ts';
import type { Reason } from './reason.ts';

const baseImage = 'base image';

/** What an image is made with beside files, in words for people, and the reason that a difference is. */
const settings: readonly { words: string; kind: Reason['kind']; of(contents: ContextContents): unknown }[] = [
  { words: baseImage, kind: 'base', of: ({ base }) => base },
  { words: 'builder', kind: 'config', of: ({ builder }) => builder },
  { words: 'platforms', kind: 'config', of: ({ platforms }) => platforms },
  { words: 'start command', kind: 'config', of: ({ command }) => command },
  { words: 'environment', kind: 'config', of: ({ environment }) => environment },
  { words: 'build arguments', kind: 'config', of: ({ buildArguments }) => buildArguments },
  { words: 'build secrets', kind: 'config', of: ({ secrets }) => secrets },
  { words: 'shape of the context', kind: 'config', of: ({ shape }) => shape },
];

/** Differences in settings, one reason a kind. */
export function changedSettings(before: ContextContents, after: ContextContents): Reason[] {
  const byKind = new Map<Reason['kind'], string[]>();
  for (const { words, kind, of } of settings) {
    const [from, to] = [shown(of(before)), shown(of(after))];
    if (from === to) continue;
    byKind.set(kind, [...(byKind.get(kind) ?? []), difference(words, from, to)]);
  }
  return [...byKind].map(([kind, changed]) => ({ kind, settings: changed }));
}

/** The reason that another base image alone is. */
export function baseReason(from: string, to: string): Reason {
  return { kind: 'base', settings: [difference(baseImage, from, to)] };
}

function difference(words: string, from: string, to: string): string {
  return `${words}: ${from} → ${to}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
