import type { ContextContents } from '../workspace/contextContents.ts';
import type { Report } from './event.ts';

/** Reports what is worth knowing about a context before it is built. */
export function tellWarnings({ service, warnings }: ContextContents, report: Report): void {
  for (const message of warnings) report({ kind: 'warning', service: service.name, message });
}
