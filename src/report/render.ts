import type { Writable } from 'node:stream';
import { type Style, styleOf } from './style.ts';
import { visible } from './visible.ts';

/** Makes text for people of a plain value. */
export type Renderer<T, Options extends unknown[]> = (value: T, style: Style, ...options: Options) => string;

/** All that is shown of a value goes this way: a renderer gets no control characters but the colours that it adds. */
export function render<T, Options extends unknown[]>(
  stream: Writable,
  renderer: Renderer<T, Options>,
  value: T,
  ...options: Options
): string {
  return renderer(visible(value), styleOf(stream), ...options);
}
