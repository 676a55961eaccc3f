import semver from 'semver';
import { type Ledger, unpublished } from './ledger.ts';

/** A release that is claimed and not whole yet, and what the next run will do about it. */
export interface HalfDone {
  service: string;
  version: string;
  /** Commit of the monorepo. */
  commit: string;
  /** `publish`: version tags and forge releases; `deploy`: infra, in these environments. */
  left: ({ step: 'publish' } | { step: 'deploy'; environment: string })[];
}

/**
 * What stands half-done by the ledger: releases that no run has noted as published, and those that have not landed
 * in an automatic environment (held and frozen ones wait there until they may).
 * @param environments Names of those that a release bumps by itself.
 */
export function halfDone(ledger: Ledger, environments: readonly string[]): HalfDone[] {
  const waiting = new Set(unpublished(ledger).map(([service]) => service));
  return Object.entries(ledger.services).flatMap(([service, { version, commit }]) => {
    const behind = environments.filter((environment) => {
      const landed = ledger.environments[environment]?.[service];
      return landed === undefined || semver.gt(version, landed.version);
    });
    const left: HalfDone['left'] = [
      ...(waiting.has(service) ? [{ step: 'publish' as const }] : []),
      ...behind.map((environment) => ({ step: 'deploy' as const, environment })),
    ];
    return left.length === 0 ? [] : [{ service, version, commit, left }];
  });
}
