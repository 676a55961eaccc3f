import { inputFailure } from '../errors.ts';

const variable = 'SHIPYARN_TIMEOUT';
const usual = 120;
const longest = 86_400;

/**
 * Milliseconds that whoever is asked (a Git remote, a registry, a forge, an engine, a credential helper) may stay
 * silent before the attempt is given up: `SHIPYARN_TIMEOUT` in seconds, two minutes without it. Work that shows
 * signs of life may take as long as it needs. Throws `timeout-invalid`.
 */
export function longestSilence(env: NodeJS.ProcessEnv): number {
  const text = env[variable] ?? '';
  if (text === '') return usual * 1000;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= longest) return Math.ceil(seconds * 1000);
  throw inputFailure({
    reason: 'timeout-invalid',
    message: `${variable} is \`${text}\`, which is no number of seconds.`,
    hint: `Give a number above 0 and up to ${longest}, or leave it out: ${usual}.`,
  });
}

/** `5 s`, for messages. */
export function shownSilence(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
