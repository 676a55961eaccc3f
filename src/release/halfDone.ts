import semver from 'semver';
import { type Ledger, lastLanded, unpublished } from './ledger.ts';

/** One thing that is missing until a release is whole. */
export type StepLeft =
  /** Version tags in the registries. */
  | { step: 'publish' }
  /** The forge's release. */
  | { step: 'announce' }
  /** Infra; `waits`: not before the hold is lifted, or the freeze window has passed. */
  | { step: 'deploy'; environment: string; waits?: 'held' | 'frozen' }
  /** All is done but the ledger's note of it. */
  | { step: 'note' };

/** A release that is claimed and not whole yet, and what the next run will do about it. */
export interface HalfDone {
  service: string;
  version: string;
  /** Commit of the monorepo. */
  commit: string;
  left: StepLeft[];
}

/**
 * What stands half-done by the ledger: releases that no run has noted as published, and those that have not landed
 * in an automatic environment. A run that was killed may have done more than it could note.
 * @param environments Names of those that a release bumps by itself.
 * @param announces Whether the forge gets a release.
 */
export function halfDone(ledger: Ledger, environments: readonly string[], announces: boolean): HalfDone[] {
  const waiting = new Set(unpublished(ledger).map(([service]) => service));
  return Object.entries(ledger.services).flatMap(([service, { version, commit }]) => {
    const behind = environments.filter((environment) => {
      const landed = lastLanded(ledger, environment, service);
      return landed === undefined || semver.gt(version, landed.version);
    });
    const publishing: StepLeft[] = announces
      ? [{ step: 'publish' }, { step: 'announce' }]
      : [{ step: 'publish' }];
    const left: StepLeft[] = [
      ...(waiting.has(service) ? publishing : []),
      ...behind.map((environment) => ({ step: 'deploy' as const, environment })),
    ];
    return left.length === 0 ? [] : [{ service, version, commit, left }];
  });
}
