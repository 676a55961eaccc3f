import type { PushedBuild } from '../pipeline/pushBuilds.ts';
import { renderTable } from './renderTable.ts';
import type { Style } from './style.ts';

/** Images in the registry, one a line, by the digest that anybody can pull them by. */
export function renderPushedBuilds(pushed: readonly PushedBuild[], style: Style): string {
  if (pushed.length === 0) {
    return `${style.bold('Nothing to push')}: all images are as released. Name a service to push it anyway.\n`;
  }
  return renderTable(
    pushed.map(({ service, reference, outcome }) => [
      style.bold(service),
      style.cyan(reference),
      outcome === 'found' ? style.dim('was there') : style.green('pushed'),
    ]),
  );
}
