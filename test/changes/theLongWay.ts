import { expect } from 'vitest';
import { detectChanges } from '../../src/changes/detectChanges.ts';
import type { ServiceChange } from '../../src/changes/serviceChange.ts';

/** What changed paths alone have told has to be what a comparison of both contexts says. */
export async function checkTheLongWay(
  changes: readonly ServiceChange[],
  question: Parameters<typeof detectChanges>[0],
): Promise<void> {
  const thorough = await detectChanges({ ...question, thorough: true });
  expect(changes.map(facts)).toEqual(thorough.map(facts));
}

/** Of what is not affected the long way lists commits, too. */
function facts({ service, affected, identity, reasons, commits, warnings }: ServiceChange) {
  return { service: service.name, affected, identity, ...(affected && { reasons, commits, warnings }) };
}
