import { expect } from 'vitest';
import { detectAffected } from '../../src/changes/detectAffected.ts';
import { detectChanges } from '../../src/changes/detectChanges.ts';
import type { ServiceChange } from '../../src/changes/serviceChange.ts';

type Question = Parameters<typeof detectChanges>[0];

/**
 * What changed, where `affected --names` and the preview for people, each asked before those who describe more, say the same
 * as a comparison of both contexts. A failure is told by the whole question.
 */
export async function changesByEveryWay(question: Question): Promise<ServiceChange[]> {
  const names = await detectAffected(question).catch(() => null);
  const brief = await detectChanges({ ...question, identities: false }).catch(() => null);
  const changes = await detectChanges(question);
  expect(affected(names ?? [])).toEqual(affected(changes));
  expect(brief?.map(facts)).toEqual(changes.map(facts));
  const thorough = await detectChanges({ ...question, thorough: true });
  expect(changes.map(facts)).toEqual(thorough.map(facts));
  expect(changes.map(({ identity }) => identity())).toEqual(thorough.map(({ identity }) => identity()));
  return changes;
}

function affected(changes: readonly Pick<ServiceChange, 'service' | 'affected'>[]): string[] {
  return changes.filter((change) => change.affected).map(({ service }) => service.name);
}

/** Of what is not affected the long way lists commits, too. */
function facts({ service, affected, reasons, commits, warnings }: ServiceChange) {
  return { service: service.name, affected, ...(affected && { reasons, commits, warnings }) };
}
